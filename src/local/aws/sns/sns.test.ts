import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arnOf, type DeliveryFixture, deliveryFixture } from '../delivery-fixture.ts';

let fixture: DeliveryFixture;
let sns: SNSClient;
const topicArn = arnOf('sns', 'orders');
const fifoArn = arnOf('sns', 'orders.fifo');

beforeEach(async () => {
  fixture = await deliveryFixture();
  sns = new SNSClient(fixture.clientOptions);
  await sns.send(new CreateTopicCommand({ Name: 'orders' }));
});

afterEach(() => fixture.close());

const subscribe = async (Endpoint: string, Attributes: Record<string, string> = {}, TopicArn = topicArn) =>
  (
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: Endpoint.split(':')[2] ?? '',
        Endpoint,
        Attributes,
        ReturnSubscriptionArn: true,
      }),
    )
  ).SubscriptionArn ?? '';
const publish = (input: Partial<PublishCommand['input']>) =>
  sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'hello', ...input }));
const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });
const bodies = (name: string) => fixture.messages(name).map(({ body }) => body);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing failed',
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('delivery', () => {
  it('wraps messages for queues in a notification, or delivers them raw', async () => {
    const wrapped = await subscribe(fixture.queue('wrapped', 'sns.amazonaws.com'));
    await subscribe(fixture.queue('raw', 'sns.amazonaws.com'), { RawMessageDelivery: 'true' });
    const attributes = { kind: text('new'), data: { DataType: 'Binary', BinaryValue: Buffer.from('x') } };
    const { MessageId } = await publish({ Subject: 'About orders', MessageAttributes: attributes });
    await fixture.pass();
    const [message] = fixture.messages('wrapped');
    expect(JSON.parse(message?.body ?? '')).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: topicArn,
      Subject: 'About orders',
      Message: 'hello',
      Timestamp: '2024-05-01T12:00:00.000Z',
      SignatureVersion: '1',
      Signature: expect.stringMatching(/^[\w+/]{342}==$/),
      SigningCertURL: expect.stringMatching(/^https:\/\/sns\.eu-central-1\.amazonaws\.com\/.*\.pem$/),
      UnsubscribeURL: `https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${wrapped}`,
      MessageAttributes: { kind: { Type: 'String', Value: 'new' }, data: { Type: 'Binary', Value: 'eA==' } },
    });
    expect(message?.attributes).toEqual({});
    expect(fixture.messages('raw')).toMatchObject([
      { body: 'hello', attributes: { kind: text('new'), data: { DataType: 'Binary', BinaryValue: 'eA==' } } },
    ]);
  });

  it('calls functions with a record', async () => {
    const arn = await subscribe(fixture.function('worker', 'sns.amazonaws.com'));
    await publish({ MessageAttributes: { kind: text('new') } });
    await fixture.pass();
    expect(fixture.calls).toMatchObject([
      {
        functionName: 'worker',
        event: {
          Records: [
            {
              EventSource: 'aws:sns',
              EventVersion: '1.0',
              EventSubscriptionArn: arn,
              Sns: {
                Type: 'Notification',
                TopicArn: topicArn,
                Subject: null,
                Message: 'hello',
                MessageAttributes: { kind: { Type: 'String', Value: 'new' } },
              },
            },
          ],
        },
      },
    ]);
  });

  it('gives each protocol its own text with MessageStructure=json', async () => {
    await subscribe(fixture.queue('q', 'sns.amazonaws.com'), { RawMessageDelivery: 'true' });
    await subscribe(fixture.function('f', 'sns.amazonaws.com'));
    const Message = JSON.stringify({ default: 'for all', sqs: 'for queues' });
    await publish({ Message, MessageStructure: 'json' });
    await fixture.pass();
    expect(bodies('q')).toEqual(['for queues']);
    expect(JSON.stringify(fixture.calls)).toContain('"Message":"for all"');
    expect(await failure(publish({ Message: '{"sqs":"x"}', MessageStructure: 'json' }))).toBe(
      'InvalidParameterException: Invalid parameter: Message Structure - No default entry in JSON message body',
    );
  });

  it('passes the trace header on', async () => {
    await subscribe(fixture.queue('q', 'sns.amazonaws.com'));
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    sns.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, { 'X-Amzn-Trace-Id': header });
        return next(args);
      },
      { step: 'build' },
    );
    await publish({});
    await fixture.pass();
    expect(fixture.messages('q')).toMatchObject([{ traceHeader: header }]);
  });
});

