import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, type S3Fixture, s3Fixture } from './s3-fixture.ts';

let fixture: S3Fixture;
const Bucket = 'photos';
const dayMs = 86_400_000;

beforeEach(async () => {
  fixture = await s3Fixture();
  await fixture.client.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => fixture.close());

const put = async (...keys: string[]) => {
  for (const Key of keys) await fixture.client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
};
const list = (input: Partial<ListObjectsV2Command['input']> = {}) =>
  fixture.client.send(new ListObjectsV2Command({ Bucket, ...input }));
const names = ({ Contents = [], CommonPrefixes = [] }: Awaited<ReturnType<typeof list>>) => [
  ...Contents.map(({ Key }) => Key),
  ...CommonPrefixes.map(({ Prefix }) => `${Prefix}*`),
];

describe('a bucket', () => {
  it('is created, found, and deleted when it is empty', async () => {
    expect(await fixture.client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({
      BucketRegion: 'us-east-1',
    });
    await put('a');
    expect(await failure(fixture.client.send(new DeleteBucketCommand({ Bucket })))).toBe(
      'BucketNotEmpty 409: The bucket you tried to delete is not empty',
    );
    const other = 'other-bucket';
    await fixture.client.send(new CreateBucketCommand({ Bucket: other }));
    const { Buckets } = await fixture.client.send(new ListBucketsCommand());
    expect(Buckets?.map(({ Name }) => Name)).toEqual([other, Bucket]);
    await fixture.client.send(new DeleteBucketCommand({ Bucket: other }));
    expect(await failure(fixture.client.send(new HeadBucketCommand({ Bucket: other })))).toMatch(
      /^NotFound 404/,
    );
  });

  it('has a name by the rules, in the region that was asked', async () => {
    const create = (name: string, LocationConstraint?: 'eu-west-1') =>
      failure(
        fixture.client.send(
          new CreateBucketCommand({
            Bucket: name,
            ...(LocationConstraint && { CreateBucketConfiguration: { LocationConstraint } }),
          }),
        ),
      );
    for (const name of ['ab', 'Upper', 'under_score', 'a..b', '10.0.0.1', 'xn--a'])
      expect(await create(name)).toBe('InvalidBucketName 400: The specified bucket is not valid.');
    expect(await create('elsewhere', 'eu-west-1')).toMatch(/^IllegalLocationConstraintException 400/);
    expect(await create(Bucket)).toBe('nothing failed');
  });

  it('keeps its configuration', async () => {
    const send = fixture.client.send.bind(fixture.client);
    expect(await send(new GetBucketVersioningCommand({ Bucket }))).not.toHaveProperty('Status');
    await send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    expect(await send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
    expect(await send(new GetBucketLocationCommand({ Bucket }))).not.toHaveProperty(
      'LocationConstraint',
      'x',
    );
    expect(await failure(send(new GetBucketTaggingCommand({ Bucket })))).toMatch(/^NoSuchTagSet 404/);
    const TagSet = [{ Key: 'team', Value: 'a+b' }];
    await send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    const CORSRules = [
      {
        AllowedMethods: ['PUT'],
        AllowedOrigins: ['https://*.example.com'],
        AllowedHeaders: ['*'],
        MaxAgeSeconds: 5,
      },
    ];
    await send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    expect((await send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(CORSRules);
    const ServerSideEncryptionConfiguration = {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: 'key' },
          BucketKeyEnabled: true,
        },
      ],
    };
    await send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    expect(await send(new GetBucketEncryptionCommand({ Bucket }))).toMatchObject({
      ServerSideEncryptionConfiguration,
    });
    expect(await send(new PutObjectCommand({ Bucket, Key: 'a', Body: '' }))).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key',
      BucketKeyEnabled: true,
    });
    expect(await send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    expect(await failure(send(new GetBucketPolicyCommand({ Bucket })))).toMatch(/^NoSuchBucketPolicy 404/);
    expect(await failure(send(new GetBucketWebsiteCommand({ Bucket })))).toBe(
      'NotImplemented 501: The local S3 does not support GET ?website of buckets.',
    );
  });

  it('answers browsers from the origins that its rules name', async () => {
    const CORSRules = [
      { AllowedMethods: ['PUT'], AllowedOrigins: ['https://*.example.com'], AllowedHeaders: ['content-*'] },
    ];
    await fixture.client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    const ask = (origin: string, headers = 'content-type') =>
      fetch(`${fixture.endpoint}/${Bucket}/a`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': headers,
        },
      });
    const allowed = await ask('https://www.example.com');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://www.example.com',
    ]);
    expect((await ask('https://example.org')).status).toBe(403);
    expect((await ask('https://www.example.com', 'x-other')).status).toBe(403);
  });
});

