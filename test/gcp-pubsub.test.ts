import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { fastForwardClock } from '../src/local/engine/clock.ts';
import { noFaults } from '../src/local/engine/faults.ts';
import { seededRandom } from '../src/local/engine/random.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { bundleHandler } from '../src/package/bundle.ts';
import { zip } from '../src/package/zip.ts';
import { createApp } from '../src/proof/app.ts';

const fixture = path.join(import.meta.dirname, 'fixtures', 'gcp-pubsub');
const directory = mkdtempSync(path.join(os.tmpdir(), 'gcp-pubsub-'));
const package_path = path.join(directory, 'package.zip');
const warnings: string[] = [];
let cloud: LocalCloud;
let settled: () => Promise<void>;

async function start(variables: Record<string, unknown> = {}): Promise<void> {
  const virtualClock = fastForwardClock();
  cloud = await startLocalCloud({
    cloud: 'gcp',
    directory: fixture,
    variables: { package_path, ...variables },
    virtualClock,
    warn: (text) => void warnings.push(text),
  });
  const app = createApp(cloud, {
    clock: virtualClock,
    random: seededRandom(1),
    faults: noFaults,
    step: (_, prove) => prove(),
  });
  settled = () => app.settled();
}

beforeAll(async () => {
  writeFileSync(package_path, zip((await bundleHandler(path.join(fixture, 'handler.ts'), 'gcp')).files));
});
afterEach(async () => {
  await cloud?.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const publish = async (target: string) => (await fetch(`${cloud.entrances[0]?.url}${target}`)).text();
/** What a subscription that nobody reads holds. */
const held = (name: string) =>
  find(
    'subscription',
    cloud.access.channels.filter(({ kind }) => kind === 'queue'),
    name,
  ).peek?.() ?? [];
const topic = 'projects/local-project/topics/orders';

test('messages, events and objects reach the functions that wait for them; what nobody can process is kept', async () => {
  await start();
  expect(cloud.entrances.map(({ name }) => name)).toEqual(['publish']);
  expect(await publish('/orders?text=bread')).toMatch(/^\d{17}$/);
  await publish('/orders?text=poison+bread');
  await publish('/orders?text=milk&kind=event');
  const inbox = find('bucket', cloud.access.buckets, 'local-project-inbox');
  await inbox.put('in/a file.csv', Buffer.from('1,2'));
  await inbox.delete('in/a file.csv');
  await settled();

  const results = new Map(held('results').map(({ body, attributes }) => [body, attributes]));
  expect([...results.keys()].sort()).toEqual([
    'deleted in/a file.csv of 3 bytes',
    'finalized in/a file.csv of 3 bytes',
    'got bread',
    'got milk',
    'got poison bread',
    'worked on bread',
  ]);
  expect(results.get('worked on bread')).toEqual({
    subscription: 'projects/local-project/subscriptions/orders-work',
    attempt: '1',
  });
  expect(results.get('got milk')).toEqual({
    type: 'google.cloud.pubsub.topic.v1.messagePublished',
    source: `//pubsub.googleapis.com/${topic}`,
    subscription: expect.stringMatching(/\/subscriptions\/eventarc-us-central1-on-message-\d{6}-sub-\d{3}$/),
  });
  expect(results.get('finalized in/a file.csv of 3 bytes')).toMatchObject({
    type: 'google.cloud.storage.object.v1.finalized',
    source: '//storage.googleapis.com/projects/_/buckets/local-project-inbox',
  });
  expect(held('orders-dead')).toMatchObject([
    {
      body: 'poison bread',
      attributes: { kind: 'plain', CloudPubSubDeadLetterSourceDeliveryCount: '5' },
    },
  ]);
  expect(held('objects')).toMatchObject([
    {
      body: '',
      attributes: {
        eventType: 'OBJECT_DELETE',
        bucketId: 'local-project-inbox',
        objectId: 'in/a file.csv',
        payloadFormat: 'NONE',
        stage: 'test',
      },
    },
  ]);
  // The topics that the triggers have made for themselves.
  for (const name of ['trigger_topic', 'event_topic'])
    expect(find('topic', cloud.access.channels, String(cloud.stack.outputs[name]?.value)).name).toMatch(
      /^eventarc-us-central1-.*-\d{3}$/,
    );
  expect(cloud.meter.total('pubsub', 'throughput-gib')).toBeGreaterThan(0);
  // The roles that Google's guides name are wider than what is used of them.
  expect(cloud.unusedGrants().filter(({ kind }) => kind !== 'wide-role')).toEqual([]);
  expect(await publish('/results?text=x')).toContain(
    "Permission 'pubsub.topics.publish' denied on resource 'projects/local-project/topics/results' for publish-run@local-project.iam.gserviceaccount.com",
  );
  expect(warnings).toEqual([]);
}, 60_000);

test('a dead letter stays where it is while Pub/Sub may not forward it', async () => {
  await start({ forwards_dead_letters: false });
  await publish('/orders?text=poison');
  await vi.waitFor(
    () => {
      cloud.advance(60_000);
      expect(held('orders-work')[0]?.receiveCount).toBeGreaterThan(6);
    },
    { timeout: 20_000 },
  );
  expect(held('orders-dead')).toEqual([]);
}, 60_000);
