// List Blobs. https://learn.microsoft.com/rest/api/storageservices/list-blobs

import { compareKeys } from '../../../engine/blob-keys.ts';
import type { BlobListed, BlobPage } from '../../../engine/blob-listing.ts';
import { badRequest, invalidQuery, unsupported } from '../errors.ts';
import { httpDate, type StorageReply, type StorageRequest } from '../storage-request.ts';
import { element, escapeXml, textElements, xmlDocument } from '../xml.ts';
import type { Blob, BlobContainer, BlobDetails } from './container.ts';

const largestPage = 5000;
/** There are no snapshots, policies or holds here, so that asking for them changes nothing. */
const included = new Set([
  'metadata',
  'tags',
  'versions',
  'copy',
  'uncommittedblobs',
  'snapshots',
  'immutabilitypolicy',
  'legalhold',
]);

/** What a marker says: the cursor behind the page before. */
interface Cursor {
  after: string;
  afterVersion?: string;
}

export function listBlobs(call: StorageRequest, container: BlobContainer): StorageReply {
  const { query } = call;
  const include = new Set((query.get('include') ?? '').split(',').filter(Boolean));
  for (const what of include)
    if (!included.has(what)) throw unsupported(`Listing blobs with include=${what}`);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('marker') ?? '';
  if (query.has('startFrom')) throw unsupported('Listing blobs with startFrom');
  const limit = call.number('maxresults', { minimum: 1, maximum: 2 ** 31 - 1 }) ?? largestPage;
  const listing = {
    prefix,
    delimiter,
    ...(marker !== '' && cursorOf(marker)),
    allVersions: include.has('versions'),
    limit: Math.min(limit, largestPage),
  };
  const committed = container.bucket.list(listing);
  const page = include.has('uncommittedblobs')
    ? withUncommitted(committed, uncommitted(container, listing), listing.limit)
    : committed;
  const { entries, next } = page;
  const blobs = entries.map((entry) => {
    if (entry.kind === 'prefix') return element('BlobPrefix', textElements({ Name: entry.prefix }));
    if (entry.kind === 'uncommitted') return uncommittedElement(entry.key);
    return entry.version.kind === 'object' ? blobElement(call, container, entry.version, include) : '';
  });
  const members = [
    prefix === '' ? '' : element('Prefix', escapeXml(prefix)),
    marker === '' ? '' : element('Marker', escapeXml(marker)),
    query.has('maxresults') ? element('MaxResults', String(limit)) : '',
    delimiter === '' ? '' : element('Delimiter', escapeXml(delimiter)),
    element('Blobs', blobs.join('')),
    element('NextMarker', next ? markerOf(next) : ''),
  ];
  const root = element('EnumerationResults', members.join(''), {
    ServiceEndpoint: `https://${call.account.name}.blob.core.windows.net/`,
    ContainerName: container.name,
  });
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(root) };
}

type Entry = BlobListed<BlobDetails> | { kind: 'uncommitted'; key: string };

const nameOf = (entry: Entry): string => {
  if (entry.kind === 'version') return entry.version.key;
  return entry.kind === 'prefix' ? entry.prefix : entry.key;
};

/** Blobs of which there are only blocks, and the prefixes that stand for such. */
function uncommitted(
  { bucket }: BlobContainer,
  { prefix, delimiter, after = '' }: { prefix: string; delimiter: string; after?: string },
): Entry[] {
  const keys = bucket.uploads().map(({ key }) => key);
  return keys
    .filter((key) => key.startsWith(prefix) && !bucket.current(key))
    .map((key): Entry => {
      const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return cut === -1
        ? { kind: 'uncommitted', key }
        : { kind: 'prefix', prefix: key.slice(0, cut + delimiter.length) };
    })
    .filter((entry) => after === '' || compareKeys(nameOf(entry), after) > 0);
}

