/** The methods of objects. https://docs.cloud.google.com/storage/docs/json_api/v1/objects */
import { z } from 'zod';
import { BlobContent } from '../../engine/blob-content.ts';
import type { WireResponse } from '../../engine/wire.ts';
import { requireOnBucket, requireOnObject } from './access.ts';
import { jsonBody, jsonResponse, noContent, type StorageCall } from './call.ts';
import { conditionsOf, demandConditions, numberIn } from './conditions.ts';
import { RunningDigest } from './digest.ts';
import { downloadResponse } from './download.ts';
import {
  type AttributesBody,
  attributesIn,
  checkMetadataSize,
  objectResource,
  parseAttributes,
  patched,
  type StorageObject,
} from './object.ts';
import { invalid, noSuchObject, notSupported } from './storage-error.ts';

/** Names an object in a path. */
export interface ObjectName {
  bucket: string;
  name: string;
}

/** The object for a reader. Who may not list the bucket does not learn that there is none. @throws StorageError */
export function readableObject(call: StorageCall, { bucket: bucketName, name }: ObjectName): StorageObject {
  const { storage, caller, query } = call;
  const bucket = storage.bucket(bucketName);
  requireOnObject(storage.runtime, caller, 'storage.objects.get', bucketName, name);
  const version = storage.findObject(bucket, name, numberIn(query, 'generation'));
  if (!version) requireOnBucket(storage.runtime, caller, 'storage.objects.list', bucketName);
  demandConditions(conditionsOf(query), version, true);
  if (!version) throw noSuchObject(bucketName, name);
  return version;
}

export function getObject(call: StorageCall, target: ObjectName): WireResponse {
  if (call.query.get('softDeleted') === 'true') throw notSupported('Reading soft-deleted objects');
  const version = readableObject(call, target);
  call.storage.bill('class-b-operations', target.bucket);
  return jsonResponse(call, objectResource(target.bucket, version));
}

export function downloadObject(call: StorageCall, target: ObjectName): WireResponse {
  const version = readableObject(call, target);
  const response = downloadResponse(call, version);
  call.storage.bill('class-b-operations', target.bucket);
  if (call.caller.kind !== 'serviceAccount')
    call.storage.billInternet(target.bucket, Number(response.headers['content-length'] ?? 0));
  return response;
}

const mostResults = 1000;

export function listObjects(call: StorageCall, bucketName: string): WireResponse {
  const { storage, caller, query } = call;
  for (const name of ['matchGlob', 'softDeleted', 'filter'])
    if (query.get(name) && query.get(name) !== 'false') throw notSupported(`Listing with ${name}`);
  const bucket = storage.bucket(bucketName);
  requireOnBucket(storage.runtime, caller, 'storage.objects.list', bucketName);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const allVersions = query.get('versions') === 'true';
  const page = bucket.blobs.list({
    prefix,
    delimiter,
    allVersions,
    oldestFirst: true,
    ...(query.get('startOffset') && { from: query.get('startOffset') ?? '' }),
    ...(query.get('endOffset') && { before: query.get('endOffset') ?? '' }),
    ...cursorIn(query.get('pageToken')),
    limit: Math.min(Number(numberIn(query, 'maxResults') ?? mostResults) || mostResults, mostResults),
  });
  storage.bill('class-a-operations', bucketName);
  const prefixes = page.entries.flatMap((entry) => (entry.kind === 'prefix' ? [entry.prefix] : []));
  const items = page.entries.flatMap((entry) =>
    entry.kind === 'version' && entry.version.kind === 'object'
      ? [objectResource(bucketName, entry.version)]
      : [],
  );
  return jsonResponse(call, {
    kind: 'storage#objects',
    ...(page.next && { nextPageToken: Buffer.from(JSON.stringify(page.next)).toString('base64url') }),
    ...(prefixes.length > 0 && { prefixes }),
    ...(items.length > 0 && { items }),
  });
}

const Cursor = z.strictObject({ after: z.string(), afterVersion: z.string().optional() });

function cursorIn(token: string | null): { after?: string; afterVersion?: string } {
  if (!token) return {};
  try {
    const { after, afterVersion } = Cursor.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
    return { after, ...(afterVersion !== undefined && { afterVersion }) };
  } catch {
    throw invalid(`Invalid value for page token: ${token}`);
  }
}

/** @param replaces whether members that the body leaves out go: `update` in place of `patch` */
export function updateObject(call: StorageCall, target: ObjectName, replaces: boolean): WireResponse {
  const { storage, caller, query, request } = call;
  const bucket = storage.bucket(target.bucket);
  requireOnObject(storage.runtime, caller, 'storage.objects.update', target.bucket, target.name);
  const version = storage.object(bucket, target.name, numberIn(query, 'generation'));
  demandConditions(conditionsOf(query), version);
  const body = attributesOf(jsonBody(request.body));
  if (body.storageClass !== undefined && body.storageClass !== version.details.storageClass)
    throw invalid('The storage class of an object changes only by rewriting it.');
  const kept = { ...version.details };
  if (replaces)
    for (const name of ['contentType', 'metadata', 'cacheControl', 'contentDisposition'] as const)
      delete kept[name];
  const details = patched(kept, body);
  checkMetadataSize(details);
  const updated = bucket.blobs.update(version, details, { operation: 'update' });
  storage.bill('class-a-operations', target.bucket);
  return jsonResponse(call, objectResource(target.bucket, updated));
}

