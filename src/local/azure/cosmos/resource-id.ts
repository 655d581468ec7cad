/** The `_rid` of a database: four bytes, in the base64 variant of Cosmos DB (`/` is written `-`). */
export function databaseRid(number: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return encode(bytes);
}

/** The `_rid` of a container: its database's and four bytes of its own, the highest bit of which is set. */
export function containerRid(database: number, number: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(database);
  bytes.writeUInt32BE((number | 0x8000_0000) >>> 0, 4);
  return encode(bytes);
}

/** The `_rid` of an item: its container's and eight bytes of its own. */
export function itemRid(container: string, row: number): string {
  const bytes = Buffer.alloc(16);
  Buffer.from(container.replaceAll('-', '/'), 'base64').copy(bytes);
  bytes.writeBigUInt64LE(BigInt(row), 8);
  return encode(bytes);
}

const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('/', '-');
