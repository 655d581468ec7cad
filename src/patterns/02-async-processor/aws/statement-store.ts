import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type Statement, type StatementStore, statementKey } from '../core.ts';

/** Statements as JSON objects in S3, each written once. */
export function s3StatementStore(client: S3Client, bucket: string): StatementStore {
  return {
    async create(statement) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: statementKey(statement.jobId),
            Body: JSON.stringify(statement),
            ContentType: 'application/json',
            IfNoneMatch: '*',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof S3ServiceException && isTaken(error)) return false;
        throw error;
      }
    },
    async get(jobId) {
      try {
        const { Body: body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: statementKey(jobId) }),
        );
        return body && (JSON.parse(await body.transformToString()) as Statement);
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}

/**
 * The object stands already, or another conditional write of it is under way.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
function isTaken({ name }: S3ServiceException): boolean {
  return name === 'PreconditionFailed' || name === 'ConditionalRequestConflict';
}
