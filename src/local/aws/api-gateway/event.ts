import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';

/** What the event says about the request besides the request itself. */
export interface EventContext {
  accountId: string;
  apiId: string;
  domainName: string;
  stage: string;
  stageVariables: Record<string, string>;
  routeKey: string;
  pathParameters: Record<string, string>;
  requestId: string;
  nowMs: number;
  sourceIp: string;
  traceHeader: string;
  authorizer?: Record<string, unknown>;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2026:19:03:58 +0000` */
export function requestTime(nowMs: number): string {
  const iso = new Date(nowMs).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/**
 * The Lambda event of payload format 2.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 */
export function eventOf(request: WireRequest, context: EventContext): APIGatewayProxyEventV2 {
  const { cookie, ...headers } = request.headers;
  const path = decodeURI(request.path);
  const query = queryParameters(request.query);
  const text = isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath: path,
    rawQueryString: request.query,
    ...(cookie !== undefined && { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...joined(headers),
      host: context.domainName,
      'x-amzn-trace-id': context.traceHeader,
      'x-forwarded-for': context.sourceIp,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      ...(context.authorizer && { authorizer: context.authorizer }),
      domainName: context.domainName,
      domainPrefix: context.apiId,
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: context.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: context.stage,
      time: requestTime(context.nowMs),
      timeEpoch: context.nowMs,
    },
    ...(Object.keys(context.pathParameters).length > 0 && { pathParameters: context.pathParameters }),
    ...(Object.keys(context.stageVariables).length > 0 && { stageVariables: context.stageVariables }),
    ...(request.body.length > 0 && { body: request.body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !text,
  };
}

/**
 * The HTTP response that a function's result stands for: its `statusCode`, `headers` and `body`, or, without a
 * `statusCode`, the whole result as JSON. `undefined` for a result that API Gateway cannot turn into a response.
 */
export function responseOf(result: unknown): WireResponse | undefined {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const body = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries((headers ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== null) all[name.toLowerCase()] = String(value);
  }
  if (Array.isArray(cookies)) all['set-cookie'] = cookies.map(String);
  const text = body ?? '';
  if (text !== '' && all['content-type'] === undefined) all['content-type'] = 'text/plain;charset=UTF-8';
  return { status, headers: all, body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text };
}

/** HTTP APIs hand over these content types as text and everything else as base64. */
function isText(contentType: string | undefined): boolean {
  return /^\s*(text\/|application\/(json|javascript|xml)\b)/i.test(contentType ?? '');
}

function joined(headers: WireRequest['headers']): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) all[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return all;
}

function queryParameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const all: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    all[name] = Object.hasOwn(all, name) ? `${all[name]},${value}` : value;
  }
  return all;
}
