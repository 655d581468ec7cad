import type { Bucket } from '../../stack-access.ts';
import type { StorageBucket } from './bucket.ts';
import type { CloudStorage } from './cloud-storage.ts';
import { digestsOf } from './digest.ts';

/** The buckets as the owner of the stack sees them. */
export const bucketAccess = (storage: CloudStorage): Bucket[] =>
  storage.buckets.map((bucket) => accessTo(storage, bucket));

function accessTo(storage: CloudStorage, bucket: StorageBucket): Bucket {
  const { name, blobs } = bucket;
  return {
    name,
    aliases: [`gs://${name}`, `https://www.googleapis.com/storage/v1/b/${name}`],
    async put(key, body, { contentType = 'application/octet-stream' } = {}) {
      const bytes = Buffer.from(body);
      storage.putObject(bucket, {
        name: key,
        content: storage.keep(bytes),
        digests: digestsOf(bytes),
        attributes: { contentType },
        operation: 'insert',
      });
    },
    get: async (key) => blobs.current(key)?.content.bytes(),
    async list(prefix = '') {
      const { entries } = blobs.list({ prefix, limit: Number.POSITIVE_INFINITY });
      return entries.flatMap((entry) =>
        entry.kind === 'version' && entry.version.kind === 'object'
          ? [{ key: entry.version.key, sizeBytes: entry.version.content.sizeBytes }]
          : [],
      );
    },
    async delete(key) {
      storage.deleteObject(bucket, key);
    },
  };
}
