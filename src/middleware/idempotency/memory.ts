import { type IdempotencyRecord, type IdempotencyStore, isLive } from './idempotency.ts';

/** Records in the memory of one process: for tests, and for what a process does not survive anyway. */
export function memoryIdempotencyStore(
  records: Map<string, IdempotencyRecord> = new Map(),
): IdempotencyStore {
  return {
    async begin(record, nowMs) {
      const standing = records.get(record.id);
      if (standing && isLive(standing, nowMs)) return standing;
      records.set(record.id, record);
      return undefined;
    },
    async complete(record) {
      if (records.get(record.id)?.owner !== record.owner) return false;
      records.set(record.id, record);
      return true;
    },
    async release(record) {
      if (records.get(record.id)?.owner === record.owner) records.delete(record.id);
    },
  };
}
