import type { WireRequest } from '../engine/wire.ts';

/** What a call of a function to a service is shown as: `cosmos-db`, `Read item in items`. */
export function dependencyOf(request: WireRequest): { service: string; name: string } {
  const { host, method, path } = request;
  if (host.endsWith('.documents.azure.com')) return { service: 'cosmos-db', name: cosmosCall(request) };
  if (host.endsWith('.vault.azure.net')) return { service: 'key-vault', name: secretCall(request) };
  if (host.endsWith('.blob.core.windows.net')) return { service: 'blob-storage', name: blobCall(request) };
  if (host.endsWith('.queue.core.windows.net')) return { service: 'queue-storage', name: queueCall(request) };
  if (host.endsWith('.eventgrid.azure.net'))
    return { service: 'event-grid', name: `Publish to ${host.split('.')[0]}` };
  if (path === '/msi/token') return { service: 'managed-identity', name: 'Get token' };
  return { service: host, name: `${method} ${path}` };
}

/** https://learn.microsoft.com/rest/api/cosmos-db/ */
function cosmosCall({ method, path, headers }: WireRequest): string {
  const [, , , , container, kind, item] = path.split('/');
  if (container === undefined) return path === '/' ? 'Read account' : `${method} ${path}`;
  if (kind === 'pkranges') return `Read partition key ranges of ${container}`;
  if (kind === undefined) return method === 'GET' ? `Read container ${container}` : `${method} ${path}`;
  if (item !== undefined) return `${verbs[method] ?? method} item in ${container}`;
  const has = (name: string) => headers[name] !== undefined;
  if (has('x-ms-cosmos-is-query-plan-request')) return `Plan query of ${container}`;
  if (has('x-ms-documentdb-isquery') || has('x-ms-documentdb-query')) return `Query ${container}`;
  if (has('x-ms-cosmos-is-batch-request')) return `Batch in ${container}`;
  if (method !== 'POST') return `Read items of ${container}`;
  return has('x-ms-documentdb-is-upsert') ? `Upsert item in ${container}` : `Create item in ${container}`;
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups */
function secretCall({ method, path }: WireRequest): string {
  const [collection = '', name, act] = path.split('/').filter(Boolean);
  const what = collection === 'deletedsecrets' ? 'deleted secret' : 'secret';
  if (name === undefined) return `List ${what}s`;
  if (act === 'versions') return `List versions of ${name}`;
  if (act === 'recover') return `Recover ${name}`;
  return `${secretVerbs[method] ?? method} ${what} ${name}`;
}

/** https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api */
function blobCall({ method, path, query }: WireRequest): string {
  const [, container = '', ...blob] = path.split('/');
  const component = new URLSearchParams(query).get('comp');
  if (container === '') return `${method} blob service`;
  if (blob.length === 0)
    return component === 'list' ? `List blobs of ${container}` : `${method} container ${container}`;
  return component === null
    ? `${blobVerbs[method] ?? method} blob in ${container}`
    : `${method} ${component} of blob in ${container}`;
}

const blobVerbs: Record<string, string> = { GET: 'Get', HEAD: 'Look at', PUT: 'Put', DELETE: 'Delete' };

/** https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api */
function queueCall({ method, path, query }: WireRequest): string {
  const [, queue = '', messages, id] = path.split('/');
  if (queue === '' || messages === undefined) return `${method} queue ${queue}`.trim();
  if (id !== undefined) return method === 'PUT' ? `Update message in ${queue}` : `Delete message of ${queue}`;
  if (method === 'POST') return `Put message into ${queue}`;
  if (method === 'DELETE') return `Clear ${queue}`;
  return query.includes('peekonly=true') ? `Peek messages of ${queue}` : `Get messages of ${queue}`;
}

const secretVerbs: Record<string, string> = { GET: 'Get', PUT: 'Set', PATCH: 'Update', DELETE: 'Delete' };

const verbs: Record<string, string> = {
  GET: 'Read',
  PUT: 'Replace',
  PATCH: 'Patch',
  DELETE: 'Delete',
};
