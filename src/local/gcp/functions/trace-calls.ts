/**
 * Marks the calls that a function makes to Google's services, over gRPC and over HTTP, with the request that they are made for, so that
 * traces show them beneath it. The client libraries send no trace context by themselves. Runs inside an instance.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import http2, { type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';

const isGoogleService = (authority: unknown): boolean =>
  /\.googleapis\.com(?::\d+)?\/?$/.test(String(authority));

/** What undici tells of a request of `fetch`. */
interface FetchRequest {
  origin: string | URL;
  addHeader(name: string, value: string): void;
}

/** Must run before the function's code is loaded. */
export function traceCalls(): void {
  const request = new AsyncLocalStorage<string>();
  subscribe('http.server.request.start', (message) => {
    const { traceparent } = (message as { request: IncomingMessage }).request.headers;
    if (typeof traceparent === 'string') request.enterWith(traceparent);
  });

  subscribe('http.client.request.created', (message) => {
    const { request: call } = message as { request: ClientRequest };
    const traceparent = request.getStore();
    if (traceparent !== undefined && isGoogleService(call.host) && !call.headersSent)
      call.setHeader('traceparent', traceparent);
  });
  subscribe('undici:request:create', (message) => {
    const { request: call } = message as { request: FetchRequest };
    const traceparent = request.getStore();
    if (traceparent !== undefined && isGoogleService(call.origin)) call.addHeader('traceparent', traceparent);
  });

  const { connect } = http2;
  const connectAndMark = (...args: Parameters<typeof connect>): ClientHttp2Session => {
    const session = Reflect.apply(connect, http2, args);
    if (!isGoogleService(args[0])) return session;
    const send = session.request;
    session.request = (headers: OutgoingHttpHeaders = {}, options) => {
      const traceparent = request.getStore();
      if (traceparent !== undefined) headers.traceparent ??= traceparent;
      return send.call(session, headers, options);
    };
    return session;
  };
  Object.assign(http2, { connect: connectAndMark });
}
