/** Objects as the JSON API gives them. https://docs.cloud.google.com/storage/docs/json_api/v1/objects */
import { z } from 'zod';
import type { BlobObject } from '../../engine/blob-version.ts';
import { invalid } from './storage-error.ts';

export const storageClasses = [
  'STANDARD',
  'NEARLINE',
  'COLDLINE',
  'ARCHIVE',
  'MULTI_REGIONAL',
  'REGIONAL',
] as const;
export type StorageClass = (typeof storageClasses)[number];

/** What a caller may say of an object; `null` takes a value away. */
export interface ObjectAttributes {
  contentType?: string;
  contentEncoding?: string;
  contentDisposition?: string;
  contentLanguage?: string;
  cacheControl?: string;
  /** RFC 3339 */
  customTime?: string;
  metadata?: Record<string, string>;
  temporaryHold?: boolean;
  eventBasedHold?: boolean;
}

/** What is kept with each object. */
export interface ObjectDetails extends ObjectAttributes {
  storageClass: StorageClass;
  storageClassUpdatedAtMs: number;
  /** Base64; a composed object has none. */
  md5Hash?: string;
  /** Base64 */
  crc32c: string;
  /** Of a composed object. */
  componentCount?: number;
  /** Since when it is not the current version any more. */
  deletedAtMs?: number;
}

export type StorageObject = BlobObject<ObjectDetails>;

const text = z.string().nullish();
const hold = z.boolean().nullish();

/** An object resource in a request, before the members that only Google sets. */
const AttributesBody = z.object({
  name: z.string().optional(),
  contentType: text,
  contentEncoding: text,
  contentDisposition: text,
  contentLanguage: text,
  cacheControl: text,
  customTime: text,
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable()).nullish(),
  temporaryHold: hold,
  eventBasedHold: hold,
  storageClass: z.enum(storageClasses).optional(),
  md5Hash: z.string().optional(),
  crc32c: z.string().optional(),
  acl: z.array(z.unknown()).optional(),
  retention: z.unknown().optional(),
  contexts: z.unknown().optional(),
});
export type AttributesBody = z.output<typeof AttributesBody>;

/** @throws StorageError 400 for a body that is not an object resource, 501 for what the local cloud has not */
export function parseAttributes(body: unknown): AttributesBody {
  const result = AttributesBody.safeParse(body);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw invalid(`Invalid value for field ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { customTime } = result.data;
  if (typeof customTime === 'string' && Number.isNaN(Date.parse(customTime)))
    throw invalid(`Invalid value for field customTime: ${customTime}`);
  return result.data;
}

const textNames = [
  'contentType',
  'contentEncoding',
  'contentDisposition',
  'contentLanguage',
  'cacheControl',
  'customTime',
] as const;
const holdNames = ['temporaryHold', 'eventBasedHold'] as const;

/**
 * `before` with the changes of `body`: null takes a value away, metadata is merged key by key.
 * https://docs.cloud.google.com/storage/docs/json_api#patch
 */
export function patched<Attributes extends ObjectAttributes>(
  before: Attributes,
  body: AttributesBody,
): Attributes {
  const after = { ...before };
  for (const name of textNames) {
    const value = body[name];
    if (value === null || value === '') delete after[name];
    else if (value !== undefined) after[name] = value;
  }
  for (const name of holdNames) {
    const value = body[name];
    if (value === null) delete after[name];
    else if (value !== undefined) after[name] = value;
  }
  if (body.metadata === null) delete after.metadata;
  else if (body.metadata !== undefined) {
    const metadata = { ...before.metadata };
    for (const [key, value] of Object.entries(body.metadata)) {
      if (value === null) delete metadata[key];
      else metadata[key] = String(value);
    }
    if (Object.keys(metadata).length > 0) after.metadata = metadata;
    else delete after.metadata;
  }
  return after;
}

/** What of an object a copy takes over. */
export function attributesIn(details: ObjectDetails): ObjectAttributes {
  const attributes: ObjectAttributes = {};
  for (const name of textNames) {
    const value = details[name];
    if (value !== undefined) attributes[name] = value;
  }
  if (details.metadata) attributes.metadata = details.metadata;
  return attributes;
}

const maximumMetadataBytes = 8 * 1024;

/** https://docs.cloud.google.com/storage/quotas#objects @throws StorageError 400 */
export function checkMetadataSize({ metadata = {} }: ObjectAttributes): void {
  const size = Object.entries(metadata).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > maximumMetadataBytes) throw invalid('Metadata exceeds the limit of 8 KiB.');
}

/** https://docs.cloud.google.com/storage/docs/objects#naming @throws StorageError 400 */
export function checkObjectName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) throw invalid('Required parameter: name');
  const isForbidden =
    name === '.' || name === '..' || name.startsWith('.well-known/acme-challenge/') || /[\r\n]/.test(name);
  if (bytes > 1024 || isForbidden) throw invalid(`Invalid object name: "${name.slice(0, 100)}"`);
}

/** Names a generation and a metageneration, as Google's own do: a protocol buffer with both. */
export function entityTag(generation: string, metageneration: number): string {
  return Buffer.from([0x08, ...varint(BigInt(generation)), 0x10, ...varint(BigInt(metageneration))]).toString(
    'base64',
  );
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

const instant = (ms: number) => new Date(ms).toISOString();

/** The object resource. */
export function objectResource(bucket: string, version: StorageObject) {
  const { key, id, revision, details, content, createdAtMs, updatedAtMs } = version;
  const { md5Hash, crc32c, componentCount, deletedAtMs, storageClass, storageClassUpdatedAtMs } = details;
  const name = encodeURIComponent(key);
  const { contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl } = details;
  const { customTime, metadata, temporaryHold, eventBasedHold } = details;
  return {
    kind: 'storage#object',
    id: `${bucket}/${key}/${id}`,
    selfLink: `https://www.googleapis.com/storage/v1/b/${bucket}/o/${name}`,
    mediaLink: `https://storage.googleapis.com/download/storage/v1/b/${bucket}/o/${name}?generation=${id}&alt=media`,
    name: key,
    bucket,
    generation: id,
    metageneration: String(revision),
    ...(contentType !== undefined && { contentType }),
    storageClass,
    size: String(content.sizeBytes),
    ...(md5Hash !== undefined && { md5Hash }),
    ...(cacheControl !== undefined && { cacheControl }),
    ...(contentDisposition !== undefined && { contentDisposition }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(contentLanguage !== undefined && { contentLanguage }),
    crc32c,
    ...(componentCount !== undefined && { componentCount }),
    etag: entityTag(id, revision),
    ...(temporaryHold !== undefined && { temporaryHold }),
    ...(eventBasedHold !== undefined && { eventBasedHold }),
    timeCreated: instant(createdAtMs),
    updated: instant(updatedAtMs),
    ...(deletedAtMs !== undefined && { timeDeleted: instant(deletedAtMs) }),
    timeStorageClassUpdated: instant(storageClassUpdatedAtMs),
    timeFinalized: instant(createdAtMs),
    ...(customTime !== undefined && { customTime: instant(Date.parse(customTime)) }),
    ...(metadata !== undefined && { metadata }),
  };
}

export type ObjectResource = ReturnType<typeof objectResource>;
