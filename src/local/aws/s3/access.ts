import type { Bucket } from '../../stack-access.ts';
import type { S3Bucket } from './bucket.ts';
import { putAsOwner } from './object-write.ts';
import type { S3Call } from './operation.ts';
import type { S3Store } from './store.ts';

/** The buckets as the owner of the stack sees them. */
export const bucketsOf = (store: S3Store): Bucket[] =>
  store.buckets.map((bucket) => bucketAccess(store, bucket));

function bucketAccess(store: S3Store, bucket: S3Bucket): Bucket {
  const { name, arn, region, blobs } = bucket;
  const callFor = (key: string): S3Call => ({
    store,
    bucket,
    key,
    request: {
      method: 'PUT',
      query: new Map(),
      headers: {},
      body: Buffer.alloc(0),
      wire: { method: 'PUT', host: '', path: '', query: '', headers: {}, body: Buffer.alloc(0) },
    },
    requestId: '0000000000000000',
    hostId: '',
    requester: store.runtime.accountId,
    isAnonymous: false,
    authorize: () => undefined,
  });
  return {
    name,
    aliases: [
      arn,
      `${name}.s3.amazonaws.com`,
      `${name}.s3.${region}.amazonaws.com`,
      `s3://${name}`,
      `https://${name}.s3.${region}.amazonaws.com`,
      `https://${name}.s3.amazonaws.com`,
    ],
    async put(key, body, { contentType } = {}) {
      putAsOwner(callFor(key), Buffer.from(body), contentType);
    },
    async get(key) {
      return blobs.current(key)?.content.bytes();
    },
    async list(prefix = '') {
      const { entries } = blobs.list({ prefix, limit: Number.POSITIVE_INFINITY });
      return entries.flatMap((entry) =>
        entry.kind === 'version' && entry.version.kind === 'object'
          ? [{ key: entry.version.key, sizeBytes: entry.version.content.sizeBytes }]
          : [],
      );
    },
    async delete(key) {
      blobs.delete(key, 'Delete', { requester: store.runtime.accountId });
    },
  };
}
