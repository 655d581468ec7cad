import type { BlobPage } from '../../engine/blob-listing.ts';
import type { WireResponse } from '../../engine/wire.ts';
import { invalidArgument } from './errors.ts';
import type { ObjectDetails, S3Object } from './object-details.ts';
import { isoTime, onBucket, ownerId, quoted, type S3Call, type S3Operation, xmlAnswer } from './operation.ts';
import type { XmlValue } from './xml.ts';

const maximumPage = 1000;

interface Listing {
  prefix: string;
  delimiter: string;
  limit: number;
  /** How a key stands in the answer. */
  encode(text: string): string;
  encoding: string | undefined;
}

function listingOf({ request: { query } }: S3Call): Listing {
  const maxKeys = query.get('max-keys');
  const limit = maxKeys === undefined || maxKeys === '' ? maximumPage : Number(maxKeys);
  if (!Number.isInteger(limit) || limit < 0)
    throw invalidArgument(
      'max-keys',
      maxKeys ?? '',
      limit < 0
        ? 'Argument max-keys must be an integer between 0 and 2147483647'
        : 'Provided max-keys not an integer or within integer range',
    );
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    limit,
    encoding,
    encode: encoding === 'url' ? urlEncode : (text) => text,
  };
}

/** As S3 writes keys for `encoding-type=url` and in notifications: a space as `+`, the slash as it is. */
export const urlEncode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/%2F/g, '/')
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Policies may limit what is listed. */
const listAccess = (action: string) =>
  onBucket(action, ({ request: { query } }) => {
    const context: Record<string, string[]> = {};
    for (const name of ['prefix', 'delimiter', 'max-keys']) {
      const value = query.get(name);
      if (value !== undefined) context[`s3:${name}`] = [value];
    }
    return context;
  });

function contentOf(object: S3Object, { encode }: Listing, owner: XmlValue): XmlValue {
  const { checksum, storageClass } = object.details;
  return {
    Key: encode(object.key),
    LastModified: isoTime(object.createdAtMs),
    ETag: quoted(object.etag),
    ChecksumAlgorithm: checksum?.algorithm,
    ChecksumType: checksum?.type,
    Size: object.content.sizeBytes,
    Owner: owner,
    StorageClass: storageClass,
  };
}

const prefixesOf = ({ entries }: BlobPage<ObjectDetails>, { encode }: Listing): XmlValue[] =>
  entries.flatMap((entry) => (entry.kind === 'prefix' ? [{ Prefix: encode(entry.prefix) }] : []));

const contentsOf = (page: BlobPage<ObjectDetails>, listing: Listing, owner?: XmlValue): XmlValue[] =>
  page.entries.flatMap((entry) =>
    entry.kind === 'version' && entry.version.kind === 'object'
      ? [contentOf(entry.version, listing, owner)]
      : [],
  );

const ownerOf = ({ store }: S3Call): XmlValue => ({ ID: ownerId(store.runtime.accountId) });

