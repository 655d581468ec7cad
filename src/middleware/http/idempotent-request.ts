import { createHash } from 'node:crypto';
import { canonicalJson, type Idempotency } from '../idempotency/idempotency.ts';
import type { HttpAnswer } from './answer.ts';
import { Problem } from './problem.ts';

/**
 * Honours the `Idempotency-Key` header
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/): `work` runs once per key, and a
 * repeated request gets the first answer again, marked `idempotent-replayed: true`.
 *
 * `work` receives the id under which to create things. With a key, the id is derived from key and payload, so that
 * an attempt repeated after a crash finds what the crashed one created instead of creating it again.
 */
export function idempotentRequest(idempotency: Idempotency, newId: () => string) {
  return async (
    key: string | undefined | null,
    payload: unknown,
    work: (id: string) => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> => {
    if (key === undefined || key === null) return work(newId());
    checkIdempotencyKey(key);
    const { result, replayed } = await idempotency.once({ key, payload }, () =>
      work(idFromText(`${key}\n${canonicalJson(payload)}`)),
    );
    return replayed ? { ...result, headers: { ...result.headers, 'idempotent-replayed': 'true' } } : result;
  };
}

/** @throws Problem 400 for what is no value of an `Idempotency-Key` header */
export function checkIdempotencyKey(key: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw new Problem(400, 'Invalid Idempotency Key', {
    detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.',
  });
}

/**
 * The id under which to create something: made from the key, so that a repeated request creates the same thing again
 * and whoever stores it can tell; new without one.
 *
 * @throws Problem 400 for what is no key
 */
export function idOfRequest(key: string | undefined | null, newId: () => string): string {
  if (key === undefined || key === null) return newId();
  checkIdempotencyKey(key);
  return idFromText(key);
}

/** A version 8 UUID (RFC 9562, section 5.8) made from a hash of the text. */
export function idFromText(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
