import { beforeEach, describe, expect, it } from 'vitest';
import { arn, type Fixture, fixture, url } from './sqs-fixture.ts';

let sqs: Fixture;
const create = (QueueName: string, Attributes: object = {}) =>
  sqs.call('CreateQueue', { QueueName, Attributes });
const attributes = async (name: string, ...AttributeNames: string[]) =>
  (await sqs.call('GetQueueAttributes', { QueueUrl: url(name), AttributeNames })).Attributes;

beforeEach(() => {
  sqs = fixture();
});

describe('a queue', () => {
  it('has the defaults of SQS', async () => {
    expect(await create('q')).toEqual({ QueueUrl: url('q') });
    expect(await attributes('q', 'All')).toEqual({
      QueueArn: arn('q'),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: '1714564800',
      LastModifiedTimestamp: '1714564800',
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
    await create('f.fifo', { FifoQueue: 'true' });
    expect(await attributes('f.fifo', 'FifoQueue', 'DeduplicationScope', 'FifoThroughputLimit')).toEqual({
      FifoQueue: 'true',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  it('is created twice only with the same attributes', async () => {
    await create('q', { DelaySeconds: '1' });
    expect(await create('q', { DelaySeconds: '1' })).toEqual({ QueueUrl: url('q') });
    expect(await create('q', { DelaySeconds: '2' })).toMatchObject({
      code: 'QueueNameExists',
      message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
    });
  });

  it.each([
    ['a b', {}, 'InvalidParameterValueException'],
    ['q.fifo', {}, 'InvalidParameterValueException'],
    ['q', { FifoQueue: 'true' }, 'InvalidParameterValueException'],
    ['q', { FifoQueue: 'false' }, 'InvalidAttributeName'],
    ['q', { ContentBasedDeduplication: 'true' }, 'InvalidAttributeName'],
    ['q', { Colour: 'red' }, 'InvalidAttributeName'],
    ['q', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    ['q', { DelaySeconds: 'soon' }, 'InvalidAttributeValue'],
    ['q', { MaximumMessageSize: '1048577' }, 'InvalidAttributeValue'],
    ['q', { KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' }, 'InvalidAttributeName'],
    ['q.fifo', { FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' }, 'InvalidAttributeValue'],
  ])('called %s is not created with %j', async (name, given, code) => {
    expect((await create(name, given)).code).toBe(code);
  });

  it('takes changes at once, and a key of KMS instead of its own', async () => {
    await create('q');
    await sqs.call('SetQueueAttributes', {
      QueueUrl: url('q'),
      Attributes: { DelaySeconds: '10', KmsMasterKeyId: 'alias/mine' },
    });
    expect(await attributes('q', 'SqsManagedSseEnabled', 'KmsMasterKeyId')).toEqual({
      SqsManagedSseEnabled: 'false',
      KmsMasterKeyId: 'alias/mine',
    });
    await sqs.call('SendMessage', { QueueUrl: url('q'), MessageBody: 'a' });
    expect(await attributes('q', 'ApproximateNumberOfMessagesDelayed')).toEqual({
      ApproximateNumberOfMessagesDelayed: '1',
    });
    sqs.clock.advance(10_000);
    expect(await sqs.receive('q')).toHaveLength(1);
  });

  it('forgets messages when their retention is over', async () => {
    await create('q', { MessageRetentionPeriod: '60' });
    await sqs.call('SendMessage', { QueueUrl: url('q'), MessageBody: 'a' });
    sqs.clock.advance(60_000);
    expect(await sqs.receive('q')).toEqual([]);
  });

  it('is purged once a minute', async () => {
    await create('q');
    await sqs.call('SendMessage', { QueueUrl: url('q'), MessageBody: 'a' });
    expect(await sqs.call('PurgeQueue', { QueueUrl: url('q') })).toEqual({});
    expect(await sqs.receive('q')).toEqual([]);
    expect((await sqs.call('PurgeQueue', { QueueUrl: url('q') })).code).toBe('PurgeQueueInProgress');
    sqs.clock.advance(60_000);
    expect(await sqs.call('PurgeQueue', { QueueUrl: url('q') })).toEqual({});
  });

  it('is gone when it is deleted, and comes again after a minute', async () => {
    await create('q');
    await sqs.call('DeleteQueue', { QueueUrl: url('q') });
    expect(await sqs.call('SendMessage', { QueueUrl: url('q'), MessageBody: 'a' })).toMatchObject({
      code: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
    expect((await create('q')).code).toBe('QueueDeletedRecently');
    sqs.clock.advance(60_000);
    expect((await create('q')).code).toBeUndefined();
  });

  it('has tags', async () => {
    await sqs.call('CreateQueue', { QueueName: 'q', tags: { a: '1' } });
    await sqs.call('TagQueue', { QueueUrl: url('q'), Tags: { b: '2' } });
    await sqs.call('UntagQueue', { QueueUrl: url('q'), TagKeys: ['a'] });
    expect(await sqs.call('ListQueueTags', { QueueUrl: url('q') })).toEqual({ Tags: { b: '2' } });
  });

  it('gets a policy once, and says so when it is to change', async () => {
    await create('q');
    const set = (Policy: string) =>
      sqs.call('SetQueueAttributes', { QueueUrl: url('q'), Attributes: { Policy } });
    expect(await set('{"Statement":[]}')).toEqual({});
    expect(sqs.policies.get(arn('q'))).toBe('{"Statement":[]}');
    expect((await set('{"Statement":[{}]}')).code).toBe('UnsupportedOperation');
    expect((await sqs.call('AddPermission', { QueueUrl: url('q') })).code).toBe('UnsupportedOperation');
  });
});

describe('queues', () => {
  it('are listed by prefix and page', async () => {
    for (const name of ['b2', 'a', 'b1']) await create(name);
    expect(await sqs.call('ListQueues', { QueueNamePrefix: 'b' })).toEqual({
      QueueUrls: [url('b1'), url('b2')],
    });
    const page = await sqs.call('ListQueues', { MaxResults: 2 });
    expect(page.QueueUrls).toEqual([url('a'), url('b1')]);
    expect(await sqs.call('ListQueues', { MaxResults: 2, NextToken: page.NextToken })).toEqual({
      QueueUrls: [url('b2')],
    });
    expect(await sqs.call('ListQueues', { QueueNamePrefix: 'x' })).toEqual({});
  });

  it('have a URL on the local port for a client that came there, and any host finds them', async () => {
    const localEndpoint = 'http://127.0.0.1:4566';
    await create('q');
    const local = await sqs.call('GetQueueUrl', { QueueName: 'q' }, { localEndpoint });
    expect(local).toEqual({ QueueUrl: 'http://127.0.0.1:4566/123456789012/q' });
    for (const QueueUrl of [local.QueueUrl, url('q'), 'https://queue.amazonaws.com/123456789012/q'])
      expect(await sqs.call('GetQueueAttributes', { QueueUrl })).toEqual({});
    expect((await sqs.call('GetQueueUrl', { QueueName: 'none' })).code).toBe('QueueDoesNotExist');
  });
});

describe('what an operation needs', () => {
  const access = (operation: string, input: object) =>
    sqs.sqs.json.operations[operation]?.access(input).map(({ action, resource }) => [action, resource]);

  it('is its permission on the queue, a batch that of the single operation', () => {
    const QueueUrl = url('q');
    expect(access('SendMessage', { QueueUrl })).toEqual([['sqs:SendMessage', arn('q')]]);
    for (const name of ['SendMessage', 'DeleteMessage', 'ChangeMessageVisibility'])
      expect(access(`${name}Batch`, { QueueUrl })).toEqual([[`sqs:${name}`, arn('q')]]);
    expect(access('CreateQueue', { QueueName: 'q', tags: { a: 'b' } })).toEqual([
      ['sqs:CreateQueue', arn('q')],
      ['sqs:TagQueue', arn('q')],
    ]);
  });

  it('is for a redrive what both queues ask for', async () => {
    await create('dead');
    await create('q', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 1 }),
    });
    expect(access('StartMessageMoveTask', { SourceArn: arn('dead') })).toEqual([
      ['sqs:StartMessageMoveTask', arn('dead')],
      ['sqs:ReceiveMessage', arn('dead')],
      ['sqs:DeleteMessage', arn('dead')],
      ['sqs:GetQueueAttributes', arn('dead')],
      ['sqs:SendMessage', arn('q')],
    ]);
  });

  it('is refused when it is not said', async () => {
    expect(await sqs.call('SendMessage', { MessageBody: 'a' })).toMatchObject({
      code: 'MissingRequiredParameterException',
      message: 'The request must contain the parameter QueueUrl.',
    });
    expect((await sqs.call('SendMessage', { QueueUrl: 1, MessageBody: 'a' })).code).toBe(
      'SerializationException',
    );
  });
});
