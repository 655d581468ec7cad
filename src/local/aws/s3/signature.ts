// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { accessDenied, s3Error } from './errors.ts';
import type { S3Request } from './request.ts';

const week = 604_800;

export interface SigningSurroundings {
  nowMs: number;
  /** The secret of an access key; `undefined` when it is not known here, and then no signature can be checked. */
  secretOf(accessKeyId: string): string | undefined;
}

const queryError = (message: string) => s3Error('AuthorizationQueryParametersError', message);

/** Checks a presigned URL: its form, its lifetime, its signature. @throws AwsError */
export function checkPresigned(request: S3Request, { nowMs, secretOf }: SigningSurroundings): void {
  const { query } = request;
  const value = (name: string): string => {
    const found = query.get(name);
    if (found !== undefined && found !== '') return found;
    throw queryError(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  };
  if (value('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const date = value('X-Amz-Date');
  const expiresSeconds = Number(value('X-Amz-Expires'));
  if (!Number.isInteger(expiresSeconds)) throw queryError('X-Amz-Expires should be a number');
  if (expiresSeconds < 0) throw queryError('X-Amz-Expires must be non-negative');
  if (expiresSeconds > week)
    throw queryError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  const signedAtMs = timeOf(date);
  if (signedAtMs === undefined)
    throw queryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  const expiresAtMs = signedAtMs + expiresSeconds * 1000;
  if (nowMs >= expiresAtMs) {
    throw s3Error('AccessDenied', 'Request has expired', 403, {
      'X-Amz-Expires': expiresSeconds,
      Expires: new Date(expiresAtMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    });
  }
  if (signedAtMs > nowMs + 15 * 60_000) throw accessDenied('Request is not valid yet');
  const scope = scopeOf(value('X-Amz-Credential'));
  if (!scope)
    throw queryError(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  const secret = secretOf(scope.accessKeyId);
  if (secret === undefined) return;
  const text = stringToSign(
    date,
    scope.rest,
    canonicalRequest(request, value('X-Amz-SignedHeaders').split(';')),
  );
  checkSignature(sign(secret, scope.rest, text), value('X-Amz-Signature'), scope.accessKeyId, text);
}

export interface CredentialScope {
  accessKeyId: string;
  /** `20260101/us-east-1/s3/aws4_request` */
  rest: string;
}

export function scopeOf(credential: string): CredentialScope | undefined {
  const [accessKeyId, ...rest] = credential.split('/');
  return accessKeyId && rest.length === 4 && rest[3] === 'aws4_request'
    ? { accessKeyId, rest: rest.join('/') }
    : undefined;
}

/** `20260101T120000Z` */
export function timeOf(date: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** @throws AwsError SignatureDoesNotMatch */
export function checkSignature(
  expected: string,
  given: string,
  AWSAccessKeyId: string,
  StringToSign: string,
): void {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  if (ours.length === theirs.length && timingSafeEqual(ours, theirs)) return;
  throw s3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
    { AWSAccessKeyId, StringToSign, SignatureProvided: given },
  );
}

/** The signature of a text, in hexadecimal. */
export function sign(secret: string, scope: string, text: string): string {
  let key: string | Buffer = `AWS4${secret}`;
  for (const step of scope.split('/')) key = createHmac('sha256', key).update(step).digest();
  return createHmac('sha256', key).update(text).digest('hex');
}

const stringToSign = (date: string, scope: string, canonical: string) =>
  `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;

function canonicalRequest({ wire, query }: S3Request, signedHeaders: readonly string[]): string {
  const parameters = [...new URLSearchParams(wire.query)]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const headers = signedHeaders.map((name) => {
    const value = name === 'host' ? (wire.headers.host ?? wire.headers[':authority']) : wire.headers[name];
    return `${name}:${[value].flat().join(',').trim().replace(/ +/g, ' ')}\n`;
  });
  return [
    wire.method,
    wire.path
      .split('/')
      .map((step) => encode(decodeURIComponent(step)))
      .join('/'),
    parameters.join('&'),
    headers.join(''),
    signedHeaders.join(';'),
    query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
