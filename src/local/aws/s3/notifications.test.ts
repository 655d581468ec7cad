import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  type Event,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../engine/faults.ts';
import { failure, type S3Fixture, s3Fixture } from './s3-fixture.ts';

let fixture: S3Fixture;
const Bucket = 'photos';
const queueArn = 'arn:aws:sqs:us-east-1:123456789012:uploads';
const topicArn = 'arn:aws:sns:us-east-1:123456789012:uploads';
const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:uploads';

afterEach(() => fixture.close());

async function start(configuration: NotificationConfiguration, struck: FaultKind[] = []) {
  fixture = await s3Fixture({
    faults: { strikes: (kind, place) => place === Bucket && struck.includes(kind), delayMs: () => 5000 },
  });
  for (const arn of [queueArn, topicArn, functionArn]) fixture.destination(arn);
  await fixture.client.send(new CreateBucketCommand({ Bucket }));
  await configure(configuration);
}

const configure = (NotificationConfiguration: NotificationConfiguration) =>
  fixture.client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
const put = (Key: string, rest: Partial<PutObjectCommand['input']> = {}) =>
  fixture.client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ...rest }));
const toQueue = (...Events: Event[]): NotificationConfiguration => ({
  QueueConfigurations: [{ Id: 'rule', QueueArn: queueArn, Events }],
});
const version = () =>
  fixture.client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );

interface Message {
  Records?: { eventName: string; eventVersion: string; s3: { object: Record<string, unknown> } }[];
}
/** Events that a queue, topic or function has got, without the test message. */
const records = () => fixture.told.flatMap(({ message }) => (message as Message).Records ?? []);
const eventNames = () => records().map(({ eventName }) => eventName);

