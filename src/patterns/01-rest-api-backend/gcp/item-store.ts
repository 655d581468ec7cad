import {
  type CollectionReference,
  FieldPath,
  type Firestore,
  type Transaction,
} from '@google-cloud/firestore';
import type { Item, ItemStore } from '../core.ts';

/** gRPC status of a create of what exists already. */
const alreadyExists = 6;

/** Items in a Firestore collection, one document each, named by the item's id. */
export function firestoreItemStore(database: Firestore, collection: CollectionReference): ItemStore {
  const ifVersion = (id: string, version: number, write: (transaction: Transaction) => void) =>
    database.runTransaction(async (transaction) => {
      const standing = await transaction.get(collection.doc(id));
      if (standing.get('version') !== version) return false;
      write(transaction);
      return true;
    });
  return {
    async insert(item) {
      try {
        await collection.doc(item.id).create(item);
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code === alreadyExists) return false;
        throw error;
      }
    },
    async get(id) {
      return (await collection.doc(id).get()).data() as Item | undefined;
    },
    async list({ limit, afterId }) {
      const query = collection.orderBy(FieldPath.documentId()).limit(limit);
      const { docs } = await (afterId === undefined ? query : query.startAfter(afterId)).get();
      return { items: docs.map((document) => document.data() as Item), more: docs.length === limit };
    },
    replace: (item, expectedVersion) =>
      ifVersion(item.id, expectedVersion, (transaction) => transaction.set(collection.doc(item.id), item)),
    remove: (id, expectedVersion) =>
      ifVersion(id, expectedVersion, (transaction) => transaction.delete(collection.doc(id))),
  };
}
