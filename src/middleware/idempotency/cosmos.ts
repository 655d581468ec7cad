import type { Container, RequestOptions } from '@azure/cosmos';
import { unlessStatus } from '../azure/cosmos-status.ts';
import { type IdempotencyRecord, type IdempotencyStore, isLive } from './idempotency.ts';

type Stored = IdempotencyRecord & { ttl: number; _etag: string };

/**
 * Records in a Cosmos DB container with the partition key `/id` and a `default_ttl` of -1 (each record brings
 * its own `ttl` in seconds). Needs the data actions `items/create`, `read`, `replace` and `delete`.
 */
export function cosmosIdempotencyStore(container: Container): IdempotencyStore {
  const read = async (id: string) => (await container.item(id, id).read<Stored>()).resource;
  /** Writes or deletes what `record.owner` still holds; false when somebody else does. */
  const ifStillOwned = async (
    record: IdempotencyRecord,
    write: (standing: Stored, options: RequestOptions) => Promise<unknown>,
  ) => {
    const standing = await read(record.id);
    if (standing?.owner !== record.owner) return false;
    return unlessStatus([404, 412], write(standing, ifUnchanged(standing)));
  };
  return {
    async begin(record, nowMs) {
      const stored = { ...record, ttl: Math.ceil((record.expiresAtMs - nowMs) / 1000) };
      for (;;) {
        if (await unlessStatus([409], container.items.create(stored))) return undefined;
        const standing = await read(record.id);
        if (!standing) continue; // gone since the conflict: try again
        if (isLive(standing, nowMs)) return standing;
        const takeOver = container.item(record.id, record.id).replace(stored, ifUnchanged(standing));
        if (await unlessStatus([404, 412], takeOver)) return undefined;
      }
    },
    complete: (record) =>
      ifStillOwned(record, (standing, options) =>
        container.item(record.id, record.id).replace({ ...record, ttl: standing.ttl }, options),
      ),
    async release(record) {
      await ifStillOwned(record, (_standing, options) =>
        container.item(record.id, record.id).delete(options),
      );
    },
  };
}

function ifUnchanged(standing: Stored): RequestOptions {
  return { accessCondition: { type: 'IfMatch', condition: standing._etag } };
}
