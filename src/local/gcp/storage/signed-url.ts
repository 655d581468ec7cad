// Signed URLs, version 4. https://docs.cloud.google.com/storage/docs/access-control/signed-urls-v4
import { createHash } from 'node:crypto';
import type { WireRequest } from '../../engine/wire.ts';
import type { GcpPrincipal } from '../service.ts';
import { headerOf } from './call.ts';
import { invalid, notSupported, StorageError } from './storage-error.ts';

/** Whether `signature` is that of a service account over `text`. */
export type SignatureCheck = (email: string, text: string, signature: Buffer) => boolean;

export const isSigned = (query: URLSearchParams) =>
  query.has('X-Goog-Signature') || query.has('x-goog-signature') || query.has('Signature');

const longestLifetimeSeconds = 7 * 86_400;

/**
 * The service account that has signed a URL; what the URL may do is what the account may.
 *
 * @throws StorageError for a URL that has expired, is not well-formed, or is used otherwise than it was signed for
 */
export function signerOf(
  request: WireRequest,
  query: URLSearchParams,
  { nowMs, verify, host }: { nowMs: number; verify: SignatureCheck; host: string },
): GcpPrincipal {
  if (query.has('Signature')) throw notSupported('Version 2 of signed URLs');
  const parameter = (name: string) => query.get(name) ?? query.get(name.toLowerCase()) ?? '';
  if (parameter('X-Goog-Algorithm') !== 'GOOG4-RSA-SHA256')
    throw notSupported(`The signing algorithm ${parameter('X-Goog-Algorithm')}`);
  const [email = '', ...scope] = parameter('X-Goog-Credential').split('/');
  const date = parameter('X-Goog-Date');
  const lifetimeSeconds = Number(parameter('X-Goog-Expires'));
  const startMs = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(startMs) || !(lifetimeSeconds > 0 && lifetimeSeconds <= longestLifetimeSeconds))
    throw invalid('Invalid argument: X-Goog-Date or X-Goog-Expires');
  if (nowMs > startMs + lifetimeSeconds * 1000)
    throw new StorageError(400, 'expiredToken', 'The provided token has expired.');
  const signedHeaders = parameter('X-Goog-SignedHeaders').split(';');
  const canonicalRequest = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    // A client that reaches the local port by its address has signed the service's own name.
    ...signedHeaders.map(
      (name) => `${name}:${name === 'host' ? hostOf(request, host) : trimmed(request, name)}`,
    ),
    '',
    signedHeaders.join(';'),
    headerOf(request, 'x-goog-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonicalRequest).digest('hex');
  const text = ['GOOG4-RSA-SHA256', date, scope.join('/'), hash].join('\n');
  if (!verify(email, text, Buffer.from(parameter('X-Goog-Signature'), 'hex')))
    throw new StorageError(
      403,
      'signatureDoesNotMatch',
      'Access denied. The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.',
    );
  return { kind: 'serviceAccount', email };
}

const trimmed = (request: WireRequest, name: string) =>
  (headerOf(request, name) ?? '').trim().replace(/\s+/g, ' ');

const hostOf = ({ host }: WireRequest, service: string) => (host.endsWith(service) ? host : service);

/** Every parameter but the signature, as sent, in order. */
function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((part) => part !== '' && !/^x-goog-signature=/i.test(part))
    .map((part) => {
      const [name = '', value = ''] = part
        .split('=')
        .map((text) => decodeURIComponent(text.replaceAll('+', ' ')));
      return `${encoded(name)}=${encoded(value)}`;
    })
    .sort()
    .join('&');
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
