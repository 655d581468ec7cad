import type { KeyPart, PartitionKeyDefinition } from './partition-key.ts';

/**
 * The place of a partition key in the hash space of a container, as the hexadecimal text that feed ranges and
 * the headers `x-ms-start-epk` and `x-ms-end-epk` are made of. `undefined` for version 1 keys, which hash
 * otherwise.
 */
export function effectivePartitionKey(
  parts: readonly KeyPart[],
  { kind, version }: PartitionKeyDefinition,
): string | undefined {
  if (version !== 2) return undefined;
  return kind === 'MultiHash' ? parts.map((part) => hashText([part])).join('') : hashText(parts);
}

function hashText(parts: readonly KeyPart[]): string {
  const hash = murmur3x64(Buffer.concat(parts.map(encode)));
  // The two highest bits stay free, so that every key lies below the range end 'FF'.
  hash[0] = (hash[0] ?? 0) & 0x3f;
  return hash.toString('hex').toUpperCase();
}

/** A type marker, the value, and for strings an end marker. */
function encode(part: KeyPart): Buffer {
  if (part === undefined) return Buffer.of(0x00);
  if (part === null) return Buffer.of(0x01);
  if (typeof part === 'boolean') return Buffer.of(part ? 0x03 : 0x02);
  if (typeof part === 'string') return Buffer.concat([Buffer.of(0x08), Buffer.from(part), Buffer.of(0xff)]);
  const number = Buffer.alloc(9);
  number[0] = 0x05;
  number.writeDoubleLE(part, 1);
  return number;
}

const mask = (1n << 64n) - 1n;
const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & mask;
const multiply = (a: bigint, b: bigint) => (a * b) & mask;

function finalMix(value: bigint): bigint {
  let mixed = value ^ (value >> 33n);
  mixed = multiply(mixed, 0xff51afd7ed558ccdn);
  mixed ^= mixed >> 33n;
  mixed = multiply(mixed, 0xc4ceb9fe1a85ec53n);
  return mixed ^ (mixed >> 33n);
}

/** MurmurHash3, 128 bits, x64 flavour, seed 0, as one little-endian number written with its highest byte first. */
function murmur3x64(data: Buffer): Buffer {
  const c1 = 0x87c37b91114253d5n;
  const c2 = 0x4cf5ad432745937fn;
  let h1 = 0n;
  let h2 = 0n;
  const mixed1 = (k: bigint) => multiply(rotate(multiply(k, c1), 31n), c2);
  const mixed2 = (k: bigint) => multiply(rotate(multiply(k, c2), 33n), c1);
  const blocks = Math.floor(data.length / 16);
  for (let block = 0; block < blocks; block++) {
    h1 = rotate(h1 ^ mixed1(data.readBigUInt64LE(block * 16)), 27n);
    h1 = (multiply((h1 + h2) & mask, 5n) + 0x52dce729n) & mask;
    h2 = rotate(h2 ^ mixed2(data.readBigUInt64LE(block * 16 + 8)), 31n);
    h2 = (multiply((h2 + h1) & mask, 5n) + 0x38495ab5n) & mask;
  }
  const tail = Buffer.alloc(16);
  data.copy(tail, 0, blocks * 16);
  // A tail of zeros mixes to zero, so an absent one needs no case of its own.
  h1 ^= mixed1(tail.readBigUInt64LE(0));
  h2 ^= mixed2(tail.readBigUInt64LE(8));
  const length = BigInt(data.length);
  h1 ^= length;
  h2 ^= length;
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  const hash = Buffer.alloc(16);
  hash.writeBigUInt64BE(h2, 0);
  hash.writeBigUInt64BE(h1, 8);
  return hash;
}
