/**
 * The same operations of the official client against this Pub/Sub and against Google's emulator: results and error
 * codes must agree. Where the emulator is known to differ from the service (it applies no filters, checks no limits of
 * settings, loses the order of a key after a negative acknowledgement, and its error texts are its own), the comparison
 * leaves that out.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { v1 } from '@google-cloud/pubsub';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { realClock } from '../../engine/clock.ts';
import { createGrpcServer, type GrpcServer } from '../grpc-server.ts';
import { PubSub } from './pubsub.ts';
import { grpcServices } from './services.ts';
import { clientOptions, testRuntime } from './test-bed.ts';

function emulatorJar(): string | undefined {
  try {
    const gcloud = execFileSync('which', ['gcloud'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('which', ['java'], { stdio: 'ignore' });
    const folder = path.join(path.dirname(realpathSync(gcloud.trim())), '../platform/pubsub-emulator/lib');
    const jar = readdirSync(folder).find((name) => /^cloud-pubsub-emulator-.*-all\.jar$/.test(name));
    return jar !== undefined && existsSync(path.join(folder, jar)) ? path.join(folder, jar) : undefined;
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
  const child = spawn('java', ['-jar', jar, '--host=127.0.0.1', `--port=${port}`]);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The emulator ended with code ${code}.`)));
    const listen = (text: Buffer) => text.includes('Server started') && resolve();
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
  });
  return child;
}

interface Api {
  publisher: v1.PublisherClient;
  subscriber: v1.SubscriberClient;
}

const connect = (port: number): Api => ({
  publisher: new v1.PublisherClient(clientOptions(port)),
  subscriber: new v1.SubscriberClient(clientOptions(port)),
});

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { result: await run() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === undefined ? { refusedByClient: String(error) } : { code };
  }
}

const jar = emulatorJar();
const label = jar
  ? 'as the official emulator'
  : 'as the official emulator (skipped: gcloud Pub/Sub emulator or Java not found)';
const topic = (name: string) => `projects/demo/topics/${name}`;
const subscription = (name: string) => `projects/demo/subscriptions/${name}`;

describe.skipIf(!jar)(label, () => {
  let emulator: ChildProcess;
  let server: GrpcServer;
  let theirs: Api;
  let ours: Api;
  const pubsub = new PubSub({ ...testRuntime().runtime, clock: realClock });

  beforeAll(async () => {
    vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
    const port = await freePort();
    emulator = await startEmulator(jar ?? '', port);
    server = createGrpcServer({
      runtime: pubsub.runtime,
      services: grpcServices(pubsub),
      withoutToken: 'owner',
    });
    theirs = connect(port);
    ours = connect(await server.listen(0));
  }, 30_000);
  afterAll(async () => {
    const clients = [theirs, ours].flatMap(({ publisher, subscriber }) => [publisher, subscriber]);
    await Promise.all(clients.map((client) => client.close()));
    emulator.kill();
    pubsub.close();
    await server.close(0);
    vi.unstubAllEnvs();
  });

  async function same(run: (api: Api) => Promise<unknown>): Promise<unknown> {
    const [mine, official] = [await outcome(() => run(ours)), await outcome(() => run(theirs))];
    expect(mine).toEqual(official);
    return mine;
  }

  const texts = ({ receivedMessages }: { receivedMessages?: { message?: unknown }[] | null }) =>
    (receivedMessages ?? []).map(({ message }) => {
      const { data, attributes, orderingKey } = message as {
        data: Buffer;
        attributes: object;
        orderingKey: string;
      };
      return { data: data.toString(), attributes, orderingKey };
    });

  async function pull({ subscriber }: Api, name: string, maxMessages = 100) {
    const [answer] = await subscriber.pull({ subscription: name, maxMessages, returnImmediately: true });
    return answer as { receivedMessages?: { ackId?: string; message?: unknown; deliveryAttempt?: number }[] };
  }

  test('topics and subscriptions', async () => {
    const name = topic('orders');
    const sub = subscription('sub');
    await same(async ({ publisher }) => (await publisher.createTopic({ name }))[0].name);
    await same(({ publisher }) => publisher.createTopic({ name }));
    await same(({ publisher }) => publisher.getTopic({ topic: topic('nowhere') }));
    await same(({ publisher }) => publisher.deleteTopic({ topic: topic('nowhere') }));
    await same(async ({ publisher }) =>
      (await publisher.listTopics({ project: 'projects/demo' }))[0].map((one) => one.name),
    );
    const described = (one: object) => {
      const {
        name,
        topic,
        ackDeadlineSeconds,
        messageRetentionDuration,
        enableMessageOrdering,
        filter,
        labels,
      } = one as Record<string, unknown>;
      return {
        name,
        topic,
        ackDeadlineSeconds,
        messageRetentionDuration,
        enableMessageOrdering,
        filter,
        labels,
      };
    };
    await same(async ({ subscriber }) =>
      described((await subscriber.createSubscription({ name: sub, topic: name, labels: { a: 'b' } }))[0]),
    );
    await same(({ subscriber }) => subscriber.createSubscription({ name: sub, topic: name }));
    await same(({ subscriber }) =>
      subscriber.createSubscription({ name: `${sub}2`, topic: topic('nowhere') }),
    );
    await same(({ subscriber }) => subscriber.getSubscription({ subscription: subscription('nowhere') }));
    await same(async ({ subscriber }) =>
      described(
        (
          await subscriber.updateSubscription({
            subscription: { name: sub, ackDeadlineSeconds: 42 },
            updateMask: { paths: ['ack_deadline_seconds'] },
          })
        )[0],
      ),
    );
    await same(async ({ publisher }) => (await publisher.listTopicSubscriptions({ topic: name }))[0]);
    await same(async ({ publisher }) => (await publisher.deleteTopic({ topic: name }))[0]);
    await same(async ({ subscriber }) =>
      described((await subscriber.getSubscription({ subscription: sub }))[0]),
    );
    await same(async ({ subscriber }) => (await subscriber.deleteSubscription({ subscription: sub }))[0]);
    await same(({ subscriber }) => subscriber.deleteSubscription({ subscription: sub }));
  });

  test('publishing, pulling and acknowledging', async () => {
    const name = topic('messages');
    const sub = subscription('messages');
    await same(async ({ publisher }) => (await publisher.createTopic({ name }))[0].name);
    await same(
      async ({ subscriber }) => (await subscriber.createSubscription({ name: sub, topic: name }))[0].name,
    );
    const publish = (messages: object[], to = name) =>
      same(async ({ publisher }) => (await publisher.publish({ topic: to, messages }))[0].messageIds?.length);
    await publish([{ data: Buffer.from('a'), attributes: { x: 'y' } }, { data: Buffer.from('b') }]);
    await publish([{ attributes: { only: 'attributes' } }]);
    await publish([{}]);
    await publish([]);
    await publish([{ data: Buffer.from('c') }], topic('nowhere'));
    await same(({ subscriber }) =>
      subscriber.pull({ subscription: subscription('nowhere'), maxMessages: 1 }),
    );
    await same(({ subscriber }) => subscriber.pull({ subscription: sub, maxMessages: 0 }));
    await same(async (api) => {
      const answer = await pull(api, sub);
      const ackIds = (answer.receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
      const again = await pull(api, sub);
      await api.subscriber.modifyAckDeadline({ subscription: sub, ackIds, ackDeadlineSeconds: 0 });
      const returned = await pull(api, sub);
      const newIds = (returned.receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
      await api.subscriber.acknowledge({ subscription: sub, ackIds: newIds });
      await api.subscriber.acknowledge({ subscription: sub, ackIds: newIds });
      const sorted = (one: typeof answer) =>
        texts(one).toSorted((first, second) => (first.data < second.data ? -1 : 1));
      return [sorted(answer), texts(again), sorted(returned), texts(await pull(api, sub))];
    });
  });

  test('ordering keys', async () => {
    const name = topic('ordered');
    const sub = subscription('ordered');
    await same(async (api) => {
      await api.publisher.createTopic({ name });
      await api.subscriber.createSubscription({ name: sub, topic: name, enableMessageOrdering: true });
      for (const data of ['1', '2', '3'])
        await api.publisher.publish({
          topic: name,
          messages: [{ data: Buffer.from(data), orderingKey: 'k' }],
        });
      const first = await pull(api, sub, 1);
      const ackIds = (first.receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
      const meanwhile = await pull(api, sub);
      await api.subscriber.acknowledge({ subscription: sub, ackIds });
      return [texts(first), texts(meanwhile), texts(await pull(api, sub))];
    });
  });
});
