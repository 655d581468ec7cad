import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPattern } from '../src/catalog/catalog.ts';
import { sendTo, targetsOf } from '../src/cli/send-target.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { buildPackage } from '../src/package/function-packages.ts';

let app: LocalCloud;

beforeAll(async () => {
  const folder = findPattern('05');
  await buildPackage(folder.name, 'aws');
  app = await startLocalCloud({ cloud: 'aws', directory: `${folder.directory}/aws` });
});

afterAll(() => app.close());

test('what takes messages and objects is listed by the outputs that say so', () => {
  const outputs = Object.fromEntries(
    targetsOf(app).map(({ kind, name, outputs: [output] }) => [output ?? name, kind]),
  );
  expect(outputs).toMatchObject({
    bucket_name: 'bucket',
    queue_name: 'queue',
    dead_letter_queue_name: 'queue',
  });
});

test('an object and messages arrive where the target names', async () => {
  expect(await sendTo(app, { target: 'bucket_name', key: 'in/a.txt' }, Buffer.from('hello'))).toEqual({
    kind: 'object',
    name: app.stack.outputs.bucket_name?.value,
    ids: ['in/a.txt'],
  });
  const [bucket] = app.access.buckets;
  expect(Buffer.from((await bucket?.get('in/a.txt')) ?? []).toString()).toBe('hello');
  const sent = await sendTo(
    app,
    { target: 'dead_letter_queue_url', count: 2, attributes: { from: 'here' } },
    Buffer.from('ünïcode'),
  );
  expect(sent.ids).toHaveLength(2);
  const queue = app.access.channels.find(({ name }) => name === sent.name);
  expect(queue?.peek?.()).toMatchObject([
    { body: 'ünïcode', attributes: { from: 'here' } },
    { body: 'ünïcode', attributes: { from: 'here' } },
  ]);
});

test('a wrong target is told with what there is, an object without a name with the option', async () => {
  await expect(sendTo(app, { target: 'nowhere' }, Buffer.from(''))).rejects.toThrow(
    /has no 'nowhere'. It has: .*queue_name.*bucket_name/,
  );
  await expect(sendTo(app, { target: 'bucket_name' }, Buffer.from(''))).rejects.toThrow(/--key/);
});
