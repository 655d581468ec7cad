import { createHash } from 'node:crypto';
import { checkConditions } from '../../engine/blob-conditions.ts';
import type { BlobContent } from '../../engine/blob-content.ts';
import type { WireResponse } from '../../engine/wire.ts';
import type { AccessRequest } from '../service.ts';
import { type Checksum, checksumAlgorithms, runningChecksum } from './checksums.ts';
import { invalidArgument, preconditionFailed, s3Error } from './errors.ts';
import type { ObjectDetails, S3Object } from './object-details.ts';
import { detailsOf, encryptionHeaders, versionHeaders } from './object-headers.ts';
import { conditionsOf, objectOf } from './object-read.ts';
import {
  checkKey,
  checkWriteConditions,
  etagOf,
  maximumUploadBytes,
  putObjectOf,
  writeAccess,
} from './object-write.ts';
import { isoTime, objectArn, quoted, type S3Call, type S3Operation, xmlAnswer } from './operation.ts';
import { header } from './request.ts';

/** The object that `x-amz-copy-source` names, as if the call were for it. @throws AwsError */
function sourceCall(call: S3Call): S3Call {
  const text = header(call.request, 'x-amz-copy-source') ?? '';
  const [path = '', version] = text.split(/\?versionId=/, 2);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path).replace(/^\//, '');
  } catch {
    decoded = '';
  }
  const slash = decoded.indexOf('/');
  if (slash <= 0 || slash === decoded.length - 1)
    throw invalidArgument(
      'x-amz-copy-source',
      text,
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  const query = new Map(version === undefined ? [] : [['versionId', version]]);
  return {
    ...call,
    bucket: call.store.bucket(decoded.slice(0, slash)),
    key: decoded.slice(slash + 1),
    request: { ...call.request, query },
  };
}

/** The source, once its conditions are met. @throws AwsError */
export function copySource(call: S3Call): S3Object {
  const object = objectOf(sourceCall(call));
  const outcome = checkConditions(conditionsOf(call, 'x-amz-copy-source-'), object);
  if (outcome !== 'met') throw preconditionFailed('x-amz-copy-source-If-*');
  return object;
}

/** Reading the source and writing the copy. */
export function copyAccess(call: S3Call): AccessRequest[] {
  const source = sourceCall(call);
  const isVersion = source.request.query.has('versionId');
  const resource = objectArn(source);
  const copiesTags =
    header(call.request, 'x-amz-tagging-directive') !== 'REPLACE' &&
    Object.keys(source.bucket.blobs.current(source.key)?.details.tags ?? {}).length > 0;
  return [
    { action: isVersion ? 's3:GetObjectVersion' : 's3:GetObject', resource },
    ...(copiesTags
      ? [{ action: isVersion ? 's3:GetObjectVersionTagging' : 's3:GetObjectTagging', resource }]
      : []),
    ...writeAccess(call),
    ...(copiesTags ? [{ action: 's3:PutObjectTagging', resource: objectArn(call) }] : []),
  ];
}

function directive(call: S3Call, name: string): 'COPY' | 'REPLACE' {
  const value = header(call.request, name) ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw invalidArgument(
    name,
    value,
    `Unknown ${name === 'x-amz-metadata-directive' ? 'metadata' : 'tagging'} directive.`,
  );
}

function copiedDetails(call: S3Call, source: S3Object): ObjectDetails {
  const given = detailsOf(call.request, call.bucket);
  const keepsMetadata = directive(call, 'x-amz-metadata-directive') === 'COPY';
  const keepsTags = directive(call, 'x-amz-tagging-directive') === 'COPY';
  const { details } = source;
  return {
    headers: keepsMetadata ? details.headers : given.headers,
    metadata: keepsMetadata ? details.metadata : given.metadata,
    tags: keepsTags ? details.tags : given.tags,
    storageClass: given.storageClass,
    encryption: given.encryption,
  };
}

/** Nothing but these lets an object be copied to itself. */
function checkSelfCopy(call: S3Call, source: S3Object): void {
  const { bucket, key, request } = call;
  if (source.key !== key || bucket.blobs.current(key) !== source) return;
  const changes = [
    header(request, 'x-amz-metadata-directive') === 'REPLACE',
    header(request, 'x-amz-storage-class') !== undefined,
    header(request, 'x-amz-server-side-encryption') !== undefined,
    header(request, 'x-amz-website-redirect-location') !== undefined,
    header(request, 'x-amz-checksum-algorithm') !== undefined,
  ];
  if (!changes.includes(true)) {
    throw s3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}

async function digestsOf(
  content: BlobContent,
  algorithm: Checksum['algorithm'] | undefined,
): Promise<{ md5: string; checksum?: Checksum }> {
  const md5 = createHash('md5');
  const running = algorithm && runningChecksum(algorithm);
  for await (const piece of content) {
    md5.update(piece);
    running?.update(piece);
  }
  return {
    md5: md5.digest('hex'),
    ...(algorithm && running && { checksum: { algorithm, type: 'FULL_OBJECT', value: running.digest() } }),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
async function copy(call: S3Call): Promise<WireResponse> {
  checkKey(call.key);
  const source = copySource(call);
  if (source.content.sizeBytes > maximumUploadBytes) {
    throw s3Error(
      'InvalidRequest',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maximumUploadBytes}`,
    );
  }
  checkSelfCopy(call, source);
  const details = copiedDetails(call, source);
  const asked = header(call.request, 'x-amz-checksum-algorithm')?.toUpperCase();
  const algorithm = checksumAlgorithms.find((known) => known === asked) ?? source.details.checksum?.algorithm;
  const { md5, checksum } = await digestsOf(source.content, algorithm);
  checkWriteConditions(call);
  const object = putObjectOf(call, {
    content: source.content,
    details: { ...details, ...(checksum && { checksum }) },
    etag: etagOf(call, details, md5),
    operation: 'Copy',
  });
  const sourceBucket = sourceCall(call).bucket;
  const [, sourceVersion] = Object.entries(versionHeaders(sourceBucket, source))[0] ?? [];
  return xmlAnswer(
    'CopyObjectResult',
    {
      LastModified: isoTime(object.createdAtMs),
      ETag: quoted(object.etag),
      ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
    },
    {
      ...encryptionHeaders(object.details.encryption),
      ...versionHeaders(call.bucket, object),
      ...(sourceVersion !== undefined && { 'x-amz-copy-source-version-id': sourceVersion }),
    },
  );
}

export const copyObject: S3Operation = { name: 'CopyObject', access: copyAccess, price: 'put', run: copy };
