import type { CollectionReference } from '@google-cloud/firestore';
import type { Shipment, ShipmentStore } from '../shipment.ts';

/** gRPC status of a document that is there already. */
const alreadyExists = 6;

/** Warehouses and shipments in a Firestore collection. */
export function firestoreShipmentStore(collection: CollectionReference): ShipmentStore {
  return {
    async isOpen(warehouse) {
      return (await collection.doc(`warehouse:${warehouse}`).get()).exists;
    },
    async open(warehouse, openedAt) {
      await collection.doc(`warehouse:${warehouse}`).set({ warehouse, openedAt });
    },
    async insert(record) {
      const reference = collection.doc(`order:${record.orderId}`);
      try {
        await reference.create({ ...record });
        return undefined;
      } catch (error) {
        if ((error as { code?: unknown }).code !== alreadyExists) throw error;
        return (await reference.get()).data() as Shipment | undefined;
      }
    },
  };
}