/** A page in which they stand in their places, those that come behind its end not among them. */
function withUncommitted(
  page: BlobPage<BlobDetails>,
  more: Entry[],
  limit: number,
): { entries: Entry[]; next?: Cursor } {
  const { next } = page;
  const listed = new Set(page.entries.map(nameOf));
  const added = new Map(
    more
      .filter((entry) => !listed.has(nameOf(entry)) && (!next || compareKeys(nameOf(entry), next.after) < 0))
      .map((entry) => [nameOf(entry), entry]),
  );
  const entries = [...page.entries, ...added.values()].sort((a, b) => compareKeys(nameOf(a), nameOf(b)));
  if (entries.length <= limit) return { entries, ...(next && { next }) };
  const shown = entries.slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: shown,
    ...(last && {
      next: { after: nameOf(last), ...(last.kind === 'version' && { afterVersion: last.version.id }) },
    }),
  };
}

const uncommittedElement = (key: string): string =>
  element(
    'Blob',
    `${textElements({ Name: key })}${element('Properties', textElements({ 'Content-Length': 0, BlobType: 'BlockBlob' }))}`,
  );

function blobElement(
  call: StorageRequest,
  container: BlobContainer,
  blob: Blob,
  include: ReadonlySet<string>,
): string {
  const { details } = blob;
  const isVersioned = container.bucket.versioning === 'on';
  const isCurrent = container.bucket.current(blob.key)?.id === blob.id;
  const lease = isCurrent ? container.leaseOf(blob.key).headers(call.nowMs) : {};
  const tags = Object.entries(details.tags);
  const properties = textElements({
    'Creation-Time': httpDate(blob.createdAtMs),
    'Last-Modified': httpDate(blob.updatedAtMs),
    Etag: blob.etag,
    'Content-Length': blob.content.sizeBytes,
    'Content-Type': details.contentType,
    'Content-Encoding': details.contentEncoding ?? '',
    'Content-Language': details.contentLanguage ?? '',
    'Content-MD5': details.contentMd5 ?? '',
    'Cache-Control': details.cacheControl ?? '',
    'Content-Disposition': details.contentDisposition ?? '',
    BlobType: 'BlockBlob',
    AccessTier: 'Hot',
    AccessTierInferred: true,
    LeaseStatus: lease['x-ms-lease-status'],
    LeaseState: lease['x-ms-lease-state'],
    LeaseDuration: lease['x-ms-lease-duration'],
    ServerEncrypted: true,
    TagCount: tags.length > 0 ? tags.length : undefined,
    ...(include.has('copy') &&
      details.copy && {
        CopyId: details.copy.id,
        CopyStatus: 'success',
        CopySource: details.copy.source,
        CopyProgress: `${blob.content.sizeBytes}/${blob.content.sizeBytes}`,
        CopyCompletionTime: httpDate(details.copy.completedAtMs),
      }),
  });
  const tagSet = tags.map(([Key, Value]) => element('Tag', textElements({ Key, Value }))).join('');
  return element(
    'Blob',
    [
      textElements({
        Name: blob.key,
        ...(isVersioned && include.has('versions') && { VersionId: blob.id }),
        ...(isVersioned && include.has('versions') && isCurrent && { IsCurrentVersion: true }),
      }),
      element('Properties', properties),
      include.has('metadata') ? element('Metadata', textElements(details.metadata)) : '',
      include.has('tags') && tagSet !== '' ? element('Tags', element('TagSet', tagSet)) : '',
    ].join(''),
  );
}

const markerOf = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function cursorOf(marker: string): Cursor {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(marker, 'base64url').toString());
    if (typeof cursor === 'object' && cursor !== null && 'after' in cursor)
      return {
        after: String(cursor.after),
        ...('afterVersion' in cursor && { afterVersion: String(cursor.afterVersion) }),
      };
  } catch {
    // Not one of ours.
  }
  throw invalidQuery('marker', marker, 'Not a marker of an earlier answer');
}

export const checkContainerName = (name: string): void => {
  // https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names
  if (name.length < 3 || name.length > 63)
    throw badRequest(
      'OutOfRangeInput',
      'The specified resource name length is not within the permissible limits.',
    );
  if (!/^[a-z0-9](?:-?[a-z0-9])*$/.test(name) && !/^\$(?:root|web|logs)$/.test(name))
    throw badRequest('InvalidResourceName', 'The specifed resource name contains invalid characters.');
};
