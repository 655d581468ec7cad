import { beforeEach, describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { Iam } from '../iam/iam.ts';
import { arn, type Fixture, fixture, url } from './sqs-fixture.ts';
import { sqsResourceTypes } from './terraform.ts';

const scope = { accountId: '123456789012', region: 'eu-central-1', partition: 'aws' };
let sqs: Fixture;
let iam: Iam;

function resource(type: string, given: StackValues): StackResource {
  const address = `${type}.this`;
  const computed = sqsResourceTypes[type]?.attributes(given, scope, address) ?? {};
  return {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'aws',
    values: { ...computed, ...given },
    configured: Object.keys(given),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 7, column: 1 },
  };
}

const realise = async (type: string, given: StackValues) =>
  sqsResourceTypes[type]?.realise?.(resource(type, given), { store: sqs.sqs.store, iam });
const attributes = async (name: string) =>
  (await sqs.call('GetQueueAttributes', { QueueUrl: url(name), AttributeNames: ['All'] })).Attributes;
const policy = (queue: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arn(queue),
      },
    ],
  });
const maySend = (queue: string) => () =>
  iam.authorizeService('sns.amazonaws.com', [{ action: 'sqs:SendMessage', resource: arn(queue) }]);

beforeEach(() => {
  sqs = fixture();
  iam = new Iam(sqs.sqs.store.runtime);
});

describe('aws_sqs_queue', () => {
  it('has the attributes that the provider computes', () => {
    expect(resource('aws_sqs_queue', { name: 'jobs' }).values).toMatchObject({
      id: url('jobs'),
      url: url('jobs'),
      arn: arn('jobs'),
      visibility_timeout_seconds: 30,
      message_retention_seconds: 345_600,
      max_message_size: 262_144,
      sqs_managed_sse_enabled: true,
    });
    const generated = resource('aws_sqs_queue', { name_prefix: 'jobs-', fifo_queue: true }).values;
    expect(generated.name).toMatch(/^jobs-\d{26}\.fifo$/);
    expect(generated.arn).toBe(arn(String(generated.name)));
  });

  it('becomes the queue that it describes', async () => {
    await realise('aws_sqs_queue', { name: 'dead.fifo', fifo_queue: true });
    const redrive_policy = JSON.stringify({ deadLetterTargetArn: arn('dead.fifo'), maxReceiveCount: 4 });
    await realise('aws_sqs_queue', {
      name: 'jobs.fifo',
      fifo_queue: true,
      content_based_deduplication: true,
      deduplication_scope: 'messageGroup',
      fifo_throughput_limit: 'perMessageGroupId',
      delay_seconds: 1,
      max_message_size: 2048,
      message_retention_seconds: 600,
      receive_wait_time_seconds: 20,
      visibility_timeout_seconds: 60,
      kms_master_key_id: 'alias/aws/sqs',
      redrive_policy,
      tags_all: { project: 'acme' },
    });
    expect(await attributes('jobs.fifo')).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      DelaySeconds: '1',
      MaximumMessageSize: '2048',
      MessageRetentionPeriod: '600',
      ReceiveMessageWaitTimeSeconds: '20',
      VisibilityTimeout: '60',
      KmsMasterKeyId: 'alias/aws/sqs',
      SqsManagedSseEnabled: 'false',
      RedrivePolicy: redrive_policy,
    });
    expect(await sqs.call('ListQueueTags', { QueueUrl: url('jobs.fifo') })).toEqual({
      Tags: { project: 'acme' },
    });
  });

  it.each<[StackValues, RegExp]>([
    [{ name: 'a b' }, /main\.tf:7 aws_sqs_queue\.this: .*Can only include alphanumeric/],
    [{ name: 'q', redrive_policy: '{}' }, /mandatory attribute/],
    [{ name: 'q', visibility_timeout_seconds: 50_000 }, /visibility_timeout_seconds/],
    [{ name: 'q', content_based_deduplication: true }, /can only be set for FIFO/],
  ])('that is %j is refused at its place', async (given, message) => {
    await expect(realise('aws_sqs_queue', given)).rejects.toThrow(message);
  });

  it('lets in whom its policy names', async () => {
    await realise('aws_sqs_queue', { name: 'q', policy: policy('q') });
    expect(maySend('q')).not.toThrow();
    expect(await attributes('q')).toMatchObject({ Policy: policy('q') });
  });
});

describe('what is attached to a queue', () => {
  beforeEach(async () => {
    await realise('aws_sqs_queue', { name: 'q' });
    await realise('aws_sqs_queue', { name: 'dead' });
  });

  it('can be its policy, once', async () => {
    expect(maySend('q')).toThrow(/not authorized/);
    await realise('aws_sqs_queue_policy', { queue_url: url('q'), policy: policy('q') });
    expect(maySend('q')).not.toThrow();
    await expect(
      realise('aws_sqs_queue_policy', { queue_url: url('q'), policy: policy('other') }),
    ).rejects.toThrow(/does not change a queue policy/);
  });

  it('can be its redrive policies', async () => {
    const redrive_allow_policy = JSON.stringify({
      redrivePermission: 'byQueue',
      sourceQueueArns: [arn('q')],
    });
    await realise('aws_sqs_queue_redrive_allow_policy', { queue_url: url('dead'), redrive_allow_policy });
    const redrive_policy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 4 });
    await realise('aws_sqs_queue_redrive_policy', { queue_url: url('q'), redrive_policy });
    expect(await attributes('q')).toMatchObject({ RedrivePolicy: redrive_policy });
    expect(await attributes('dead')).toMatchObject({ RedriveAllowPolicy: redrive_allow_policy });
  });

  it('needs the queue', async () => {
    await expect(
      realise('aws_sqs_queue_redrive_policy', { queue_url: url('none'), redrive_policy: '{}' }),
    ).rejects.toThrow(/QueueDoesNotExist/);
  });
});
