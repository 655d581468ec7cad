/**
 * The same operations of the official SDK against this Firestore and against Google's emulator: results and
 * error codes must agree. Documents, writes and queries come from fixed seeds.
 *
 * Long, because it is one list of cases over one pair of servers, which take seconds to start.
 *
 * Where the emulator is known to differ from the real service (error texts, missing indexes, lock waits), the
 * comparison leaves that out.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import {
  AggregateField,
  DocumentReference,
  FieldPath,
  FieldValue,
  Filter,
  Firestore,
  GeoPoint,
  type Query,
  type QuerySnapshot,
  Timestamp,
} from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { type Random, seededRandom } from '../../engine/random.ts';
import { createGrpcServer, type GrpcServer } from '../grpc-server.ts';
import { createFirestore } from './index.ts';

function emulatorJar(): string | undefined {
  try {
    const gcloud = execFileSync('which', ['gcloud'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('which', ['java'], { stdio: 'ignore' });
    const jar = path.join(
      path.dirname(realpathSync(gcloud.trim())),
      '../platform/cloud-firestore-emulator/cloud-firestore-emulator.jar',
    );
    return existsSync(jar) ? jar : undefined;
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

async function startEmulator(jar: string, port: number): Promise<ChildProcess> {
  const main = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
  const child = spawn('java', ['-Duser.language=en', '-cp', jar, main, '--host=127.0.0.1', `--port=${port}`]);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The emulator ended with code ${code}.`)));
    child.stdout.on('data', (text: Buffer) => text.includes('now running') && resolve());
    child.stderr.on('data', (text: Buffer) => text.includes('now running') && resolve());
  });
  return child;
}

const connect = (port: number) =>
  new Firestore({
    projectId: 'demo',
    host: `127.0.0.1:${port}`,
    ssl: false,
    customHeaders: { Authorization: 'Bearer owner' },
  });

/** Plain data that compares: references as paths, special numbers and types as tagged text. */
function plain(value: unknown): unknown {
  if (value instanceof Timestamp) return `timestamp ${value.seconds}.${value.nanoseconds}`;
  if (value instanceof GeoPoint) return `point ${value.latitude} ${value.longitude}`;
  if (value instanceof DocumentReference) return `reference ${value.path}`;
  if (Buffer.isBuffer(value)) return `bytes ${value.toString('hex')}`;
  if (typeof value === 'number' && (Number.isNaN(value) || Object.is(value, -0)))
    return `number ${Object.is(value, -0) ? '-0' : value}`;
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') {
    if (value.constructor !== Object) return `${value.constructor.name} ${JSON.stringify(value)}`;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { result: await run() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === undefined ? { refusedByClient: String(error) } : { code };
  }
}

const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('Nothing to pick from.');
  return item;
};

const jar = emulatorJar();
const label = jar
  ? 'as the official emulator'
  : 'as the official emulator (skipped: gcloud Firestore emulator or Java not found)';

