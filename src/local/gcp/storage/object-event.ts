// What Cloud Storage tells of its objects. https://docs.cloud.google.com/storage/docs/pubsub-notifications#events
import type { BlobBucket } from '../../engine/blob-bucket.ts';
import type { BlobEvent } from '../../engine/blob-version.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ObjectEvent } from '../eventarc/event-router.ts';
import { type ObjectDetails, objectResource, type StorageObject } from './object.ts';

const typeOf = {
  created: 'google.cloud.storage.object.v1.finalized',
  updated: 'google.cloud.storage.object.v1.metadataUpdated',
  archived: 'google.cloud.storage.object.v1.archived',
  removed: 'google.cloud.storage.object.v1.deleted',
} as const;

/** Tells `listener` of what happens to the objects of a bucket, at least once. */
export function objectEvents(
  bucket: BlobBucket<ObjectDetails>,
  listener: (event: ObjectEvent) => void,
): void {
  /** Which generation has replaced which. */
  const replacedBy = new WeakMap<StorageObject, string>();
  const replaces = new WeakMap<StorageObject, string>();
  let lastReplaced: StorageObject | undefined;
  bucket.onEvent(({ kind, version, cause, atMs }) => {
    if (version.kind === 'marker') return;
    if (kind === 'archived') version.details.deletedAtMs = atMs;
    if (cause === 'overwrite') lastReplaced = version;
    if (kind !== 'created') return;
    if (lastReplaced?.key === version.key) {
      replacedBy.set(lastReplaced, version.id);
      replaces.set(version, lastReplaced.id);
    }
    lastReplaced = undefined;
  });
  bucket.onNotification(async (event) => {
    if (event.kind === 'marked' || event.version.kind === 'marker') return;
    const { version } = event;
    // The store tells of the replaced object before that which replaces it; both have happened by the next turn.
    await Promise.resolve();
    const overwroteGeneration = event.kind === 'created' ? replaces.get(version) : undefined;
    const overwrittenByGeneration = event.cause === 'overwrite' ? replacedBy.get(version) : undefined;
    listener({
      id: stableId(`${event.bucket} ${event.sequence}`, 17, '123456789'),
      type: typeOf[event.kind],
      source: `//storage.googleapis.com/projects/_/buckets/${event.bucket}`,
      subject: `objects/${version.key}`,
      bucket: event.bucket,
      time: timeOf(event),
      data: objectResource(event.bucket, version),
      ...(overwroteGeneration !== undefined && { overwroteGeneration }),
      ...(overwrittenByGeneration !== undefined && { overwrittenByGeneration }),
    });
  });
}

const timeOf = ({ atMs }: BlobEvent<ObjectDetails>) => new Date(atMs).toISOString();
