import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { arnOf, type DeliveryFixture, deliveryFixture } from '../delivery-fixture.ts';
import { snsResourceTypes } from './terraform.ts';

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
    values: { ...snsResourceTypes[type]?.attributes(given, scope, address), ...given },
    configured: Object.keys(given),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 7, column: 1 },
  };
}

const realise = async (type: string, given: StackValues) =>
  snsResourceTypes[type]?.realise?.(resource(type, given), { store: fixture.sns.store, iam: fixture.iam });

beforeEach(async () => {
  fixture = await deliveryFixture();
});
afterEach(() => fixture.close());

describe('aws_sns_topic', () => {
  it('has the attributes that the provider computes', () => {
    expect(resource('aws_sns_topic', { name: 'orders' }).values).toMatchObject({
      id: arnOf('sns', 'orders'),
      arn: arnOf('sns', 'orders'),
      owner: '123456789012',
      fifo_topic: false,
    });
    expect(resource('aws_sns_topic', { name_prefix: 'a-', fifo_topic: true }).values.name).toMatch(
      /^a-\d{26}\.fifo$/,
    );
  });

  it('becomes the topic that it describes', async () => {
    await realise('aws_sns_topic', {
      name: 'orders.fifo',
      fifo_topic: true,
      content_based_deduplication: true,
      display_name: 'Orders',
      tags_all: { project: 'acme' },
    });
    const topic = fixture.sns.store.topic(arnOf('sns', 'orders.fifo'));
    expect(topic.attributes).toMatchObject({
      FifoTopic: 'true',
      ContentBasedDeduplication: 'true',
      DisplayName: 'Orders',
    });
    expect([...topic.tags]).toEqual([['project', 'acme']]);
  });

  it.each<[StackValues, RegExp]>([
    [{ name: 'a b' }, /main\.tf:7 aws_sns_topic\.this: InvalidParameter/],
    [{ name: 'a', fifo_topic: true }, /must end with \.fifo/],
    [{ name: 'a', content_based_deduplication: true }, /can only be set for FIFO topics/],
    [{ name: 'a', delivery_policy: '{}' }, /does not run locally/],
  ])('that is %j is refused at its place', async (given, message) => {
    await expect(realise('aws_sns_topic', given)).rejects.toThrow(message);
  });
});

describe('what is attached to a topic', () => {
  const topic_arn = arnOf('sns', 'orders');
  beforeEach(() => realise('aws_sns_topic', { name: 'orders' }));

  it('can be a subscription', async () => {
    const endpoint = fixture.queue('q');
    const given = { topic_arn, protocol: 'sqs', endpoint, filter_policy: '{"kind":["a"]}' };
    await realise('aws_sns_topic_subscription', given);
    const [subscription] = fixture.sns.store.topic(topic_arn).subscriptions.values();
    expect(subscription).toMatchObject({
      arn: resource('aws_sns_topic_subscription', given).values.arn,
      endpoint,
      attributes: { FilterPolicy: '{"kind":["a"]}' },
    });
  });

  it.each([
    ['email', 'ops@example.com', true],
    ['email-json', 'ops@example.com', true],
    ['sms', '+15550100', false],
  ])('can be one of protocol %s', async (protocol, endpoint, pending) => {
    const given = { topic_arn, protocol, endpoint };
    expect(resource('aws_sns_topic_subscription', given).values).toMatchObject({
      pending_confirmation: pending,
      confirmation_was_authenticated: !pending,
    });
    await realise('aws_sns_topic_subscription', given);
    const [subscription] = fixture.sns.store.topic(topic_arn).subscriptions.values();
    expect(subscription).toMatchObject({ protocol, endpoint, isPending: pending });
  });

  it.each<[StackValues, RegExp]>([
    [
      { protocol: 'https', endpoint: 'https://example.com' },
      /does not support subscriptions of protocol https/,
    ],
    [{ protocol: 'email', endpoint: 'nobody' }, /Invalid parameter: Email address/],
    [{ protocol: 'sqs', endpoint: arnOf('sqs', 'none') }, /QueueDoesNotExist/],
    [{ protocol: 'sqs', endpoint: arnOf('sqs', 'q'), filter_policy: '[]' }, /must be an object/],
  ])('that is %j is refused', async (given, message) => {
    fixture.queue('q');
    await expect(realise('aws_sns_topic_subscription', { topic_arn, ...given })).rejects.toThrow(message);
  });

  it('can be its policy, which lets services in', async () => {
    const publish = () =>
      fixture.iam.authorizeService('s3.amazonaws.com', [{ action: 'sns:Publish', resource: topic_arn }]);
    expect(publish).toThrow(/not authorized/);
    const Statement = {
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'SNS:Publish',
      Resource: topic_arn,
    };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await realise('aws_sns_topic_policy', { arn: topic_arn, policy });
    expect(publish).not.toThrow();
  });
});
