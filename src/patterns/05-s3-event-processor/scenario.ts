import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { StoredMessage } from '../../local/stack-access.ts';
import { type App, causeOf, scenario } from '../scenario.ts';
import type { CurrentVersion, IndexedRow, Upload, UploadRecord } from './core.ts';
import { notify } from './notification.ts';

type Indexed = CurrentVersion | UploadRecord | IndexedRow;

const encode = (text: string) => new TextEncoder().encode(text);
const put = (app: App, key: string, text: string) =>
  app.bucket('bucket_name').put(key, encode(text), { contentType: 'text/csv' });

const documents = async (app: App) => (await app.documents('table_name')) as unknown as Indexed[];

const allRecords = async (app: App) =>
  (await documents(app)).filter((document) => document.kind === 'upload');
const allRows = async (app: App) => (await documents(app)).filter((document) => document.kind === 'row');

/** Records of all versions of an object. */
const recordsOf = async (app: App, key: string) =>
  (await allRecords(app)).filter(({ object }) => object === key);

/** Values of all rows of a version, in the order of the file. */
async function rowsOf(app: App, upload: string): Promise<Record<string, string>[]> {
  const rows = (await allRows(app)).filter((row) => row.upload === upload);
  const sorted = rows.toSorted((a, b) => a.row - b.row);
  assert.deepEqual(
    sorted.map(({ row }) => row),
    sorted.map((_, index) => index + 1),
    'Rows are numbered from 1, each there once.',
  );
  return sorted.map(({ values }) => values);
}

/** Rows of the latest version of an object, as a reader of the index finds them. */
async function currentRowsOf(app: App, key: string): Promise<Record<string, string>[] | undefined> {
  const pointers = (await documents(app)).filter((document) => document.kind === 'object');
  const pointer = pointers.find(({ object }) => object === key);
  return pointer && rowsOf(app, pointer.upload);
}

const deadLettersOf = (app: App, key: string): StoredMessage[] =>
  app.deadLetters('dead_letter_queue_name').filter(({ body }) => body.includes(key));

