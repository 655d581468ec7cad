import { badRequest, tooLarge } from './errors.ts';
import { isObject, type Json, type JsonObject } from './sql/value.ts';

/** An item as it is kept, with its system properties. */
export interface StoredItem {
  readonly id: string;
  readonly body: JsonObject;
  /** The body as JSON, as it is answered. */
  readonly text: string;
  readonly sizeBytes: number;
  /** With its quotes. */
  readonly etag: string;
  /** The value of `_ts`. */
  readonly timestampSeconds: number;
  /** Absent when the item does not expire. */
  readonly expiresAtSeconds?: number;
  /** Number of the commit that wrote it: `_lsn` in the change feed. */
  readonly lsn: number;
  /** Place in the order of all changes of the container. */
  readonly position: number;
}

/** More than the writes of any one commit, so that a commit number and a place in it make one number. */
const positionsPerCommit = 1000;

export const firstPosition = (lsn: number) => lsn * positionsPerCommit;

/** learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits */
const maxItemBytes = 2 * 1024 * 1024;
const maxIdBytes = 1023;
const maxDepth = 128;
const maxTtlSeconds = 2_147_483_647;

const idMissing = "The input content is invalid because the required properties - 'id; ' - are missing";

/** Checks what a client sends as an item. Throws a 400. */
export function parseItem(body: Json | undefined): JsonObject & { id: string } {
  if (!isObject(body)) throw badRequest('The request content is not a JSON object.');
  const { id, ttl } = body;
  if (id === undefined) throw badRequest(idMissing);
  if (typeof id !== 'string' || id === '' || /[/\\?#]/.test(id)) throw badRequest();
  if (id.length * 3 > maxIdBytes && Buffer.byteLength(id) > maxIdBytes) {
    throw badRequest(`The id is longer than ${maxIdBytes} bytes.`);
  }
  const isTtl =
    typeof ttl === 'number' && Number.isInteger(ttl) && ttl <= maxTtlSeconds && (ttl > 0 || ttl === -1);
  if (ttl !== undefined && ttl !== null && !isTtl) {
    throw badRequest(
      `The input ttl '${String(ttl)}' is invalid. Ensure to provide a nonzero positive integer less than or equal to '${maxTtlSeconds}', or -1.`,
    );
  }
  checkDepth(body, 1);
  return { ...body, id };
}

function checkDepth(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) throw badRequest(`The item is nested more than ${maxDepth} levels deep.`);
  for (const inner of Object.values(value)) checkDepth(inner, depth + 1);
}

/** What the service adds to an item when it writes it. */
export interface Stamp {
  rid: string;
  /** `dbs/{rid}/colls/{rid}/docs/` */
  selfPrefix: string;
  lsn: number;
  /** How many writes of the same commit come before this one. */
  indexInCommit: number;
  nowMs: number;
  defaultTtlSeconds: number | undefined;
}

/** `"0000d826-0000-0700-0000-5b7fc9b40000"`: no two versions of an item have the same. */
function etagOf(position: number, timestampSeconds: number): string {
  const digits = position.toString(16).padStart(12, '0');
  const time = timestampSeconds.toString(16).padStart(8, '0');
  return `"${digits.slice(-8)}-${digits.slice(-12, -8)}-0700-0000-${time}0000"`;
}

/** The stored form of an item. Throws a 413 when it is larger than 2 MB. */
export function stampItem(item: JsonObject & { id: string }, stamp: Stamp): StoredItem {
  const timestampSeconds = Math.floor(stamp.nowMs / 1000);
  const position = firstPosition(stamp.lsn) + stamp.indexInCommit;
  const etag = etagOf(position, timestampSeconds);
  const body: JsonObject & { id: string } = {
    ...item,
    _rid: stamp.rid,
    _self: `${stamp.selfPrefix}${stamp.rid}/`,
    _etag: etag,
    _attachments: 'attachments/',
    _ts: timestampSeconds,
  };
  const text = JSON.stringify(body);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > maxItemBytes) throw tooLarge();
  const expiresAtSeconds = expiry(item.ttl, stamp.defaultTtlSeconds, timestampSeconds);
  return {
    id: item.id,
    body,
    text,
    sizeBytes,
    etag,
    timestampSeconds,
    lsn: stamp.lsn,
    position,
    ...(expiresAtSeconds !== undefined && { expiresAtSeconds }),
  };
}

/**
 * A `ttl` in an item counts only when the container has a default one, be it -1 (items do not expire unless
 * they say so): learn.microsoft.com/azure/cosmos-db/nosql/time-to-live
 */
function expiry(
  own: Json | undefined,
  byDefault: number | undefined,
  nowSeconds: number,
): number | undefined {
  if (byDefault === undefined) return undefined;
  const ttl = typeof own === 'number' ? own : byDefault;
  return ttl === -1 ? undefined : nowSeconds + ttl;
}
