// CRC-32C (Castagnoli), RFC 3720 12.1: Node's zlib has only the other polynomial.

const polynomial = 0x82f63b78;
const tables = slicingTables();

/** Eight tables, so that eight bytes are taken at a time ("slicing by 8"). */
function slicingTables(): Uint32Array[] {
  const all = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first] = all;
  for (let byte = 0; first && byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    first[byte] = crc;
  }
  for (let slice = 1; first && slice < 8; slice++)
    for (let byte = 0; byte < 256; byte++) {
      const previous = all[slice - 1]?.[byte] ?? 0;
      const table = all[slice];
      if (table) table[byte] = (first[previous & 0xff] ?? 0) ^ (previous >>> 8);
    }
  return all;
}

/** The checksum of `bytes`, or of what came before with checksum `previous` and then `bytes`. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  // Indexes are bytes and tables have 256 entries: nothing is ever undefined here.
  const of = (table: Uint32Array, index: number) => table[index] as number;
  const byte = (index: number) => bytes[index] as number;
  let crc = ~previous;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8)
    crc =
      of(t7, (crc ^ byte(at)) & 0xff) ^
      of(t6, ((crc >>> 8) ^ byte(at + 1)) & 0xff) ^
      of(t5, ((crc >>> 16) ^ byte(at + 2)) & 0xff) ^
      of(t4, ((crc >>> 24) ^ byte(at + 3)) & 0xff) ^
      of(t3, byte(at + 4)) ^
      of(t2, byte(at + 5)) ^
      of(t1, byte(at + 6)) ^
      of(t0, byte(at + 7));
  for (; at < bytes.length; at++) crc = of(t0, (crc ^ byte(at)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Base64 of its four bytes in network order, as storage services give it. */
export function crc32cBase64(checksum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString('base64');
}
