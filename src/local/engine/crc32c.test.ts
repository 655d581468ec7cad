import { expect, test } from 'vitest';
import { crc32c, crc32cBase64 } from './crc32c.ts';

// RFC 3720, B.4
test.each([
  ['32 bytes of zeroes', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 increasing bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ['nothing', Buffer.alloc(0), 0],
])('%s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test('a checksum goes on where an earlier one ended, at any place', () => {
  const bytes = Buffer.from('The quick brown fox jumps over the lazy dog');
  expect(crc32c(bytes)).toBe(0x22620404);
  for (let at = 0; at <= bytes.length; at++)
    expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(0x22620404);
});

test('in base64, as Cloud Storage and S3 give it', () => {
  expect(crc32cBase64(crc32c(Buffer.from('123456789')))).toBe('4waSgw==');
});
