import type { Container } from '@azure/cosmos';
import { unlessStatus } from '../../../middleware/azure/cosmos-status.ts';
import type { JoinRecord, JoinStore } from '../join.ts';

type Stored = JoinRecord & { _etag: string };

/** Records in a Cosmos DB container with the partition key `/id`, whose default TTL removes them. */
export function cosmosJoinStore(container: Container): JoinStore {
  const read = async (id: string) => (await container.item(id, id).read<Stored>()).resource;
  return {
    async get(id) {
      const stored = await read(id);
      return stored && withoutSystemProperties(stored);
    },
    insert: (record) => unlessStatus([409], container.items.create(record)),
    async replace(record, expectedVersion) {
      const standing = await read(record.id);
      if (standing?.version !== expectedVersion) return false;
      const ifUnchanged = { accessCondition: { type: 'IfMatch', condition: standing._etag } };
      return unlessStatus([404, 412], container.item(record.id, record.id).replace(record, ifUnchanged));
    },
  };
}

/** Without what Cosmos DB adds to every document (`_rid`, `_ts`, `_etag`, ...). */
function withoutSystemProperties(stored: Stored): JoinRecord {
  return Object.fromEntries(
    Object.entries(stored).filter(([name]) => !name.startsWith('_')),
  ) as unknown as JoinRecord;
}
