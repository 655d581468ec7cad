import type { WireRequest } from '../../engine/wire.ts';
import { isJsonApi } from './json-api.ts';

const verbs: Record<string, string> = {
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
  PATCH: 'patch',
  POST: 'insert',
  PUT: 'update',
};

/** What a call of the service is shown as: the method of the JSON API and the bucket, `objects.get uploads`. */
export function callName({ method, path }: WireRequest): string {
  if (!isJsonApi(path)) {
    const [, bucket = ''] = path.split('/');
    return `objects.${method === 'PUT' ? 'insert' : (verbs[method] ?? method)} ${bucket}`.trim();
  }
  const isUpload = path.includes('upload/');
  const [, bucket = '', objects, name] = /\/b(?:\/([^/]+)(?:\/(o)(?:\/(.+))?)?)?$/.exec(path) ?? [];
  const isList = method === 'GET' && (objects ? name === undefined : bucket === '');
  const special = /\/(rewriteTo|copyTo|compose)(?:\/|$)/.exec(name ?? '')?.[1]?.replace('To', '');
  const verb = special ?? (isUpload ? 'insert' : isList ? 'list' : (verbs[method] ?? method));
  return `${objects ? 'objects' : 'buckets'}.${verb} ${bucket}`.trim();
}
