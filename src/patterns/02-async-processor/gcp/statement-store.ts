import type { Bucket } from '@google-cloud/storage';
import { type Statement, type StatementStore, statementKey } from '../core.ts';

/** Statements as JSON objects in Cloud Storage, each written once. */
export function bucketStatementStore(bucket: Bucket): StatementStore {
  return {
    async create(statement) {
      try {
        await bucket.file(statementKey(statement.jobId)).save(JSON.stringify(statement), {
          contentType: 'application/json',
          // Generation 0 is that of an object that is not there. The condition also lets the client repeat the call.
          // https://cloud.google.com/storage/docs/request-preconditions
          preconditionOpts: { ifGenerationMatch: 0 },
          resumable: false,
        });
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        throw error;
      }
    },
    async get(jobId) {
      try {
        const [content] = await bucket.file(statementKey(jobId)).download();
        return JSON.parse(content.toString()) as Statement;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
  };
}

/** HTTP status of the answer that the client took for an error. */
const statusOf = (error: unknown): number => Number((error as { code?: unknown }).code);
