// https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from '../../engine/wire.ts';

const signedHeaders = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const;

/** What a client signs with the account's key. */
export function stringToSign(request: WireRequest, account: string): string {
  const header = (name: string) => {
    const value = String(request.headers[name] ?? '');
    if (name === 'content-length' && value === '0') return '';
    return name === 'date' && request.headers['x-ms-date'] !== undefined ? '' : value;
  };
  const own = Object.keys(request.headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(request.query)) {
    const key = name.toLowerCase();
    parameters.set(key, [...(parameters.get(key) ?? []), value]);
  }
  const query = [...parameters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => `\n${name}:${values.sort().join(',')}`);
  return [
    request.method,
    ...signedHeaders.map(header),
    `${own.join('')}/${account}${request.path}${query.join('')}`,
  ].join('\n');
}

export const hmac = (key: string, text: string): string =>
  createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');

/** Whether one of these keys made this signature of `text`. */
export function isSignedBy(keys: readonly string[], text: string, signature: string): boolean {
  const given = Buffer.from(signature);
  return keys.some((key) => {
    const expected = Buffer.from(hmac(key, text));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}
