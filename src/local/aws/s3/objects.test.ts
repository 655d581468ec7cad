import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checksumAlgorithms, checksumOf } from './checksums.ts';
import { failure, type S3Fixture, s3Fixture } from './s3-fixture.ts';

let fixture: S3Fixture;
const Bucket = 'photos';

beforeEach(async () => {
  fixture = await s3Fixture();
  await fixture.client.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => fixture.close());

const put = (
  Key: string,
  Body: PutObjectCommandInput['Body'] = Key,
  rest: Partial<PutObjectCommandInput> = {},
) => fixture.client.send(new PutObjectCommand({ Bucket, Key, Body, ...rest }));
const get = (Key: string, rest: Partial<GetObjectCommand['input']> = {}) =>
  fixture.client.send(new GetObjectCommand({ Bucket, Key, ...rest }));
const head = (Key: string, rest: Partial<HeadObjectCommand['input']> = {}) =>
  fixture.client.send(new HeadObjectCommand({ Bucket, Key, ...rest }));
const textOf = async (Key: string, rest: Partial<GetObjectCommand['input']> = {}) =>
  (await get(Key, rest)).Body?.transformToString();
const copy = (from: string, Key: string, rest: Partial<CopyObjectCommand['input']> = {}) =>
  fixture.client.send(
    new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${encodeURIComponent(from)}`, ...rest }),
  );
const version = (Status: 'Enabled' | 'Suspended') =>
  fixture.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

describe('an object', () => {
  it('comes back with its headers, metadata and digests', async () => {
    const written = await put('a b/ü?.txt', 'hello', {
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
      ContentEncoding: 'identity',
      Metadata: { Author: 'somebody' },
      Tagging: 'kind=text&x=1',
    });
    expect(written).toMatchObject({
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ChecksumCRC32: checksumOf('CRC32', Buffer.from('hello')),
      ServerSideEncryption: 'AES256',
    });
    expect(written.VersionId).toBeUndefined();
    const read = await get('a b/ü?.txt', { ChecksumMode: 'ENABLED' });
    expect(await read.Body?.transformToString()).toBe('hello');
    expect(read).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
      ContentEncoding: 'identity',
      ContentLength: 5,
      Metadata: { author: 'somebody' },
      TagCount: 2,
      AcceptRanges: 'bytes',
      ChecksumType: 'FULL_OBJECT',
      LastModified: new Date(Math.floor(fixture.clock.now() / 1000) * 1000),
    });
    expect(await head('a b/ü?.txt')).toMatchObject({ ContentLength: 5, ETag: written.ETag });
    expect((await get('a b/ü?.txt', { ResponseContentType: 'x/y' })).ContentType).toBe('x/y');
  });

  it('arrives as a stream in chunks with its checksum behind it', async () => {
    const bytes = Buffer.alloc(200_000, 'abc');
    const stream = Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]);
    const written = await put('stream', stream, { ContentLength: bytes.length });
    expect(written.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`);
    expect(written.ChecksumCRC32).toBe(checksumOf('CRC32', bytes));
    const read = await get('stream');
    expect(read.ContentEncoding).toBeUndefined();
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });

  it('is refused when a digest is not that of its bytes', async () => {
    const wrong = createHash('md5').update('other').digest('base64');
    expect(await failure(put('a', 'hello', { ContentMD5: wrong }))).toBe(
      'BadDigest 400: The Content-MD5 you specified did not match what we received.',
    );
    expect(await failure(put('a', 'hello', { ContentMD5: 'short' }))).toMatch(/^InvalidDigest 400/);
    for (const algorithm of checksumAlgorithms) {
      const name = `Checksum${algorithm}`;
      expect(await failure(put('a', 'hello', { [name]: checksumOf(algorithm, Buffer.from('other')) }))).toBe(
        `BadDigest 400: The ${algorithm} you specified did not match the calculated checksum.`,
      );
      expect(await put('a', 'hello', { [name]: checksumOf(algorithm, Buffer.from('hello')) })).toMatchObject({
        ChecksumType: 'FULL_OBJECT',
      });
    }
    const signed = { 'x-amz-content-sha256': '0'.repeat(64) };
    const response = await fetch(`${fixture.endpoint}/${Bucket}/a`, {
      method: 'PUT',
      body: 'hello',
      headers: {
        ...signed,
        authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request',
      },
    });
    expect(await response.text()).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
  });

  it('has limits on its key, metadata and tags', async () => {
    expect(await failure(put('ü'.repeat(513)))).toBe('KeyTooLongError 400: Your key is too long');
    expect(await failure(put('a', '', { Metadata: { a: 'x'.repeat(2048) } }))).toMatch(
      /^MetadataTooLarge 400/,
    );
    const eleven = Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&');
    expect(await failure(put('a', '', { Tagging: eleven }))).toBe(
      'BadRequest 400: Object tags cannot be greater than 10',
    );
    expect(await failure(put('a', '', { ACL: 'public-read' }))).toBe(
      'AccessControlListNotSupported 400: The bucket does not allow ACLs',
    );
    expect(await failure(put('a', '', { ObjectLockMode: 'GOVERNANCE' }))).toBe(
      'NotImplemented 501: The local S3 does not support object lock.',
    );
  });

  it('is read in ranges', async () => {
    await put('digits', '0123456789');
    const cases: [string, string, string | undefined][] = [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=5-99', '56789', 'bytes 5-9/10'],
      ['bytes=1-2,4-5', '0123456789', undefined],
      ['bytes=4-2', '0123456789', undefined],
    ];
    for (const [Range, text, ContentRange] of cases) {
      const read = await get('digits', { Range });
      expect([Range, await read.Body?.transformToString(), read.ContentRange]).toEqual([
        Range,
        text,
        ContentRange,
      ]);
    }
    expect(await failure(get('digits', { Range: 'bytes=10-' }))).toBe(
      'InvalidRange 416: The requested range is not satisfiable',
    );
  });

  it('is read and written on conditions', async () => {
    const { ETag = '' } = await put('a', '1', { IfNoneMatch: '*' });
    expect(await failure(put('a', '2', { IfNoneMatch: '*' }))).toBe(
      'PreconditionFailed 412: At least one of the pre-conditions you specified did not hold',
    );
    expect(await failure(put('a', '2', { IfMatch: '"other"' }))).toMatch(/^PreconditionFailed 412/);
    expect(await failure(put('none', '2', { IfMatch: ETag }))).toMatch(/^NoSuchKey 404/);
    await put('a', '2', { IfMatch: ETag });
    expect(await textOf('a')).toBe('2');
    expect(await failure(get('a', { IfMatch: ETag }))).toMatch(/^PreconditionFailed 412/);
    const now = await head('a');
    expect(await failure(get('a', { IfNoneMatch: now.ETag }))).toMatch(/ 304:/);
    expect(await failure(get('a', { IfModifiedSince: new Date(fixture.clock.now()) }))).toMatch(/ 304:/);
    expect(await failure(get('a', { IfUnmodifiedSince: new Date(0) }))).toMatch(/ 412:/);
  });

  it('that is not there is missed by name', async () => {
    expect(await failure(get('none'))).toBe('NoSuchKey 404: The specified key does not exist.');
    expect(await failure(head('none'))).toMatch(/^NotFound 404/);
    expect(await failure(fixture.client.send(new GetObjectCommand({ Bucket: 'nothing', Key: 'a' })))).toBe(
      'NoSuchBucket 404: The specified bucket does not exist',
    );
    expect(await failure(fixture.client.send(new DeleteObjectCommand({ Bucket, Key: 'none' })))).toBe(
      'nothing failed',
    );
  });

  it('can be asked for its attributes and tags', async () => {
    await put('a', 'hello', { ChecksumAlgorithm: 'SHA256' });
    const ObjectAttributes = ['ETag', 'Checksum', 'ObjectSize', 'StorageClass'] as const;
    expect(
      await fixture.client.send(
        new GetObjectAttributesCommand({ Bucket, Key: 'a', ObjectAttributes: [...ObjectAttributes] }),
      ),
    ).toMatchObject({
      ETag: '5d41402abc4b2a76b9719d911017c592',
      Checksum: { ChecksumSHA256: checksumOf('SHA256', Buffer.from('hello')) },
      ObjectSize: 5,
      StorageClass: 'STANDARD',
    });
    const TagSet = [{ Key: 'a', Value: '1' }];
    await fixture.client.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet } }));
    const tags = async () =>
      (await fixture.client.send(new GetObjectTaggingCommand({ Bucket, Key: 'a' }))).TagSet;
    expect(await tags()).toEqual(TagSet);
    await fixture.client.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'a' }));
    expect(await tags()).toEqual([]);
    const twice = [TagSet, TagSet].flat();
    expect(
      await failure(
        fixture.client.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet: twice } })),
      ),
    ).toBe('InvalidTag 400: Cannot provide multiple Tags with the same key');
  });

  it('has the checksum that S3 computes when its uploader gave none', async () => {
    await fixture
      .clientWith({ requestChecksumCalculation: 'WHEN_REQUIRED' })
      .send(new PutObjectCommand({ Bucket, Key: 'a', Body: '123456789' }));
    // The check value of CRC-64/NVME in the catalogue of parametrised CRC algorithms: ae8b14860a799888.
    expect(await head('a', { ChecksumMode: 'ENABLED' })).toMatchObject({
      ChecksumCRC64NVME: Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
    });
  });
});

