import { createHash } from 'node:crypto';
import { crc32c, crc32cBase64 } from '../../engine/crc32c.ts';
import { invalid } from './storage-error.ts';

/** Base64, both. */
export interface Digests {
  md5Hash: string;
  crc32c: string;
}

/** Of content that arrives in pieces. */
export class RunningDigest {
  readonly #md5 = createHash('md5');
  #crc32c = 0;

  add(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    this.#crc32c = crc32c(bytes, this.#crc32c);
  }

  /** Of all that was added; later additions count as well. */
  result(): Digests {
    return { md5Hash: this.#md5.copy().digest('base64'), crc32c: crc32cBase64(this.#crc32c) };
  }
}

export function digestsOf(bytes: Uint8Array): Digests {
  const digest = new RunningDigest();
  digest.add(bytes);
  return digest.result();
}

/** What a client says of its upload in `x-goog-hash: crc32c=...,md5=...`. */
export function digestsIn(header: string | string[] | undefined): Partial<Digests> {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  const found: Partial<Digests> = {};
  for (const [, name, value = ''] of text.matchAll(/(crc32c|md5)=([^,\s]+)/g)) {
    if (name === 'md5') found.md5Hash = value;
    else found.crc32c = value;
  }
  return found;
}

/** @throws StorageError 400 when the content is not what the client has sent */
export function demandDigests(expected: Partial<Digests>, actual: Digests): void {
  const { md5Hash, crc32c: checksum } = expected;
  if (md5Hash !== undefined && md5Hash !== actual.md5Hash)
    throw invalid(`Provided MD5 hash "${md5Hash}" doesn't match calculated MD5 hash "${actual.md5Hash}".`);
  if (checksum !== undefined && checksum !== actual.crc32c)
    throw invalid(`Provided CRC32C "${checksum}" doesn't match calculated CRC32C "${actual.crc32c}".`);
}
