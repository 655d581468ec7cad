/** The JSON API by its paths. https://docs.cloud.google.com/storage/docs/json_api/v1 */
import type { WireResponse } from '../../engine/wire.ts';
import {
  deleteBucket,
  getBucket,
  insertBucket,
  listBuckets,
  serviceAccount,
  updateBucket,
} from './bucket-methods.ts';
import type { StorageCall, StorageMethod } from './call.ts';
import {
  composeObject,
  copyObject,
  deleteObject,
  downloadObject,
  getObject,
  listObjects,
  updateObject,
} from './object-methods.ts';
import { notSupported, StorageError } from './storage-error.ts';
import { uploadObject } from './upload-methods.ts';

type Methods = Record<string, StorageMethod>;
type Route = [path: RegExp, methods: (names: string[]) => Methods];

/** Names in a path are percent-encoded, slashes of object names included. */
const routes: Route[] = [
  [/^\/b$/, () => ({ GET: listBuckets, POST: insertBucket })],
  [/^\/projects\/[^/]+\/serviceAccount$/, () => ({ GET: serviceAccount })],
  [
    /^\/b\/([^/]+)$/,
    ([bucket = '']) => ({
      GET: (call) => getBucket(call, bucket),
      PATCH: (call) => updateBucket(call, bucket, false),
      PUT: (call) => updateBucket(call, bucket, true),
      DELETE: (call) => deleteBucket(call, bucket),
    }),
  ],
  [/^\/b\/([^/]+)\/o$/, ([bucket = '']) => ({ GET: (call) => listObjects(call, bucket) })],
  [
    /^\/b\/([^/]+)\/o\/([^/]+)$/,
    ([bucket = '', name = '']) => ({
      GET: (call) =>
        call.query.get('alt') === 'media'
          ? downloadObject(call, { bucket, name })
          : getObject(call, { bucket, name }),
      PATCH: (call) => updateObject(call, { bucket, name }, false),
      PUT: (call) => updateObject(call, { bucket, name }, true),
      DELETE: (call) => deleteObject(call, { bucket, name }),
    }),
  ],
  [
    /^\/b\/([^/]+)\/o\/([^/]+)\/(rewriteTo|copyTo)\/b\/([^/]+)\/o\/([^/]+)$/,
    ([bucket = '', name = '', method = '', toBucket = '', toName = '']) => ({
      POST: (call) =>
        copyObject(call, { bucket, name }, { bucket: toBucket, name: toName }, method === 'rewriteTo'),
    }),
  ],
  [
    /^\/b\/([^/]+)\/o\/([^/]+)\/compose$/,
    ([bucket = '', name = '']) => ({ POST: (call) => composeObject(call, { bucket, name }) }),
  ],
];

const uploadPath = /^\/(?:resumable\/)?upload\/storage\/v1\/b\/([^/]+)\/o$/;
const downloadPath = /^\/download\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/;

/** Whether a path belongs to this API; anything else is the XML API's. The emulator's clients leave out the version. */
export const isJsonApi = (path: string) =>
  /^\/(storage\/v1|b|upload|resumable|download|batch|projects)(\/|$)/.test(path);

/** @throws StorageError */
export function answerJson(call: StorageCall): WireResponse | Promise<WireResponse> {
  const { path, method } = call.request;
  if (path.startsWith('/batch')) throw notSupported('The batch endpoint');
  const [, uploadBucket] = uploadPath.exec(path) ?? [];
  if (uploadBucket !== undefined) return uploadObject(call, decoded(uploadBucket));
  const [, bucket, name] = downloadPath.exec(path) ?? [];
  if (bucket !== undefined && name !== undefined)
    return downloadObject(call, { bucket: decoded(bucket), name: decoded(name) });
  const resource = path.replace(/^\/storage\/v1(?=\/)/, '');
  for (const [pattern, methods] of routes) {
    const match = pattern.exec(resource);
    if (!match) continue;
    const run = methods(match.slice(1).map(decoded))[method];
    if (run) return run(call);
  }
  throw notSupported(`${method} ${path}`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new StorageError(400, 'invalid', `Invalid path part: ${part}`);
  }
}
