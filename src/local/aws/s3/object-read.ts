import { type BlobConditions, checkConditions } from '../../engine/blob-conditions.ts';
import type { BlobContent } from '../../engine/blob-content.ts';
import type { WireResponse } from '../../engine/wire.ts';
import type { AccessRequest } from '../service.ts';
import { type Checksum, runningChecksum } from './checksums.ts';
import {
  invalidArgument,
  methodNotAllowed,
  noSuchKey,
  noSuchVersion,
  preconditionFailed,
  s3Error,
} from './errors.ts';
import type { S3Object } from './object-details.ts';
import { checksumHeaders, objectHeaders, versionHeaders } from './object-headers.ts';
import { objectArn, onObject, type S3Call, type S3Operation, xmlAnswer } from './operation.ts';
import { header } from './request.ts';

/**
 * The object that a call names. Whoever may not list the bucket is not told that there is none.
 * @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed, AccessDenied
 */
export function objectOf(call: S3Call): S3Object {
  const { bucket, key, request } = call;
  const versionId = request.query.get('versionId');
  if (versionId === undefined) {
    const head = bucket.blobs.head(key);
    if (head?.kind === 'object') return head;
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_Permissions
    call.authorize([{ action: 's3:ListBucket', resource: bucket.arn }]);
    throw noSuchKey(key, head && { 'x-amz-delete-marker': 'true', ...versionHeaders(bucket, head) });
  }
  if (versionId === '')
    throw invalidArgument('versionId', versionId, 'Version id cannot be the empty string');
  const version = bucket.blobs.version(key, versionId);
  if (version?.kind === 'object') return version;
  if (version)
    throw methodNotAllowed(request.method, 'DeleteMarker', {
      'x-amz-delete-marker': 'true',
      'last-modified': new Date(version.createdAtMs).toUTCString(),
      ...versionHeaders(bucket, version),
    });
  call.authorize([{ action: 's3:ListBucket', resource: bucket.arn }]);
  if (versionId !== 'null' && !/^[\w.]{32}$/.test(versionId))
    throw invalidArgument('versionId', versionId, 'Invalid version id specified');
  throw noSuchVersion(key, versionId);
}

const etags = (text: string | undefined): string[] | undefined =>
  text?.split(',').map((tag) =>
    tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  );

function timeMs(text: string | undefined): number | undefined {
  const atMs = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** The conditions in a request's headers; those for the source of a copy have `x-amz-copy-source-` in front. */
export function conditionsOf(call: S3Call, prefix = ''): BlobConditions {
  const value = (name: string) => header(call.request, prefix + name);
  const ifMatch = etags(value('if-match'));
  const ifNoneMatch = etags(value('if-none-match'));
  const ifModifiedSinceMs = timeMs(value('if-modified-since'));
  const ifUnmodifiedSinceMs = timeMs(value('if-unmodified-since'));
  return {
    ...(ifMatch && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
    ...(ifModifiedSinceMs !== undefined && { ifModifiedSinceMs }),
    ...(ifUnmodifiedSinceMs !== undefined && { ifUnmodifiedSinceMs }),
  };
}

/** Bytes from `start` up to and without `end`; of an object in parts also how many parts there are. */
interface Extent {
  start: number;
  end: number;
  partCount?: number;
}

function extentOf(call: S3Call, object: S3Object): Extent | undefined {
  const { sizeBytes } = object.content;
  const partNumber = call.request.query.get('partNumber');
  if (partNumber !== undefined) return partExtent(object, Number(partNumber));
  const range = header(call.request, 'range');
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  // Anything else, several ranges included, is answered with the whole object.
  if (range === undefined || (first === '' && last === '')) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (start >= sizeBytes || (first === '' && Number(last) === 0)) {
    throw s3Error(
      'InvalidRange',
      'The requested range is not satisfiable',
      416,
      { RangeRequested: range, ActualObjectSize: sizeBytes },
      { 'content-range': `bytes */${sizeBytes}` },
    );
  }
  return { start, end };
}

function partExtent(object: S3Object, partNumber: number): Extent {
  const { partSizes } = object.details;
  const sizes = partSizes ?? [object.content.sizeBytes];
  const size = sizes[partNumber - 1];
  if (size === undefined) {
    throw s3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      ActualPartCount: sizes.length,
      PartNumberRequested: String(partNumber),
    });
  }
  const start = sizes.slice(0, partNumber - 1).reduce((sum, each) => sum + each, 0);
  return { start, end: start + size, ...(partSizes && { partCount: partSizes.length }) };
}

