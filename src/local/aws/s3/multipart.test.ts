import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checksumOf } from './checksums.ts';
import { failure, type S3Fixture, s3Fixture } from './s3-fixture.ts';

let fixture: S3Fixture;
const Bucket = 'photos';
const Key = 'large';
const partBytes = 5 * 1024 * 1024;

beforeEach(async () => {
  fixture = await s3Fixture();
  await fixture.client.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => fixture.close());

const create = async (rest: Partial<CreateMultipartUploadCommand['input']> = {}) =>
  (await fixture.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...rest }))).UploadId ?? '';
const upload = async (UploadId: string, PartNumber: number, Body: Uint8Array | string) => {
  const { ETag } = await fixture.client.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
  );
  return { PartNumber, ETag };
};
const complete = (UploadId: string, Parts: CompletedPart[]) =>
  fixture.client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest();

describe('an upload in parts', () => {
  it('becomes one object of the parts that its completion names', async () => {
    const UploadId = await create({ ContentType: 'x/y', Metadata: { a: '1' } });
    const first = Buffer.alloc(partBytes, 'a');
    const one = await upload(UploadId, 1, first);
    await upload(UploadId, 2, 'unused');
    const three = await upload(UploadId, 3, 'end');
    const listed = await fixture.client.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed.Parts).toMatchObject([
      { PartNumber: 1, Size: partBytes },
      { PartNumber: 2 },
      { PartNumber: 3 },
    ]);
    expect(await fixture.client.send(new ListMultipartUploadsCommand({ Bucket }))).toMatchObject({
      Uploads: [{ Key, UploadId }],
    });
    const { ETag } = await complete(UploadId, [one, three]);
    expect(ETag).toBe(`"${md5(Buffer.concat([md5(first), md5('end')])).toString('hex')}-2"`);
    const read = await fixture.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(read).toMatchObject({ ContentLength: partBytes + 3, ContentType: 'x/y', Metadata: { a: '1' } });
    const bytes = Buffer.from((await read.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([first, Buffer.from('end')]))).toBe(true);
    const part = await fixture.client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect([await part.Body?.transformToString(), part.PartsCount]).toEqual(['end', 2]);
    expect(await failure(upload(UploadId, 1, 'late'))).toMatch(/^NoSuchUpload 404/);
    expect(fixture.s3.store.bucket(Bucket).blobs.stored.bytes).toBe(partBytes + 3);
  });

  it('is refused with parts that are too small, out of order or not there', async () => {
    const UploadId = await create();
    const one = await upload(UploadId, 1, 'small');
    const two = await upload(UploadId, 2, 'small too');
    expect(await failure(complete(UploadId, [one, two]))).toBe(
      'EntityTooSmall 400: Your proposed upload is smaller than the minimum allowed size',
    );
    expect(await failure(complete(UploadId, [two, one]))).toMatch(/^InvalidPartOrder 400/);
    expect(await failure(complete(UploadId, [{ ...one, ETag: '"other"' }]))).toMatch(/^InvalidPart 400/);
    expect(await failure(complete(UploadId, []))).toMatch(/^MalformedXML 400/);
    expect(await failure(upload(UploadId, 10_001, ''))).toMatch(/^InvalidArgument 400: Part number must be/);
    await complete(UploadId, [two]);
  });

  it('can be given up', async () => {
    const UploadId = await create();
    await upload(UploadId, 1, 'x');
    await fixture.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(fixture.s3.store.bucket(Bucket).blobs.isEmpty).toBe(true);
    expect(await failure(complete(UploadId, [{ PartNumber: 1, ETag: 'x' }]))).toMatch(/^NoSuchUpload 404/);
  });

  it('has a checksum of its parts, or of the whole', async () => {
    const parts = [Buffer.alloc(partBytes, 'a'), Buffer.from('end')];
    const composite = await create({ ChecksumAlgorithm: 'CRC32' });
    const named: CompletedPart[] = [];
    for (const [index, bytes] of parts.entries()) named.push(await upload(composite, index + 1, bytes));
    const ofParts = parts.map((bytes) => Buffer.from(checksumOf('CRC32', bytes), 'base64'));
    expect(await complete(composite, named)).toMatchObject({
      ChecksumCRC32: `${checksumOf('CRC32', Buffer.concat(ofParts))}-2`,
      ChecksumType: 'COMPOSITE',
    });
    const whole = await create({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    for (const [index, bytes] of parts.entries()) await upload(whole, index + 1, bytes);
    expect(await complete(whole, named)).toMatchObject({
      ChecksumCRC32: checksumOf('CRC32', Buffer.concat(parts)),
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await failure(create({ ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' }))).toMatch(
      /^InvalidRequest 400/,
    );
  });

  it('takes parts from other objects', async () => {
    await fixture.client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
    const UploadId = await create();
    const copied = await fixture.client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: 'bytes=2-4',
      }),
    );
    await complete(UploadId, [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
    const read = await fixture.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await read.Body?.transformToString()).toBe('234');
  });

  it("is what the SDK's own upload helper makes of a large body", async () => {
    const Body = Buffer.alloc(2 * partBytes + 10, 'xyz');
    await new Upload({ client: fixture.client, params: { Bucket, Key, Body } }).done();
    const { ContentLength, ETag } = await fixture.client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(ContentLength).toBe(Body.length);
    expect(ETag).toMatch(/-3"$/);
  });
});