describe('filter policies', () => {
  it.each<[string, object, Record<string, { DataType: string; StringValue: string }>, boolean]>([
    ['exact', { kind: ['new'] }, { kind: text('new') }, true],
    ['a missing attribute', { kind: ['new'] }, {}, false],
    [
      'all of several',
      { kind: ['new'], price: [{ numeric: ['>=', 100] }] },
      { kind: text('new'), price: text('99', 'Number') },
      false,
    ],
    ['a number', { price: [100] }, { price: text('1e2', 'Number') }, true],
    ['text is no number', { price: [100] }, { price: text('100') }, false],
    ['an element of an array', { tags: ['b'] }, { tags: text('["a","b"]', 'String.Array') }, true],
    [
      'anything but, in an array',
      { tags: [{ 'anything-but': ['a'] }] },
      { tags: text('["a","b"]', 'String.Array') },
      true,
    ],
    ['does not exist', { kind: [{ exists: false }] }, { other: text('x') }, true],
    ['does not exist, without any attribute', { kind: [{ exists: false }] }, {}, false],
    ['an address', { ip: [{ cidr: '10.0.0.0/24' }] }, { ip: text('10.0.0.9') }, true],
    ['one of two attributes', { $or: [{ a: ['1'] }, { b: ['2'] }] }, { b: text('2') }, true],
  ])('%s', async (_, policy, MessageAttributes, passes) => {
    await subscribe(fixture.queue('q', 'sns.amazonaws.com'), { FilterPolicy: JSON.stringify(policy) });
    await publish({ MessageAttributes });
    await fixture.pass();
    expect(bodies('q')).toHaveLength(passes ? 1 : 0);
  });

  it('look into the body when their scope says so, which costs by the amount', async () => {
    await subscribe(fixture.queue('q', 'sns.amazonaws.com'), {
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: JSON.stringify({ order: { country: [{ prefix: 'D' }] } }),
      RawMessageDelivery: 'true',
    });
    for (const country of ['DE', 'FR']) await publish({ Message: JSON.stringify({ order: { country } }) });
    await publish({ Message: 'no JSON' });
    await fixture.pass();
    expect(bodies('q')).toEqual(['{"order":{"country":"DE"}}']);
    expect(fixture.meter.total('sns', 'payload-filtered-gb')).toBeGreaterThan(0);
  });

  it.each([
    ['{"a":{"b":["c"]}}', /does not support nested filter policy/],
    ['{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}', /more than 5 keys/],
    ['{"a":[{"wildcard":"x*"}]}', /"wildcard":"x\*"/],
    ['nonsense', /not valid JSON/],
  ])('are refused when they are not valid: %s', async (FilterPolicy, message) => {
    expect(await failure(subscribe(fixture.queue('q'), { FilterPolicy }))).toMatch(message);
  });
});

describe('failed deliveries', () => {
  it('go to the dead-letter queue of the subscription at once when the queue policy does not allow them', async () => {
    const dead = fixture.queue('dead', 'sns.amazonaws.com');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead });
    await subscribe(fixture.queue('closed'), { RedrivePolicy, RawMessageDelivery: 'true' });
    await publish({});
    await fixture.pass();
    expect(bodies('closed')).toEqual([]);
    expect(bodies('dead')).toEqual(['hello']);
    expect(fixture.course.activity.waiting).toBe(0);
  });

  it('are told of when there is no dead-letter queue', async () => {
    await subscribe(fixture.function('closed'));
    await publish({});
    await fixture.pass();
    expect(fixture.warnings).toEqual([
      expect.stringMatching(
        /^orders could not deliver message .* \(AccessDeniedException: User: sns.amazonaws.com is not authorized to perform: lambda:InvokeFunction .*no dead-letter queue$/,
      ),
    ]);
  });

  it('are repeated while the receiver is down', async () => {
    await subscribe(fixture.function('worker', 'sns.amazonaws.com'));
    fixture.failing.add('worker');
    await publish({});
    for (let retry = 0; retry < 4; retry++) await fixture.pass(0);
    expect(fixture.course.activity.waiting).toBe(1);
    fixture.failing.clear();
    await fixture.pass(1000);
    expect(fixture.calls).toHaveLength(1);
    expect(fixture.course.activity.waiting).toBe(0);
  });
});

