/**
 * AWS JSON 1.0 and 1.1: one operation per POST, named by the header X-Amz-Target.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
import { crc32 } from 'node:zlib';
import type { WireRequest, WireResponse } from '../engine/wire.ts';
import { callContext } from './call-context.ts';
import {
  type AccessRequest,
  AwsError,
  type AwsOperation,
  type AwsPrincipal,
  type AwsService,
} from './service.ts';

export interface JsonHandlerOptions {
  /** Who sends a signed request. May throw AwsError (UnrecognizedClientException). */
  identify(request: WireRequest): AwsPrincipal;
  /** Throws AwsError (AccessDeniedException) when the principal lacks one of the permissions. */
  authorise(principal: AwsPrincipal, requests: readonly AccessRequest[]): void;
  /** A new request id for each call. */
  requestId(): string;
  /** Told of errors that are no AwsError; the client sees InternalServerError. */
  onUnexpectedError(error: unknown, request: WireRequest): void;
}

export type JsonHandler = (request: WireRequest) => WireResponse | Promise<WireResponse>;

interface Endpoint {
  service: AwsService;
  contentType: string;
  /** Namespace of the modelled errors, where the service sends one. */
  errorNamespace: string | undefined;
}

const errorNamespaces: { [target: string]: string | undefined } = {
  DynamoDB_20120810: 'com.amazonaws.dynamodb.v20120810',
  DynamoDBStreams_20120810: 'com.amazonaws.dynamodb.v20120810',
  AmazonSQS: 'com.amazonaws.sqs',
};

/** Errors that come from the framework under every service, with the namespace they have on the wire. */
const frameworkErrors: { [code: string]: string | undefined } = {
  AccessDeniedException: 'com.amazon.coral.service',
  IncompleteSignatureException: 'com.amazon.coral.service',
  InternalFailure: 'com.amazon.coral.service',
  InvalidParameterValueException: 'com.amazon.coral.service',
  InvalidSignatureException: 'com.amazon.coral.service',
  MissingAuthenticationTokenException: 'com.amazon.coral.service',
  MissingRequiredParameterException: 'com.amazon.coral.service',
  SerializationException: 'com.amazon.coral.service',
  ThrottlingException: 'com.amazon.coral.availability',
  UnknownOperationException: 'com.amazon.coral.service',
  UnrecognizedClientException: 'com.amazon.coral.service',
  ValidationException: 'com.amazon.coral.validate',
};

/** Answers the JSON requests of all `services`. Every response has a request id; those of DynamoDB a checksum. */
export function jsonHandler(services: readonly AwsService[], options: JsonHandlerOptions): JsonHandler {
  const endpoints = new Map<string, Endpoint>();
  for (const service of services) {
    const { protocol } = service;
    if (protocol.kind !== 'json') {
      throw new Error(`${service.signingName} does not speak AWS JSON but ${protocol.kind}.`);
    }
    endpoints.set(protocol.target, {
      service,
      contentType: `application/x-amz-json-${protocol.version}`,
      errorNamespace: errorNamespaces[protocol.target],
    });
  }
  return (request) => {
    const requestId = options.requestId();
    const target = headerOf(request, 'x-amz-target');
    const dot = target.lastIndexOf('.');
    const endpoint = endpoints.get(target.slice(0, dot));
    const operations = endpoint?.service.operations;
    const name = target.slice(dot + 1);
    const operation = operations && Object.hasOwn(operations, name) ? operations[name] : undefined;
    try {
      if (request.method !== 'POST' || !endpoint || !operation) {
        throw new AwsError('UnknownOperationException', `Unknown operation: ${target || 'no X-Amz-Target'}`);
      }
      const result = perform(operation, request, requestId, options);
      if (!(result instanceof Promise)) return respond(endpoint, requestId, 200, result);
      return result.then(
        (output) => respond(endpoint, requestId, 200, output),
        (error: unknown) => fail(endpoint, requestId, error, request, options),
      );
    } catch (error) {
      return fail(endpoint, requestId, error, request, options);
    }
  };
}

function perform(
  operation: AwsOperation,
  request: WireRequest,
  requestId: string,
  { identify, authorise }: JsonHandlerOptions,
): unknown {
  if (!isSigned(request)) {
    throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const input = parseBody(request.body);
  const principal = identify(request);
  authorise(principal, operation.access(input));
  return operation.run(input, { principal, requestId, ...callContext(request) });
}

function isSigned({ headers, query }: WireRequest): boolean {
  return headers.authorization?.startsWith('AWS4-') || query.includes('X-Amz-Algorithm=');
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    const input: unknown = JSON.parse(body.toString());
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  } catch {
    // The error below is all that AWS says of malformed JSON.
  }
  throw new AwsError('SerializationException', '');
}

function respond(
  endpoint: Endpoint | undefined,
  requestId: string,
  status: number,
  output: unknown,
): WireResponse {
  const body = output === undefined ? '' : JSON.stringify(output);
  const headers: Record<string, string> = {
    'x-amzn-requestid': requestId,
    'content-type': endpoint?.contentType ?? 'application/x-amz-json-1.0',
  };
  // Clients of DynamoDB verify the body with it.
  if (endpoint?.service.signingName === 'dynamodb') headers['x-amz-crc32'] = String(crc32(body));
  return { status, headers, body };
}

function fail(
  endpoint: Endpoint | undefined,
  requestId: string,
  error: unknown,
  request: WireRequest,
  options: JsonHandlerOptions,
): WireResponse {
  if (!(error instanceof AwsError)) {
    options.onUnexpectedError(error, request);
    const internal = new AwsError('InternalServerError', 'Internal server error', 500);
    return respond(endpoint, requestId, 500, errorBody(internal, endpoint));
  }
  const response = respond(endpoint, requestId, error.status, errorBody(error, endpoint));
  const protocol = endpoint?.service.protocol;
  if (protocol?.kind === 'json' && protocol.queryErrorCode) {
    // https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-error
    response.headers['x-amzn-query-error'] =
      `${protocol.queryErrorCode(error.code)};${error.status >= 500 ? 'Receiver' : 'Sender'}`;
  }
  return response;
}

function errorBody(error: AwsError, endpoint: Endpoint | undefined): object {
  const framework = frameworkErrors[error.code];
  const namespace = framework ?? endpoint?.errorNamespace;
  return {
    __type: namespace === undefined ? error.code : `${namespace}#${error.code}`,
    // The framework's own errors, and the one that the model spells so, have a capital.
    ...(error.message !== '' && {
      [capitalised.has(error.code) ? 'Message' : 'message']: error.message,
    }),
    ...error.members,
  };
}

const capitalised = new Set([
  'AccessDeniedException',
  'SerializationException',
  'TransactionCanceledException',
]);

function headerOf({ headers }: WireRequest, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
}
