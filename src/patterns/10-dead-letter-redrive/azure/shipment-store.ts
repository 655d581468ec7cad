import type { Container } from '@azure/cosmos';
import { unlessStatus } from '../../../middleware/azure/cosmos-status.ts';
import type { Shipment, ShipmentStore } from '../shipment.ts';

/** Warehouses and shipments in a Cosmos DB container with the partition key `/id`. */
export function cosmosShipmentStore(container: Container): ShipmentStore {
  return {
    async isOpen(warehouse) {
      const id = `warehouse:${warehouse}`;
      return (await container.item(id, id).read()).resource !== undefined;
    },
    async open(warehouse, openedAt) {
      await container.items.upsert({ id: `warehouse:${warehouse}`, warehouse, openedAt });
    },
    async insert(record) {
      const id = `order:${record.orderId}`;
      if (await unlessStatus([409], container.items.create({ id, ...record }))) return undefined;
      return (await container.item(id, id).read<Shipment>()).resource;
    },
  };
}