it('deliveries meet the faults of a run', async () => {
  let throttled = 0;
  const faults = {
    strikes: (kind: string, place: string) =>
      (kind === 'throttle' && place === 'sqs' && throttled++ < 4) ||
      (kind === 'duplicate' && place === 'orders to twice'),
    delayMs: () => 0,
  };
  const faulty = await deliveryFixture({ faults });
  const { store } = faulty.sns;
  const topic = store.create('orders', {}, {});
  const endpoint = faulty.queue('twice', 'sns.amazonaws.com');
  store.subscribe(topic, { protocol: 'sqs', endpoint }, {}, { principalArn: 'arn' });
  await faulty.sns.channels()[0]?.send({ body: 'hello' });
  for (let retry = 0; retry < 4; retry++) await faulty.pass();
  expect(faulty.course.activity.waiting).toBe(1);
  await faulty.pass(1000);
  expect(faulty.messages('twice')).toHaveLength(2);
  expect(faulty.course.activity.waiting).toBe(0);
  await faulty.close();
});

describe('FIFO topics', () => {
  beforeEach(async () => {
    const Attributes = { FifoTopic: 'true', ContentBasedDeduplication: 'true' };
    await sns.send(new CreateTopicCommand({ Name: 'orders.fifo', Attributes }));
    await subscribe(fixture.queue('q.fifo', 'sns.amazonaws.com'), { RawMessageDelivery: 'true' }, fifoArn);
  });

  it('deliver in order and once within five minutes', async () => {
    const send = (Message: string) => publish({ TopicArn: fifoArn, Message, MessageGroupId: 'g' });
    const first = await send('1');
    const repeated = await send('1');
    const second = await send('2');
    expect(repeated.MessageId).toBe(first.MessageId);
    expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
    await fixture.pass();
    const { messages } = fixture.sqs.store.queues.get('q.fifo') ?? {};
    const leases = messages?.receive({ maximumMessages: 10, leaseMs: 1000 }) ?? [];
    expect(leases.map(({ message }) => [message.group, message.content.body])).toEqual([
      ['g', '1'],
      ['g', '2'],
    ]);
  });

  it('need a group, and queues as subscribers', async () => {
    expect(await failure(publish({ TopicArn: fifoArn }))).toMatch(/MessageGroupId parameter is required/);
    expect(await failure(subscribe(fixture.function('f'), {}, fifoArn))).toMatch(/SQS queues only/);
    expect(await failure(subscribe(arnOf('sqs', 'q.fifo')))).toMatch(
      /FIFO SQS Queues can not be subscribed to standard SNS topics/,
    );
  });
});