describe.skipIf(!jar)(label, () => {
  let emulator: ChildProcess;
  let server: GrpcServer;
  let theirs: Firestore;
  let ours: Firestore;

  beforeAll(async () => {
    const emulatorPort = await freePort();
    emulator = await startEmulator(jar ?? '', emulatorPort);
    const random = seededRandom(1);
    const runtime = {
      projectId: 'demo',
      projectNumber: '1',
      region: 'us-central1',
      clock: realClock,
      meter: new Meter(),
      course: quietCourse(),
      random,
      authenticate: () => undefined,
      isAllowed: () => true,
    };
    const firestore = createFirestore(runtime);
    firestore.createDatabase({ name: 'projects/demo/databases/(default)', indexCheck: 'unchecked' });
    server = createGrpcServer({
      runtime,
      services: firestore.services,
      withoutToken: 'owner',
      onFault: (error) => console.error(error),
    });
    theirs = connect(emulatorPort);
    ours = connect(await server.listen(0));
  }, 30_000);

  afterAll(async () => {
    emulator?.kill('SIGKILL');
    await Promise.allSettled([theirs?.terminate(), ours?.terminate()]);
    await server?.close(0);
  });

  /** Runs the operation on both and compares. */
  async function same(what: string, run: (db: Firestore) => Promise<unknown>): Promise<unknown> {
    const [expected, actual] = await Promise.all([outcome(() => run(theirs)), outcome(() => run(ours))]);
    expect.soft(actual, what).toEqual(expected);
    return actual;
  }

  const values = (db: Firestore): unknown[] => [
    null,
    true,
    false,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    -1.5,
    -0,
    0,
    1,
    1.5,
    2,
    3,
    2 ** 53,
    Timestamp.fromMillis(0),
    new Timestamp(1_700_000_000, 123_456_000),
    '',
    'a',
    'b',
    'ab',
    'é',
    '\uffee',
    '😀',
    Buffer.from([]),
    Buffer.from([1, 2]),
    db.doc('q/d1'),
    db.doc('q/d2/sub/x'),
    new GeoPoint(1, 2),
    new GeoPoint(1, -2),
    [],
    [1],
    [1, 2],
    ['a', null, 3],
    [{ x: 1 }],
    FieldValue.vector([1, 2]),
    FieldValue.vector([3]),
    {},
    { x: 1 },
    { x: 1, y: 'a' },
    { x: 2 },
    { y: { z: [1] } },
  ];
  const value = (db: Firestore, random: Random) => pick(random, values(db));
  const fields = ['a', 'b', 'c', 'm.x', 'm.y'];

  function randomDocument(db: Firestore, random: Random): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    // Half of the values are drawn from few, so that filters find something.
    const some = () => (random.below(2) ? random.below(4) : value(db, random));
    for (const name of ['a', 'b', 'c']) if (random.below(5)) data[name] = some();
    if (random.below(2)) data.m = { x: some(), ...(random.below(2) && { y: some() }) };
    if (random.below(2)) data.list = Array.from({ length: random.below(4) }, () => random.below(4));
    return data;
  }

  const documentsOf = (snapshot: QuerySnapshot) =>
    snapshot.docs.map((document) => [document.ref.path, plain(document.data())]);

  test('writes: sets, merges, updates, transforms, deletes, preconditions', async () => {
    for (let step = 0; step < 400; step++) {
      const seed = 1000 + step;
      await same(`write ${seed}`, async (db) => {
        const random = seededRandom(seed);
        const document = db.doc(`w/${pick(random, ['a', 'b', 'c', 'd', 'é', '__id7__'])}`);
        const number = () =>
          pick(random, [1, -2, 0.5, Number.NaN, 2 ** 53 - 1, -0, Number.POSITIVE_INFINITY]);
        const list = () =>
          Array.from({ length: random.below(4) }, () =>
            pick(random, [1, 1.5, 'a', null, Number.NaN, { x: 1 }]),
          );
        const transform = () =>
          pick(random, [
            () => FieldValue.increment(number()),
            () => FieldValue.maximum(number()),
            () => FieldValue.minimum(number()),
            () => FieldValue.arrayUnion(...list(), 1),
            () => FieldValue.arrayRemove(...list(), 1),
            () => FieldValue.delete(),
          ])();
        const kind = random.below(9);
        const path = pick(random, [...fields, 'list', 'n', 'm.deep.er', '`odd-name`', 'm']);
        if (kind === 0) await document.set(randomDocument(db, random));
        else if (kind === 1) await document.set(randomDocument(db, random), { merge: true });
        else if (kind === 2)
          await document.set({ a: value(db, random), m: { x: 1, z: 2 } }, { mergeFields: ['m.z', 'a'] });
        else if (kind === 3) await document.update({ [path.replaceAll('`', '')]: value(db, random) });
        else if (kind <= 5)
          await document.update({ [path.replaceAll('`', '')]: transform(), b: transform() });
        else if (kind === 6)
          await document.set({ n: FieldValue.increment(1), ...randomDocument(db, random) }, { merge: true });
        else if (kind === 7) await document.create(randomDocument(db, random));
        else await document.delete(random.below(2) ? { exists: true } : {});
        const after = await document.get();
        return {
          data: plain(after.data()),
          createdNow: after.createTime?.isEqual(after.updateTime ?? after.createTime),
        };
      });
    }
  }, 60_000);

  test('writes that change nothing keep the update time; server times are commit times', async () => {
    await same('no change', async (db) => {
      const document = db.doc('n/a');
      const first = await document.set({ a: 1, at: Timestamp.fromMillis(5) });
      const again = await document.set({ a: 1, at: Timestamp.fromMillis(5) });
      const merged = await document.set({ a: 1 }, { merge: true });
      const kind = await document.set({ a: 1.5, at: Timestamp.fromMillis(5) });
      const stale = await outcome(() => document.update({ a: 2 }, { lastUpdateTime: first.writeTime }));
      const fresh = await outcome(async () => {
        await document.update({ a: 2 }, { lastUpdateTime: kind.writeTime });
      });
      await document.set({ t: FieldValue.serverTimestamp(), u: FieldValue.serverTimestamp() });
      const { t, u } = (await document.get()).data() ?? {};
      return [
        again.writeTime.isEqual(first.writeTime),
        merged.writeTime.isEqual(first.writeTime),
        kind.writeTime.isEqual(first.writeTime),
        stale,
        fresh,
        t instanceof Timestamp && u instanceof Timestamp && t.isEqual(u),
      ];
    });
  });

  test('batches are atomic and see their own writes', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      await same(`batch ${seed}`, async (db) => {
        const random = seededRandom(seed);
        const batch = db.batch();
        for (let count = 1 + random.below(5); count > 0; count--) {
          const document = db.doc(`batch/${pick(random, ['a', 'b', 'c'])}`);
          const kind = random.below(5);
          if (kind === 0) batch.create(document, { n: random.below(9) });
          else if (kind === 1) batch.set(document, { n: FieldValue.increment(1) }, { merge: true });
          else if (kind === 2) batch.update(document, { n: FieldValue.increment(2) });
          else if (kind === 3) batch.delete(document, random.below(2) ? { exists: true } : {});
          else batch.set(document, randomDocument(db, random));
        }
        const result = await outcome(async () => (await batch.commit()).length);
        const all = await db.collection('batch').get();
        return { result, documents: documentsOf(all) };
      });
    }
  }, 30_000);

  describe('queries', () => {
    beforeAll(async () => {
      for (const db of [theirs, ours]) {
        const random = seededRandom(7);
        const batch = db.batch();
        for (let index = 0; index < 90; index++) {
          const id = index === 5 ? '__id12__' : index === 6 ? '__id3__' : index === 7 ? 'é' : `d${index}`;
          batch.set(db.doc(index % 6 === 0 ? `q/d1/sub/${id}` : `q/${id}`), randomDocument(db, random));
          if (index % 9 === 0) batch.set(db.doc(`other/o${index % 2}/sub/${id}`), randomDocument(db, random));
        }
        await batch.commit();
      }
    });

    const comparisons = ['<', '<=', '>', '>=', '==', '==', '!='] as const;
    function randomFilter(db: Firestore, random: Random, depth: number): Filter {
      const kind = random.below(depth > 0 ? 10 : 8);
      const field = pick(random, fields);
      const operand = () => (random.below(2) ? random.below(4) : value(db, random));
      const operands = () => Array.from({ length: 1 + random.below(3) }, operand);
      if (kind < 4) {
        const op = pick(random, comparisons);
        const other = operand();
        // The SDK lets null and NaN only be compared with == and !=.
        return Filter.where(
          field,
          other === null || Number.isNaN(other) ? (op === '!=' ? '!=' : '==') : op,
          other,
        );
      }
      if (kind === 4) return Filter.where(field, 'in', operands());
      if (kind === 5) return Filter.where(field, 'not-in', operands());
      if (kind === 6) return Filter.where('list', 'array-contains', random.below(4));
      if (kind === 7) return Filter.where('list', 'array-contains-any', [random.below(4), random.below(4)]);
      const parts = Array.from({ length: 2 + random.below(2) }, () => randomFilter(db, random, depth - 1));
      return kind === 8 ? Filter.or(...parts) : Filter.and(...parts);
    }

    function randomQuery(db: Firestore, random: Random): Query {
      let query: Query = pick(random, [
        () => db.collection('q'),
        () => db.collection('q'),
        () => db.collection('q/d1/sub'),
        () => db.collectionGroup('sub'),
      ])();
      if (random.below(4)) query = query.where(randomFilter(db, random, 2));
      if (random.below(5) === 0)
        query = query.where(pick(random, fields), pick(random, ['>', '<=']), random.below(4));
      const orders = random.below(3);
      const used = new Set<string>();
      for (let index = 0; index < orders; index++) {
        const field = pick(random, [...fields, 'a', 'b']);
        if (used.has(field)) continue;
        used.add(field);
        query = query.orderBy(field, pick(random, ['asc', 'desc']));
      }
      if (random.below(4) === 0) query = query.orderBy(FieldPath.documentId(), pick(random, ['asc', 'desc']));
      else if (used.size > 0 && random.below(2)) {
        const cursors = Array.from({ length: 1 + random.below(used.size) }, () => value(db, random) ?? 1);
        query = pick(random, [
          () => query.startAt(...cursors),
          () => query.startAfter(...cursors),
          () => query.endAt(...cursors),
          () => query.endBefore(...cursors),
        ])();
      }
      if (random.below(4) === 0) query = query.limit(random.below(8));
      else if (used.size > 0 && random.below(6) === 0) query = query.limitToLast(1 + random.below(5));
      if (random.below(6) === 0) query = query.offset(random.below(8));
      if (random.below(6) === 0) query = query.select('a', 'm.x');
      return query;
    }

    // The SDK tries a failing query several times over some seconds, so many run at once.
    test('random queries', async () => {
      const seeds = Array.from({ length: 600 }, (_, index) => 5000 + index);
      let failed = 0;
      let found = 0;
      await Promise.all(
        seeds.map(async (seed) => {
          const actual = await same(`query ${seed}`, async (db) => {
            const query = randomQuery(db, seededRandom(seed));
            return documentsOf(await query.get());
          });
          if (JSON.stringify(actual).includes('"code"')) failed++;
          else if (JSON.stringify(actual).includes('/')) found++;
        }),
      );
      // The seeds must be worth something: most queries run, many find something.
      expect(failed).toBeLessThan(250);
      expect(found).toBeGreaterThan(150);
    }, 90_000);

    test('random aggregations', async () => {
      const seeds = Array.from({ length: 120 }, (_, index) => 9000 + index);
      await Promise.all(
        seeds.map((seed) =>
          same(`aggregation ${seed}`, async (db) => {
            const random = seededRandom(seed);
            let query: Query = db.collection(pick(random, ['q', 'q/d1/sub']));
            if (random.below(2))
              query = query.where(pick(random, fields), pick(random, ['>=', '<', '==']), random.below(3));
            if (random.below(3) === 0) query = query.limit(1 + random.below(20));
            const field = pick(random, ['a', 'b', 'm.x']);
            const spec = pick(random, [
              { n: AggregateField.count() },
              { s: AggregateField.sum(field) },
              { v: AggregateField.average(field) },
              { n: AggregateField.count(), s: AggregateField.sum(field), v: AggregateField.average(field) },
            ]);
            return plain((await query.aggregate(spec).get()).data());
          }),
        ),
      );
    }, 60_000);

    test('by document name, with cursors from documents', async () => {
      const name = FieldPath.documentId();
      const cases: ((db: Firestore) => Query)[] = [
        (db) => db.collection('q').where(name, '>', 'd3'),
        (db) => db.collection('q').where(name, '<=', 'd3').orderBy(name, 'desc'),
        (db) => db.collection('q').where(name, 'in', ['d1', 'd2', 'missing']),
        (db) => db.collection('q').where(name, '==', 'd2'),
        (db) => db.collection('q').where(name, '!=', 'd2'),
        (db) => db.collection('q').where(name, 'not-in', ['d1', 'd2']),
        (db) => db.collection('q').orderBy(name).startAt('d2').endBefore('d5'),
        (db) => db.collection('q').orderBy(name, 'desc').startAfter('d5').limit(3),
        (db) => db.collection('q').orderBy(name).limitToLast(4),
        (db) => db.collection('q').orderBy('a', 'desc').orderBy(name),
        (db) => db.collection('q').where('a', '>', 0).orderBy('a').orderBy(name, 'desc'),
        (db) => db.collection('q').where('a', '==', 1).where(name, '>', 'd2'),
        (db) => db.collectionGroup('sub').orderBy(name),
        (db) => db.collectionGroup('sub').orderBy(name, 'desc').limit(5),
        (db) => db.collectionGroup('sub').where(name, '>', 'q/d1/sub/d2'),
        (db) => db.collection('q').limit(0),
        (db) => db.collection('none'),
      ];
      await Promise.all(
        cases.map((make, index) =>
          same(`name query ${index}`, async (db) => documentsOf(await make(db).get())),
        ),
      );
      for (const field of ['a', 'b', 'm.x']) {
        await same(`pages by ${field}`, async (db) => {
          const pages: unknown[] = [];
          let query = db.collection('q').orderBy(field, 'desc').limit(7);
          for (let page = await query.get(); !page.empty; page = await query.get()) {
            pages.push(documentsOf(page));
            const last = page.docs.at(-1);
            if (last) query = db.collection('q').orderBy(field, 'desc').startAfter(last).limit(7);
          }
          return pages;
        });
      }
    }, 30_000);
  });

  test('reading many, masks, listing, collections', async () => {
    await same('seed', async (db) => {
      await db.doc('l/a/x/1').set({ v: 1 });
      await db.doc('l/b').set({ a: 1, m: { x: 1, y: 2 } });
      await db.doc('l/c/y/1').set({ v: 1 });
      await db.doc('l/c').set({ a: 3 });
    });
    await same('getAll', async (db) => {
      const found = await db.getAll(db.doc('l/a'), db.doc('l/b'), db.doc('l/c'), db.doc('l/b'), {
        fieldMask: ['m.x', 'none'],
      });
      return found.map((document) => [document.ref.path, document.exists, plain(document.data())]);
    });
    await same('listDocuments', async (db) =>
      (await db.collection('l').listDocuments()).map((found) => found.path),
    );
    await same('listCollections', async (db) =>
      (await db.doc('l/c').listCollections()).map((found) => found.path),
    );
    await same('missing', async (db) => (await db.doc('l/nothing').get()).exists);
    await same('recursiveDelete', async (db) => {
      await db.recursiveDelete(db.collection('l'));
      return (await db.collectionGroup('x').get()).size;
    });
  });

  test('transactions that meet no other', async () => {
    await same('read and write', async (db) => {
      await db.doc('t/a').set({ n: 1 });
      await db.doc('t/b').delete();
      const returned = await db.runTransaction(async (transaction) => {
        const [a, b] = await transaction.getAll(db.doc('t/a'), db.doc('t/b'));
        const listed = await transaction.get(db.collection('t').where('n', '>', 0));
        const counted = await transaction.get(db.collection('t').count());
        transaction.update(db.doc('t/a'), { n: FieldValue.increment(1) });
        transaction.create(db.doc('t/b'), { from: a?.get('n') ?? null });
        return [a?.data(), b?.exists, listed.size, counted.data().count];
      });
      return [returned, documentsOf(await db.collection('t').get())];
    });
    await same('write only', (db) =>
      db.runTransaction(async (transaction) => void transaction.set(db.doc('t/c'), { n: 1 })),
    );
    await same('failing precondition', (db) =>
      db.runTransaction(async (transaction) => void transaction.create(db.doc('t/c'), { n: 1 }), {
        maxAttempts: 1,
      }),
    );
    await same('rolled back', async (db) => {
      const thrown = await outcome(() =>
        db.runTransaction(async (transaction) => {
          await transaction.get(db.doc('t/a'));
          transaction.set(db.doc('t/a'), { n: 100 });
          throw new Error('no');
        }),
      );
      return [thrown, (await db.doc('t/a').get()).get('n')];
    });
    await same('read only', (db) =>
      db.runTransaction(async (transaction) => plain((await transaction.get(db.doc('t/a'))).data()), {
        readOnly: true,
      }),
    );
  });

  test('a past read time sees the past', async () => {
    await same('past', async (db) => {
      await db.doc('past/a').set({ n: 1 });
      const { writeTime } = await db.doc('past/b').set({ n: 1 });
      await db.doc('past/a').set({ n: 2 });
      await db.doc('past/b').delete();
      await db.doc('past/c').set({ n: 3 });
      const options = { readOnly: true, readTime: writeTime } as const;
      return db.runTransaction(async (transaction) => {
        const single = await transaction.get(db.doc('past/a'));
        const all = await transaction.get(db.collection('past'));
        return [single.data(), documentsOf(all)];
      }, options);
    });
  });

  test('bulk writer', async () => {
    await same('bulk', async (db) => {
      await db.doc('bulk/there').set({ a: 1 });
      const writer = db.bulkWriter();
      writer.onWriteError(() => false);
      const results = Promise.allSettled([
        writer.create(db.doc('bulk/there'), { a: 2 }),
        writer.set(db.doc('bulk/new'), { a: 1 }),
        writer.update(db.doc('bulk/none'), { a: 1 }),
        writer.delete(db.doc('bulk/gone')),
      ]);
      await writer.close();
      return (await results).map((result) => (result.status === 'fulfilled' ? 'done' : result.reason.code));
    });
  });

  test('listeners see the same sequence', async () => {
    await same('listen', async (db) => {
      const seen: unknown[] = [];
      const query = db.collection('listen').where('n', '>', 0).orderBy('n').limit(2);
      let wake = () => {};
      const stop = query.onSnapshot((snapshot) => {
        seen.push(
          snapshot
            .docChanges()
            .map(({ type, doc, oldIndex, newIndex }) => [type, doc.id, oldIndex, newIndex]),
        );
        wake();
      });
      const next = () =>
        new Promise<void>((resolve) => {
          wake = resolve;
        });
      const step = async (action: () => Promise<unknown>) => {
        const arrived = next();
        await action();
        await arrived;
      };
      await step(async () => {});
      await step(() => db.doc('listen/a').set({ n: 5 }));
      await step(() => db.doc('listen/b').set({ n: 3 }));
      await step(() => db.doc('listen/c').set({ n: 1 }));
      await step(() => db.doc('listen/c').update({ n: 4 }));
      await step(() => db.doc('listen/b').update({ n: -1 }));
      await step(() => db.doc('listen/c').delete());
      stop();
      const documents: unknown[] = [];
      const unsubscribe = db.doc('listen/a').onSnapshot((document) => {
        documents.push([document.exists, document.data() ?? null]);
        wake();
      });
      await step(async () => {});
      await step(() => db.doc('listen/a').update({ n: 6 }));
      await step(() => db.doc('listen/a').delete());
      unsubscribe();
      return { seen, documents };
    });
  }, 20_000);

  test('errors have the same codes', async () => {
    const nested = (levels: number): Record<string, unknown> => ({ a: levels > 1 ? nested(levels - 1) : 1 });
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
    const q = (db: Firestore) => db.collection('q');
    const cases: Record<string, (db: Firestore) => Promise<unknown>> = {
      'reserved id': (db) => q(db).doc('__x__').set({}),
      'reserved id on get': (db) => q(db).doc('__x__').get(),
      'reserved collection': (db) => db.collection('__x__').doc('a').set({}),
      'long id': (db) => q(db).doc('x'.repeat(1501)).set({}),
      'id of 1500 bytes': async (db) => void (await q(db).doc('x'.repeat(1500)).set({})),
      'dot id': (db) => q(db).doc('.').set({}),
      'two dots id': (db) => q(db).doc('..').set({}),
      'value too long': (db) =>
        q(db)
          .doc('big')
          .set({ a: 'x'.repeat(1_048_488) }),
      'document too large': (db) =>
        q(db)
          .doc('big')
          .set({ a: 'x'.repeat(700_000), b: 'y'.repeat(400_000) }),
      'nested 20': async (db) => void (await db.doc('nest/a').set(nested(20))),
      'reserved field': (db) => q(db).doc('f').set({ __a__: 1 }),
      'array in array': (db) =>
        q(db)
          .doc('f')
          .set({ a: [[1]] }),
      'create existing': (db) => q(db).doc('d1').create({}),
      'update missing': (db) => q(db).doc('missing').update({ a: 1 }),
      'update stale': (db) =>
        q(db)
          .doc('d1')
          .update({ a: 1 }, { lastUpdateTime: Timestamp.fromMillis(5) }),
      'delete missing that must exist': (db) => q(db).doc('missing').delete({ exists: true }),
      'in 31': (db) => q(db).where('a', 'in', numbers(31)).get(),
      'in nothing': (db) => q(db).where('a', 'in', []).get(),
      'not-in 11': (db) => q(db).where('a', 'not-in', numbers(11)).get(),
      'array-contains-any 31': (db) => q(db).where('a', 'array-contains-any', numbers(31)).get(),
      'two array-contains': (db) =>
        q(db).where('a', 'array-contains', 1).where('b', 'array-contains', 1).get(),
      'two negations': (db) => q(db).where('a', '!=', 1).where('b', '!=', 2).get(),
      'not-in with in': (db) => q(db).where('a', 'in', [1]).where('b', 'not-in', [2]).get(),
      'not-in with or': (db) =>
        q(db)
          .where(Filter.or(Filter.where('a', '==', 1), Filter.where('b', 'not-in', [2])))
          .get(),
      '36 alternatives': (db) => q(db).where('a', 'in', numbers(6)).where('b', 'in', numbers(6)).get(),
      'same order twice': (db) => q(db).orderBy('a').orderBy('a').get(),
      'order after the name': (db) => q(db).orderBy(FieldPath.documentId()).orderBy('a').get(),
      'negative limit': (db) => q(db).limit(-1).get(),
      'negative offset': (db) => q(db).offset(-1).get(),
      'no aggregation': (db) => q(db).aggregate({}).get(),
      'future read time': (db) =>
        db.runTransaction((transaction) => transaction.get(q(db).doc('d1')), {
          readOnly: true,
          readTime: Timestamp.fromMillis(Date.now() + 100_000),
        }),
    };
    await Promise.all(
      Object.entries(cases).map(([what, run]) =>
        same(what, async (db) => {
          await run(db);
          return 'done';
        }),
      ),
    );
  }, 60_000);
});
