/** The methods that the Node SDK does not call itself, over the wire. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createDocumentRequest,
  deleteDocumentRequest,
  document,
  empty,
  getDocumentRequest,
  listCollectionIdsRequest,
  listCollectionIdsResponse,
  listDocumentsRequest,
  listDocumentsResponse,
  updateDocumentRequest,
} from './messages.ts';
import { createTestBed, databaseName, type TestBed } from './test-bed.ts';
import type { Value } from './value.ts';

let bed: TestBed;
beforeEach(async () => {
  bed = await createTestBed();
});
afterEach(() => bed.close());

const parent = `${databaseName}/documents`;
const integer = (value: number): Value => ({ kind: 'integer', value: BigInt(value) });
const create = (collectionId: string, documentId: string, n: number) =>
  bed.call(
    'CreateDocument',
    [
      createDocumentRequest,
      { parent, collectionId, documentId, document: { fields: new Map([['n', integer(n)]]) } },
    ],
    document,
  );

test('CreateDocument makes an id when there is none, and never overwrites', async () => {
  const made = await create('c', '', 1);
  expect(made.name).toMatch(/documents\/c\/[A-Za-z0-9]{20}$/);
  expect(made.createTime).toEqual(made.updateTime);
  await create('c', 'a', 1);
  await expect(create('c', 'a', 2)).rejects.toMatchObject({
    code: 6,
    details: `Document already exists: ${parent}/c/a`,
  });
});

test('GetDocument, UpdateDocument with a mask, DeleteDocument', async () => {
  const name = `${parent}/c/a`;
  await create('c', 'a', 1);
  const updated = await bed.call(
    'UpdateDocument',
    [
      updateDocumentRequest,
      {
        document: {
          name,
          fields: new Map([
            ['m', integer(2)],
            ['ignored', integer(3)],
          ]),
        },
        updateMask: { fieldPaths: ['m'] },
        mask: { fieldPaths: ['m'] },
      },
    ],
    document,
  );
  expect(updated.fields).toEqual(new Map([['m', integer(2)]]));
  const found = await bed.call('GetDocument', [getDocumentRequest, { name }], document);
  expect(found.fields).toEqual(
    new Map([
      ['n', integer(1)],
      ['m', integer(2)],
    ]),
  );
  await bed.call('DeleteDocument', [deleteDocumentRequest, { name }], empty);
  await expect(bed.call('GetDocument', [getDocumentRequest, { name }], document)).rejects.toMatchObject({
    code: 5,
    details: `Document "${name}" not found.`,
  });
});

test('ListDocuments goes page by page, in order, with missing parents when asked', async () => {
  for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries()) await create('c', id, 10 - index);
  await bed.sdk().doc('c/bb/sub/x').set({});
  const list = async (options: { orderBy?: string; showMissing?: boolean }) => {
    const ids: string[] = [];
    let pageToken = '';
    do {
      const request = { parent, collectionId: 'c', pageSize: 2, pageToken, ...options };
      const page = await bed.call('ListDocuments', [listDocumentsRequest, request], listDocumentsResponse);
      expect(page.documents.length).toBeLessThanOrEqual(2);
      ids.push(...page.documents.map(({ name }) => name.slice(parent.length + 3)));
      pageToken = page.nextPageToken;
    } while (pageToken);
    return ids.join(' ');
  };
  expect(await list({})).toBe('a b c d e');
  expect(await list({ orderBy: 'n' })).toBe('e d c b a');
  expect(await list({ orderBy: 'n desc' })).toBe('a b c d e');
  expect(await list({ showMissing: true })).toBe('a b bb c d e');
});

test('ListCollectionIds goes page by page', async () => {
  for (const id of ['z', 'x', 'y']) await create(id, 'a', 1);
  const first = await bed.call(
    'ListCollectionIds',
    [listCollectionIdsRequest, { parent, pageSize: 2 }],
    listCollectionIdsResponse,
  );
  expect(first.collectionIds).toEqual(['x', 'y']);
  const second = await bed.call(
    'ListCollectionIds',
    [listCollectionIdsRequest, { parent, pageSize: 2, pageToken: first.nextPageToken }],
    listCollectionIdsResponse,
  );
  expect(second).toEqual({ collectionIds: ['z'], nextPageToken: '' });
});

test('partitions of a collection group meet without gap or overlap', async () => {
  const db = bed.sdk();
  const batch = db.batch();
  for (let index = 0; index < 40; index++) batch.set(db.doc(`p/${index % 7}/parts/d${index}`), { index });
  await batch.commit();
  const found: string[] = [];
  let count = 0;
  for await (const partition of db.collectionGroup('parts').getPartitions(4)) {
    count++;
    found.push(...(await partition.toQuery().get()).docs.map((part) => part.ref.path));
  }
  expect(count).toBe(4);
  expect(found).toEqual(
    (await db.collectionGroup('parts').orderBy('__name__').get()).docs.map((part) => part.ref.path),
  );
});