describe('publishing', () => {
  it('takes batches, each entry by itself, and bills the batch by its size', async () => {
    await subscribe(fixture.queue('q', 'sns.amazonaws.com'), { RawMessageDelivery: 'true' });
    const { Successful, Failed } = await sns.send(
      new PublishBatchCommand({
        TopicArn: topicArn,
        PublishBatchRequestEntries: [
          { Id: 'a', Message: 'x'.repeat(70_000), MessageAttributes: { kind: text('new') } },
          { Id: 'b', Message: 'b', Subject: 'two\nlines' },
          { Id: 'c', Message: 'c' },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(Failed).toEqual([
      { Id: 'b', Code: 'InvalidParameter', Message: 'Invalid parameter: Subject', SenderFault: true },
    ]);
    await fixture.pass();
    expect(fixture.messages('q')).toMatchObject([{ attributes: { kind: text('new') } }, { body: 'c' }]);
    expect(fixture.meter.total('sns', 'publishes')).toBe(2);
    expect(fixture.meter.total('sns', 'lambda-and-sqs-deliveries')).toBe(2);
  });

  it.each<[Partial<PublishCommand['input']>, string]>([
    [{ TopicArn: arnOf('sns', 'none') }, 'NotFoundException: Topic does not exist'],
    [
      { TopicArn: undefined },
      'InvalidParameterException: Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
    ],
    [{ Message: '' }, 'InvalidParameterException: Invalid parameter: Empty message'],
    [{ Message: 'x'.repeat(262_145) }, 'InvalidParameterException: Invalid parameter: Message too long'],
    [
      { PhoneNumber: '+15550100', TopicArn: undefined },
      'InvalidParameterException: Invalid parameter: the local SNS does not support text messages (PhoneNumber)',
    ],
    [
      { MessageAttributes: { n: text('x', 'Number') } },
      "InvalidParameterValueException: Could not cast message attribute 'n' value to number.",
    ],
  ])('refuses what SNS refuses: %j', async (input, message) => {
    expect(await failure(publish(input))).toContain(message);
  });
});

describe('topics and subscriptions', () => {
  it('are listed, described and tagged', async () => {
    const arn = await subscribe(fixture.queue('q'), { FilterPolicy: '{"a":["b"]}' });
    expect(await subscribe(arnOf('sqs', 'q'))).toBe(arn);
    expect((await sns.send(new ListTopicsCommand())).Topics).toEqual([{ TopicArn: topicArn }]);
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }));
    expect(Subscriptions).toEqual([
      {
        SubscriptionArn: arn,
        Owner: '123456789012',
        Protocol: 'sqs',
        Endpoint: arnOf('sqs', 'q'),
        TopicArn: topicArn,
      },
    ]);
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: arn,
        AttributeName: 'RawMessageDelivery',
        AttributeValue: 'true',
      }),
    );
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }));
    expect(Attributes).toMatchObject({
      RawMessageDelivery: 'true',
      FilterPolicy: '{"a":["b"]}',
      FilterPolicyScope: 'MessageAttributes',
    });
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn: topicArn,
        AttributeName: 'DisplayName',
        AttributeValue: 'Orders',
      }),
    );
    const topic = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    expect(topic.Attributes).toMatchObject({ DisplayName: 'Orders', SubscriptionsConfirmed: '1' });
    await sns.send(
      new TagResourceCommand({
        ResourceArn: topicArn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await sns.send(new UntagResourceCommand({ ResourceArn: topicArn, TagKeys: ['a'] }));
    expect((await sns.send(new ListTagsForResourceCommand({ ResourceArn: topicArn }))).Tags).toEqual([
      { Key: 'b', Value: '2' },
    ]);
  });

  it('end: nothing is delivered any more', async () => {
    const arn = await subscribe(fixture.queue('q', 'sns.amazonaws.com'));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    await publish({});
    await fixture.pass();
    expect(bodies('q')).toEqual([]);
    await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
    expect(await failure(publish({}))).toBe('NotFoundException: Topic does not exist');
  });

  it('to the outside world are refused', async () => {
    const input = { TopicArn: topicArn, Protocol: 'https', Endpoint: 'https://example.com' };
    expect(await failure(sns.send(new SubscribeCommand(input)))).toMatch(
      /does not support subscriptions of protocol https/,
    );
  });
});

it('is a channel for the owner of the stack', async () => {
  await subscribe(fixture.queue('q', 'sns.amazonaws.com'), {
    FilterPolicy: '{"kind":["new"]}',
    RawMessageDelivery: 'true',
  });
  const [channel] = fixture.sns.channels();
  expect(channel).toMatchObject({ kind: 'topic', name: 'orders', aliases: [topicArn] });
  await channel?.send({ body: 'from outside', attributes: { kind: 'new' } });
  await fixture.pass();
  expect(bodies('q')).toEqual(['from outside']);
});
