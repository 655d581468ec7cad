import type { IncomingHttpHeaders } from 'node:http';

/** An HTTP request as a service of the local cloud sees it, whatever transport brought it. */
export interface WireRequest {
  method: string;
  /** Host name without port, as the client addressed it (`dynamodb.us-east-1.amazonaws.com`). */
  host: string;
  /** Path as sent, still percent-encoded, without the query. */
  path: string;
  /** Query as sent, without the question mark; empty when there is none. */
  query: string;
  /** Header names in lower case. */
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface WireResponse {
  status: number;
  headers: Record<string, string | string[]>;
  /** A string or buffer is sent with its length; an async iterable is streamed chunk by chunk. */
  body: string | Buffer | AsyncIterable<Uint8Array>;
}

export type WireHandler = (request: WireRequest) => WireResponse | Promise<WireResponse>;
