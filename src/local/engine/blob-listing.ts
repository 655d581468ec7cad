import type { BlobKeys } from './blob-keys.ts';
import type { BlobVersion } from './blob-version.ts';

export interface BlobListing {
  /** Only keys that begin with it. */
  prefix?: string;
  /** Keys that have it behind the prefix are gathered under what stands before and with it. */
  delimiter?: string;
  /** Only keys behind this one. The name of a gathered prefix stands for all its keys. */
  after?: string;
  /** With `allVersions`: also those versions of the key `after` that come after this one. */
  afterVersion?: string;
  /** Only keys from this one on. */
  from?: string;
  /** Only keys before this one. */
  before?: string;
  /** Also versions that are not current, and delete markers; the current one first, then the newest. */
  allVersions?: boolean;
  /** With `allVersions`: within a key from the oldest to the current one. */
  oldestFirst?: boolean;
  limit: number;
}

export type BlobListed<Details> =
  | { kind: 'version'; version: BlobVersion<Details> }
  | { kind: 'prefix'; prefix: string };

export interface BlobPage<Details> {
  /** In the order of their UTF-8 bytes. */
  entries: BlobListed<Details>[];
  /** What to give as `after` and `afterVersion` for the next page; absent at the end. */
  next?: { after: string; afterVersion?: string };
}

/** One page of what `versionsOf` finds under the keys. */
export function listBlobs<Details>(
  keys: BlobKeys,
  listing: BlobListing,
  versionsOf: (key: string) => BlobVersion<Details> | BlobVersion<Details>[],
): BlobPage<Details> {
  const entries: BlobListed<Details>[] = [];
  if (listing.limit <= 0) return { entries };
  for (const entry of walk(keys, listing, versionsOf)) {
    if (entries.length === listing.limit) return { entries, next: cursorOf(entries.at(-1)) };
    entries.push(entry);
  }
  return { entries };
}

function cursorOf<Details>(last: BlobListed<Details> | undefined): { after: string; afterVersion?: string } {
  if (last?.kind === 'version') return { after: last.version.key, afterVersion: last.version.id };
  return { after: last?.prefix ?? '' };
}

function* walk<Details>(
  keys: BlobKeys,
  listing: BlobListing,
  versionsOf: (key: string) => BlobVersion<Details> | BlobVersion<Details>[],
): Generator<BlobListed<Details>> {
  const { prefix = '', delimiter = '', before } = listing;
  const end = before === undefined ? keys.size : keys.indexFrom(before);
  let index = startOf(keys, listing);
  for (let key = keys.at(index); key?.startsWith(prefix); key = keys.at(index)) {
    if (index >= end) return;
    const found = versionsOf(key);
    const versions = Array.isArray(found) ? found : [found];
    if (listing.oldestFirst) versions.reverse();
    const gathered = gatheredUnder(key, prefix, delimiter);
    if (gathered !== undefined && versions.length > 0) {
      yield { kind: 'prefix', prefix: gathered };
      index = keys.indexAfterPrefix(gathered);
      continue;
    }
    index++;
    const seen = key === listing.after ? 1 + versions.findIndex(({ id }) => id === listing.afterVersion) : 0;
    for (const [position, version] of versions.entries())
      if (position >= seen) yield { kind: 'version', version };
  }
}

function startOf(keys: BlobKeys, listing: BlobListing): number {
  const { prefix = '', delimiter = '', after = '', from = '', allVersions } = listing;
  const first = Math.max(keys.indexFrom(prefix), keys.indexFrom(from));
  if (after === '') return first;
  const isGathered = after.startsWith(prefix) && gatheredUnder(after, prefix, delimiter) === after;
  if (isGathered) return Math.max(first, keys.indexAfterPrefix(after));
  const isWithinKey = allVersions && listing.afterVersion !== undefined;
  return Math.max(first, isWithinKey ? keys.indexFrom(after) : keys.indexAfter(after));
}

/** The common prefix under which a key is gathered. */
function gatheredUnder(key: string, prefix: string, delimiter: string): string | undefined {
  const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return cut === -1 ? undefined : key.slice(0, cut + delimiter.length);
}
