/**
 * Capacity units of one operation on one table, kept apart for the table and each of its indexes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export interface ConsumedUnits {
  table: number;
  local: Map<string, number>;
  global: Map<string, number>;
}

export type ReturnConsumedCapacity = 'INDEXES' | 'TOTAL' | 'NONE';
export type ReadMode = 'eventual' | 'strong' | 'transactional';

const readUnitBytes = 4096;
const writeUnitBytes = 1024;
const readFactors = { eventual: 0.5, strong: 1, transactional: 2 } as const;

/** Units for reading this many bytes at once; reading nothing costs as much as reading one byte. */
export function readUnits(bytes: number, mode: ReadMode): number {
  return Math.max(1, Math.ceil(bytes / readUnitBytes)) * readFactors[mode];
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / writeUnitBytes));
}

export function noUnits(): ConsumedUnits {
  return { table: 0, local: new Map(), global: new Map() };
}

export function tableUnits(table: number): ConsumedUnits {
  return { table, local: new Map(), global: new Map() };
}

export function addUnits(to: ConsumedUnits, more: ConsumedUnits): void {
  to.table += more.table;
  for (const [name, units] of more.local) to.local.set(name, (to.local.get(name) ?? 0) + units);
  for (const [name, units] of more.global) to.global.set(name, (to.global.get(name) ?? 0) + units);
}

export function totalUnits({ table, local, global }: ConsumedUnits): number {
  if (local.size === 0 && global.size === 0) return table;
  return table + sumOf(local) + sumOf(global);
}

/** The `ConsumedCapacity` member of a response; nothing when it was not asked for. */
export function consumedCapacity(
  wanted: ReturnConsumedCapacity | undefined,
  tableName: string,
  units: ConsumedUnits,
  direction?: 'read' | 'write',
): object | undefined {
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return undefined;
  const render = (capacity: number) => ({
    CapacityUnits: capacity,
    ...(direction === 'read' && { ReadCapacityUnits: capacity }),
    ...(direction === 'write' && { WriteCapacityUnits: capacity }),
  });
  const renderIndexes = (indexes: Map<string, number>) =>
    Object.fromEntries([...indexes].map(([name, capacity]) => [name, render(capacity)]));
  return {
    TableName: tableName,
    ...render(totalUnits(units)),
    ...(wanted === 'INDEXES' && {
      Table: render(units.table),
      ...(units.local.size > 0 && { LocalSecondaryIndexes: renderIndexes(units.local) }),
      ...(units.global.size > 0 && { GlobalSecondaryIndexes: renderIndexes(units.global) }),
    }),
  };
}

function sumOf(units: Map<string, number>): number {
  let sum = 0;
  for (const one of units.values()) sum += one;
  return sum;
}