function pageOf(call: S3Call, { prefix, delimiter, limit }: Listing, after: string): BlobPage<ObjectDetails> {
  return call.bucket.blobs.list({ prefix, delimiter, after, limit: Math.min(limit, maximumPage) });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function listV2(call: S3Call): WireResponse {
  const { bucket, request } = call;
  const listing = listingOf(call);
  const token = request.query.get('continuation-token');
  const startAfter = request.query.get('start-after');
  if (token === '')
    throw invalidArgument('continuation-token', '', 'The continuation token provided is incorrect');
  const page = pageOf(call, listing, token === undefined ? (startAfter ?? '') : afterOf(token));
  const owner = request.query.get('fetch-owner') === 'true' ? ownerOf(call) : undefined;
  return xmlAnswer('ListBucketResult', {
    Name: bucket.name,
    Prefix: listing.encode(listing.prefix),
    StartAfter: startAfter === undefined ? undefined : listing.encode(startAfter),
    ContinuationToken: token,
    NextContinuationToken: page.next && tokenOf(page.next.after),
    KeyCount: page.entries.length,
    MaxKeys: listing.limit,
    Delimiter: listing.delimiter === '' ? undefined : listing.encode(listing.delimiter),
    EncodingType: listing.encoding,
    IsTruncated: page.next !== undefined,
    Contents: contentsOf(page, listing, owner),
    CommonPrefixes: prefixesOf(page, listing),
  });
}

const tokenMark = '1';
const tokenOf = (after: string) => tokenMark + Buffer.from(after).toString('base64');

function afterOf(token: string): string {
  const after = Buffer.from(token.slice(1), 'base64').toString();
  if (tokenOf(after) === token) return after;
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
function listV1(call: S3Call): WireResponse {
  const { bucket, request } = call;
  const listing = listingOf(call);
  const marker = request.query.get('marker') ?? '';
  const page = pageOf(call, listing, marker);
  return xmlAnswer('ListBucketResult', {
    Name: bucket.name,
    Prefix: listing.encode(listing.prefix),
    Marker: listing.encode(marker),
    // Without a delimiter the last key is the marker of the next page, and S3 does not repeat it.
    NextMarker: page.next && listing.delimiter !== '' ? listing.encode(page.next.after) : undefined,
    MaxKeys: listing.limit,
    Delimiter: listing.delimiter === '' ? undefined : listing.encode(listing.delimiter),
    EncodingType: listing.encoding,
    IsTruncated: page.next !== undefined,
    Contents: contentsOf(page, listing, ownerOf(call)),
    CommonPrefixes: prefixesOf(page, listing),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
function listVersions(call: S3Call): WireResponse {
  const { bucket, request } = call;
  const listing = listingOf(call);
  const keyMarker = request.query.get('key-marker') ?? '';
  const versionMarker = request.query.get('version-id-marker') ?? '';
  if (keyMarker === '' && versionMarker !== '')
    throw invalidArgument(
      'version-id-marker',
      versionMarker,
      'A version-id marker cannot be specified without a key marker.',
    );
  const { prefix, delimiter, limit, encode } = listing;
  const page = bucket.blobs.list({
    prefix,
    delimiter,
    allVersions: true,
    after: keyMarker,
    ...(versionMarker !== '' && { afterVersion: versionMarker }),
    limit: Math.min(limit, maximumPage),
  });
  const versions: XmlValue[] = [];
  const markers: XmlValue[] = [];
  for (const entry of page.entries) {
    if (entry.kind === 'prefix') continue;
    const { version } = entry;
    const which = { VersionId: version.id, IsLatest: bucket.blobs.head(version.key) === version };
    if (version.kind === 'object')
      versions.push({ ...which, ...Object(contentOf(version, listing, ownerOf(call))) });
    else
      markers.push({
        ...which,
        Key: encode(version.key),
        LastModified: isoTime(version.createdAtMs),
        Owner: ownerOf(call),
      });
  }
  return xmlAnswer('ListVersionsResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: page.next && encode(page.next.after),
    NextVersionIdMarker: page.next?.afterVersion,
    MaxKeys: limit,
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: listing.encoding,
    IsTruncated: page.next !== undefined,
    Version: versions,
    DeleteMarker: markers,
    CommonPrefixes: prefixesOf(page, listing),
  });
}

export const listObjectsV2: S3Operation = {
  name: 'ListObjectsV2',
  access: listAccess('s3:ListBucket'),
  price: 'put',
  run: listV2,
};

export const listObjects: S3Operation = {
  name: 'ListObjects',
  access: listAccess('s3:ListBucket'),
  price: 'put',
  run: listV1,
};

export const listObjectVersions: S3Operation = {
  name: 'ListObjectVersions',
  access: listAccess('s3:ListBucketVersions'),
  price: 'put',
  run: listVersions,
};
