/** The methods of buckets. https://docs.cloud.google.com/storage/docs/json_api/v1/buckets */
import { storageServiceAgent } from '../../../terraform/providers/google-service-agents.ts';
import type { WireResponse } from '../../engine/wire.ts';
import { requireOnBucket, requireOnProject } from './access.ts';
import { parseConfiguration, type StorageBucket } from './bucket.ts';
import { jsonBody, jsonResponse, noContent, type StorageCall } from './call.ts';
import { numberIn } from './conditions.ts';
import { preconditionFailed, StorageError } from './storage-error.ts';

export function listBuckets(call: StorageCall): WireResponse {
  const { storage, caller, query } = call;
  const { projectNumber } = storage.runtime;
  requireOnProject(storage.runtime, caller, 'storage.buckets.list', projectIn(query));
  const prefix = query.get('prefix') ?? '';
  const after = query.get('pageToken') ?? '';
  const limit = Number(numberIn(query, 'maxResults') ?? 1000) || 1000;
  const found = storage.buckets.filter(({ name }) => name.startsWith(prefix) && name > after);
  const page = found.slice(0, limit);
  storage.bill('class-a-operations');
  return jsonResponse(call, {
    kind: 'storage#buckets',
    ...(found.length > limit && { nextPageToken: page.at(-1)?.name }),
    ...(page.length > 0 && { items: page.map((bucket) => bucket.resource(projectNumber)) }),
  });
}

export function insertBucket(call: StorageCall): WireResponse {
  const { storage, caller, query, request } = call;
  requireOnProject(storage.runtime, caller, 'storage.buckets.create', projectIn(query));
  const { name, ...body } = jsonBody(request.body);
  if (typeof name !== 'string') throw new StorageError(400, 'required', 'Required parameter: name');
  const bucket = storage.createBucket(name, parseConfiguration(body));
  storage.bill('class-a-operations', name);
  return answer(call, bucket);
}

export function getBucket(call: StorageCall, name: string): WireResponse {
  const bucket = accessible(call, name, 'storage.buckets.get');
  call.storage.bill('class-b-operations', name);
  return answer(call, bucket);
}

/** @param replaces whether members that the body leaves out go: `update` in place of `patch` */
export function updateBucket(call: StorageCall, name: string, replaces: boolean): WireResponse {
  const bucket = accessible(call, name, 'storage.buckets.update');
  const before = bucket.configuration;
  const { location: _, ...body } = jsonBody(call.request.body);
  const merged = replaces ? { location: before.location, ...body } : mergePatch({ ...before }, body);
  bucket.reconfigure(parseConfiguration(merged), call.storage.runtime.clock.now());
  call.storage.bill('class-a-operations', name);
  return answer(call, bucket);
}

export function deleteBucket(call: StorageCall, name: string): WireResponse {
  accessible(call, name, 'storage.buckets.delete');
  call.storage.deleteBucket(name);
  return noContent();
}

/** The account as which Cloud Storage itself publishes notifications. */
export function serviceAccount(call: StorageCall): WireResponse {
  const { projectNumber } = call.storage.runtime;
  return jsonResponse(call, {
    kind: 'storage#serviceAccount',
    email_address: storageServiceAgent(projectNumber),
  });
}

function accessible(
  { storage, caller, query }: StorageCall,
  name: string,
  permission: 'storage.buckets.get' | 'storage.buckets.update' | 'storage.buckets.delete',
): StorageBucket {
  const bucket = storage.bucket(name);
  requireOnBucket(storage.runtime, caller, permission, name);
  const metageneration = String(bucket.metageneration);
  const expected = numberIn(query, 'ifMetagenerationMatch');
  const unexpected = numberIn(query, 'ifMetagenerationNotMatch');
  if (expected !== undefined && expected !== metageneration) throw preconditionFailed();
  if (unexpected === metageneration) throw preconditionFailed('If-None-Match');
  return bucket;
}

const answer = (call: StorageCall, bucket: StorageBucket) =>
  jsonResponse(call, bucket.resource(call.storage.runtime.projectNumber));

function projectIn(query: URLSearchParams): string {
  const project = query.get('project');
  if (!project) throw new StorageError(400, 'required', 'Required parameter: project');
  return project;
}

/** RFC 7396: null takes a member away, objects are merged, everything else is replaced. */
function mergePatch(
  before: Record<string, unknown>,
  patch: Record<string, unknown>,
): Record<string, unknown> {
  const after = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete after[name];
    else after[name] = isObject(value) ? mergePatch(isObject(after[name]) ? after[name] : {}, value) : value;
  }
  return after;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
