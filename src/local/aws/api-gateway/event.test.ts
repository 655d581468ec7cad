import { describe, expect, test } from 'vitest';
import type { WireRequest } from '../../engine/wire.ts';
import { renderAccessLog } from './access-log.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { eventOf, requestTime, responseOf } from './event.ts';

const request = (change: Partial<WireRequest> = {}): WireRequest => ({
  method: 'POST',
  host: 'localhost',
  path: '/items/a%20b',
  query: 'tag=a&tag=b&toString=1&e=%C3%A9',
  headers: { cookie: 'a=1; b=2', 'user-agent': 'test', 'x-many': 'one', 'content-type': 'application/json' },
  body: Buffer.from('{"a":1}'),
  ...change,
});
const context = {
  accountId: '123456789012',
  apiId: 'abc',
  domainName: 'abc.execute-api.us-east-1.amazonaws.com',
  stage: '$default',
  stageVariables: {},
  routeKey: 'POST /items/{id}',
  pathParameters: { id: 'a b' },
  requestId: 'r=',
  nowMs: Date.UTC(2026, 2, 12, 19, 3, 58),
  sourceIp: '127.0.0.1',
  traceHeader: 'Root=1-0-0',
};

describe('eventOf', () => {
  test('gives payload format 2.0', () => {
    const event = eventOf(request(), context);
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /items/{id}',
      rawPath: '/items/a b',
      rawQueryString: 'tag=a&tag=b&toString=1&e=%C3%A9',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { tag: 'a,b', toString: '1', e: 'é' },
      pathParameters: { id: 'a b' },
      body: '{"a":1}',
      isBase64Encoded: false,
      requestContext: {
        domainPrefix: 'abc',
        time: '12/Mar/2026:19:03:58 +0000',
        http: { method: 'POST', userAgent: 'test' },
      },
    });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.headers.host).toBe(context.domainName);
  });

  test('hands over what is not text as base64, and nothing as nothing', () => {
    const form = eventOf(
      request({ headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      context,
    );
    expect(form).toMatchObject({ body: Buffer.from('{"a":1}').toString('base64'), isBase64Encoded: true });
    expect(eventOf(request({ body: Buffer.alloc(0) }), context)).not.toHaveProperty('body');
  });
});

describe('responseOf', () => {
  test.each([
    [{ statusCode: 201, headers: { ETag: '"1"' }, body: 'x' }, 201, 'x'],
    [{ statusCode: '204' }, 204, ''],
    [
      { statusCode: 200, body: Buffer.from('ü').toString('base64'), isBase64Encoded: true },
      200,
      Buffer.from('ü'),
    ],
    [{ hello: 'world' }, 200, '{"hello":"world"}'],
    ['plain', 200, 'plain'],
    [null, 200, 'null'],
  ])('%j', (result, status, body) => {
    expect(responseOf(result)).toMatchObject({ status, body });
  });

  test('cookies become set-cookie headers', () => {
    expect(responseOf({ statusCode: 200, cookies: ['a=1', 'b=2'] })?.headers['set-cookie']).toEqual([
      'a=1',
      'b=2',
    ]);
  });

  test.each([{ statusCode: 'many' }, { statusCode: 99 }, { statusCode: 200, body: { a: 1 } }])(
    '%j is no response',
    (result) => {
      expect(responseOf(result)).toBeUndefined();
    },
  );
});

test('requestTime is in the form of the common log format', () => {
  expect(requestTime(Date.UTC(2026, 0, 2, 3, 4, 5))).toBe('02/Jan/2026:03:04:05 +0000');
});

describe('CORS', () => {
  const cors = {
    allowOrigins: ['https://shop.example'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['content-type'],
    exposeHeaders: ['etag'],
    allowCredentials: false,
    maxAgeSeconds: 60,
  };
  test('an allowed origin gets headers, another gets none', () => {
    expect(corsHeaders(cors, 'https://shop.example')).toEqual({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-expose-headers': 'etag',
      vary: 'Origin',
    });
    expect(corsHeaders(cors, 'https://evil.example')).toEqual({});
    expect(corsHeaders(cors, undefined)).toEqual({});
    expect(preflightHeaders(cors, 'https://evil.example')).toEqual({});
  });
  test('a preflight answer names methods, headers and age', () => {
    expect(preflightHeaders({ ...cors, allowOrigins: ['*'] }, 'https://any.example')).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-expose-headers': 'etag',
      'access-control-max-age': '60',
    });
  });
});

test('an access log line holds the values, escaped, and - for none', () => {
  const line = renderAccessLog(
    '{"a":"$context.routeKey","b":"$context.error.message","c":"$context.unknown"}',
    {
      routeKey: 'GET /"quoted"\n',
      'error.message': '',
    },
  );
  expect(JSON.parse(line)).toEqual({ a: 'GET /"quoted"\n', b: '-', c: '-' });
});
