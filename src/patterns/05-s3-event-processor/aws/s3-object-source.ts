import { GetObjectCommand, NoSuchKey, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { ObjectSource, OpenedObject } from '../core.ts';

/** Reads versions of a bucket's objects. Without s3:ListBucket S3 would not tell "gone" from "forbidden". */
export function s3ObjectSource(client: S3Client, bucket: string): ObjectSource {
  return {
    async open({ key, version }): Promise<OpenedObject | undefined> {
      try {
        const { Body, ContentLength, ContentEncoding } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }),
        );
        if (!Body || ContentLength === undefined) throw new Error(`S3 sent no body of ${key}.`);
        return {
          bytes: Body as AsyncIterable<Uint8Array>,
          sizeBytes: ContentLength,
          ...(ContentEncoding && { contentEncoding: ContentEncoding }),
        };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        if (error instanceof S3ServiceException && error.name === 'NoSuchVersion') return undefined;
        throw error;
      }
    },
  };
}