const overrides: [string, string][] = [
  ['response-cache-control', 'cache-control'],
  ['response-content-disposition', 'content-disposition'],
  ['response-content-encoding', 'content-encoding'],
  ['response-content-language', 'content-language'],
  ['response-content-type', 'content-type'],
  ['response-expires', 'expires'],
];

/** Checksums that S3 would have computed itself at the upload. */
const computed = new WeakMap<BlobContent, string>();

async function checksumOfObject({ content, details }: S3Object): Promise<Checksum> {
  if (details.checksum) return details.checksum;
  let value = computed.get(content);
  if (value === undefined) {
    const running = runningChecksum('CRC64NVME');
    for await (const piece of content) running.update(piece);
    value = running.digest();
    computed.set(content, value);
  }
  return { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
async function read(call: S3Call, withContent: boolean): Promise<WireResponse> {
  const { bucket, request } = call;
  const object = objectOf(call);
  const headers = objectHeaders(bucket, object);
  // New tags do not make an object a modified one.
  const outcome = checkConditions(conditionsOf(call), { ...object, updatedAtMs: object.createdAtMs });
  if (outcome === 'not-modified') return { status: 304, headers, body: '' };
  if (outcome === 'failed')
    throw preconditionFailed(request.headers['if-match'] === undefined ? 'If-Unmodified-Since' : 'If-Match');
  const extent = extentOf(call, object);
  const { sizeBytes } = object.content;
  if (header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !extent) {
    const checksum = await checksumOfObject(object);
    Object.assign(headers, checksumHeaders({ ...object.details, checksum }));
  }
  if (request.query.size > 0)
    for (const [parameter, name] of overrides) {
      const value = request.query.get(parameter);
      if (value !== undefined) headers[name] = value;
    }
  const { start, end } = extent ?? { start: 0, end: sizeBytes };
  headers['content-length'] = String(end - start);
  if (extent) headers['content-range'] = `bytes ${start}-${end - 1}/${sizeBytes}`;
  if (extent?.partCount !== undefined) headers['x-amz-mp-parts-count'] = String(extent.partCount);
  return {
    status: extent ? 206 : 200,
    headers,
    body: withContent ? object.content.slice(start, end).body() : '',
  };
}

/** Conditions of policies may look at the tags of the object. */
function readAccess(call: S3Call): AccessRequest[] {
  const [request] = onObject('s3:GetObject', 's3:GetObjectVersion')(call);
  const tags = Object.entries(call.bucket.blobs.current(call.key)?.details.tags ?? {});
  if (!request || tags.length === 0) return request ? [request] : [];
  const context = Object.fromEntries(
    tags.map(([key, value]) => [`s3:existingobjecttag/${key.toLowerCase()}`, [value]]),
  );
  return [{ ...request, context }];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
async function attributes(call: S3Call): Promise<WireResponse> {
  const object = objectOf(call);
  const asked =
    header(call.request, 'x-amz-object-attributes')
      ?.split(',')
      .map((name) => name.trim()) ?? [];
  if (asked.length === 0)
    throw invalidArgument('x-amz-object-attributes', '', 'The x-amz-object-attributes header must be set');
  const { etag, content, details } = object;
  const checksum = asked.includes('Checksum') ? await checksumOfObject(object) : undefined;
  const wants = (name: string) => asked.includes(name);
  return xmlAnswer(
    'GetObjectAttributesResponse',
    {
      ETag: wants('ETag') ? etag : undefined,
      Checksum: checksum && {
        [`Checksum${checksum.algorithm}`]: checksum.value,
        ChecksumType: checksum.type,
      },
      ObjectParts:
        wants('ObjectParts') && details.partSizes ? { PartsCount: details.partSizes.length } : undefined,
      StorageClass: wants('StorageClass') ? details.storageClass : undefined,
      ObjectSize: wants('ObjectSize') ? content.sizeBytes : undefined,
    },
    {
      'last-modified': new Date(object.createdAtMs).toUTCString(),
      ...versionHeaders(call.bucket, object),
    },
  );
}

export const getObject: S3Operation = {
  name: 'GetObject',
  access: readAccess,
  price: 'get',
  run: (call) => read(call, true),
};

export const headObject: S3Operation = {
  name: 'HeadObject',
  access: readAccess,
  price: 'get',
  run: (call) => read(call, false),
};

export const getObjectAttributes: S3Operation = {
  name: 'GetObjectAttributes',
  access: (call) => [
    ...readAccess(call),
    {
      action: call.request.query.has('versionId')
        ? 's3:GetObjectVersionAttributes'
        : 's3:GetObjectAttributes',
      resource: objectArn(call),
    },
  ],
  price: 'get',
  run: attributes,
};