describe('a copy', () => {
  it('takes metadata and tags along, or gets others', async () => {
    await put('from/ü', 'x', { Metadata: { a: '1' }, ContentType: 'text/x', Tagging: 't=1' });
    const { CopyObjectResult } = await copy('from/ü', 'to');
    expect(CopyObjectResult?.ETag).toBe('"9dd4e461268c8034f5c8564e155c67a6"');
    expect(await head('to')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/x', TagCount: 1 });
    await copy('from/ü', 'to', {
      MetadataDirective: 'REPLACE',
      TaggingDirective: 'REPLACE',
      Metadata: { b: '2' },
    });
    const replaced = await head('to');
    expect(replaced).toMatchObject({ Metadata: { b: '2' }, ContentType: 'binary/octet-stream' });
    expect(replaced.TagCount).toBeUndefined();
  });

  it('to itself needs a change, and its conditions are those of the source', async () => {
    const { ETag } = await put('a', '1');
    expect(await failure(copy('a', 'a'))).toMatch(/^InvalidRequest 400: This copy request is illegal/);
    await copy('a', 'a', { MetadataDirective: 'REPLACE', Metadata: { new: '1' } });
    expect(await failure(copy('a', 'b', { CopySourceIfNoneMatch: ETag }))).toMatch(/^PreconditionFailed 412/);
    expect(await failure(copy('none', 'b'))).toMatch(/^NoSuchKey 404/);
  });
});

describe('versions', () => {
  it('of a key stay until they are deleted by their id', async () => {
    await put('a', '0');
    await version('Enabled');
    const first = await put('a', '1');
    const second = await put('a', '2');
    expect(first.VersionId).toMatch(/^[\w.]{32}$/);
    const deleted = await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(deleted).toMatchObject({ DeleteMarker: true });
    expect(await failure(get('a'))).toMatch(/^NoSuchKey 404/);
    expect(await failure(get('a', { VersionId: deleted.VersionId }))).toMatch(/^MethodNotAllowed 405/);
    expect(await textOf('a', { VersionId: first.VersionId })).toBe('1');
    expect(await textOf('a', { VersionId: 'null' })).toBe('0');
    const { Versions = [], DeleteMarkers = [] } = await fixture.client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    expect(Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [second.VersionId, false],
      [first.VersionId, false],
      ['null', false],
    ]);
    expect(DeleteMarkers).toMatchObject([{ VersionId: deleted.VersionId, IsLatest: true }]);
    const removal = new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: deleted.VersionId });
    expect(await fixture.client.send(removal)).toMatchObject({ DeleteMarker: true });
    expect(await textOf('a')).toBe('2');
    expect(await failure(get('a', { VersionId: 'x'.repeat(32) }))).toMatch(/^NoSuchVersion 404/);
    expect(await failure(get('a', { VersionId: 'nonsense' }))).toBe(
      'InvalidArgument 400: Invalid version id specified',
    );
  });

  it('that are suspended overwrite the null version', async () => {
    await version('Enabled');
    const kept = await put('a', '1');
    await version('Suspended');
    expect((await put('a', '2')).VersionId).toBe('null');
    await put('a', '3');
    const { Versions = [] } = await fixture.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions.map(({ VersionId }) => VersionId)).toEqual(['null', kept.VersionId]);
  });
});

describe('many deletions at once', () => {
  it('say what became of each', async () => {
    await put('a');
    await put('b&<c>');
    const remove = (Quiet: boolean) =>
      fixture.client.send(
        new DeleteObjectsCommand({
          Bucket,
          Delete: { Quiet, Objects: ['a', 'b&<c>', 'none'].map((Key) => ({ Key })) },
        }),
      );
    expect((await remove(false)).Deleted).toEqual([{ Key: 'a' }, { Key: 'b&<c>' }, { Key: 'none' }]);
    expect((await remove(true)).Deleted).toBeUndefined();
    expect(await failure(head('b&<c>'))).toMatch(/^NotFound/);
  });
});

describe('the bill', () => {
  it('counts reads and writes by their price class, and deletions not at all', async () => {
    await put('a', '1', { Tagging: 'x=1' });
    await get('a');
    await failure(get('none'));
    await copy('a', 'b');
    await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const { meter } = fixture;
    // The bucket's creation is a PUT as well.
    expect([meter.total('s3', 'put-requests'), meter.total('s3', 'get-requests')]).toEqual([3, 2]);
    expect(meter.total('s3', 'object-tags')).toBe(2);
  });
});
