// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import { createHash } from 'node:crypto';
import { BlobContent } from '../../engine/blob-content.ts';
import { compareKeys } from '../../engine/blob-keys.ts';
import type { BlobPart } from '../../engine/blob-version.ts';
import type { WireResponse } from '../../engine/wire.ts';
import {
  type Checksum,
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  checksumOf,
  runningChecksum,
} from './checksums.ts';
import { invalidArgument, malformedXml, noSuchUpload, s3Error } from './errors.ts';
import { urlEncode } from './listing.ts';
import { copyAccess, copySource } from './object-copy.ts';
import type { PartDetails, S3Upload } from './object-details.ts';
import { detailsOf, encryptionHeaders, versionHeaders } from './object-headers.ts';
import { checkKey, checkWriteConditions, putObjectOf, writeAccess } from './object-write.ts';
import {
  emptyAnswer,
  isoTime,
  objectArn,
  onBucket,
  ownerId,
  quoted,
  type S3Call,
  type S3Operation,
  xmlAnswer,
} from './operation.ts';
import { header } from './request.ts';
import { uploadBody } from './upload-body.ts';
import { childrenOf, parseXml, textOf, type XmlValue } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const minimumPartBytes = 5 * 1024 * 1024;
const maximumParts = 10_000;
const maximumObjectBytes = 50 * 1024 ** 4;
const uploadIdAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-';

type Part = BlobPart<PartDetails>;

/** @throws AwsError NoSuchUpload */
function uploadOf(call: S3Call): S3Upload {
  const id = call.request.query.get('uploadId') ?? '';
  const upload = call.bucket.blobs.upload(id);
  if (upload?.key === call.key) return upload;
  throw noSuchUpload(id);
}