async function run(app: App): Promise<void> {
  const folder = app.random.uuid();
  const bucket = app.bucket('bucket_name');
  const indexed = async (key: string, text: string) => {
    await put(app, key, text);
    await app.settled();
    return currentRowsOf(app, key);
  };

  await app.step('the rows of an uploaded file are in the index, and a record of the file', async () => {
    const key = `${folder}/people.csv`;
    const text = 'name,city\r\nAnna,"Zürich, Kreis 5"\r\n"Ben ""B.""","two\r\nlines"\r\n';
    assert.deepEqual(await indexed(key, text), [
      { name: 'Anna', city: 'Zürich, Kreis 5' },
      { name: 'Ben "B."', city: 'two\r\nlines' },
    ]);
    const [record, ...more] = await recordsOf(app, key);
    assert.deepEqual(more, []);
    assert.equal(record?.state, 'indexed');
    assert.equal(record?.rows, 2);
    assert.equal(record?.bytes, encode(text).length);
  });

  await app.step('a file is told of again: nothing changes', async () => {
    const key = `${folder}/people.csv`;
    const before = await documents(app);
    const [record] = await recordsOf(app, key);
    assert.ok(record);
    for (let count = 0; count < 2; count++) await notify(app, uploadOf(record));
    await app.settled();
    assert.deepEqual(sortedById(await documents(app)), sortedById(before));
    assert.deepEqual(deadLettersOf(app, key), []);
  });

  await app.step(
    'an overwritten file: both versions are kept apart, an older event does not come in front',
    async () => {
      const key = `${folder}/prices.csv`;
      assert.deepEqual(await indexed(key, 'item,price\npear,1\napple,2\n'), [
        { item: 'pear', price: '1' },
        { item: 'apple', price: '2' },
      ]);
      const [first] = await recordsOf(app, key);
      assert.ok(first);
      const latest = [{ item: 'pear', price: '3' }];
      assert.deepEqual(await indexed(key, 'item,price\npear,3\n'), latest);
      await notify(app, uploadOf(first));
      await app.settled();
      assert.deepEqual(await currentRowsOf(app, key), latest);
      assert.equal((await rowsOf(app, first.id)).length, 2);
      assert.equal((await recordsOf(app, key)).length, 2);
    },
  );

  await app.step('two versions that are there before the first is read are both indexed', async () => {
    const key = `${folder}/rapid.csv`;
    await put(app, key, 'n\n1\n');
    await put(app, key, 'n\n2\n');
    await app.settled();
    const records = await recordsOf(app, key);
    assert.deepEqual(
      records.map(({ state }) => state),
      ['indexed', 'indexed'],
    );
    const values = await Promise.all(records.map(({ id }) => rowsOf(app, id)));
    assert.deepEqual(values.map(([row]) => row?.n).toSorted(), ['1', '2']);
    assert.deepEqual(await currentRowsOf(app, key), [{ n: '2' }]);
  });

  await app.step('a file that is gone before anybody has read it is recorded as skipped', async () => {
    const key = `${folder}/gone.csv`;
    await notify(app, neverThere(app, key));
    await app.settled();
    const [record] = await recordsOf(app, key);
    assert.equal(record?.state, 'skipped');
    assert.equal(record?.reason, 'Gone');
    assert.deepEqual(deadLettersOf(app, key), []);
  });

  await app.step('keys are read as they are: spaces, plus, per cent, umlauts, emoji', async () => {
    for (const name of ['a b+c', '100%25 ä', 'üñí 🦊', "q?x=1&y='2'"]) {
      const key = `${folder}/${name}.csv`;
      assert.deepEqual(await indexed(key, 'n\n1\n'), [{ n: '1' }], key);
    }
  });

  await app.step('only what ends with .csv in lower case is taken', async () => {
    const keys = ['data.CSV', 'data.csv.gz', 'data.txt', 'datacsv'].map((name) => `${folder}/${name}`);
    for (const key of keys) await put(app, key, 'n\n1\n');
    await app.settled();
    for (const key of keys) {
      assert.deepEqual(await recordsOf(app, key), [], key);
      assert.deepEqual(deadLettersOf(app, key), [], key);
    }
  });

  await app.step(
    'what is no CSV file is a dead letter at once, with its cause, and has no rows',
    async () => {
      const bomb = gzipSync(Buffer.alloc(1_000_000), { level: 9 });
      const lines = Array.from({ length: 900 }, (_, index) => `${index},x`);
      const files: [name: string, cause: string, bytes: Uint8Array][] = [
        ['bomb', 'Compressed', bomb],
        ['image', 'NotText', Buffer.from('ffd8ffe000104a464946', 'hex')],
        ['binary', 'NotText', Buffer.from('a,b\n1,\0\n')],
        ['ragged', 'MalformedCsv', encode(`a,b\n${lines.join('\n')}\n1,2,3\n`)],
        ['unclosed', 'MalformedCsv', encode('a,b\n1,"2\n')],
        ['twice', 'InvalidHeader', encode('a,a\n1,2\n')],
        ['wide', 'RowTooLarge', encode(`a\n"${'x'.repeat(100_000)}"\n`)],
      ];
      for (const [name, , bytes] of files) await bucket.put(`${folder}/${name}.csv`, bytes);
      await app.settled();
      for (const [name, cause] of files) {
        const key = `${folder}/${name}.csv`;
        assert.deepEqual(deadLettersOf(app, key).map(causeOf), [cause], key);
        const [record] = await recordsOf(app, key);
        assert.equal(record?.state, 'rejected', key);
        assert.equal(record?.reason, cause, key);
        assert.deepEqual(await rowsOf(app, record?.id ?? ''), [], key);
        assert.equal(await currentRowsOf(app, key), undefined, key);
      }
    },
  );

  await app.step('a file of many windows is complete', async () => {
    const key = `${folder}/long.csv`;
    const rows = await indexed(key, `n,text\n${numbered(1500, 'row')}`);
    assert.equal(rows?.length, 1500);
    assert.deepEqual(rows?.at(-1), { n: '1499', text: 'row' });
  });

  await app.step('an empty file has a record and no rows', async () => {
    const key = `${folder}/empty.csv`;
    assert.deepEqual(await indexed(key, ''), []);
    assert.equal((await recordsOf(app, key))[0]?.state, 'indexed');
  });

  await app.step('nothing is written into the bucket, so no file can lead to another one', async () => {
    const keys = (await bucket.list(folder)).map(({ key }) => key);
    // 3 indexed, 4 with odd names, 4 with other endings, 7 that are no CSV files, a long and an empty one.
    assert.equal(keys.length, 20, keys.join(', '));
  });
}

