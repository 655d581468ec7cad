import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type CurrentVersion,
  csvIndexer,
  type IndexedRow,
  type OpenedObject,
  OutOfTime,
  objectId,
  type RowIndex,
  rowId,
  type Upload,
  type UploadRecord,
  uploadId,
} from './core.ts';

const upload: Upload = { key: 'people.csv', version: 'v1', order: '1' };
const always = () => true;

type Document = IndexedRow | UploadRecord | CurrentVersion;

/** An index in memory, and a bucket with one file. */
function setUp(text: string, object: Partial<OpenedObject> = {}) {
  const documents = new Map<string, Document>();
  const writes: IndexedRow[][] = [];
  const bytes = Buffer.from(text);
  const state = {
    opened: 0,
    object: { sizeBytes: bytes.length, ...object } as Partial<OpenedObject> | undefined,
  };
  const index: RowIndex = {
    find: async (id) => documents.get(id) as UploadRecord | undefined,
    async write(rows) {
      writes.push(rows);
      for (const row of rows) documents.set(row.id, row);
    },
    async remove(id, count) {
      for (let row = 1; row <= count; row++) documents.delete(rowId(id, row));
    },
    async record(record) {
      const standing = documents.get(record.id) as UploadRecord | undefined;
      if (standing?.state !== 'indexed') documents.set(record.id, record);
    },
    async makeCurrent(current) {
      const standing = documents.get(current.id) as CurrentVersion | undefined;
      if (!standing || standing.order < current.order) documents.set(current.id, current);
    },
  };
  const indexer = csvIndexer({
    source: {
      async open() {
        state.opened++;
        const { object } = state;
        const chunks = async function* () {
          for (let start = 0; start < bytes.length; start += 100) yield bytes.subarray(start, start + 100);
        };
        return object && ({ bytes: chunks(), sizeBytes: bytes.length, ...object } as OpenedObject);
      },
    },
    index,
    now: () => Date.parse('2026-01-02T03:04:05Z'),
    maximumBytes: 20_000,
  });
  const rows = () =>
    [...documents.values()].filter((document) => document.kind === 'row').toSorted((a, b) => a.row - b.row);
  const record = (id = uploadId(upload)) => documents.get(id) as UploadRecord | undefined;
  const current = () => documents.get(objectId(upload.key)) as CurrentVersion | undefined;
  return { indexer, index, documents, writes, state, rows, record, current };
}

const lines = (count: number) => Array.from({ length: count }, (_, n) => `${n}\n`).join('');

describe('a file', () => {
  test('has its rows, its record and its pointer', async () => {
    const text = 'name,city\nAnna,Basel\nBen,Bern\n';
    const { indexer, rows, record, current } = setUp(text);
    expect(await indexer.process(upload, always)).toBe('indexed');
    expect(rows().map(({ row, values }) => [row, values])).toEqual([
      [1, { name: 'Anna', city: 'Basel' }],
      [2, { name: 'Ben', city: 'Bern' }],
    ]);
    expect(record()).toEqual({
      id: uploadId(upload),
      kind: 'upload',
      object: 'people.csv',
      version: 'v1',
      order: '1',
      state: 'indexed',
      rows: 2,
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
      changedAt: '2026-01-02T03:04:05.000Z',
    });
    expect(current()).toMatchObject({ version: 'v1', upload: uploadId(upload) });
  });

  test('is written in windows', async () => {
    const { indexer, writes, rows } = setUp(`n\n${lines(1000)}`);
    await indexer.process(upload, always);
    expect(writes.map(({ length }) => length)).toEqual([400, 400, 200]);
    expect(rows().map(({ values }) => values.n)).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
  });

  test('that was indexed is not read again', async () => {
    const { indexer, state } = setUp('a\n1\n');
    await indexer.process(upload, always);
    expect(await indexer.process(upload, always)).toBe('duplicate');
    expect(state.opened).toBe(1);
  });

  test('whose pointer was not written gets it with the next notification', async () => {
    const { indexer, documents, current } = setUp('a\n1\n');
    await indexer.process(upload, always);
    documents.delete(objectId(upload.key));
    await indexer.process(upload, always);
    expect(current()?.version).toBe('v1');
  });

  test('that is gone is recorded as skipped', async () => {
    const { indexer, state, record, rows, current } = setUp('a\n1\n');
    state.object = undefined;
    expect(await indexer.process(upload, always)).toBe('gone');
    expect(record()).toMatchObject({ state: 'skipped', reason: 'Gone', rows: 0 });
    expect([rows(), current()]).toEqual([[], undefined]);
  });

  test('an older version that comes late does not come in front', async () => {
    const { indexer, current, record } = setUp('a\n1\n');
    await indexer.process({ ...upload, version: 'v2', order: '2' }, always);
    await indexer.process(upload, always);
    expect(current()?.version).toBe('v2');
    expect(record()?.state).toBe('indexed');
  });

  test('that ends early is no short file', async () => {
    const { indexer, record } = setUp('a\n1\n', { sizeBytes: 100 });
    await expect(indexer.process(upload, always)).rejects.toThrow(/4 of 100 bytes/);
    expect(record()).toBeUndefined();
  });
});

