import type { MetricStore } from '../../engine/metric-store.ts';
import { TokenBucket } from '../../engine/token-bucket.ts';
import type { TokenIssuer } from '../../engine/token-issuer.ts';
import type { TraceStore } from '../../engine/trace-store.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import { AwsError, type AwsPrincipal, type AwsRuntime } from '../service.ts';
import { renderAccessLog } from './access-log.ts';
import {
  type Authorization,
  checkJwt,
  iamContext,
  type JwtAuthorizer,
  type SignedCaller,
} from './authorizer.ts';
import { type Cors, corsHeaders, preflightHeaders } from './cors.ts';
import { type EventContext, eventOf, requestTime, responseOf } from './event.ts';
import { matchRoute, type Route, type RouteMatch } from './routes.ts';

/** What an integration needs from Lambda. */
export interface FunctionInvoker {
  /** Runs the function synchronously. `targetArn` may name a version or alias. */
  invokeFromApi(call: {
    targetArn: string;
    event: unknown;
    /** ARN of the route that calls, which the function's resource policy must allow. */
    sourceArn: string;
    traceHeader: string;
  }): Promise<ApiInvocation>;
}

export type ApiInvocation =
  | { kind: 'answered'; result: unknown }
  | { kind: 'failed'; message: string }
  | { kind: 'throttled' }
  | { kind: 'denied' };

export interface Integration {
  targetArn: string;
  timeoutMs: number;
}

export interface RouteTarget {
  integration: Integration;
  authorization:
    | { type: 'NONE' }
    | { type: 'AWS_IAM' }
    | { type: 'JWT'; authorizer: JwtAuthorizer; scopes: string[] };
}

export interface Throttle {
  burst: number;
  ratePerSecond: number;
}

export interface Stage {
  name: string;
  variables: Record<string, string>;
  throttle: Throttle | undefined;
  routeThrottles: Map<string, Throttle>;
  accessLog: { format: string; write: (line: string) => void } | undefined;
}

export interface HttpApiSurroundings {
  runtime: AwsRuntime;
  functions: FunctionInvoker;
  tokens: TokenIssuer;
  metrics: MetricStore;
  traces: TraceStore;
  /** Who signed the request, for routes with IAM authorization; `undefined` without a signature. */
  callerOf(request: WireRequest): SignedCaller | undefined;
  authorize(principal: AwsPrincipal, action: string, resource: string): void;
}

/** Longest time API Gateway waits for an integration, and the largest body it takes. */
export const maximumIntegrationTimeoutMs = 30_000;
const maximumBodyBytes = 10 * 1024 * 1024;

