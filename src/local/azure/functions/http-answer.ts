import http from 'node:http';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { HttpCookie, HttpData, TypedData } from './typed-data.ts';

/** The trigger's input for a function that gets the whole request at once. */
export function httpInput(request: WireRequest, url: string, params: Record<string, string>): TypedData {
  return {
    http: {
      method: request.method,
      url,
      headers: flatHeaders(request),
      query: flatQuery(request.query),
      params,
      body: { bytes: request.body },
    },
  };
}

export function flatHeaders(request: WireRequest): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':'))
      flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** The host joins the values of a repeated name with commas. */
function flatQuery(query: string): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    flat[name] = flat[name] === undefined ? value : `${flat[name]},${value}`;
  }
  return flat;
}

/** What the host sends to the client for a function's returned value. */
export function httpAnswer(returned: TypedData | null | undefined): WireResponse {
  if (!returned) return { status: 204, headers: {}, body: '' };
  const data = returned.http;
  if (!data) return plainAnswer(returned);
  const headers: Record<string, string | string[]> = { ...data.headers };
  const cookies = data.cookies ?? [];
  if (cookies.length > 0) headers['set-cookie'] = cookies.map(setCookie);
  return { status: Number(data.statusCode ?? 200), headers, body: bodyOf(data) };
}

function bodyOf(data: HttpData): Buffer {
  const { body } = data;
  if (body?.bytes) return Buffer.from(body.bytes);
  return Buffer.from(body?.string ?? body?.json ?? '');
}

function plainAnswer(returned: TypedData): WireResponse {
  const body = returned.bytes ? Buffer.from(returned.bytes) : (returned.string ?? returned.json ?? '');
  const type = returned.json === undefined ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  return { status: 200, headers: { 'content-type': type }, body };
}

function setCookie(cookie: HttpCookie): string {
  const { domain, path, expires, maxAge, secure, httpOnly, sameSite } = cookie;
  const fields = [`${cookie.name}=${cookie.value}`];
  if (expires?.value !== undefined) fields.push(`expires=${new Date(expires.value).toUTCString()}`);
  if (maxAge?.value !== undefined) fields.push(`max-age=${maxAge.value}`);
  if (domain?.value) fields.push(`domain=${domain.value}`);
  fields.push(`path=${path?.value ?? '/'}`);
  if (secure?.value) fields.push('secure');
  if (sameSite === 'lax' || sameSite === 'strict') fields.push(`samesite=${sameSite}`);
  if (sameSite === 'explicitNone') fields.push('samesite=none');
  if (httpOnly?.value) fields.push('httponly');
  return fields.join('; ');
}

export interface ForwardedRequest {
  /** Settles when status and headers are there; the body streams. */
  answer: Promise<WireResponse>;
  abandon(reason: Error): void;
}

/**
 * Sends a request to the server that an app with HTTP streaming opens inside its instance, and streams its answer.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference-node#http-streams
 */
export function forwardStream(
  httpUri: string,
  invocationId: string,
  url: URL,
  request: WireRequest,
): ForwardedRequest {
  const forwarded = http.request({
    host: '127.0.0.1',
    port: Number(new URL(httpUri).port),
    method: request.method,
    path: url.pathname + url.search,
    headers: {
      ...flatHeaders(request),
      'x-ms-invocation-id': invocationId,
      'x-forwarded-host': url.host,
      'x-forwarded-proto': url.protocol.slice(0, -1),
    },
  });
  const answer = new Promise<WireResponse>((resolve, reject) => {
    forwarded.on('error', reject);
    forwarded.on('response', (response) => {
      const headers: Record<string, string | string[]> = {};
      for (const [name, value] of Object.entries(response.headers)) {
        if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = value;
      }
      resolve({ status: response.statusCode ?? 200, headers, body: response });
    });
  });
  forwarded.end(request.body);
  return { answer, abandon: (reason) => void forwarded.destroy(reason) };
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'x-ms-invocation-id', 'date']);
