import {
  type CollectionReference,
  type Firestore,
  Timestamp,
  type Transaction,
} from '@google-cloud/firestore';
import { type IdempotencyRecord, type IdempotencyStore, isLive } from './idempotency.ts';

/**
 * Records in a Firestore collection with a TTL policy on `expiresAt`. Needs `datastore.entities.get`, `create`,
 * `update` and `delete`.
 */
export function firestoreIdempotencyStore(
  database: Firestore,
  collection: CollectionReference,
): IdempotencyStore {
  const stored = (record: IdempotencyRecord) => ({
    ...record,
    expiresAt: Timestamp.fromMillis(record.expiresAtMs),
  });
  /** Runs `write` in a transaction if `record.owner` still holds the record; returns whether it did. */
  const ifStillOwned = (record: IdempotencyRecord, write: (transaction: Transaction) => void) =>
    database.runTransaction(async (transaction) => {
      const standing = await transaction.get(collection.doc(record.id));
      if (standing.get('owner') !== record.owner) return false;
      write(transaction);
      return true;
    });
  return {
    begin: (record, nowMs) =>
      database.runTransaction(async (transaction) => {
        const reference = collection.doc(record.id);
        const snapshot = await transaction.get(reference);
        const standing = snapshot.data() as IdempotencyRecord | undefined;
        if (standing && isLive(standing, nowMs)) return standing;
        if (standing) transaction.set(reference, stored(record));
        else transaction.create(reference, stored(record));
        return undefined;
      }),
    complete: (record) =>
      ifStillOwned(record, (transaction) => transaction.set(collection.doc(record.id), stored(record))),
    async release(record) {
      await ifStillOwned(record, (transaction) => transaction.delete(collection.doc(record.id)));
    },
  };
}