/** One HTTP API: routes, stages, CORS, throttling, authorization, access log. */
export class HttpApi {
  readonly id: string;
  readonly name: string;
  readonly routes: { route: Route; target: RouteTarget }[] = [];
  readonly stages = new Map<string, Stage>();
  cors: Cors | undefined;
  readonly #surroundings: HttpApiSurroundings;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(definition: { id: string; name: string }, surroundings: HttpApiSurroundings) {
    this.id = definition.id;
    this.name = definition.name;
    this.#surroundings = surroundings;
  }

  get domainName(): string {
    return `${this.id}.execute-api.${this.#surroundings.runtime.region}.amazonaws.com`;
  }

  async handle(request: WireRequest): Promise<WireResponse> {
    const { runtime } = this.#surroundings;
    const startedMs = runtime.clock.now();
    const requestId = `${runtime.random.text(15, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')}=`;
    const { stage, path } = this.#stageOf(request.path);
    const answer = stage
      ? await this.#answer({ ...request, path }, stage, requestId, startedMs)
      : { response: message(404, 'Not Found') };
    const { response } = answer;
    response.headers['apigw-requestid'] = requestId;
    const origin = request.headers.origin;
    if (this.cors && !('access-control-allow-methods' in response.headers)) {
      Object.assign(response.headers, corsHeaders(this.cors, origin));
    }
    runtime.meter.add(
      'api-gateway',
      'http-api-requests',
      this.id,
      Math.max(1, Math.ceil(request.body.length / 524_288)),
    );
    this.#observe(stage, response.status, runtime.clock.now() - startedMs);
    stage?.accessLog?.write(
      renderAccessLog(stage.accessLog.format, {
        accountId: runtime.accountId,
        apiId: this.id,
        domainName: this.domainName,
        domainPrefix: this.id,
        stage: stage.name,
        requestId,
        extendedRequestId: requestId,
        requestTime: requestTime(startedMs),
        requestTimeEpoch: String(startedMs),
        httpMethod: request.method,
        path: request.path,
        protocol: 'HTTP/1.1',
        routeKey: answer.routeKey ?? '',
        status: String(response.status),
        responseLength: String(lengthOf(response)),
        responseLatency: String(runtime.clock.now() - startedMs),
        'identity.sourceIp': '127.0.0.1',
        'identity.userAgent': request.headers['user-agent'] ?? '',
        'error.message': answer.error ?? '',
        integrationErrorMessage: answer.integrationError ?? '',
        'integration.error': answer.integrationError ?? '',
        'integration.latency': String(runtime.clock.now() - startedMs),
        integrationLatency: String(runtime.clock.now() - startedMs),
        'authorizer.error': answer.authorizerError ?? '',
      }),
    );
    return response;
  }

  /** The metrics that API Gateway keeps of every request. */
  #observe(stage: Stage | undefined, status: number, latencyMs: number): void {
    const { metrics, runtime } = this.#surroundings;
    const dimensions = { ApiId: this.id, Stage: stage?.name ?? '$default' };
    const add = (name: string, value: number, unit: string) =>
      metrics.add({ namespace: 'AWS/ApiGateway', name, unit, dimensions, value, atMs: runtime.clock.now() });
    add('Count', 1, 'Count');
    add('4xx', status >= 400 && status < 500 ? 1 : 0, 'Count');
    add('5xx', status >= 500 ? 1 : 0, 'Count');
    add('Latency', latencyMs, 'Milliseconds');
  }

  async #answer(request: WireRequest, stage: Stage, requestId: string, nowMs: number): Promise<Answer> {
    if (request.body.length > maximumBodyBytes) return { response: message(413, 'Request Entity Too Large') };
    const { cors } = this;
    if (
      cors &&
      request.method === 'OPTIONS' &&
      request.headers['access-control-request-method'] !== undefined
    ) {
      return { response: { status: 204, headers: preflightHeaders(cors, request.headers.origin), body: '' } };
    }
    let match: RouteMatch<RouteTarget> | undefined;
    try {
      decodeURI(request.path);
      match = matchRoute(this.routes, request.method, request.path);
    } catch {
      return { response: message(400, 'Bad Request') };
    }
    if (!match) return { response: message(404, 'Not Found'), error: 'Not Found' };
    const { routeKey } = match.route;
    if (!this.#admit(stage, routeKey, nowMs)) {
      return { response: message(429, 'Too Many Requests'), routeKey, error: 'Too Many Requests' };
    }
    const authorization = this.#authorize(match, request, stage, nowMs);
    if (!authorization.allowed) {
      return {
        response: message(authorization.status, authorization.message),
        routeKey,
        error: authorization.message,
        authorizerError: authorization.reason,
      };
    }
    return this.#integrate(match, request, stage, requestId, nowMs, authorization.context);
  }

  async #integrate(
    match: RouteMatch<RouteTarget>,
    request: WireRequest,
    stage: Stage,
    requestId: string,
    nowMs: number,
    authorizer: Record<string, unknown> | undefined,
  ): Promise<Answer> {
    const { runtime, functions } = this.#surroundings;
    const { routeKey } = match.route;
    const traceHeader =
      stringHeader(request, 'x-amzn-trace-id') ??
      `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${runtime.random.text(24)}`;
    const context: EventContext = {
      accountId: runtime.accountId,
      apiId: this.id,
      domainName: this.domainName,
      stage: stage.name,
      stageVariables: stage.variables,
      routeKey,
      pathParameters: match.pathParameters,
      requestId,
      nowMs,
      sourceIp: '127.0.0.1',
      traceHeader,
      ...(authorizer && { authorizer }),
    };
    const { integration } = match.target;
    const invocation = functions.invokeFromApi({
      targetArn: integration.targetArn,
      event: eventOf(request, context),
      sourceArn: this.#routeArn(match, request.method, stage),
      traceHeader,
    });
    const outcome = await withTimeout(invocation, integration.timeoutMs);
    const failed = (status: number, text: string, integrationError: string): Answer => ({
      response: message(status, text),
      routeKey,
      error: text,
      integrationError,
    });
    switch (outcome.kind) {
      case 'timedOut':
        return failed(503, 'Service Unavailable', 'Endpoint request timed out');
      case 'throttled':
        return failed(503, 'Service Unavailable', 'Lambda was throttled');
      case 'denied':
        return failed(
          500,
          'Internal Server Error',
          `API Gateway may not invoke ${integration.targetArn}: no aws_lambda_permission allows it`,
        );
      case 'failed':
        return failed(500, 'Internal Server Error', outcome.message);
      case 'answered': {
        const response = responseOf(outcome.result);
        if (response) return { response, routeKey };
        return failed(500, 'Internal Server Error', 'The response of the function is not a valid response');
      }
    }
  }

  #authorize(
    match: RouteMatch<RouteTarget>,
    request: WireRequest,
    stage: Stage,
    nowMs: number,
  ): Authorization {
    const { authorization } = match.target;
    switch (authorization.type) {
      case 'NONE':
        return { allowed: true };
      case 'JWT':
        return checkJwt(
          authorization.authorizer,
          authorization.scopes,
          request,
          this.#surroundings.tokens,
          nowMs,
        );
      case 'AWS_IAM': {
        const caller = this.#surroundings.callerOf(request);
        const forbidden = (reason: string): Authorization => ({
          allowed: false,
          status: 403,
          message: 'Forbidden',
          reason,
        });
        if (!caller) return forbidden('the request is not signed');
        try {
          this.#surroundings.authorize(
            caller.principal,
            'execute-api:Invoke',
            this.#routeArn(match, request.method, stage),
          );
          return { allowed: true, context: iamContext(caller) };
        } catch (error) {
          if (error instanceof AwsError) return forbidden(error.message);
          throw error;
        }
      }
    }
  }

  /** `arn:aws:execute-api:us-east-1:123456789012:abc123/$default/GET/items/{id}` */
  #routeArn(match: RouteMatch<RouteTarget>, method: string, stage: Stage): string {
    const { partition, region, accountId } = this.#surroundings.runtime;
    const { routeKey } = match.route;
    const path = routeKey === '$default' ? '/$default' : routeKey.slice(routeKey.indexOf('/'));
    return `arn:${partition}:execute-api:${region}:${accountId}:${this.id}/${stage.name}/${method}${path}`;
  }

  #admit(stage: Stage, routeKey: string, nowMs: number): boolean {
    const own = stage.routeThrottles.get(routeKey);
    const throttle = own ?? stage.throttle;
    if (!throttle) return true;
    const key = own ? `${stage.name} ${routeKey}` : stage.name;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new TokenBucket({ ratePerSecond: throttle.ratePerSecond, burst: throttle.burst, nowMs });
      this.#buckets.set(key, bucket);
    }
    return bucket.take(nowMs);
  }

  /** A named stage is the first segment of the path; everything else belongs to `$default`. */
  #stageOf(path: string): { stage: Stage | undefined; path: string } {
    const [, first = ''] = path.split('/', 2);
    const named = this.stages.get(first);
    if (named && first !== '$default') return { stage: named, path: path.slice(first.length + 1) || '/' };
    return { stage: this.stages.get('$default'), path };
  }
}

interface Answer {
  response: WireResponse;
  routeKey?: string;
  error?: string;
  integrationError?: string;
  authorizerError?: string;
}

function message(status: number, text: string): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message: text }) };
}

function lengthOf({ body }: WireResponse): number {
  return typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.byteLength(body) : 0;
}

function stringHeader(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

async function withTimeout<Result>(
  work: Promise<Result>,
  timeoutMs: number,
): Promise<Result | { kind: 'timedOut' }> {
  let handle: NodeJS.Timeout | undefined;
  const timeout = new Promise<{ kind: 'timedOut' }>((resolve) => {
    handle = setTimeout(() => resolve({ kind: 'timedOut' }), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(handle);
  }
}
