import type { Container, RequestOptions } from '@azure/cosmos';
import { unlessStatus } from '../../../middleware/azure/cosmos-status.ts';
import type { Item, ItemStore } from '../core.ts';

type Stored = Item & { _etag: string };

/** Items in a Cosmos DB container with the partition key `/id`. */
export function cosmosItemStore(container: Container): ItemStore {
  const read = async (id: string) => (await container.item(id, id).read<Stored>()).resource;
  /** Runs `write` against the entity tag of the expected version. */
  const ifVersion = async (
    id: string,
    version: number,
    write: (ifUnchanged: RequestOptions) => Promise<unknown>,
  ) => {
    const standing = await read(id);
    if (standing?.version !== version) return false;
    return unlessStatus(
      [404, 412],
      write({ accessCondition: { type: 'IfMatch', condition: standing._etag } }),
    );
  };
  return {
    insert: (item) => unlessStatus([409], container.items.create(item)),
    async get(id) {
      const stored = await read(id);
      return stored && withoutSystemProperties(stored);
    },
    async list({ limit, afterId }) {
      const { resources } = await container.items
        .query<Stored>({
          query: 'SELECT TOP @limit * FROM c WHERE c.id > @afterId ORDER BY c.id',
          parameters: [
            { name: '@limit', value: limit },
            { name: '@afterId', value: afterId ?? '' },
          ],
        })
        .fetchAll();
      return { items: resources.map(withoutSystemProperties), more: resources.length === limit };
    },
    replace: (item, expectedVersion) =>
      ifVersion(item.id, expectedVersion, (options) =>
        container.item(item.id, item.id).replace(item, options),
      ),
    remove: (id, expectedVersion) =>
      ifVersion(id, expectedVersion, (options) => container.item(id, id).delete(options)),
  };
}

/** Without what Cosmos DB adds to every document (`_rid`, `_ts`, `_etag`, ...). */
function withoutSystemProperties(stored: Stored): Item {
  return Object.fromEntries(
    Object.entries(stored).filter(([name]) => !name.startsWith('_')),
  ) as unknown as Item;
}
