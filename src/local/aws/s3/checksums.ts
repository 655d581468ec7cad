// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { s3Error } from './errors.ts';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** Of an object; in base64, and of a composite one with the number of parts behind it. */
export interface Checksum {
  algorithm: ChecksumAlgorithm;
  type: 'FULL_OBJECT' | 'COMPOSITE';
  value: string;
}

interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Base64. */
  digest(): string;
}

/** Computes a checksum piece by piece. */
export function runningChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
    }
    case 'CRC64NVME':
      return crc64();
    default: {
      const next = algorithm === 'CRC32' ? crc32 : crc32c;
      let value = 0;
      return {
        update(bytes) {
          value = next(bytes, value);
        },
        digest: () => fourBytes(value).toString('base64'),
      };
    }
  }
}

export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  const running = runningChecksum(algorithm);
  running.update(bytes);
  return running.digest();
}

export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

/** @throws AwsError BadDigest */
export function verifyChecksum(algorithm: ChecksumAlgorithm, expected: string, bytes: Uint8Array): void {
  if (checksumOf(algorithm, bytes) !== expected)
    throw s3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const crc32cTable = tableOf(0x82f63b78);

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}

function crc32c(bytes: Uint8Array, start: number): number {
  let value = ~start;
  for (const byte of bytes) value = (value >>> 8) ^ (crc32cTable[(value ^ byte) & 0xff] ?? 0);
  return ~value >>> 0;
}

/** Reflected polynomial of CRC-64/NVME, as two halves, since a number of JavaScript holds no 64 bits. */
const crc64High = 0x9a6c9329;
const crc64Low = 0xac4bc9b5;
const crc64Table = (() => {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let h = 0;
    let l = index;
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = l & 1;
      l = (l >>> 1) | ((h & 1) << 31);
      h >>>= 1;
      if (isOdd) {
        h ^= crc64High;
        l ^= crc64Low;
      }
    }
    high[index] = h;
    low[index] = l;
  }
  return { high, low };
})();

function crc64(): RunningChecksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(bytes) {
      const { high: highTable, low: lowTable } = crc64Table;
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (lowTable[index] ?? 0);
        high = (high >>> 8) ^ (highTable[index] ?? 0);
      }
    },
    digest: () => Buffer.concat([fourBytes(~high), fourBytes(~low)]).toString('base64'),
  };
}
