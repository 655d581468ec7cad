import { createHash } from 'node:crypto';

const lowerAlphanumeric = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * An id that looks random and is always the same for the same `name` (a resource address): what a cloud would make
 * up, without a run of its own being unlike the last.
 */
export function stableId(name: string, length: number, alphabet: string = lowerAlphanumeric): string {
  let id = '';
  for (let block = 0; id.length < length; block++) {
    const bytes = createHash('sha256').update(`${block}\n${name}`).digest();
    for (const byte of bytes) id += alphabet[byte % alphabet.length];
  }
  return id.slice(0, length);
}
