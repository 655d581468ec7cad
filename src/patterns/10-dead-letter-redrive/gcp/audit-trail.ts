import type { CollectionReference } from '@google-cloud/firestore';
import type { AuditTrail } from '../core.ts';

/** Audit records in a Firestore collection. */
export function firestoreAuditTrail(collection: CollectionReference): AuditTrail {
  return {
    async write(record) {
      await collection.doc(record.id).set({ ...record });
    },
  };
}