const uploadOf = ({ object, version, order }: UploadRecord): Upload => ({ key: object, version, order });
const sortedById = (all: Indexed[]) => all.toSorted((a, b) => String(a.id).localeCompare(String(b.id)));
const numbered = (count: number, text: string) =>
  Array.from({ length: count }, (_, index) => `${index},${text}\n`).join('');

/** A version of a key that no bucket has, in the form that each cloud gives to versions. */
function neverThere(app: App, key: string): Upload {
  switch (app.cloud) {
    case 'aws':
      return { key, version: 'x'.repeat(32), order: '0062F2A3C1' };
    case 'azure':
      return { key, version: '0x8DA000000000001', order: '00000000000000000000000000000001' };
    case 'gcp':
      return { key, version: '1700000000000001', order: '1700000000000001' };
  }
}

interface Sent {
  key: string;
  /** Stands in every row of the file: tells its rows from those of all others. */
  mark: string;
  rowCount: number;
}

async function invariant(app: App): Promise<void> {
  const folder = app.random.uuid();
  const sent: Sent[] = [];
  const upload = async (name: string, rowCount: number) => {
    const file = { key: `${folder}/${name}.csv`, mark: `m${sent.length}`, rowCount };
    sent.push(file);
    await put(app, file.key, `n,mark\n${numbered(rowCount, file.mark)}`);
  };
  for (let count = 0; count < 2; count++) await upload(`f${count}`, 1 + app.random.below(60));
  await upload('long', 401 + app.random.below(400));
  // Overwritten, sometimes before anybody has read the first version.
  await upload('changing', 3);
  if (app.random.below(2) === 0) await app.settled();
  await upload('changing', 2);
  const poison = `${folder}/poison.csv`;
  await put(app, poison, 'a,b\n1,2\n1,2,3\n');
  await app.settled();

  const [rows, records] = [await allRows(app), await allRecords(app)];
  for (const { key, mark, rowCount } of sent) {
    const found = rows.filter(({ object, values }) => object === key && values.mark === mark);
    const record = records.find(({ id }) => id === found[0]?.upload);
    if (record?.state === 'indexed') {
      assert.equal(record.rows, rowCount, `The record of ${key} counts its rows.`);
      assert.deepEqual(
        found.map(({ row }) => row).toSorted((a, b) => a - b),
        Array.from({ length: rowCount }, (_, index) => index + 1),
        `Every row of ${key} is in the index once.`,
      );
      assert.ok(
        found.every((row) => row.upload === record.id),
        `The rows of ${key} belong to one version.`,
      );
      continue;
    }
    assert.ok(
      deadLettersOf(app, key).some((letter) => causeOf(letter)),
      `${key} (${mark}) is neither indexed nor a dead letter with a cause.`,
    );
  }
  const changing = `${folder}/changing.csv`;
  if (deadLettersOf(app, changing).length === 0)
    assert.deepEqual(
      (await currentRowsOf(app, changing))?.map(({ mark }) => mark),
      [sent.at(-1)?.mark, sent.at(-1)?.mark],
      'The latest version is the one that readers find.',
    );
  assert.ok(
    deadLettersOf(app, poison).length > 0 && deadLettersOf(app, poison).every(causeOf),
    'What is no CSV file is a dead letter with its cause.',
  );
  assert.equal(await currentRowsOf(app, poison), undefined);
  for (const key of new Set(sent.map((file) => file.key))) {
    const versions = sent.filter((file) => file.key === key).length;
    assert.ok((await recordsOf(app, key)).length <= versions, `${key} has one record for each version.`);
  }
}

export default scenario({ run, invariant });