describe('a notification', () => {
  it('has the form that S3 gives it', async () => {
    await start(toQueue('s3:ObjectCreated:*'));
    expect(fixture.told).toMatchObject([
      { arn: queueArn, message: { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket } },
    ]);
    await put('in/my photo+ü.jpg');
    await fixture.pass();
    expect(fixture.told[1]).toEqual({
      arn: queueArn,
      message: {
        Records: [
          {
            eventVersion: '2.1',
            eventSource: 'aws:s3',
            awsRegion: 'us-east-1',
            eventTime: new Date(fixture.clock.now()).toISOString(),
            eventName: 'ObjectCreated:Put',
            userIdentity: { principalId: '123456789012' },
            requestParameters: { sourceIPAddress: '127.0.0.1' },
            responseElements: {
              'x-amz-request-id': expect.stringMatching(/^[\dA-F]{16}$/),
              'x-amz-id-2': expect.any(String),
            },
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: 'rule',
              bucket: {
                name: Bucket,
                ownerIdentity: { principalId: expect.any(String) },
                arn: `arn:aws:s3:::${Bucket}`,
              },
              object: {
                key: 'in/my+photo%2B%C3%BC.jpg',
                size: 5,
                eTag: '5d41402abc4b2a76b9719d911017c592',
                sequencer: expect.stringMatching(/^[\dA-F]{16,}$/),
              },
            },
          },
        ],
      },
    });
  });

  it('names what was done, and of deletions neither size nor entity tag', async () => {
    await start(toQueue('s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*'));
    await put('a');
    await fixture.client.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    const { UploadId } = await fixture.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'c' }));
    const part = { Bucket, Key: 'c', UploadId, PartNumber: 1 };
    const { ETag } = await fixture.client.send(new UploadPartCommand({ ...part, Body: 'x' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await fixture.client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'c', UploadId, MultipartUpload }),
    );
    await fixture.client.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet: [] } }));
    const remove = new DeleteObjectCommand({ Bucket, Key: 'a' });
    await fixture.client.send(remove);
    await version();
    await fixture.client.send(remove);
    await fixture.pass();
    expect(eventNames()).toEqual([
      'ObjectCreated:Put',
      'ObjectCreated:Copy',
      'ObjectCreated:CompleteMultipartUpload',
      'ObjectTagging:Put',
      'ObjectRemoved:Delete',
      'ObjectRemoved:DeleteMarkerCreated',
    ]);
    expect(records()[3]?.eventVersion).toBe('2.3');
    expect(records()[4]?.s3.object).toEqual({ key: 'a', sequencer: expect.any(String) });
    expect(records()[5]?.s3.object).toMatchObject({ key: 'a', versionId: expect.any(String) });
    const sequencers = records().map(({ s3 }) => String(s3.object.sequencer));
    expect([...sequencers].sort()).toEqual(sequencers);
  });

  it('goes to whom its filters let through', async () => {
    const filtered = (name: 'prefix' | 'suffix', Value: string) => ({
      Filter: { Key: { FilterRules: [{ Name: name, Value }] } },
      Events: ['s3:ObjectCreated:Put' as const],
    });
    await start({
      QueueConfigurations: [{ QueueArn: queueArn, ...filtered('prefix', 'in/') }],
      TopicConfigurations: [{ TopicArn: topicArn, ...filtered('suffix', '.csv') }],
      LambdaFunctionConfigurations: [{ LambdaFunctionArn: functionArn, Events: ['s3:ObjectRemoved:Delete'] }],
    });
    const tested = fixture.told.splice(0).map(({ arn }) => arn);
    expect(tested).toEqual([queueArn, topicArn]);
    await put('in/a.csv');
    await put('in/b.txt');
    await put('out/c.csv');
    await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: 'in/a.csv' }));
    await fixture.pass();
    expect(fixture.told.map(({ arn }) => arn)).toEqual([queueArn, topicArn, queueArn, topicArn, functionArn]);
  });

  it('comes twice, or late, when that is to be tried', async () => {
    await start(toQueue('s3:ObjectCreated:*'), ['duplicate', 'delay']);
    await put('a');
    await fixture.pass();
    expect([eventNames(), fixture.course.activity.waiting]).toEqual([[], 1]);
    await fixture.pass(5000);
    expect([eventNames(), fixture.course.activity.waiting]).toEqual([
      ['ObjectCreated:Put', 'ObjectCreated:Put'],
      0,
    ]);
  });

  it('is tried again while its destination does not answer', async () => {
    await start(toQueue('s3:ObjectCreated:*'));
    fixture.failing.add(queueArn);
    await put('a');
    await fixture.pass();
    expect(eventNames()).toEqual([]);
    fixture.failing.clear();
    await fixture.pass(60_000);
    expect(eventNames()).toEqual(['ObjectCreated:Put']);
  });

  it('tells of expired objects', async () => {
    await start({ ...toQueue('s3:LifecycleExpiration:*'), EventBridgeConfiguration: {} });
    await put('a');
    const bucket = fixture.s3.store.bucket(Bucket);
    const rule = { id: 'r', enabled: true, prefix: '', tags: {}, expiredMarkers: false, expireAfterDays: 1 };
    fixture.s3.store.setLifecycle(bucket, [rule]);
    await fixture.pass(2 * 86_400_000);
    expect(eventNames()).toEqual(['LifecycleExpiration:Delete']);
    expect(fixture.busEvents[1]).toMatchObject({
      detailType: 'Object Deleted',
      detail: {
        reason: 'Lifecycle Expiration',
        'deletion-type': 'Permanently Deleted',
        requester: 's3.amazonaws.com',
      },
    });
  });
});

describe('the event bus', () => {
  it('gets every event, with the key as it is', async () => {
    await start({ EventBridgeConfiguration: {} });
    await version();
    const { VersionId } = await put('in/my photo.jpg');
    await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: 'in/my photo.jpg' }));
    await fixture.pass();
    expect(fixture.busEvents).toEqual([
      {
        source: 'aws.s3',
        detailType: 'Object Created',
        resources: [`arn:aws:s3:::${Bucket}`],
        detail: {
          version: '0',
          bucket: { name: Bucket },
          object: {
            key: 'in/my photo.jpg',
            size: 5,
            etag: '5d41402abc4b2a76b9719d911017c592',
            'version-id': VersionId,
            sequencer: expect.any(String),
          },
          'request-id': expect.any(String),
          requester: '123456789012',
          'source-ip-address': '127.0.0.1',
          reason: 'PutObject',
        },
      },
      expect.objectContaining({
        detailType: 'Object Deleted',
        detail: expect.objectContaining({ reason: 'DeleteObject', 'deletion-type': 'Delete Marker Created' }),
      }),
    ]);
  });
});

describe('a destination', () => {
  it('must exist and let the bucket in', async () => {
    await start({});
    const closed = 'arn:aws:sqs:us-east-1:123456789012:closed';
    const refused = (QueueArn: string) =>
      failure(configure({ QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] }));
    expect(await refused(closed)).toBe(
      'InvalidArgument 400: Unable to validate the following destination configurations',
    );
    expect(await refused(`${queueArn}.fifo`)).toBe('InvalidArgument 400: FIFO SQS queues are not supported');
    expect(fixture.told).toEqual([]);
  });
});