export function deleteObject(call: StorageCall, { bucket: bucketName, name }: ObjectName): WireResponse {
  const { storage, caller, query } = call;
  const bucket = storage.bucket(bucketName);
  requireOnObject(storage.runtime, caller, 'storage.objects.delete', bucketName, name);
  const generation = numberIn(query, 'generation');
  storage.deleteObject(bucket, name, {
    ...(generation !== undefined && { generation }),
    conditions: conditionsOf(query),
  });
  return noContent();
}

/** Copies at once, however large: what Google does in several calls it may also do in one. */
export function copyObject(
  call: StorageCall,
  source: ObjectName,
  destination: ObjectName,
  isRewrite: boolean,
): WireResponse {
  const { storage, caller, query, request } = call;
  const from = storage.bucket(source.bucket);
  const to = storage.bucket(destination.bucket);
  const { runtime } = storage;
  requireOnObject(runtime, caller, 'storage.objects.get', source.bucket, source.name);
  requireOnObject(runtime, caller, 'storage.objects.create', destination.bucket, destination.name);
  const original = storage.object(from, source.name, numberIn(query, 'sourceGeneration'));
  demandConditions(conditionsOf(query, 'ifSource'), original);
  const body = attributesOf(jsonBody(request.body));
  const { md5Hash, crc32c, componentCount } = original.details;
  // With metadata in the request, none of the source's is taken over.
  const isReplaced = Object.keys(body).some((name) => name !== 'storageClass' && name !== 'name');
  const version = storage.putObject(to, {
    name: destination.name,
    content: original.content,
    digests: { crc32c, ...(md5Hash !== undefined && { md5Hash }) },
    attributes: body,
    inherited: isReplaced ? {} : attributesIn(original.details),
    conditions: conditionsOf(query),
    ...(componentCount !== undefined && { componentCount }),
    mayReplace: () => mayReplace(call, destination),
    operation: isRewrite ? 'rewrite' : 'copy',
  });
  storage.bill('class-a-operations', destination.bucket);
  const resource = objectResource(destination.bucket, version);
  const size = String(original.content.sizeBytes);
  return jsonResponse(
    call,
    isRewrite
      ? {
          kind: 'storage#rewriteResponse',
          totalBytesRewritten: size,
          objectSize: size,
          done: true,
          resource,
        }
      : resource,
  );
}

const ComposeBody = z.object({
  kind: z.string().optional(),
  destination: z.record(z.string(), z.unknown()).default({}),
  sourceObjects: z
    .array(
      z.object({
        name: z.string(),
        generation: z.coerce.string().optional(),
        objectPreconditions: z.object({ ifGenerationMatch: z.coerce.string().optional() }).optional(),
      }),
    )
    .min(1)
    .max(32, 'The number of source components provided exceeds the maximum (32)'),
});

export async function composeObject(call: StorageCall, target: ObjectName): Promise<WireResponse> {
  const { storage, caller, query, request } = call;
  const { runtime } = storage;
  const bucket = storage.bucket(target.bucket);
  const body = ComposeBody.safeParse(jsonBody(request.body));
  if (!body.success) throw invalid(body.error.issues[0]?.message ?? 'Invalid compose request');
  requireOnObject(runtime, caller, 'storage.objects.create', target.bucket, target.name);
  const sources = body.data.sourceObjects.map(({ name, generation, objectPreconditions }) => {
    requireOnObject(runtime, caller, 'storage.objects.get', target.bucket, name);
    const source = storage.object(bucket, name, generation);
    const expected = objectPreconditions?.ifGenerationMatch;
    if (expected !== undefined) demandConditions({ ifVersion: { is: expected } }, source);
    return source;
  });
  const content = BlobContent.concat(sources.map((source) => source.content));
  const digest = new RunningDigest();
  for await (const piece of content) digest.add(piece);
  const version = storage.putObject(bucket, {
    name: target.name,
    content,
    digests: { crc32c: digest.result().crc32c },
    attributes: attributesOf(body.data.destination),
    conditions: conditionsOf(query),
    componentCount: sources.reduce((sum, { details }) => sum + (details.componentCount ?? 1), 0),
    mayReplace: () => mayReplace(call, target),
    operation: 'compose',
  });
  storage.bill('class-a-operations', target.bucket);
  return jsonResponse(call, objectResource(target.bucket, version));
}

/** Replacing an object also deletes one. @throws StorageError */
export function mayReplace({ storage, caller }: StorageCall, { bucket, name }: ObjectName): void {
  requireOnObject(storage.runtime, caller, 'storage.objects.delete', bucket, name);
}

/** @throws StorageError 400, 501 for what would have an effect that the local cloud has not */
export function attributesOf(body: Record<string, unknown>): AttributesBody {
  const attributes = parseAttributes(body);
  for (const name of ['acl', 'retention', 'contexts'] as const)
    if (attributes[name] !== undefined && attributes[name] !== null)
      throw notSupported(`The object member ${name}`);
  return attributes;
}
