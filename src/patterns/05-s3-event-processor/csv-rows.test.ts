import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { csvRows } from './csv-rows.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function parse(input: string | Uint8Array, size = 3): Promise<Record<string, string>[]> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const rows = [];
  for await (const { values } of csvRows(inChunks(bytes, size))) rows.push(values);
  return rows;
}

const reason = (input: string | Uint8Array, size?: number) =>
  parse(input, size).then(
    () => 'accepted',
    (error: unknown) => (error as { reason?: string }).reason ?? error,
  );

describe('reads, however the bytes are cut', () => {
  test.each([
    ['CRLF', 'a,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    ['LF and no end of line at the end', 'a,b\n1,2', [{ a: '1', b: '2' }]],
    ['both in one file', 'a\r\n1\n2\r\n', [{ a: '1' }, { a: '2' }]],
    ['quotes, commas and lines in quotes', 'a,b\n"x, ""y""","1\r\n2"\n', [{ a: 'x, "y"', b: '1\r\n2' }]],
    ['a byte order mark', '\ufeffa\n1\n', [{ a: '1' }]],
    ['letters of several bytes', 'näme\nZoë 🦊\n', [{ näme: 'Zoë 🦊' }]],
    ['empty lines', 'a\n\n1\n\n', [{ a: '1' }]],
    ['empty values', 'a,b\n,\n', [{ a: '', b: '' }]],
    ['a name that objects know', 'constructor\n1\n', [{ constructor: '1' }]],
    ['a header only', 'a,b\n', []],
    ['nothing', '', []],
  ])('%s', async (_, text, rows) => {
    for (const size of [1, 2, 5, 1000]) expect(await parse(text, size)).toEqual(rows);
  });
});

describe('refuses', () => {
  test.each([
    ['a row with a value too many', 'a,b\n1,2,3\n', 'MalformedCsv'],
    ['a row with a value too few', 'a,b\n1\n', 'MalformedCsv'],
    ['a quote that does not end', 'a\n"1\n', 'MalformedCsv'],
    ['a quote in the middle', 'a\n"1"2\n', 'MalformedCsv'],
    ['two columns of one name', 'a,a\n1,2\n', 'InvalidHeader'],
    ['a column without a name', 'a,\n1,2\n', 'InvalidHeader'],
    ['names that stores keep for themselves', '__proto__\n1\n', 'InvalidHeader'],
    ['too many columns', `${Array.from({ length: 501 }, (_, n) => n).join(',')}\n`, 'InvalidHeader'],
    ['a row that is too large', `a\n${'x'.repeat(70_000)}\n`, 'RowTooLarge'],
    ['a row that is too large in UTF-8', `a\n${'€'.repeat(30_000)}\n`, 'RowTooLarge'],
    ['a row that has no end', `a\n"${'x\n'.repeat(100_000)}`, 'RowTooLarge'],
    ['NUL bytes', 'a\n\0\n', 'NotText'],
  ])('%s', async (_, text, expected) => {
    expect(await reason(text, 1000)).toBe(expected);
  });

  test.each([
    ['gzip', gzipSync('a\n1\n'), 'Compressed'],
    ['zip', Buffer.from('504b03040a00', 'hex'), 'Compressed'],
    ['zstd', Buffer.from('28b52ffd0400', 'hex'), 'Compressed'],
    ['bytes that are not UTF-8', Buffer.from('610a ff0a'.replace(' ', ''), 'hex'), 'NotText'],
    ['a letter that is cut off', Buffer.from('610ac3', 'hex'), 'NotText'],
  ])('%s', async (_, bytes, expected) => {
    expect(await reason(bytes, 1000)).toBe(expected);
  });
});

test.each(['1,2,3\n', '\0,\n', '"1"2,\n', '\ud800,\n'])(
  'however the bytes are cut, all rows before a fault come first: %j',
  async (bad) => {
    const bytes = Buffer.from(`a,b\n${'x,y\n'.repeat(300)}${bad}${'x,y\n'.repeat(300)}`);
    const fault = Buffer.from(bad).includes(0xef) ? bytes.fill(0xff, 1204, 1205) : bytes;
    for (const size of [1, 7, 1000, 10_000]) {
      let rows = 0;
      const read = async () => {
        for await (const { number } of csvRows(inChunks(fault, size))) rows = number;
      };
      await expect(read()).rejects.toThrow();
      expect(rows).toBe(300);
    }
  },
);

test('what fails in the middle of a download fails as it is', async () => {
  const failure = new Error('connection reset');
  const broken = async function* () {
    yield Buffer.from('a\n1\n');
    throw failure;
  };
  const read = async () => {
    for await (const _ of csvRows(broken()));
  };
  await expect(read()).rejects.toBe(failure);
});

test('reads no further than rows are taken, and ends the download', async () => {
  let chunks = 0;
  let isEnded = false;
  const endless = async function* () {
    try {
      yield Buffer.from('a\n');
      for (;;) {
        chunks++;
        yield Buffer.from('x\n'.repeat(500));
      }
    } finally {
      isEnded = true;
    }
  };
  for await (const { number } of csvRows(endless())) if (number === 10) break;
  expect(chunks).toBe(1);
  expect(isEnded).toBe(true);
});
