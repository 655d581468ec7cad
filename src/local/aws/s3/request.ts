import type { IncomingHttpHeaders } from 'node:http';
import type { WireRequest } from '../../engine/wire.ts';
import { s3Error } from './errors.ts';

/** A request to S3, whichever way it names its bucket. */
export interface S3Request {
  method: string;
  /** Absent for the service itself. */
  bucket?: string;
  /** Decoded; absent for the bucket itself. */
  key?: string;
  query: ReadonlyMap<string, string>;
  /** Of a presigned request, also those that its query stands for. */
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** What the client asked for: what is signed, and what errors name. */
  wire: WireRequest;
}

const hostWithBucket = /^(.+)\.s3(?:[.-][a-z0-9]+)*\.amazonaws\.com$|^(.+)\.(?:s3\.)?localhost$/;
const hostOfService = /^s3(?:[.-][a-z0-9]+)*\.amazonaws\.com$/;

export const isS3Host = (host: string): boolean => hostOfService.test(host) || hostWithBucket.test(host);

/** The bucket that a virtual-hosted name has in front. */
export function bucketOfHost(host: string): string | undefined {
  const match = hostWithBucket.exec(host);
  return match?.[1] ?? match?.[2];
}

/** Reads bucket, key and query. @throws AwsError InvalidURI */
export function parseRequest(wire: WireRequest): S3Request {
  const { method, host, path, body } = wire;
  const hosted = bucketOfHost(host);
  const end = hosted === undefined ? path.indexOf('/', 1) : 0;
  const first = end === -1 ? path.slice(1) : path.slice(1, end);
  const bucket = hosted ?? decode(first);
  const key = end === -1 ? '' : decode(path.slice(end + 1));
  const query = parseQuery(wire.query);
  return {
    method,
    ...(bucket !== '' && { bucket }),
    ...(key !== '' && { key }),
    query,
    headers: query.has('X-Amz-Signature') ? { ...headersInQuery(query), ...wire.headers } : wire.headers,
    body,
    wire,
  };
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw s3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}

const noQuery: ReadonlyMap<string, string> = new Map();

function parseQuery(query: string): ReadonlyMap<string, string> {
  // SDKs name the operation for their own debugging.
  if (query === '' || /^x-id=\w+$/.test(query)) return noQuery;
  return new Map(new URLSearchParams(query));
}

/** A presigned URL may carry in its query what would else be a header: a checksum, the encryption, metadata. */
function headersInQuery(query: ReadonlyMap<string, string>): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of query) {
    const lower = name.toLowerCase();
    if (lower.startsWith('x-amz-') && !signatureParameters.has(lower)) headers[lower] = value;
  }
  return headers;
}

const signatureParameters = new Set([
  'x-amz-algorithm',
  'x-amz-content-sha256',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/** The value of a header that stands there once. */
export function header(request: Pick<S3Request, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
