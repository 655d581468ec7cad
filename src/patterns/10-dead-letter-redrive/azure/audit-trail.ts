import type { Container } from '@azure/cosmos';
import type { AuditTrail } from '../core.ts';

/** Audit records in a Cosmos DB container with the partition key `/id`. */
export function cosmosAuditTrail(container: Container): AuditTrail {
  return {
    async write(record) {
      await container.items.upsert(record);
    },
  };
}
