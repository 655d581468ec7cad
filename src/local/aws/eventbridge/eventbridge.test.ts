import {
  DeleteRuleCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  StartReplayCommand,
  type Target,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arnOf, type DeliveryFixture, deliveryFixture, startMs } from '../delivery-fixture.ts';

let fixture: DeliveryFixture;
let events: EventBridgeClient;

beforeEach(async () => {
  fixture = await deliveryFixture();
  events = new EventBridgeClient(fixture.clientOptions);
});

afterEach(() => fixture.close());

const sender = 'events.amazonaws.com';
const ruleArn = arnOf('events', 'rule/orders');
const hourMs = 3_600_000;

async function rule(
  target: Partial<Target> & { Arn: string },
  pattern: object = { source: ['shop'] },
  bus?: string,
) {
  await events.send(
    new PutRuleCommand({ Name: 'orders', EventPattern: JSON.stringify(pattern), EventBusName: bus }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: 'orders', EventBusName: bus, Targets: [{ Id: 'one', ...target }] }),
  );
}

const put = (...entries: Partial<PutEventsRequestEntry>[]) =>
  events.send(
    new PutEventsCommand({
      Entries: entries.map((entry) => ({
        Source: 'shop',
        DetailType: 'Order placed',
        Detail: '{}',
        ...entry,
      })),
    }),
  );
const bodies = (name: string) => fixture.messages(name).map(({ body }) => body);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing failed',
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('events', () => {
  it('reach queues, functions and topics in their envelope', async () => {
    fixture.sns.store.create('topic', {}, {});
    fixture.iam.attachResourcePolicy(
      arnOf('sns', 'topic'),
      JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: sender },
          Action: 'sns:Publish',
          Resource: arnOf('sns', 'topic'),
          Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
        },
      }),
      { address: 'a', file: 'f', line: 1 },
    );
    fixture.sns.store.subscribe(
      fixture.sns.store.topic(arnOf('sns', 'topic')),
      { protocol: 'sqs', endpoint: fixture.queue('behind', 'sns.amazonaws.com') },
      { RawMessageDelivery: 'true' },
      { principalArn: 'arn' },
    );
    await rule({ Arn: fixture.queue('q', sender) });
    await events.send(
      new PutTargetsCommand({
        Rule: 'orders',
        Targets: [
          { Id: 'f', Arn: fixture.function('f', sender) },
          { Id: 't', Arn: arnOf('sns', 'topic') },
        ],
      }),
    );
    const { Entries } = await put({
      Detail: '{"order":1}',
      Resources: ['arn:r'],
      Time: new Date('2024-01-02T03:04:05Z'),
    });
    await fixture.pass();
    const event = {
      version: '0',
      id: Entries?.[0]?.EventId,
      'detail-type': 'Order placed',
      source: 'shop',
      account: '123456789012',
      time: '2024-01-02T03:04:05Z',
      region: 'eu-central-1',
      resources: ['arn:r'],
      detail: { order: 1 },
    };
    expect(bodies('q')).toEqual([JSON.stringify(event)]);
    expect(fixture.calls).toMatchObject([{ functionName: 'f', event }]);
    expect(bodies('behind')).toEqual([JSON.stringify(event)]);
  });

  it('go only to rules whose pattern they match, and to none that is disabled', async () => {
    await rule(
      { Arn: fixture.queue('q', sender) },
      { source: ['shop'], detail: { total: [{ numeric: ['>', 100] }], file: [{ wildcard: 'in/*.csv' }] } },
    );
    await put(
      { Detail: '{"total":101,"file":"in/a.csv"}' },
      { Detail: '{"total":100,"file":"in/a.csv"}' },
      { Detail: '{"total":101,"file":"out/a.csv"}' },
    );
    await fixture.pass();
    expect(bodies('q')).toHaveLength(1);
    fixture.eventBridge.store.rule('default', 'orders').isEnabled = false;
    await put({ Detail: '{"total":101,"file":"in/a.csv"}' });
    await fixture.pass();
    expect(bodies('q')).toHaveLength(0);
  });

  it('are refused one by one', async () => {
    const { FailedEntryCount, Entries } = await put(
      {},
      { Source: undefined },
      { Detail: 'no JSON' },
      { Source: 'aws.s3' },
      { EventBusName: 'none' },
    );
    expect(FailedEntryCount).toBe(4);
    expect(
      Entries?.map(({ ErrorCode, ErrorMessage }) => ErrorCode && `${ErrorCode}: ${ErrorMessage}`),
    ).toEqual([
      undefined,
      'InvalidArgument: Parameter Source is not valid. Reason: Source is a required argument.',
      'MalformedDetail: Detail is malformed.',
      'NotAuthorizedForSourceException: Not authorized for the source.',
      'ResourceNotFoundException: Event bus none does not exist.',
    ]);
    expect(await failure(put(...Array(11).fill({})))).toMatch(/less than or equal to 10/);
    const large = { Detail: JSON.stringify({ text: 'x'.repeat(600_000) }) };
    expect(await failure(put(large, large))).toMatch(/Total size of the entries/);
  });

  it('are metered by started 64 KB', async () => {
    await put({}, { Detail: JSON.stringify({ text: 'x'.repeat(70_000) }) });
    expect(fixture.meter.total('eventbridge', 'custom-events')).toBe(3);
  });

  it('of AWS services come to the default bus for nothing', async () => {
    await rule(
      { Arn: fixture.queue('q', sender) },
      { source: ['aws.s3'], detail: { object: { key: [{ suffix: '.csv' }] } } },
    );
    fixture.eventBridge.putServiceEvent({
      source: 'aws.s3',
      detailType: 'Object Created',
      resources: ['arn:aws:s3:::in'],
      detail: { object: { key: 'a.csv' } },
    });
    await fixture.pass();
    expect(JSON.parse(bodies('q')[0] ?? '')).toMatchObject({
      source: 'aws.s3',
      resources: ['arn:aws:s3:::in'],
    });
    expect(fixture.meter.total('eventbridge', 'custom-events')).toBe(0);
  });
});

