import { FieldValue, Timestamp } from '@google-cloud/firestore';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeDocumentEvent } from './document-event.ts';
import {
  commitRequest,
  commitResponse,
  documentEventData,
  empty,
  getDocumentRequest,
  document as wireDocument,
} from './messages.ts';
import { createTestBed, databaseName, type TestBed, type TestBedOptions } from './test-bed.ts';

let bed: TestBed | undefined;
async function open(options?: TestBedOptions): Promise<TestBed> {
  bed = await createTestBed(options);
  return bed;
}
afterEach(async () => {
  await bed?.close();
  bed = undefined;
});

const read = (meter: TestBed['meter']) =>
  Object.fromEntries(meter.readings().map(({ unit, quantity }) => [unit, quantity]));

describe('billing', () => {
  test('counts writes, deletes and reads as the vendor does', async () => {
    const { sdk, meter } = await open();
    const db = sdk();
    const batch = db.batch();
    for (let index = 0; index < 12; index++) batch.set(db.doc(`c/${index}`), { n: index });
    await batch.commit();
    await db.doc('c/0').delete();
    await db.doc('c/not-there').delete();
    expect(read(meter)).toEqual({ 'document-writes': 12, 'document-deletes': 2 });

    meter.reset();
    await db.getAll(db.doc('c/1'), db.doc('c/not-there'));
    expect(read(meter), 'a missing document is a read').toEqual({ 'document-reads': 2 });

    meter.reset();
    await db.collection('c').orderBy('n').offset(3).limit(2).get();
    expect(read(meter), 'the offset is read too').toEqual({ 'document-reads': 5 });

    meter.reset();
    await db.collection('c').where('n', '>', 100).get();
    expect(read(meter), 'no result costs one read').toEqual({ 'document-reads': 1 });

    meter.reset();
    await db.collection('c').count().get();
    expect(read(meter), 'one read for up to 1000 index entries').toEqual({
      'document-reads': 1,
      'index-entry-reads': 11,
    });
    expect(meter.readings()[0]?.resource).toBe(databaseName);
  });

  test('knows the stored bytes', async () => {
    const { sdk, firestore } = await open();
    const document = sdk().doc('users/jeff/tasks/my_task_id');
    // The example of https://cloud.google.com/firestore/docs/storage-size
    await document.set({ type: 'Personal', done: false, priority: 1, description: 'Learn Cloud Firestore' });
    expect(firestore.database(databaseName)?.storedBytes).toBe(147);
    await document.delete();
    expect(firestore.database(databaseName)?.storedBytes).toBe(0);
  });
});

describe('permissions', () => {
  test('each operation asks for what the vendor documents', async () => {
    const { sdk, asked } = await open();
    const db = sdk();
    const permissions = async (run: () => Promise<unknown>) => {
      asked.length = 0;
      await run().catch(() => undefined);
      return [...new Set(asked)].map((permission) => permission.replace('datastore.', '')).sort();
    };
    expect(await permissions(() => db.doc('c/a').create({}))).toEqual(['entities.create']);
    expect(await permissions(() => db.doc('c/a').set({ a: 1 }))).toEqual([
      'entities.create',
      'entities.update',
    ]);
    expect(await permissions(() => db.doc('c/a').update({ a: 1 }))).toEqual(['entities.update']);
    expect(await permissions(() => db.doc('c/a').delete())).toEqual(['entities.delete']);
    expect(await permissions(() => db.doc('c/a').get())).toEqual(['entities.get']);
    expect(await permissions(() => db.collection('c').get())).toEqual(['entities.get', 'entities.list']);
    expect(await permissions(() => db.collection('c').count().get())).toEqual([
      'entities.get',
      'entities.list',
    ]);
    expect(await permissions(() => db.listCollections())).toEqual(['entities.list']);
    expect(
      await permissions(() =>
        db.runTransaction((transaction) => transaction.get(db.doc('c/a')), { readOnly: true }),
      ),
    ).toEqual(['databases.get', 'entities.get']);
  });

  test('a denial names the permission, the resource and the caller', async () => {
    const { sdk } = await open({
      isAllowed: (_, { permission }) => permission !== 'datastore.entities.delete',
    });
    await expect(sdk('fn').doc('c/a').delete()).rejects.toMatchObject({
      code: 7,
      details: `Missing or insufficient permissions. Permission 'datastore.entities.delete' denied on resource '${databaseName}' for fn@demo.`,
    });
  });
});

test('a database that Terraform does not declare does not exist', async () => {
  const { call } = await open();
  const commit = call(
    'Commit',
    [commitRequest, { database: 'projects/demo/databases/other' }],
    commitResponse,
  );
  await expect(commit).rejects.toMatchObject({
    code: 5,
    details: expect.stringContaining('The database other does not exist for project demo'),
  });
});

