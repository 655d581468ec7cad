import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { arnOf, type DeliveryFixture, deliveryFixture } from '../delivery-fixture.ts';
import { eventBridgeResourceTypes } from './terraform.ts';

const scope = { accountId: '123456789012', region: 'eu-central-1', partition: 'aws' };
let fixture: DeliveryFixture;

function resource(type: string, given: StackValues): StackResource {
  const address = `${type}.this`;
  return {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'aws',
    values: { ...eventBridgeResourceTypes[type]?.attributes(given, scope, address), ...given },
    configured: Object.keys(given),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 7, column: 1 },
  };
}

const realise = async (type: string, given: StackValues) =>
  eventBridgeResourceTypes[type]?.realise?.(resource(type, given), {
    store: fixture.eventBridge.store,
    iam: fixture.iam,
  });

beforeEach(async () => {
  fixture = await deliveryFixture();
});
afterEach(() => fixture.close());

describe('ids and ARNs', () => {
  it.each<[string, StackValues, StackValues]>([
    ['aws_cloudwatch_event_bus', { name: 'shop' }, { id: 'shop', arn: arnOf('events', 'event-bus/shop') }],
    ['aws_cloudwatch_event_rule', { name: 'r' }, { id: 'r', arn: arnOf('events', 'rule/r') }],
    [
      'aws_cloudwatch_event_rule',
      { name: 'r', event_bus_name: 'shop' },
      { id: 'shop/r', arn: arnOf('events', 'rule/shop/r') },
    ],
    ['aws_cloudwatch_event_target', { rule: 'r', target_id: 't' }, { id: 'r-t' }],
    ['aws_cloudwatch_event_archive', { name: 'a' }, { id: 'a', arn: arnOf('events', 'archive/a') }],
    ['aws_cloudwatch_event_permission', { statement_id: 's' }, { id: 'default-s' }],
  ])('%s %j', (type, given, computed) => {
    expect(resource(type, given).values).toMatchObject(computed);
  });
});

describe('a target', () => {
  const given = () => ({ rule: 'r', arn: fixture.queue('q', 'events.amazonaws.com') });
  beforeEach(() =>
    realise('aws_cloudwatch_event_rule', { name: 'r', event_pattern: '{"source":["aws.s3"]}' }),
  );

  it('becomes one of its rule', async () => {
    await realise('aws_cloudwatch_event_target', {
      ...given(),
      input_path: '$.detail',
      retry_policy: [{ maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 }],
      dead_letter_config: [{ arn: arnOf('sqs', 'dead') }],
    });
    const [target] = fixture.eventBridge.store.rule('default', 'r').targets.values();
    expect(target?.options).toMatchObject({
      id: expect.stringMatching(/^terraform-\d{26}$/),
      inputPath: '$.detail',
      maximumRetries: 0,
      maximumAgeMs: 60_000,
      deadLetterArn: arnOf('sqs', 'dead'),
    });
  });

  it.each<[StackValues, RegExp]>([
    [{ rule: 'none' }, /main\.tf:7 .*: ResourceNotFoundException: Rule none does not exist/],
    [{ arn: arnOf('states', 'stateMachine:x') }, /only those of events, lambda, sns, sqs do/],
    [{ arn: arnOf('sqs', 'q.fifo') }, /SqsParameters must be specified/],
    [{ dead_letter_config: [{ arn: arnOf('sqs', 'd.fifo') }] }, /standard SQS queue/],
    [{ ecs_target: [{}] }, /an ECS target does not run locally/],
    [{ input: '{' }, /JSON syntax error in input/],
  ])('that is %j is refused at its place', async (changed, message) => {
    await expect(realise('aws_cloudwatch_event_target', { ...given(), ...changed })).rejects.toThrow(message);
  });
});

it('a rule whose pattern or schedule is not valid is refused at its place', async () => {
  await expect(
    realise('aws_cloudwatch_event_rule', { name: 'r', event_pattern: '{"a":[{"regex":"x"}]}' }),
  ).rejects.toThrow(/main\.tf:7 .*InvalidEventPatternException/);
  await expect(
    realise('aws_cloudwatch_event_rule', { name: 'r', schedule_expression: 'hourly' }),
  ).rejects.toThrow(/ScheduleExpression is not valid/);
});

it('a bus policy lets another bus in', async () => {
  await realise('aws_cloudwatch_event_bus', { name: 'shop' });
  const bus = arnOf('events', 'event-bus/shop');
  const send = () =>
    fixture.iam.authorizeService('events.amazonaws.com', [{ action: 'events:PutEvents', resource: bus }]);
  expect(send).toThrow(/not authorized/);
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'events:PutEvents',
    Resource: bus,
  };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await realise('aws_cloudwatch_event_bus_policy', { event_bus_name: 'shop', policy });
  expect(send).not.toThrow();
});

it('an archive keeps what comes to its bus', async () => {
  await realise('aws_cloudwatch_event_archive', {
    name: 'all',
    event_source_arn: arnOf('events', 'event-bus/default'),
    retention_days: 1,
  });
  fixture.eventBridge.putServiceEvent({ source: 'aws.s3', detailType: 'Object Created', detail: {} });
  const archive = fixture.eventBridge.store.bus().archives.get('all');
  expect(archive?.events).toMatchObject([{ event: { source: 'aws.s3' } }]);
});
