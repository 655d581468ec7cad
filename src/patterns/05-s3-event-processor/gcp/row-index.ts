import type { CollectionReference, DocumentData, Firestore, WriteBatch } from '@google-cloud/firestore';
import { type CurrentVersion, type RowIndex, rowId, type UploadRecord } from '../core.ts';

/** Of at most 64 KiB each: a commit takes 10 MiB. */
const batchSize = 100;

/** Rows, uploads and objects in one Firestore collection. */
export function firestoreRowIndex(database: Firestore, collection: CollectionReference): RowIndex {
  async function inBatches<Item>(items: Item[], add: (batch: WriteBatch, item: Item) => void): Promise<void> {
    const batches = Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) => {
      const batch = database.batch();
      for (const item of items.slice(index * batchSize, (index + 1) * batchSize)) add(batch, item);
      return batch.commit();
    });
    await Promise.all(batches);
  }

  /** Writes the document unless `isKept` says that what stands there is better. */
  const replace = (document: { id: string } & DocumentData, isKept: (standing: DocumentData) => boolean) =>
    database.runTransaction(async (transaction) => {
      const reference = collection.doc(document.id);
      const standing = (await transaction.get(reference)).data();
      if (standing === undefined || !isKept(standing)) transaction.set(reference, document);
    });

  return {
    async find(uploadId) {
      return (await collection.doc(uploadId).get()).data() as UploadRecord | undefined;
    },

    async write(rows) {
      await inBatches(rows, (batch, row) => batch.set(collection.doc(row.id), row));
    },

    async remove(uploadId, count) {
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      for (let done = 0; done < count; done += 4 * batchSize)
        await inBatches(numbers.slice(done, done + 4 * batchSize), (batch, row) =>
          batch.delete(collection.doc(rowId(uploadId, row))),
        );
    },

    record: (record) => replace({ ...record }, ({ state }) => state === 'indexed'),

    makeCurrent: (current) =>
      replace({ ...current }, (standing) => (standing as CurrentVersion).order >= current.order),
  };
}
