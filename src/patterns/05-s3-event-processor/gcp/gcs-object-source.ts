import { ApiError, type Bucket } from '@google-cloud/storage';
import type { ObjectSource } from '../core.ts';

/** Reads generations of a bucket's objects. Without storage.objects.list "gone" would look like "forbidden". */
export function gcsObjectSource(bucket: Bucket): ObjectSource {
  return {
    async open({ key, version }) {
      const file = bucket.file(key, { generation: version });
      try {
        const [{ size, contentEncoding }] = await file.getMetadata();
        return {
          // As it is stored: Cloud Storage, and this client, would unpack what says that it is gzip.
          bytes: file.createReadStream({ decompress: false }),
          sizeBytes: Number(size),
          ...(contentEncoding && { contentEncoding }),
        };
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    },
  };
}