describe('time', () => {
  test('that ends leaves a record of the progress, and the next delivery goes on from there', async () => {
    const { indexer, writes, record, rows } = setUp(`n\n${lines(1000)}`);
    await expect(indexer.process(upload, () => writes.length < 2)).rejects.toThrow(OutOfTime);
    expect(record()).toMatchObject({ state: 'indexing', rows: 800 });
    expect(await indexer.process(upload, always)).toBe('indexed');
    expect(writes.map(({ length }) => length)).toEqual([400, 400, 200]);
    expect(record()).toMatchObject({ state: 'indexed', rows: 1000, bytes: 2 + lines(1000).length });
    expect(rows()).toHaveLength(1000);
  });
});

describe('what cannot be indexed', () => {
  test('is rejected with its reason, and the rows before it are removed', async () => {
    const { indexer, record, rows, current, writes } = setUp(`n\n${lines(500)}1,2\n`);
    await expect(indexer.process(upload, always)).rejects.toMatchObject({ reason: 'MalformedCsv' });
    expect(writes).toHaveLength(1);
    expect(rows()).toEqual([]);
    expect(record()).toMatchObject({ state: 'rejected', reason: 'MalformedCsv', rows: 0 });
    expect(current()).toBeUndefined();
  });

  test.each([
    ['Compressed', { contentEncoding: 'gzip' }],
    ['TooLarge', { sizeBytes: 20_001 }],
  ])('%s is refused before it is read', async (reason, object) => {
    let isRead = false;
    const bytes = (async function* () {
      isRead = true;
      yield Buffer.from('a\n');
    })();
    const { indexer } = setUp('a\n1\n', { ...object, bytes });
    await expect(indexer.process(upload, always)).rejects.toMatchObject({ reason });
    expect(isRead).toBe(false);
  });

  test('a file that becomes larger than it said is refused while it is read', async () => {
    const { indexer } = setUp(`n\n${lines(6000)}`, { sizeBytes: 10 });
    await expect(indexer.process(upload, always)).rejects.toMatchObject({ reason: 'TooLarge' });
  });

  test('the encoding that says nothing is none', async () => {
    const { indexer } = setUp('a\n1\n', { contentEncoding: 'identity' });
    expect(await indexer.process(upload, always)).toBe('indexed');
  });

  test('is indexed when it comes again and can be', async () => {
    const { indexer, state, record } = setUp('a\n1\n', { contentEncoding: 'gzip' });
    await expect(indexer.process(upload, always)).rejects.toMatchObject({ reason: 'Compressed' });
    state.object = {};
    expect(await indexer.process(upload, always)).toBe('indexed');
    expect(record()?.state).toBe('indexed');
  });
});

describe('ids', () => {
  test('of versions and keys differ, whatever characters they have', () => {
    const ids = [
      uploadId({ key: 'a', version: 'b', order: '' }),
      uploadId({ key: 'b', version: 'a', order: '' }),
      objectId('a'),
      objectId('ä/?#\\'),
    ];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{40}$/);
  });

  test('of neighbouring rows begin differently', () => {
    expect([rowId('u', 120), rowId('u', 121), rowId('u', 12)]).toEqual(['021-u', '121-u', '21-u']);
  });
});

test('a large file needs no more memory than a small one', { timeout: 60_000 }, async () => {
  const line = Buffer.from(`${'x'.repeat(98)}\n`.repeat(1000));
  const chunks = 800;
  const sizeBytes = 2 + chunks * line.length;
  let rows = 0;
  let highestBytes = 0;
  const nothing = async () => undefined;
  const indexer = csvIndexer({
    source: {
      async open() {
        const bytes = (async function* () {
          yield Buffer.from('a\n');
          for (let chunk = 0; chunk < chunks; chunk++) yield line;
        })();
        return { bytes, sizeBytes };
      },
    },
    index: {
      find: nothing,
      async write(window) {
        rows += window.length;
        if (rows % 40_000 === 0) highestBytes = Math.max(highestBytes, process.memoryUsage().heapUsed);
      },
      remove: nothing,
      record: nothing,
      makeCurrent: nothing,
    },
    now: Date.now,
    maximumBytes: 1e9,
  });
  const beforeBytes = process.memoryUsage().heapUsed;
  await indexer.process(upload, always);
  expect(rows).toBe(chunks * 1000);
  // The file has 79 MB.
  expect(highestBytes - beforeBytes).toBeLessThan(64e6);
});