function checksumRequestOf(call: S3Call): Pick<Checksum, 'algorithm' | 'type'> | undefined {
  const asked = header(call.request, 'x-amz-checksum-algorithm')?.toUpperCase();
  if (asked === undefined) return undefined;
  const algorithm = checksumAlgorithms.find((known) => known === asked);
  if (!algorithm)
    throw s3Error(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  const type =
    header(call.request, 'x-amz-checksum-type') ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible =
    type === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : type === 'FULL_OBJECT' && algorithm.startsWith('CRC');
  if (!isPossible)
    throw s3Error(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return { algorithm, type: type === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT' };
}

export const createMultipartUpload: S3Operation = {
  name: 'CreateMultipartUpload',
  access: writeAccess,
  price: 'put',
  run(call) {
    checkKey(call.key);
    const checksumRequest = checksumRequestOf(call);
    const details = { ...detailsOf(call.request, call.bucket), ...(checksumRequest && { checksumRequest }) };
    const { id } = call.bucket.blobs.startUpload({
      id: call.store.runtime.random.text(128, uploadIdAlphabet),
      key: call.key,
      details,
    });
    return xmlAnswer(
      'InitiateMultipartUploadResult',
      { Bucket: call.bucket.name, Key: call.key, UploadId: id },
      {
        ...encryptionHeaders(details.encryption),
        ...(checksumRequest && {
          'x-amz-checksum-algorithm': checksumRequest.algorithm,
          'x-amz-checksum-type': checksumRequest.type,
        }),
      },
    );
  },
};

function partNumberOf({ request }: S3Call): string {
  const text = request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= maximumParts) return String(number);
  throw invalidArgument(
    'partNumber',
    text,
    `Part number must be an integer between 1 and ${maximumParts}, inclusive`,
  );
}

export const uploadPart: S3Operation = {
  name: 'UploadPart',
  access: writeAccess,
  price: 'put',
  run(call) {
    const id = partNumberOf(call);
    const upload = uploadOf(call);
    const { bytes, md5, checksum: given } = uploadBody(call.request);
    const algorithm = upload.details.checksumRequest?.algorithm;
    if (given && algorithm && given.algorithm !== algorithm)
      throw s3Error(
        'InvalidRequest',
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${given.algorithm.toLowerCase()}`,
      );
    const checksum = given ?? (algorithm && { algorithm, value: checksumOf(algorithm, bytes) });
    const content = call.store.keep(bytes);
    call.bucket.blobs.putPart(upload.id, { id, content, etag: md5, details: checksum ? { checksum } : {} });
    return emptyAnswer(200, {
      etag: quoted(md5),
      ...(checksum && { [checksumHeader(checksum.algorithm)]: checksum.value }),
      ...encryptionHeaders(upload.details.encryption),
    });
  },
};

export const uploadPartCopy: S3Operation = {
  name: 'UploadPartCopy',
  access: copyAccess,
  price: 'put',
  run(call) {
    const id = partNumberOf(call);
    const upload = uploadOf(call);
    const source = copySource(call);
    const range = header(call.request, 'x-amz-copy-source-range');
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    const { sizeBytes } = source.content;
    if (
      range !== undefined &&
      (first === undefined || Number(last) >= sizeBytes || Number(first) > Number(last))
    )
      throw invalidArgument(
        'x-amz-copy-source-range',
        range,
        `Range specified is not valid for source object of size: ${sizeBytes}`,
      );
    const content =
      range === undefined ? source.content : source.content.slice(Number(first), Number(last) + 1);
    const bytes = content.bytes();
    const etag = createHash('md5').update(bytes).digest('hex');
    const algorithm = upload.details.checksumRequest?.algorithm;
    const part = call.bucket.blobs.putPart(upload.id, {
      id,
      content,
      etag,
      details: algorithm ? { checksum: { algorithm, value: checksumOf(algorithm, bytes) } } : {},
    });
    return xmlAnswer('CopyPartResult', { LastModified: isoTime(part.uploadedAtMs), ETag: quoted(etag) });
  },
};

interface NamedPart {
  number: number;
  etag: string;
  /** As the client computed it. */
  checksums: Map<ChecksumAlgorithm, string>;
}

function namedParts(call: S3Call): NamedPart[] {
  const document = parseXml(call.request.body.toString());
  if (document?.name !== 'CompleteMultipartUpload') throw malformedXml();
  const parts = childrenOf(document, 'Part').map((part): NamedPart => {
    const number = Number(textOf(part, 'PartNumber'));
    const etag = textOf(part, 'ETag')?.replace(/^"(.*)"$/, '$1');
    if (!Number.isInteger(number) || etag === undefined) throw malformedXml();
    const checksums = checksumAlgorithms.flatMap((algorithm): [ChecksumAlgorithm, string][] => {
      const value = textOf(part, `Checksum${algorithm}`);
      return value === undefined ? [] : [[algorithm, value]];
    });
    return { number, etag, checksums: new Map(checksums) };
  });
  if (parts.length === 0) throw malformedXml();
  return parts;
}

/** The uploaded parts that a completion names, in order. @throws AwsError when one is missing, too small or out of order */
function chosenParts(upload: S3Upload, named: readonly NamedPart[]): Part[] {
  const chosen = named.map(({ number, etag, checksums }, index) => {
    const before = named[index - 1];
    if (before && before.number >= number) {
      throw s3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
        400,
        { UploadId: upload.id },
      );
    }
    const part = upload.parts.get(String(number));
    const checksum = part?.details.checksum;
    const isSame = [...checksums].every(
      ([algorithm, value]) => !checksum || checksum.algorithm !== algorithm || checksum.value === value,
    );
    if (part?.etag === etag && isSame) return part;
    throw s3Error(
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      400,
      { UploadId: upload.id, PartNumber: number, ETag: etag },
    );
  });
  for (const { id, content, etag } of chosen.slice(0, -1)) {
    if (content.sizeBytes >= minimumPartBytes) continue;
    throw s3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
      ProposedSize: content.sizeBytes,
      MinSizeAllowed: minimumPartBytes,
      PartNumber: id,
      ETag: etag,
    });
  }
  return chosen;
}

async function checksumOfParts(
  upload: S3Upload,
  parts: readonly Part[],
  content: BlobContent,
): Promise<Checksum | undefined> {
  const request = upload.details.checksumRequest;
  if (!request) return undefined;
  const { algorithm, type } = request;
  if (type === 'FULL_OBJECT') {
    const running = runningChecksum(algorithm);
    for await (const piece of content) running.update(piece);
    return { algorithm, type, value: running.digest() };
  }
  const ofParts = parts.map(({ details }) => Buffer.from(details.checksum?.value ?? '', 'base64'));
  return { algorithm, type, value: `${checksumOf(algorithm, Buffer.concat(ofParts))}-${parts.length}` };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
async function complete(call: S3Call): Promise<WireResponse> {
  const { bucket, key, request } = call;
  const upload = uploadOf(call);
  const parts = chosenParts(upload, namedParts(call));
  const content = BlobContent.concat(parts.map((part) => part.content));
  if (content.sizeBytes > maximumObjectBytes)
    throw s3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.');
  const expectedSize = header(request, 'x-amz-mp-object-size');
  if (expectedSize !== undefined && Number(expectedSize) !== content.sizeBytes)
    throw s3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value does not match what was computed: ${content.sizeBytes}`,
    );
  const checksum = await checksumOfParts(upload, parts, content);
  const given = checksum && header(request, checksumHeader(checksum.algorithm));
  if (given !== undefined && given.replace(/-\d+$/, '') !== checksum?.value.replace(/-\d+$/, ''))
    throw s3Error(
      'BadDigest',
      `The ${checksum?.algorithm} you specified did not match the calculated checksum.`,
    );
  // Somebody else may have completed or aborted it meanwhile.
  uploadOf(call);
  checkWriteConditions(call);
  const md5s = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  const { checksumRequest, ...details } = upload.details;
  const object = putObjectOf(call, {
    content,
    details: {
      ...details,
      partSizes: parts.map((part) => part.content.sizeBytes),
      ...(checksum && { checksum }),
    },
    etag: `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`,
    operation: 'CompleteMultipartUpload',
  });
  bucket.blobs.endUpload(upload.id);
  return xmlAnswer(
    'CompleteMultipartUploadResult',
    {
      Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${urlEncode(key)}`,
      Bucket: bucket.name,
      Key: key,
      ETag: quoted(object.etag),
      ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
    },
    { ...encryptionHeaders(details.encryption), ...versionHeaders(bucket, object) },
  );
}

export const completeMultipartUpload: S3Operation = {
  name: 'CompleteMultipartUpload',
  access: writeAccess,
  price: 'put',
  run: complete,
};

export const abortMultipartUpload: S3Operation = {
  name: 'AbortMultipartUpload',
  access: (call) => [{ action: 's3:AbortMultipartUpload', resource: objectArn(call) }],
  price: 'free',
  run(call) {
    call.bucket.blobs.endUpload(uploadOf(call).id);
    return emptyAnswer(204);
  },
};

const limitOf = (call: S3Call, name: string) => Math.min(1000, Number(call.request.query.get(name) ?? 1000));

const identityOf = ({ store }: S3Call): XmlValue => ({ ID: ownerId(store.runtime.accountId) });

export const listParts: S3Operation = {
  name: 'ListParts',
  access: (call) => [{ action: 's3:ListMultipartUploadParts', resource: objectArn(call) }],
  price: 'get',
  run(call) {
    const upload = uploadOf(call);
    const limit = limitOf(call, 'max-parts');
    const marker = Number(call.request.query.get('part-number-marker') ?? 0);
    const behind = [...upload.parts.values()]
      .filter(({ id }) => Number(id) > marker)
      .sort((a, b) => Number(a.id) - Number(b.id));
    const parts = behind.slice(0, limit);
    const { checksumRequest, storageClass } = upload.details;
    return xmlAnswer('ListPartsResult', {
      Bucket: call.bucket.name,
      Key: call.key,
      UploadId: upload.id,
      Initiator: identityOf(call),
      Owner: identityOf(call),
      StorageClass: storageClass,
      PartNumberMarker: marker,
      NextPartNumberMarker: Number(parts.at(-1)?.id ?? 0),
      MaxParts: limit,
      IsTruncated: behind.length > parts.length,
      ChecksumAlgorithm: checksumRequest?.algorithm,
      ChecksumType: checksumRequest?.type,
      Part: parts.map(({ id, content, etag, uploadedAtMs, details: { checksum } }) => ({
        PartNumber: id,
        LastModified: isoTime(uploadedAtMs),
        ETag: quoted(etag),
        Size: content.sizeBytes,
        ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value }),
      })),
    });
  },
};

export const listMultipartUploads: S3Operation = {
  name: 'ListMultipartUploads',
  access: onBucket('s3:ListBucketMultipartUploads'),
  price: 'put',
  run(call) {
    const { query } = call.request;
    const prefix = query.get('prefix') ?? '';
    const keyMarker = query.get('key-marker') ?? '';
    const idMarker = query.get('upload-id-marker') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    if (delimiter !== '')
      throw invalidArgument('delimiter', delimiter, 'The local S3 lists uploads without a delimiter only');
    const limit = limitOf(call, 'max-uploads');
    const sorted = call.bucket.blobs
      .uploads()
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => compareKeys(a.key, b.key) || a.startedAtMs - b.startedAtMs);
    const marked = sorted.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
    const behind =
      marked === -1 ? sorted.filter(({ key }) => compareKeys(key, keyMarker) > 0) : sorted.slice(marked + 1);
    const uploads = behind.slice(0, limit);
    const last = behind.length > uploads.length ? uploads.at(-1) : undefined;
    const encode = query.get('encoding-type') === 'url' ? urlEncode : (text: string) => text;
    return xmlAnswer('ListMultipartUploadsResult', {
      Bucket: call.bucket.name,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: last && encode(last.key),
      NextUploadIdMarker: last?.id,
      Prefix: encode(prefix),
      EncodingType: query.get('encoding-type'),
      MaxUploads: limit,
      IsTruncated: last !== undefined,
      Upload: uploads.map(({ key, id, startedAtMs, details: { storageClass, checksumRequest } }) => ({
        Key: encode(key),
        UploadId: id,
        Initiator: identityOf(call),
        Owner: identityOf(call),
        StorageClass: storageClass,
        Initiated: isoTime(startedAtMs),
        ChecksumAlgorithm: checksumRequest?.algorithm,
        ChecksumType: checksumRequest?.type,
      })),
    });
  },
};