describe('transactions', () => {
  test('a document that changed after it was read aborts the commit, and the SDK tries again', async () => {
    const { sdk } = await open();
    const [db, other] = [sdk(), sdk()];
    await db.doc('c/a').set({ n: 1 });
    let attempts = 0;
    await db.runTransaction(async (transaction) => {
      const found = await transaction.get(db.doc('c/a'));
      if (attempts++ === 0) await other.doc('c/a').update({ n: 10 });
      transaction.update(db.doc('c/a'), { n: found.get('n') + 1 });
    });
    expect(attempts).toBe(2);
    expect((await db.doc('c/a').get()).get('n')).toBe(11);
  });

  test('a document that appears in the result of a query that was read aborts it too', async () => {
    const { sdk } = await open();
    const [db, other] = [sdk(), sdk()];
    const attempt = db.runTransaction(
      async (transaction) => {
        const open = await transaction.get(db.collection('slots').where('taken', '==', true));
        await other.doc('slots/1').set({ taken: true });
        transaction.set(db.doc('slots/2'), { taken: open.empty });
      },
      { maxAttempts: 1 },
    );
    await expect(attempt).rejects.toMatchObject({ code: 10 });
    expect((await db.doc('slots/2').get()).exists).toBe(false);
  });

  test('all reads see the state at the first one', async () => {
    const { sdk } = await open();
    const [db, other] = [sdk(), sdk()];
    await db.doc('c/a').set({ n: 1 });
    await db.doc('c/b').set({ n: 1 });
    const seen = await db.runTransaction(
      async (transaction) => {
        const a = await transaction.get(db.doc('c/a'));
        await Promise.all([other.doc('c/a').set({ n: 2 }), other.doc('c/b').set({ n: 2 })]);
        const b = await transaction.get(db.doc('c/b'));
        return [a.get('n'), b.get('n')];
      },
      { readOnly: true },
    );
    expect(seen).toEqual([1, 1]);
  });

  test('one that was idle for over a minute is gone', async () => {
    const { sdk, clock } = await open();
    const db = sdk();
    const attempt = db.runTransaction(
      async (transaction) => {
        await transaction.get(db.doc('c/a'));
        clock.advance(61_000);
        transaction.set(db.doc('c/a'), {});
      },
      { maxAttempts: 1 },
    );
    await expect(attempt).rejects.toThrow('The referenced transaction has expired or is no longer valid.');
  });
});

test.each([
  ['one hour', undefined, 0.9, 1n],
  ['one hour', undefined, 1.1, 'The requested snapshot version is too old.'],
  ['seven days, with point-in-time recovery', 7 * 86_400_000, 100, 1n],
])('reads go back %s', async (_, versionRetentionMs, hours, expected) => {
  const { sdk, clock, call } = await open({ database: versionRetentionMs ? { versionRetentionMs } : {} });
  const document = sdk().doc('c/a');
  const { writeTime } = await document.set({ n: 1 });
  clock.advance(hours * 3_600_000);
  await document.set({ n: 2 });
  const request = {
    name: `${databaseName}/documents/c/a`,
    readTime: { seconds: writeTime.seconds, nanos: writeTime.nanoseconds },
  };
  const past = call('GetDocument', [getDocumentRequest, request], wireDocument);
  if (typeof expected === 'string') await expect(past).rejects.toMatchObject({ code: 9, details: expected });
  else expect((await past).fields.get('n')).toEqual({ kind: 'integer', value: expected });
});

test('expired documents of a collection group go, within the lag and not before', async () => {
  const { sdk, clock, firestore, meter } = await open({ timeToLiveLagMs: 3_600_000 });
  const db = sdk();
  firestore.addTimeToLive(databaseName, { collectionGroup: 'sessions', path: ['expiresAt'] });
  const expiresAt = Timestamp.fromMillis(clock.now() + 60_000);
  await db.doc('sessions/a').set({ expiresAt });
  await db.doc('users/u/sessions/b').set({ expiresAt: Timestamp.fromMillis(clock.now() + 120_000) });
  await db.doc('sessions/never').set({ expiresAt: 'soon' });
  await db.doc('other/a').set({ expiresAt });
  const deleted: string[] = [];
  firestore.onChange(({ collection, id, after }) => after ?? deleted.push(`${collection}/${id}`));
  clock.advance(60_000 + 3_599_000);
  expect(deleted).toEqual([]);
  clock.advance(1000);
  expect(deleted).toEqual(['sessions/a']);
  clock.advance(60_000);
  expect(deleted).toEqual(['sessions/a', 'users/u/sessions/b']);
  expect(meter.total('firestore', 'ttl-deletes')).toBe(2);
  expect((await db.doc('sessions/never').get()).exists).toBe(true);
});

test('changes come with the documents before and after, and encode as Eventarc sends them', async () => {
  const { sdk, firestore } = await open();
  const events: ReturnType<typeof documentEventData.decode>[] = [];
  firestore.onChange((change) => events.push(documentEventData.decode(encodeDocumentEvent(change))));
  const document = sdk().doc('c/a');
  await document.set({ n: 1, m: { x: 1, y: 1 } });
  await document.set({ n: 1, m: { x: 1, y: 1 } });
  await document.update({ 'm.x': 2, n: FieldValue.delete(), 'odd-name': true });
  await document.delete();
  expect(events).toHaveLength(3);
  const [created, updated, deleted] = events;
  expect(created?.oldValue).toBeUndefined();
  expect(created?.value?.name).toBe(`${databaseName}/documents/c/a`);
  expect(created?.updateMask).toBeUndefined();
  expect(updated?.oldValue?.fields.get('n')).toEqual({ kind: 'integer', value: 1n });
  expect(updated?.value?.fields.has('n')).toBe(false);
  expect(updated?.updateMask?.fieldPaths.sort()).toEqual(['`odd-name`', 'm.x', 'n']);
  expect(deleted?.value).toBeUndefined();
  expect(deleted?.oldValue?.fields.get('odd-name')).toEqual({ kind: 'boolean', value: true });
});

test('what is not supported says so', async () => {
  const { call } = await open();
  await expect(call('ExecutePipeline', [empty, {}], empty)).rejects.toMatchObject({
    code: 12,
    details: expect.stringContaining('ExecutePipeline'),
  });
});
