import { beforeEach, describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { Iam } from '../iam/iam.ts';
import { AwsError } from '../service.ts';
import { arn, type Fixture, fixture } from '../sqs/sqs-fixture.ts';
import { EventSourceMappings, eventSourceMappingResourceTypes } from './event-source-mapping.ts';
import type { Lambda } from './lambda.ts';

const scope = { accountId: '123456789012', region: 'eu-central-1', partition: 'aws' };
const roleArn = 'arn:aws:iam::123456789012:role/worker';
const source = { address: 'aws_iam_role.worker', file: 'main.tf', line: 1 };
const type = eventSourceMappingResourceTypes.aws_lambda_event_source_mapping;

let sqs: Fixture;
let iam: Iam;
let mappings: EventSourceMappings;
let warnings: string[];

const lambda = {
  parseArn: (name: string) => ({ functionName: name.split(':').at(-1) ?? '', qualifier: undefined }),
  describe(name: string) {
    if (name !== 'worker')
      throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    return { definition: { roleArn, timeoutMs: 10_000 }, version: '$LATEST' };
  },
  invoke: () => new Promise(() => {}),
} as unknown as Lambda;

function resource(given: StackValues): StackResource {
  return {
    address: 'aws_lambda_event_source_mapping.this',
    mode: 'managed',
    type: 'aws_lambda_event_source_mapping',
    name: 'this',
    modulePath: [],
    provider: 'aws',
    values: { function_name: 'worker', event_source_arn: arn('q'), ...given },
    configured: Object.keys(given),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 7, column: 1 },
  };
}

const realise = (given: StackValues = {}) => type?.realise?.(resource(given), mappings);
const allow = (...actions: string[]) =>
  iam.putRolePolicy(
    'worker',
    'queue',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions.map((name) => `sqs:${name}`), Resource: arn('q') }],
    }),
    source,
  );
/** Five pollers wait, and after twenty seconds each of them has asked once. */
const polls = async () => {
  sqs.meter.reset();
  mappings.start();
  sqs.clock.advance(20_000);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  return sqs.meter.total('sqs', 'standard-requests');
};

beforeEach(async () => {
  sqs = fixture();
  warnings = [];
  const { runtime } = sqs.sqs.store;
  iam = new Iam(runtime);
  iam.addRole({
    arn: roleArn,
    name: 'worker',
    uniqueId: 'AROAWORKER',
    trustPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
      ],
    }),
    maxSessionDurationSeconds: 3600,
    tags: {},
    source,
  });
  const warn = (text: string) => warnings.push(text);
  mappings = new EventSourceMappings({
    runtime,
    iam,
    lambda,
    store: sqs.sqs.store,
    idleProcessors: () => 1,
    warn,
  });
  await sqs.call('CreateQueue', { QueueName: 'q' });
  await sqs.call('CreateQueue', { QueueName: 'q.fifo', Attributes: { FifoQueue: 'true' } });
});

describe('aws_lambda_event_source_mapping', () => {
  it('has the attributes that the provider computes', () => {
    const attributes = type?.attributes(
      { function_name: 'worker' },
      scope,
      'aws_lambda_event_source_mapping.this',
    );
    expect(attributes).toMatchObject({
      uuid: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/),
      function_arn: 'arn:aws:lambda:eu-central-1:123456789012:function:worker',
      batch_size: 10,
      state: 'Enabled',
    });
    expect(attributes?.id).toBe(attributes?.uuid);
  });

  it.each<[StackValues, RegExp]>([
    [
      { event_source_arn: 'arn:aws:kinesis:eu-central-1:123456789012:stream/s' },
      /main\.tf:7 .*event sources of kinesis do not run locally/,
    ],
    [{ event_source_arn: arn('none') }, /there is no queue/],
    [{ function_name: 'other' }, /Function not found/],
    [{ batch_size: 11 }, /must be at least 1 with a batch_size above 10/],
    [{ event_source_arn: arn('q.fifo'), batch_size: 11 }, /at most 10 for this queue/],
    [
      { event_source_arn: arn('q.fifo'), maximum_batching_window_in_seconds: 1 },
      /FIFO queues have no batching window/,
    ],
    [{ scaling_config: [{ maximum_concurrency: 1 }] }, /maximum_concurrency/],
    [{ filter_criteria: [{ filter: [{ pattern: '{"body":"x"}' }] }] }, /filter_criteria: body must be/],
    [{ destination_config: [{ on_failure: [] }] }, /destination_config .* does not run locally/],
  ])('with %j is refused', (given, message) => {
    expect(() => realise(given)).toThrow(message);
  });

  it('is refused when messages come back while the function still runs', async () => {
    await sqs.call('CreateQueue', { QueueName: 'quick', Attributes: { VisibilityTimeout: '9' } });
    expect(() => realise({ event_source_arn: arn('quick') })).toThrow(
      'Queue visibility timeout: 9 seconds is less than Function timeout: 10 seconds',
    );
  });

  it('reads its queue when the role may', async () => {
    realise();
    allow('ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes');
    expect(await polls()).toBe(5);
    expect(warnings).toEqual([]);
    mappings.close();
  });

  it('reads nothing when it is not enabled', async () => {
    realise({ enabled: false });
    allow('ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes');
    expect(await polls()).toBe(0);
  });

  it.each([
    ['ReceiveMessage', ['DeleteMessage', 'GetQueueAttributes']],
    ['DeleteMessage', ['ReceiveMessage', 'GetQueueAttributes']],
    ['GetQueueAttributes', ['ReceiveMessage', 'DeleteMessage']],
  ])('reads nothing without sqs:%s, and says so', async (missing, others) => {
    realise();
    allow(...others);
    expect(await polls()).toBe(0);
    expect(warnings).toEqual([
      `worker gets no messages of q: its role ${roleArn} may not sqs:${missing} on ${arn('q')}`,
    ]);
  });
});
