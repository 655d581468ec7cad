import type { Table } from '../../stack-access.ts';
import type { AttributeValue, Item } from './attribute-value.ts';
import type { DynamoDb } from './index.ts';

/** The tables as the owner of the stack sees them. */
export function tablesOf(dynamoDb: DynamoDb): Table[] {
  return [...dynamoDb.tables.values()].map((table) => ({
    name: table.name,
    aliases: [table.arn],
    documents: async () => [...table.entries.all()].map(({ document }) => plainItem(document.item)),
  }));
}

/** Sets become lists; numbers become JavaScript's, which may cost digits. */
export function plainItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: AttributeValue): unknown {
  if ('N' in value) return Number(value.N);
  if ('NULL' in value) return null;
  if ('L' in value) return value.L.map(plainValue);
  if ('M' in value) return plainItem(value.M);
  if ('NS' in value) return value.NS.map(Number);
  const [plain] = Object.values(value);
  return plain;
}
