import type { TraceStore } from '../engine/trace-store.ts';
import type { WireHandler, WireRequest, WireResponse } from '../engine/wire.ts';
import { callContext } from './call-context.ts';
import { failByPlan } from './call-faults.ts';
import type { Iam } from './iam/iam.ts';
import { lambdaApi } from './lambda/invoke-api.ts';
import type { Lambda } from './lambda/lambda.ts';
import { jsonHandler } from './protocol-json.ts';
import { answerQuery } from './protocol-query.ts';
import type { S3 } from './s3/s3.ts';
import {
  type AccessRequest,
  AwsError,
  type AwsPrincipal,
  type AwsRuntime,
  type AwsService,
} from './service.ts';
import { parseTraceHeader } from './trace-header.ts';

export interface DispatchSurroundings {
  runtime: AwsRuntime;
  iam: Iam;
  lambda: Lambda;
  services: AwsService[];
  s3: S3;
  traces: TraceStore;
  /** Told of defects of the local cloud itself. */
  warn(text: string): void;
}

/** The access key that signed a request: in the Authorization header, or in the query of a presigned URL. */
export function accessKeyOf(request: WireRequest): string | undefined {
  const header = /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? '')?.[1];
  if (header !== undefined || request.query === '') return header;
  return new URLSearchParams(request.query).get('X-Amz-Credential')?.split('/')[0];
}

/** Who signed a request. Keys that the local cloud has not issued are those of an outside client. */
export function principalResolver(runtime: AwsRuntime, iam: Iam): (request: WireRequest) => AwsPrincipal {
  const administrator: AwsPrincipal = {
    kind: 'administrator',
    arn: `arn:${runtime.partition}:iam::${runtime.accountId}:root`,
    accountId: runtime.accountId,
  };
  return (request) => {
    const key = accessKeyOf(request);
    return (key !== undefined && iam.principalOf(key)) || administrator;
  };
}

/** Answers every call to the AWS APIs, whichever service it is for: the request tells by its own form. */
export function dispatch({
  runtime,
  iam,
  lambda,
  services,
  s3,
  traces,
  warn,
}: DispatchSurroundings): WireHandler {
  const principalOf = principalResolver(runtime, iam);
  const authorize = (principal: AwsPrincipal, requests: readonly AccessRequest[]) => {
    iam.authorize(principal, requests);
    failByPlan(runtime.course.faults, principal, requests);
  };
  const json = jsonHandler(
    services.filter(({ protocol }) => protocol.kind === 'json'),
    {
      identify: principalOf,
      authorise: authorize,
      requestId: () => runtime.random.uuid(),
      onUnexpectedError: (error, request) =>
        warn(`${String(request.headers['x-amz-target'])}: ${(error as Error).stack}`),
    },
  );
  const rest = lambdaApi(lambda, (request, access) => authorize(principalOf(request), [access]));
  const queryServices = services.filter(({ protocol }) => protocol.kind === 'query');

  const answer = async (request: WireRequest): Promise<WireResponse> => {
    if (request.headers['x-amz-target'] !== undefined) return json(request);
    if (s3.accepts(request)) return s3.handle(request, authorize);
    if (request.path.startsWith('/2015-03-31/')) {
      try {
        return await rest(request);
      } catch (error) {
        return restError(error, runtime.random.uuid());
      }
    }
    const form = /^application\/x-www-form-urlencoded/.test(request.headers['content-type'] ?? '');
    if (request.method === 'POST' && form) {
      const version = new URLSearchParams(request.body.toString()).get('Version');
      const service =
        queryServices.find(({ protocol }) => protocol.kind === 'query' && protocol.version === version) ??
        queryServices[0];
      const principal = principalOf(request);
      const call = { principal, requestId: runtime.random.uuid(), ...callContext(request) };
      if (service) return answerQuery(service, request, call, (requests) => authorize(principal, requests));
    }
    return restError(
      new AwsError(
        'UnknownOperationException',
        `The local cloud has no service for ${request.method} ${request.host}${request.path}. It has: ${services.map(({ signingName }) => signingName).join(', ')}, s3, lambda.`,
        404,
      ),
      runtime.random.uuid(),
    );
  };

  return async (request) => {
    const startMs = performance.now();
    const response = await answer(request);
    const trace = request.headers['x-amzn-trace-id'];
    if (typeof trace === 'string')
      record(traces, runtime, trace, request, response, performance.now() - startMs);
    return response;
  };
}

/** A call that a function made, as a span of the trace whose header its SDK sent along. */
function record(
  traces: TraceStore,
  runtime: AwsRuntime,
  header: string,
  request: WireRequest,
  response: WireResponse,
  durationMs: number,
): void {
  const trace = parseTraceHeader(header);
  if (!trace?.sampled) return;
  const named = request.headers['x-amz-target'];
  const [target = '', operation] =
    typeof named === 'string' ? named.split('.') : [queryAction(request) ?? request.path];
  traces.add({
    traceId: trace.root,
    spanId: runtime.random.text(16),
    ...(trace.parent !== undefined && { parentSpanId: trace.parent }),
    service:
      operation === undefined
        ? (scopeService(request) ?? request.host.split('.', 1)[0] ?? request.host)
        : (target
            .replace(/^Amazon/, '')
            .split('_', 1)[0]
            ?.toLowerCase() ?? target),
    name: operation ?? target,
    startMs: runtime.clock.now() - durationMs,
    durationMs,
    failed: response.status >= 400,
    attributes: { status: response.status },
  });
}

/** The operation of a Query request. */
const queryAction = ({ headers, body }: WireRequest): string | undefined =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    ? (new URLSearchParams(body.toString()).get('Action') ?? undefined)
    : undefined;

/** The service in the scope of the signature. */
const scopeService = ({ headers }: WireRequest): string | undefined =>
  /Credential=[^,\s]*\/([\w-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1];

/** The error form of the REST JSON protocol. */
function restError(error: unknown, requestId: string): WireResponse {
  if (!(error instanceof AwsError)) throw error;
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': error.code,
      'x-amzn-requestid': requestId,
    },
    body: JSON.stringify({ ...error.members, message: error.message, Message: error.message }),
  };
}
