import type { S3Bucket } from './bucket.ts';
import { checksumHeader } from './checksums.ts';
import { invalidArgument, notImplemented, s3Error } from './errors.ts';
import type { Encryption, ObjectDetails, S3Object, S3Version } from './object-details.ts';
import { quoted } from './operation.ts';
import { header, type S3Request } from './request.ts';
import { tagsOfHeader } from './tags.ts';
import { nullVersion } from './version-id.ts';

const kept = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-website-redirect-location',
];
const maximumMetadataBytes = 2048;
const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
];
const unsupported: [string, string][] = [
  ['x-amz-server-side-encryption-customer-algorithm', 'keys of the customer (SSE-C)'],
  ['x-amz-object-lock-mode', 'object lock'],
  ['x-amz-object-lock-legal-hold', 'object lock'],
  ['x-amz-write-offset-bytes', 'appending to objects'],
  ['x-amz-grant-read', 'access control lists'],
  ['x-amz-grant-full-control', 'access control lists'],
];

/** What an uploader says of an object. @throws AwsError for what S3 does not take */
export function detailsOf(request: S3Request, bucket: S3Bucket): ObjectDetails {
  for (const [name, what] of unsupported) if (request.headers[name] !== undefined) throw notImplemented(what);
  checkAcl(request, bucket);
  const storageClass = header(request, 'x-amz-storage-class') ?? 'STANDARD';
  if (/^(GLACIER|DEEP_ARCHIVE|OUTPOSTS|EXPRESS_ONEZONE|SNOW)$/.test(storageClass))
    throw notImplemented(`the storage class ${storageClass}`);
  if (!storageClasses.includes(storageClass))
    throw s3Error('InvalidStorageClass', 'The storage class you specified is not valid');
  return {
    headers: headersOf(request),
    metadata: metadataOf(request),
    tags: tagsOfHeader(header(request, 'x-amz-tagging')),
    storageClass,
    encryption: encryptionOf(request, bucket),
  };
}

function headersOf(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of kept) {
    const value = header(request, name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  // `aws-chunked` is how the body came, not what it is.
  const encodings = headers['content-encoding']?.split(',').map((encoding) => encoding.trim());
  const own = encodings?.filter((encoding) => encoding !== 'aws-chunked').join(',');
  if (own) headers['content-encoding'] = own;
  else delete headers['content-encoding'];
  return headers;
}

function metadataOf(request: S3Request): Record<string, string> {
  const metadata: Record<string, string> = {};
  let sizeBytes = 0;
  for (const name of Object.keys(request.headers)) {
    if (!name.startsWith('x-amz-meta-')) continue;
    const short = name.slice('x-amz-meta-'.length);
    // Node reads headers as Latin-1; clients write UTF-8.
    const value = Buffer.from(header(request, name) ?? '', 'latin1').toString();
    metadata[short] = value;
    sizeBytes += Buffer.byteLength(short) + Buffer.byteLength(value);
  }
  if (sizeBytes > maximumMetadataBytes) {
    throw s3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: sizeBytes,
      MaxSizeAllowed: maximumMetadataBytes,
    });
  }
  return metadata;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
function checkAcl(request: S3Request, bucket: S3Bucket): void {
  const acl = header(request, 'x-amz-acl');
  if (acl === undefined || acl === 'private' || acl === 'bucket-owner-full-control') return;
  if (bucket.ownership === 'BucketOwnerEnforced')
    throw s3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  throw notImplemented('access control lists; give access with a bucket policy');
}

function encryptionOf(request: S3Request, bucket: S3Bucket): Encryption {
  const algorithm = header(request, 'x-amz-server-side-encryption');
  if (algorithm === undefined) return bucket.encryption;
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse')
    throw invalidArgument(
      'x-amz-server-side-encryption',
      algorithm,
      'The encryption method specified is not supported',
    );
  const keyId = header(request, 'x-amz-server-side-encryption-aws-kms-key-id');
  return {
    algorithm,
    ...(keyId !== undefined && { keyId }),
    ...(header(request, 'x-amz-server-side-encryption-bucket-key-enabled') === 'true' && { bucketKey: true }),
  };
}

export function encryptionHeaders({ algorithm, keyId, bucketKey }: Encryption): Record<string, string> {
  return {
    'x-amz-server-side-encryption': algorithm,
    ...(keyId !== undefined && { 'x-amz-server-side-encryption-aws-kms-key-id': keyId }),
    ...(bucketKey && { 'x-amz-server-side-encryption-bucket-key-enabled': 'true' }),
  };
}

/** Only where versioning is or was on. */
export function versionHeaders(bucket: S3Bucket, version: S3Version | undefined): Record<string, string> {
  if (!version || (bucket.blobs.versioning === 'off' && version.id === nullVersion)) return {};
  return { 'x-amz-version-id': version.id };
}

export function checksumHeaders({ checksum }: ObjectDetails): Record<string, string> {
  if (!checksum) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** What GET and HEAD say of an object, without its length and checksum. */
export function objectHeaders(bucket: S3Bucket, object: S3Object): Record<string, string> {
  const { headers, metadata, tags, storageClass, encryption } = object.details;
  const answer: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    ...headers,
    etag: quoted(object.etag),
    'last-modified': new Date(object.createdAtMs).toUTCString(),
    'accept-ranges': 'bytes',
    ...encryptionHeaders(encryption),
    ...versionHeaders(bucket, object),
  };
  for (const [name, value] of Object.entries(metadata))
    answer[`x-amz-meta-${name}`] = Buffer.from(value).toString('latin1');
  if (storageClass !== 'STANDARD') answer['x-amz-storage-class'] = storageClass;
  const tagCount = Object.keys(tags).length;
  if (tagCount > 0) answer['x-amz-tagging-count'] = String(tagCount);
  return answer;
}