describe('a listing', () => {
  it('has pages, prefixes and keys in any characters', async () => {
    await put('a', 'b/1', 'b/2', 'c d&<ü>', 'e');
    expect(names(await list())).toEqual(['a', 'b/1', 'b/2', 'c d&<ü>', 'e']);
    expect(names(await list({ Delimiter: '/' }))).toEqual(['a', 'c d&<ü>', 'e', 'b/*']);
    expect(names(await list({ Prefix: 'b/', StartAfter: 'b/1' }))).toEqual(['b/2']);
    const found: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({
        MaxKeys: 2,
        Delimiter: '/',
        ...(ContinuationToken && { ContinuationToken }),
      });
      expect(page.KeyCount).toBeLessThanOrEqual(2);
      found.push(...names(page));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(found).toEqual(['a', 'b/*', 'c d&<ü>', 'e']);
    expect(await list({ EncodingType: 'url', Prefix: 'c' })).toMatchObject({
      Contents: [{ Key: 'c+d%26%3C%C3%BC%3E', Size: 8, StorageClass: 'STANDARD' }],
    });
    expect(await failure(list({ ContinuationToken: 'nonsense' }))).toBe(
      'InvalidArgument 400: The continuation token provided is incorrect',
    );
  });

  it('of the first version gives the marker of the next page with a delimiter only', async () => {
    await put('a', 'b/1', 'c');
    const first = (input: object) =>
      fixture.client.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, ...input }));
    const plain = await first({});
    expect([plain.IsTruncated, plain.NextMarker]).toEqual([true, undefined]);
    expect(await first({ Delimiter: '/' })).toMatchObject({ IsTruncated: true, NextMarker: 'b/' });
    expect((await first({ Delimiter: '/', Marker: 'b/' })).Contents).toMatchObject([{ Key: 'c' }]);
  });

  it('of versions goes on within a key', async () => {
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await fixture.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await put('a', 'a', 'a', 'b');
    const page = await fixture.client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a' });
    const rest = await fixture.client.send(
      new ListObjectVersionsCommand({
        Bucket,
        KeyMarker: page.NextKeyMarker,
        VersionIdMarker: page.NextVersionIdMarker,
      }),
    );
    expect(rest.Versions?.map(({ Key }) => Key)).toEqual(['a', 'b']);
  });
});

describe('lifecycle rules', () => {
  it('remove what is old, with its tags and size, at midnight UTC', async () => {
    await put('logs/old', 'kept');
    await fixture.client.send(
      new PutObjectCommand({ Bucket, Key: 'tagged', Body: 'x', Tagging: 'temporary=yes' }),
    );
    await fixture.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'never finished' }));
    const Rules = [
      { ID: 'logs', Status: 'Enabled' as const, Filter: { Prefix: 'logs/' }, Expiration: { Days: 2 } },
      {
        ID: 'tagged',
        Status: 'Enabled' as const,
        Filter: { And: { Prefix: '', Tags: [{ Key: 'temporary', Value: 'yes' }], ObjectSizeLessThan: 10 } },
        Expiration: { Days: 1 },
      },
      {
        ID: 'uploads',
        Status: 'Enabled' as const,
        Filter: { Prefix: '' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
      },
    ];
    await fixture.client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
    );
    const read = await fixture.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(read.Rules).toMatchObject([
      { ID: 'logs', Expiration: { Days: 2 } },
      { ID: 'tagged' },
      { ID: 'uploads' },
    ]);
    const uploads = async () =>
      (await fixture.client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0;
    const midnight = dayMs - (fixture.clock.now() % dayMs);
    fixture.clock.advance(midnight);
    expect(names(await list())).toEqual(['kept', 'logs/old', 'tagged']);
    fixture.clock.advance(dayMs);
    expect(names(await list())).toEqual(['kept', 'logs/old']);
    fixture.clock.advance(dayMs);
    expect([names(await list()), await uploads()]).toEqual([['kept'], 1]);
    fixture.clock.advance(dayMs);
    expect(await uploads()).toBe(0);
  });

  it('with transitions are refused', async () => {
    const Rules = [
      {
        ID: 'cold',
        Status: 'Enabled' as const,
        Filter: { Prefix: '' },
        Transitions: [{ Days: 30, StorageClass: 'GLACIER' as const }],
      },
    ];
    expect(
      await failure(
        fixture.client.send(
          new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
        ),
      ),
    ).toBe('NotImplemented 501: The local S3 does not support transitions between storage classes.');
  });
});

describe('the notification configuration', () => {
  it('is kept with its filters', async () => {
    const QueueArn = fixture.destination('arn:aws:sqs:us-east-1:123456789012:uploads');
    const NotificationConfiguration = {
      QueueConfigurations: [
        {
          Id: 'one',
          QueueArn,
          Events: ['s3:ObjectCreated:*' as const],
          Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'in/' }] } },
        },
      ],
      EventBridgeConfiguration: {},
    };
    await fixture.client.send(
      new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
    );
    expect(
      await fixture.client.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
    ).toMatchObject(NotificationConfiguration);
  });
});
