/**
 * The request charge of each operation, after the published model
 * (learn.microsoft.com/azure/cosmos-db/understand-request-unit-consumption):
 * writes cost by size plus 0.2 RU for each indexed term added or removed; a replacement is a deletion and an
 * insertion; a patch adds 0.4 RU for each operation; reads and feeds cost by size.
 */

/** Size in KB, RU of a point read, RU of a write without index terms: the table of that page. */
const bySize: readonly (readonly [sizeKb: number, readRu: number, writeRu: number])[] = [
  [1, 1, 4.95],
  [2, 1.04, 6.29],
  [4, 1.14, 6.67],
  [8, 1.33, 7.04],
  [16, 1.67, 9.52],
  [32, 2.19, 11.23],
  [64, 4.76, 22.67],
  [128, 9.95, 48.19],
  [256, 20.28, 98.29],
  [512, 40.95, 184.57],
  [1024, 145.9, 625],
  [2048, 291.8, 1250],
];

const perTerm = 0.2;
const perPatchOperation = 0.4;

/** Between two rows of the table the charge grows evenly. */
function charge(sizeBytes: number, column: 1 | 2): number {
  const sizeKb = sizeBytes / 1024;
  let [smaller] = bySize;
  if (!smaller || sizeKb <= 1) return smaller?.[column] ?? 0;
  for (const row of bySize) {
    if (sizeKb <= row[0]) {
      const part = row[0] === smaller[0] ? 0 : (sizeKb - smaller[0]) / (row[0] - smaller[0]);
      return smaller[column] + part * (row[column] - smaller[column]);
    }
    smaller = row;
  }
  return (sizeKb / smaller[0]) * smaller[column];
}

const rounded = (ru: number) => Math.round(ru * 100) / 100;

export const pointReadCharge = (sizeBytes: number) => rounded(charge(sizeBytes, 1));

/** A create or a delete. */
export const writeCharge = (sizeBytes: number, terms: number) =>
  rounded(charge(sizeBytes, 2) + terms * perTerm);

export function replaceCharge(
  sizes: { beforeBytes: number; afterBytes: number },
  changedTerms: { removed: number; added: number },
  patchOperations = 0,
): number {
  const sizeCharge = charge(sizes.beforeBytes, 2) + charge(sizes.afterBytes, 2);
  const terms = (changedTerms.removed + changedTerms.added) * perTerm;
  return rounded(sizeCharge + terms + patchOperations * perPatchOperation);
}

/** A request that finds nothing, fails its condition or meets a conflict does the work of a small read. */
export const failedRequestCharge = 1;

/**
 * Queries follow no published formula. The floor is what the smallest query costs; the charge for loaded items is
 * fitted to the query that learn.microsoft.com/azure/cosmos-db/nosql/troubleshoot-query-performance publishes:
 * 60,951 items with 399,998,938 bytes retrieved for 4,059.95 RU.
 */
export function queryCharge(loaded: { items: number; bytes: number }): number {
  return rounded(2.3 + loaded.items * 0.029 + (loaded.bytes / 1024) * 0.00586);
}

/** A page of a change feed or read feed costs as much as reading its items one by one; an empty one 1 RU. */
export function feedCharge(sizesBytes: readonly number[]): number {
  return rounded(
    Math.max(
      1,
      sizesBytes.reduce((sum, size) => sum + charge(size, 1), 0),
    ),
  );
}