describe('the input of a target', () => {
  const detail = { Detail: '{"id":"o-1","total":7,"tags":["a","b"],"name":"A \\"B\\""}' };
  it.each<[string, Partial<Target>, string]>([
    ['constant', { Input: '{"a":1}' }, '{"a":1}'],
    ['a part of the event', { InputPath: '$.detail.tags[1]' }, '"b"'],
    [
      'transformed into JSON',
      {
        InputTransformer: {
          InputPathsMap: {
            id: '$.detail.id',
            total: '$.detail.total',
            tags: '$.detail.tags',
            none: '$.detail.none',
          },
          InputTemplate:
            '{"order": <id>, "total": <total>, "tags": <tags>, "none": <none>, "text": "<id>: <total>"}',
        },
      },
      '{"order": "o-1", "total": 7, "tags": ["a","b"], "none": "", "text": "o-1: 7"}',
    ],
    [
      'transformed into text',
      {
        InputTransformer: {
          InputPathsMap: { name: '$.detail.name' },
          InputTemplate: '"<name> by <aws.events.rule-name>"',
        },
      },
      '"A \\"B\\" by orders"',
    ],
  ])('%s', async (_, target, body) => {
    await rule({ ...target, Arn: fixture.queue('q', sender) });
    await put(detail);
    await fixture.pass();
    expect(bodies('q')).toEqual([body]);
  });

  it.each<[Partial<Target>, RegExp]>([
    [{ Input: 'no JSON' }, /JSON syntax error in input/],
    [{ InputPath: '$..id' }, /not a path that runs locally/],
    [{ Input: '{}', InputPath: '$' }, /Only one of Input, InputPath, or InputTransformer/],
    [{ InputTransformer: { InputTemplate: '<id>' } }, /Invalid use of placeholder id/],
  ])('is refused when it is not valid: %j', async (target, message) => {
    expect(await failure(rule({ ...target, Arn: fixture.queue('q', sender) }))).toMatch(message);
  });
});

