import { hash } from 'node:crypto';
import { checkConditions } from '../../engine/blob-conditions.ts';
import type { BlobContent } from '../../engine/blob-content.ts';
import type { WireResponse } from '../../engine/wire.ts';
import type { AccessRequest } from '../service.ts';
import { noSuchKey, notImplemented, preconditionFailed, s3Error } from './errors.ts';
import type { ObjectDetails, S3Object } from './object-details.ts';
import { checksumHeaders, detailsOf, encryptionHeaders, versionHeaders } from './object-headers.ts';
import { conditionsOf } from './object-read.ts';
import { emptyAnswer, objectArn, quoted, type S3Call, type S3Operation } from './operation.ts';
import { header } from './request.ts';
import { originOf } from './store.ts';
import { uploadBody } from './upload-body.ts';

const maximumKeyBytes = 1024;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
export const maximumUploadBytes = 5 * 1024 ** 3;

/** @throws AwsError KeyTooLongError */
export function checkKey(key: string): void {
  const Size = Buffer.byteLength(key);
  if (Size > maximumKeyBytes)
    throw s3Error('KeyTooLongError', 'Your key is too long', 400, { Size, MaxSizeAllowed: maximumKeyBytes });
}

/**
 * Whether what is there lets a conditional write happen.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @throws AwsError PreconditionFailed, NoSuchKey
 */
export function checkWriteConditions(call: S3Call): void {
  const { headers } = call.request;
  if (headers['if-match'] === undefined && headers['if-none-match'] === undefined) return;
  const { ifMatch, ifNoneMatch } = conditionsOf(call);
  if (ifNoneMatch && ifNoneMatch.join() !== '*')
    throw notImplemented('If-None-Match with anything but * on a write, nor does S3');
  const current = call.bucket.blobs.current(call.key);
  if (ifMatch && !current) throw noSuchKey(call.key);
  const outcome = checkConditions(
    { ...(ifMatch && { ifMatch }), ...(ifNoneMatch && { ifNoneMatch }) },
    current,
  );
  if (outcome !== 'met') throw preconditionFailed(ifMatch ? 'If-Match' : 'If-None-Match');
}

/** The entity tag of what KMS encrypts is not its MD5. */
export function etagOf(call: S3Call, { encryption }: ObjectDetails, md5: string): string {
  return encryption.algorithm === 'AES256' ? md5 : call.store.runtime.random.text(32);
}

/** Stores an object and counts its tags, which cost by themselves. */
export function putObjectOf(
  call: S3Call,
  input: { content: BlobContent; details: ObjectDetails; etag: string; operation: string },
): S3Object {
  const tagCount = Object.keys(input.details.tags).length;
  if (tagCount > 0) call.store.runtime.meter.add('s3', 'object-tags', call.bucket.name, tagCount);
  return call.bucket.blobs.put({ key: call.key, ...input, origin: originOf(call) });
}

export function writtenHeaders(call: S3Call, object: S3Object): Record<string, string> {
  return {
    etag: quoted(object.etag),
    ...checksumHeaders(object.details),
    ...encryptionHeaders(object.details.encryption),
    ...versionHeaders(call.bucket, object),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
function put(call: S3Call): WireResponse {
  const { request, bucket, store } = call;
  checkKey(call.key);
  const details = detailsOf(request, bucket);
  const { bytes, md5, checksum } = uploadBody(request);
  checkWriteConditions(call);
  const object = putObjectOf(call, {
    content: store.keep(bytes),
    details: { ...details, ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' as const } }) },
    etag: etagOf(call, details, md5),
    operation: 'Put',
  });
  return emptyAnswer(200, writtenHeaders(call, object));
}

/** What a policy can look at when something is written. */
function writeContext({ request }: S3Call): Record<string, string[]> | undefined {
  const context: Record<string, string[]> = {};
  for (const name of [
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-acl',
    'x-amz-storage-class',
    'if-match',
    'if-none-match',
  ]) {
    const value = header(request, name);
    if (value !== undefined) context[`s3:${name}`] = [value];
  }
  const tagging = header(request, 'x-amz-tagging');
  if (tagging !== undefined)
    for (const [key, value] of new URLSearchParams(tagging))
      context[`s3:requestobjecttag/${key.toLowerCase()}`] = [value];
  return Object.keys(context).length > 0 ? context : undefined;
}

/** What a write of an object needs. */
export function writeAccess(call: S3Call): AccessRequest[] {
  const resource = objectArn(call);
  const context = writeContext(call);
  const request = (action: string): AccessRequest => ({ action, resource, ...(context && { context }) });
  return [
    request('s3:PutObject'),
    ...(header(call.request, 'x-amz-tagging') === undefined ? [] : [request('s3:PutObjectTagging')]),
    ...(header(call.request, 'x-amz-acl') === undefined ? [] : [request('s3:PutObjectAcl')]),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    ...(header(call.request, 'if-match') === undefined ? [] : [request('s3:GetObject')]),
  ];
}

export const putObject: S3Operation = { name: 'PutObject', access: writeAccess, price: 'put', run: put };

/** Stores an object as the owner of the bucket. */
export function putAsOwner(call: S3Call, bytes: Buffer, contentType?: string): S3Object {
  checkKey(call.key);
  const details = {
    ...detailsOf(call.request, call.bucket),
    ...(contentType !== undefined && { headers: { 'content-type': contentType } }),
  };
  return putObjectOf(call, {
    content: call.store.keep(bytes),
    details,
    etag: etagOf(call, details, hash('md5', bytes, 'hex')),
    operation: 'Put',
  });
}
