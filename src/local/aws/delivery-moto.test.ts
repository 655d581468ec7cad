/**
 * The same calls to this SNS and EventBridge and to moto, and what then is in the queues behind them: no difference but
 * those that are listed. Needs `moto_server` (pip install 'moto[server]').
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arnOf, type DeliveryFixture, deliveryFixture } from './delivery-fixture.ts';

const hasMoto = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;

interface Side {
  sns: SNSClient;
  events: EventBridgeClient;
  sqs: SQSClient;
  settle(): Promise<void>;
}

describe.skipIf(!hasMoto)('SNS and EventBridge beside moto (skipped without moto_server)', () => {
  let fixture: DeliveryFixture;
  let motoProcess: ChildProcess;
  let ours: Side;
  let moto: Side;
  let count = 0;

  beforeAll(async () => {
    fixture = await deliveryFixture();
    const port = await freePort();
    motoProcess = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const endpoint = `http://127.0.0.1:${port}`;
    await answered(endpoint);
    ours = sideOf(fixture.clientOptions, () => fixture.pass());
    moto = sideOf({ ...fixture.clientOptions, endpoint }, async () => {});
  }, 60_000);

  afterAll(async () => {
    motoProcess?.kill();
    await fixture.close();
  });

  /** Runs a case on both sides, with a queue of its own that both services may send to. */
  async function both(
    run: (side: Side, name: string) => Promise<unknown>,
  ): Promise<{ ours: unknown; moto: unknown }> {
    const name = `case-${count++}`;
    const arn = fixture.queue(name, 'sns.amazonaws.com');
    const Statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn,
    };
    const document = JSON.stringify({ Version: '2012-10-17', Statement });
    fixture.iam.attachResourcePolicy(arn, document, { address: 'test', file: 'test.tf', line: 1 });
    await moto.sqs.send(new CreateQueueCommand({ QueueName: name }));
    return { ours: await run(ours, name), moto: await run(moto, name) };
  }

  async function received({ sqs, settle }: Side, name: string): Promise<unknown> {
    await settle();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: `http://localhost/123456789012/${name}`,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages.map(({ Body = '', MessageAttributes }) =>
      comparable({ Body: parsed(Body), MessageAttributes }),
    );
  }

  const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });

  const policies: [string, object, 'MessageAttributes' | 'MessageBody'][] = [
    ['exact text', { kind: ['a', 'b'] }, 'MessageAttributes'],
    ['anything but', { kind: [{ 'anything-but': ['a'] }] }, 'MessageAttributes'],
    ['a prefix', { kind: [{ prefix: 'a' }] }, 'MessageAttributes'],
    ['a suffix', { kind: [{ suffix: 'b' }] }, 'MessageAttributes'],
    ['ignoring case', { kind: [{ 'equals-ignore-case': 'ab' }] }, 'MessageAttributes'],
    ['a number', { price: [10] }, 'MessageAttributes'],
    ['a range', { price: [{ numeric: ['>', 5, '<=', 10] }] }, 'MessageAttributes'],
    ['existence', { price: [{ exists: true }] }, 'MessageAttributes'],
    ['both', { kind: ['b'], price: [{ exists: true }] }, 'MessageAttributes'],
    ['either', { $or: [{ kind: ['b'] }, { price: [11] }] }, 'MessageAttributes'],
    ['an element', { tags: ['y'] }, 'MessageAttributes'],
    ['the body', { order: { total: [{ numeric: ['=', 7] }] } }, 'MessageBody'],
    ['a list in the body', { order: { tags: ['x'] } }, 'MessageBody'],
  ];
  it.each(policies)('filter policies: %s', async (_, policy, FilterPolicyScope) => {
    const result = await both(async (side, name) => {
      const { TopicArn } = await side.sns.send(new CreateTopicCommand({ Name: name }));
      await side.sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: arnOf('sqs', name),
          Attributes: { FilterPolicy: JSON.stringify(policy), FilterPolicyScope, RawMessageDelivery: 'true' },
        }),
      );
      const order = '{"order":{"total":7,"tags":["x"]}}';
      const messages = [
        { Message: order, MessageAttributes: { kind: text('a') } },
        { Message: order, MessageAttributes: { kind: text('b'), price: text('10', 'Number') } },
        { Message: order, MessageAttributes: { kind: text('aB'), price: text('11.0', 'Number') } },
        { Message: order, MessageAttributes: { tags: text('["x","y"]', 'String.Array') } },
        { Message: '{"order":{"total":8}}', MessageAttributes: { kind: text('z') } },
      ];
      await side.sns.send(
        new PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: messages.map((message, index) => ({ Id: String(index), ...message })),
        }),
      );
      return received(side, name);
    });
    expect(result.ours).toEqual(result.moto);
    expect(JSON.stringify(result.ours)).toContain('order');
  });

  it('notifications, batches and subscriptions', async () => {
    const result = await both(async (side, name) => {
      const { TopicArn } = await side.sns.send(new CreateTopicCommand({ Name: name }));
      const { SubscriptionArn } = await side.sns.send(
        new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arnOf('sqs', name) }),
      );
      await side.sns.send(
        new PublishCommand({
          TopicArn,
          Message: 'hello',
          Subject: 'About',
          MessageAttributes: { kind: text('a') },
        }),
      );
      const batch = await side.sns.send(
        new PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: [
            { Id: 'a', Message: '1' },
            { Id: 'b', Message: '2' },
          ],
        }),
      );
      const { Subscriptions } = await side.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      const { Attributes } = await side.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
      return comparable({
        queue: await received(side, name),
        batch: batch.Successful?.map(({ Id }) => Id),
        Subscriptions,
        // moto names a role of its own.
        Attributes: { ...Attributes, SubscriptionPrincipal: undefined },
      });
    });
    expect(result.ours).toEqual(result.moto);
  });

  const patterns: [string, object][] = [
    ['source and type', { source: ['shop'], 'detail-type': [{ prefix: 'Order' }] }],
    ['anything but', { detail: { status: [{ 'anything-but': ['paid'] }] } }],
    ['no prefix', { detail: { status: [{ 'anything-but': { prefix: 'pa' } }] } }],
    ['a suffix', { detail: { file: [{ suffix: '.csv' }] } }],
    ['a range', { detail: { total: [{ numeric: ['>', 0, '<', 10] }] } }],
    ['absence', { detail: { total: [{ exists: false }] } }],
    ['an address', { detail: { ip: [{ cidr: '10.0.0.0/24' }] } }],
    ['a list', { resources: ['arn:b'] }],
  ];
  it.each(patterns)('event patterns: %s', async (_, pattern) => {
    const result = await both(async (side, name) => {
      await side.events.send(
        new PutRuleCommand({
          Name: name,
          EventPattern: JSON.stringify({ ...pattern, account: ['123456789012'] }),
        }),
      );
      await side.events.send(
        new PutTargetsCommand({ Rule: name, Targets: [{ Id: 'q', Arn: arnOf('sqs', name) }] }),
      );
      const entry = { Source: 'shop', DetailType: 'Order placed', Time: new Date('2024-01-02T03:04:05Z') };
      const { FailedEntryCount } = await side.events.send(
        new PutEventsCommand({
          Entries: [
            { ...entry, Detail: '{"status":"paid","total":5,"ip":"10.0.0.7"}' },
            { ...entry, Detail: '{"status":"open","file":"a.csv"}', Resources: ['arn:a', 'arn:b'] },
            { ...entry, Source: 'till', Detail: '{"status":"lost","total":11,"file":"a.txt"}' },
          ],
        }),
      );
      const rule = await side.events.send(new DescribeRuleCommand({ Name: name }));
      const { Targets } = await side.events.send(new ListTargetsByRuleCommand({ Rule: name }));
      return { FailedEntryCount, queue: await received(side, name), rule: comparable(rule), Targets };
    });
    expect(result.ours).toEqual(result.moto);
  });
});

const sideOf = (options: DeliveryFixture['clientOptions'], settle: () => Promise<void>): Side => ({
  sns: new SNSClient(options),
  events: new EventBridgeClient(options),
  sqs: new SQSClient(options),
  settle,
});

const madeUp = new Set([
  '$metadata',
  'MessageId',
  'Signature',
  'SigningCertURL',
  // 1 unless the topic says otherwise: https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html; moto has 2.
  'SignatureVersion',
  'SubscriptionArn',
  'Timestamp',
  'UnsubscribeURL',
  'id',
  // moto leaves these out, which events and rules have: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
  'account',
  'CreatedBy',
]);

/** Without what each side makes up for itself. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, content]) => content !== undefined && !madeUp.has(name))
      .map(([name, content]) => [name, comparable(content)]),
  );
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answered(endpoint: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const isThere = await fetch(`${endpoint}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await sleep(200);
  }
  throw new Error('moto_server did not answer within 30 seconds.');
}