describe('a target that fails', () => {
  const dead = () => ({ DeadLetterConfig: { Arn: fixture.queue('dead', sender) } });
  const attributesOf = () =>
    fixture
      .messages('dead')
      .map(({ attributes }) =>
        Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])),
      );

  it('for want of a permission gets nothing, and the event is dead at once', async () => {
    await rule({ Arn: fixture.queue('q'), ...dead() });
    await put({});
    await fixture.pass();
    expect(attributesOf()).toEqual([
      {
        RULE_ARN: ruleArn,
        TARGET_ARN: arnOf('sqs', 'q'),
        ERROR_CODE: 'NO_PERMISSIONS',
        ERROR_MESSAGE: expect.stringMatching(/not authorized to perform: sqs:sendmessage/),
        RETRY_ATTEMPTS: '0',
      },
    ]);
  });

  it('because it is not there, likewise', async () => {
    await rule({ Arn: arnOf('lambda', 'function:none'), ...dead() });
    await put({ Detail: '{"order":1}' });
    await fixture.pass();
    const [message] = fixture.messages('dead');
    expect(message?.attributes.ERROR_CODE?.StringValue).toBe('NO_RESOURCE');
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ detail: { order: 1 } });
  });

  it('for a while gets the event later', async () => {
    await rule({ Arn: fixture.function('f', sender), ...dead() });
    fixture.failing.add('f');
    await put({});
    for (let minute = 0; minute < 10; minute++) await fixture.pass(60_000);
    expect(fixture.course.activity.waiting).toBe(1);
    fixture.failing.clear();
    await fixture.pass(hourMs);
    expect(fixture.calls).toHaveLength(1);
    expect(fixture.course.activity.waiting).toBe(0);
  });

  it.each([
    [{ MaximumRetryAttempts: 2 }, 'MaximumRetryAttempts', '2'],
    [{ MaximumEventAgeInSeconds: 60 }, 'MaximumEventAgeInSeconds', undefined],
  ])('for too long makes the event dead: %j', async (RetryPolicy, condition, retries) => {
    await rule({ Arn: fixture.function('f', sender), RetryPolicy, ...dead() });
    fixture.failing.add('f');
    await put({});
    for (let minute = 0; minute < 20; minute++) await fixture.pass(10_000);
    expect(attributesOf()).toMatchObject([
      {
        ERROR_CODE: 'ERROR_FROM_TARGET',
        EXHAUSTED_RETRY_CONDITION: condition,
        ...(retries !== undefined && { RETRY_ATTEMPTS: retries }),
      },
    ]);
  });

  it('without a dead-letter queue loses the event, which is told', async () => {
    await rule({ Arn: fixture.queue('q') });
    await put({});
    await fixture.pass();
    expect(fixture.warnings).toEqual([
      expect.stringMatching(/^rule orders could not deliver event .*no dead-letter queue$/),
    ]);
  });
});

