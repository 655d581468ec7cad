import { type CollectionReference, type Firestore, Timestamp } from '@google-cloud/firestore';
import type { JoinRecord, JoinStore } from '../join.ts';

/** gRPC status of a create of what exists already, and of a transaction that lost against others, after its attempts. */
const alreadyExists = 6;
const aborted = 10;

/** Records in a Firestore collection with a TTL policy on `expiresAt`. */
export function firestoreJoinStore(database: Firestore, collection: CollectionReference): JoinStore {
  const documentOf = (record: JoinRecord) => ({
    ...record,
    expiresAt: Timestamp.fromMillis(record.expiresAtMs),
  });
  return {
    async get(id) {
      return (await collection.doc(id).get()).data() as JoinRecord | undefined;
    },
    insert: (record) => unlessCode(alreadyExists, collection.doc(record.id).create(documentOf(record))),
    async replace(record, expectedVersion) {
      const reference = collection.doc(record.id);
      let isCurrent = false;
      const isWritten = await unlessCode(
        aborted,
        database.runTransaction(async (transaction) => {
          const standing = await transaction.get(reference);
          isCurrent = standing.get('version') === expectedVersion;
          if (isCurrent) transaction.set(reference, documentOf(record));
        }),
      );
      return isWritten && isCurrent;
    },
  };
}

/** True when the call succeeds, false when it fails with this gRPC status. */
async function unlessCode(code: number, call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === code) return false;
    throw error;
  }
}
