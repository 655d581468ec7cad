import { BulkOperationType, type Container, type JSONObject, type OperationInput } from '@azure/cosmos';
import type { LedgerStore } from '../core.ts';

interface StoredAccount {
  id: string;
  ledger: string;
  account: string;
  balanceCents: number;
  changedAt: string;
  _etag: string;
}

/**
 * Balances and marks in a Cosmos DB container with the partition key `/ledger` and a `default_ttl` of -1. A
 * transactional batch ends at a logical partition, so all accounts of a ledger are in one, with the marks beside them.
 */
export function cosmosLedgerStore(container: Container): LedgerStore {
  return {
    async apply({ ledger, from, to, amountCents }, mark, mayOverdraw) {
      const read = async <Stored extends object>(id: string) =>
        (await container.item(id, ledger).read<Stored>()).resource;
      const markId = `mark:${mark.transferId}`;
      const duplicate = async () => {
        const standing = await read<{ payloadHash: string }>(markId);
        return standing && { kind: 'duplicate' as const, payloadHash: standing.payloadHash };
      };

      const [source, target] = await Promise.all(
        [from, to].map((name) => read<StoredAccount>(`account:${name}`)),
      );
      if (!mayOverdraw && (source?.balanceCents ?? 0) < amountCents)
        return (await duplicate()) ?? { kind: 'insufficient-funds' };

      const change = (
        account: string,
        standing: StoredAccount | undefined,
        cents: number,
      ): OperationInput => {
        const resourceBody: JSONObject = {
          id: `account:${account}`,
          ledger,
          account,
          balanceCents: (standing?.balanceCents ?? 0) + cents,
          changedAt: mark.appliedAt,
        };
        return standing
          ? {
              operationType: BulkOperationType.Replace,
              id: standing.id,
              ifMatch: standing._etag,
              resourceBody,
            }
          : { operationType: BulkOperationType.Create, resourceBody };
      };
      const ttl = Math.ceil((mark.expiresAtMs - Date.parse(mark.appliedAt)) / 1000);
      const { result, code } = await container.items.batch(
        [
          { operationType: BulkOperationType.Create, resourceBody: { id: markId, ...mark, ttl } },
          change(from, source, -amountCents),
          change(to, target, amountCents),
        ],
        ledger,
      );
      const codes = (result ?? []).map(({ statusCode }) => statusCode);
      if (codes.length === 3 && codes.every((status) => status < 300)) return { kind: 'applied' };
      // Of a batch that fails, one operation says why, and the others are 424, failed dependencies.
      if (codes[0] === 409) return (await duplicate()) ?? { kind: 'conflict' };
      if (codes.some((status) => status === 409 || status === 412)) return { kind: 'conflict' };
      throw new Error(`The batch failed with ${codes.join(', ') || code}.`);
    },
  };
}