describe('buses', () => {
  it('pass events on to another bus once, as they are, in a role that may', async () => {
    fixture.eventBridge.store.create('central');
    const role = 'arn:aws:iam::123456789012:role/forward';
    const source = { address: 'a', file: 'f', line: 1 };
    fixture.iam.addRole({
      arn: role,
      name: 'forward',
      uniqueId: 'AROA',
      trustPolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { Service: sender }, Action: 'sts:AssumeRole' },
      }),
      maxSessionDurationSeconds: 3600,
      tags: {},
      source,
    });
    await rule({ Arn: arnOf('events', 'event-bus/central'), RoleArn: role });
    await rule({ Arn: fixture.queue('q', sender) }, { detail: { order: [1] } }, 'central');
    await put({ Detail: '{"order":1}' });
    await fixture.pass();
    expect(bodies('q')).toEqual([]);
    expect(fixture.warnings[0]).toMatch(/NO_PERMISSIONS.*events:PutEvents on resource: .*event-bus\/central/);
    const Statement = {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: arnOf('events', 'event-bus/central'),
    };
    fixture.iam.putRolePolicy('forward', 'p', JSON.stringify({ Version: '2012-10-17', Statement }), source);
    const { Entries } = await put({ Detail: '{"order":1}' });
    await fixture.pass();
    expect(JSON.parse(bodies('q')[0] ?? '')).toMatchObject({ id: Entries?.[0]?.EventId, source: 'shop' });
  });

  it('keep events in archives and replay a window of them', async () => {
    const { store } = fixture.eventBridge;
    const archive = store.archive(store.bus(), 'all', '{"source":["shop"]}', undefined);
    await put({ Detail: '{"order":1}' });
    await fixture.pass(hourMs);
    await put({ Detail: '{"order":2}' });
    await rule({ Arn: fixture.queue('q', sender) });
    await events.send(
      new StartReplayCommand({
        ReplayName: 'again',
        EventSourceArn: archive.arn,
        EventStartTime: new Date(startMs),
        EventEndTime: new Date(startMs + hourMs),
        Destination: { Arn: store.bus().arn },
      }),
    );
    await fixture.pass();
    expect(bodies('q').map((body) => JSON.parse(body))).toMatchObject([
      { detail: { order: 1 }, 'replay-name': 'again' },
    ]);
    expect((await events.send(new DescribeReplayCommand({ ReplayName: 'again' }))).State).toBe('COMPLETED');
    expect(fixture.meter.total('eventbridge', 'replayed-events')).toBe(1);
  });

  it('are channels for the owner of the stack', async () => {
    await rule({ Arn: fixture.queue('q', sender) });
    const [channel] = fixture.eventBridge.channels();
    await channel?.send({ body: '{"source":"shop","detailType":"Order placed","detail":{"order":3}}' });
    await fixture.pass();
    expect(JSON.parse(bodies('q')[0] ?? '')).toMatchObject({ detail: { order: 3 } });
    await expect(channel?.send({ body: '{"order":3}' })).rejects.toThrow(/An event is sent as JSON/);
  });
});

describe('rules', () => {
  it('fire by schedule', async () => {
    const { store } = fixture.eventBridge;
    await rule({ Arn: fixture.queue('q', sender) });
    const half = store.putRule({
      name: 'half',
      busName: 'default',
      schedule: 'rate(30 minutes)',
      isEnabled: true,
    });
    half.putTarget({ id: 'q', arn: arnOf('sqs', 'q') });
    await fixture.pass(hourMs);
    const fired = bodies('q').map((body) => JSON.parse(body));
    expect(fired).toMatchObject([
      { 'detail-type': 'Scheduled Event', source: 'aws.events', time: '2024-05-01T12:30:00Z', detail: {} },
      { time: '2024-05-01T13:00:00Z', resources: [arnOf('events', 'rule/half')] },
    ]);
  });

  it('are described, and end', async () => {
    const Arn = fixture.queue('q', sender);
    await rule({ Arn, RetryPolicy: { MaximumRetryAttempts: 0 } });
    expect(await events.send(new DescribeRuleCommand({ Name: 'orders' }))).toMatchObject({
      Arn: ruleArn,
      State: 'ENABLED',
      EventPattern: '{"source":["shop"]}',
    });
    expect((await events.send(new ListRulesCommand())).Rules).toHaveLength(1);
    expect((await events.send(new ListEventBusesCommand())).EventBuses).toMatchObject([{ Name: 'default' }]);
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: 'orders' }))).Targets).toEqual([
      { Id: 'one', Arn, RetryPolicy: { MaximumRetryAttempts: 0 } },
    ]);
    expect(await failure(events.send(new DeleteRuleCommand({ Name: 'orders' })))).toMatch(
      /since it has targets/,
    );
    await events.send(new RemoveTargetsCommand({ Rule: 'orders', Ids: ['one'] }));
    await events.send(new DeleteRuleCommand({ Name: 'orders' }));
    expect(await failure(events.send(new DescribeRuleCommand({ Name: 'orders' })))).toBe(
      'ResourceNotFoundException: Rule orders does not exist on EventBus default.',
    );
  });

  it('can be tried out', async () => {
    const Event = JSON.stringify({ id: '1', source: 'shop' });
    const { Result } = await events.send(
      new TestEventPatternCommand({ EventPattern: '{"source":["shop"]}', Event }),
    );
    expect(Result).toBe(true);
    expect(await failure(rule({ Arn: fixture.queue('q') }, { source: 'shop' }))).toMatch(
      /^InvalidEventPatternException: Event pattern is not valid. Reason: source must be/,
    );
  });
});
