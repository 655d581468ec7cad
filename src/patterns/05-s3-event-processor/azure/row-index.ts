import { BulkOperationType, type Container, type JSONObject, type OperationInput } from '@azure/cosmos';
import { unlessStatus } from '../../../middleware/azure/cosmos-status.ts';
import { type CurrentVersion, type RowIndex, rowId, type UploadRecord } from '../core.ts';

/** Of at most 64 KiB each: a transactional batch takes 2 MB and 100 operations. */
const batchSize = 25;

/** Somebody else has changed the same document in between. */
export class Conflict extends Error {
  override name = 'Conflict';
}

/**
 * Rows, uploads and objects in one Cosmos DB container with the partition key `/partition`: an upload is in one
 * partition with its rows.
 */
export function cosmosRowIndex(
  container: Container,
  retry: <Result>(work: () => Promise<Result>) => Promise<Result>,
): RowIndex {
  async function writeBatch(operations: OperationInput[], partition: string): Promise<void> {
    const { result = [], code } = await container.items.batch(operations, partition);
    const failed = result.find(({ statusCode }) => statusCode >= 300 && statusCode !== 424);
    if (failed || result.length !== operations.length)
      throw new Error(`A batch of rows failed with ${failed?.statusCode ?? code}.`);
  }

  /** Writes the document unless `isKept` says that what stands there is better. */
  async function replaceOnce(
    document: { id: string; partition: string },
    isKept: (standing: JSONObject) => boolean,
  ): Promise<void> {
    const item = container.item(document.id, document.partition);
    const standing = (await item.read<JSONObject & { _etag: string }>()).resource;
    if (standing && isKept(standing)) return;
    const write = standing
      ? item.replace(document, { accessCondition: { type: 'IfMatch', condition: standing._etag } })
      : container.items.create(document);
    if (!(await unlessStatus([409, 412], write))) throw new Conflict(`${document.id} keeps changing.`);
  }

  return {
    async find(uploadId) {
      const { resource } = await container.item(uploadId, uploadId).read<UploadRecord>();
      return resource;
    },

    async write(rows) {
      const batches = Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, index) =>
        rows.slice(index * batchSize, (index + 1) * batchSize),
      );
      await Promise.all(
        batches.map((batch) =>
          writeBatch(
            batch.map((row) => ({
              operationType: BulkOperationType.Upsert,
              resourceBody: { ...row, partition: row.upload },
            })),
            batch[0]?.upload ?? '',
          ),
        ),
      );
    },

    async remove(uploadId, count) {
      for (let done = 0; done < count; done += batchSize)
        await Promise.all(
          Array.from({ length: Math.min(batchSize, count - done) }, (_, index) =>
            unlessStatus([404], container.item(rowId(uploadId, done + index + 1), uploadId).delete()),
          ),
        );
    },

    record: (record) =>
      retry(() => replaceOnce({ ...record, partition: record.id }, ({ state }) => state === 'indexed')),

    makeCurrent: (current) =>
      retry(() =>
        replaceOnce(
          { ...current, partition: current.id },
          (standing) => (standing as unknown as CurrentVersion).order >= current.order,
        ),
      ),
  };
}
