import { type ContainerClient, RestError } from '@azure/storage-blob';
import { type Statement, type StatementStore, statementKey } from '../core.ts';

/** Statements as JSON blobs, each written once. */
export function blobStatementStore(container: ContainerClient): StatementStore {
  return {
    async create(statement) {
      const content = Buffer.from(JSON.stringify(statement));
      try {
        await container
          .getBlockBlobClient(statementKey(statement.jobId))
          .upload(content, content.byteLength, {
            blobHTTPHeaders: { blobContentType: 'application/json' },
            conditions: { ifNoneMatch: '*' },
          });
        return true;
      } catch (error) {
        // https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
        if (error instanceof RestError && error.statusCode === 409 && error.code === 'BlobAlreadyExists')
          return false;
        throw error;
      }
    },
    async get(jobId) {
      try {
        const content = await container.getBlobClient(statementKey(jobId)).downloadToBuffer();
        return JSON.parse(content.toString()) as Statement;
      } catch (error) {
        if (error instanceof RestError && error.statusCode === 404) return undefined;
        throw error;
      }
    },
  };
}
