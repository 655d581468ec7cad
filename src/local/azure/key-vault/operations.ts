import type { WireRequest } from '../../engine/wire.ts';
import type { AzureRuntime } from '../service.ts';
import {
  bundle,
  deletedBundle,
  listed,
  listedDeleted,
  readNewSecret,
  readProperties,
  vaultUrl,
} from './bodies.ts';
import { authorize, type Caller, type DataAction } from './caller.ts';
import { badParameter, KeyVaultError, notImplemented } from './errors.ts';
import type { Vault } from './vault.ts';

/** An authenticated request to a vault. */
export interface Call {
  runtime: AzureRuntime;
  vault: Vault;
  caller: Caller;
  request: WireRequest;
  query: URLSearchParams;
}

export interface Answer {
  status: number;
  body?: object;
}

/** The most, and what is taken when a request does not say. https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets */
const maximumPageSize = 25;

/** Does what method and path ask for. @throws KeyVaultError */
export function answerCall(call: Call): Answer {
  const [collection, ...segments] = call.request.path.split('/').filter(Boolean).map(decode);
  if (collection === 'secrets') return secrets(call, segments);
  if (collection === 'deletedsecrets') return deletedSecrets(call, segments);
  throw notImplemented(`'${call.request.method} ${call.request.path}'`);
}

function secrets(call: Call, [name, second, ...rest]: string[]): Answer {
  const { vault, runtime, request } = call;
  const { definition } = vault;
  const { method } = request;
  const asked = `${method} ${second === undefined ? 'secret' : second === 'versions' ? second : 'version'}`;
  if (name === undefined && method === 'GET') {
    allow(call, 'readMetadata');
    return page(
      call,
      vault.list().map((secret) => listed(definition, secret)),
    );
  }
  if (name === undefined || rest.length > 0 || method === 'POST') throw unknown(call);
  switch (asked) {
    case 'GET versions':
      allow(call, 'readMetadata', name);
      return page(
        call,
        vault.versions(name).map((one) => bundle(definition, one)),
      );
    case 'GET secret':
    case 'GET version':
      allow(call, 'getSecret', name);
      return ok(bundle(definition, vault.get(name, second), true));
    case 'PUT secret': {
      allow(call, 'setSecret', name);
      const { value, properties } = readNewSecret(request);
      return ok(bundle(definition, vault.set(name, runtime.random.text(32), value, properties), true));
    }
    case 'PATCH secret':
    case 'PATCH version':
      allow(call, 'update', name);
      return ok(bundle(definition, vault.update(name, second, readProperties(request))));
    case 'DELETE secret':
      allow(call, 'delete', name);
      return ok(deletedBundle(definition, vault.delete(name)));
    default:
      throw unknown(call);
  }
}

function deletedSecrets(call: Call, [name, second, ...rest]: string[]): Answer {
  const { vault, request } = call;
  const { definition } = vault;
  if (rest.length > 0) throw unknown(call);
  if (name === undefined) {
    if (request.method !== 'GET') throw unknown(call);
    allow(call, 'readMetadata');
    return page(
      call,
      vault.listDeleted().map((secret) => listedDeleted(definition, secret)),
    );
  }
  switch (second === undefined ? request.method : `${request.method} ${second}`) {
    case 'GET':
      allow(call, 'readMetadata', name);
      return ok(deletedBundle(definition, vault.deleted(name)));
    case 'POST recover':
      allow(call, 'recover', name);
      return ok(bundle(definition, vault.recover(name)));
    case 'DELETE':
      allow(call, 'purge', name);
      vault.purge(name);
      return { status: 204 };
    default:
      throw unknown(call);
  }
}

const ok = (body: object): Answer => ({ status: 200, body });

const allow = ({ runtime, caller, vault }: Call, action: DataAction, secret?: string) =>
  authorize(runtime, caller, vault, action, secret);

/** Backups are what the service has beyond this; everything else it has not either. */
function unknown({ request: { method, path } }: Call): KeyVaultError {
  if (/\/(backup|restore)\/*$/.test(path)) return notImplemented(`'${method} ${path}'`);
  return new KeyVaultError(405, 'MethodNotAllowed', `The method ${method} is not allowed on '${path}'.`);
}

/** A page of a list that is in the order of its ids, and the link to the next. */
function page({ query, request, vault }: Call, items: { id: string }[]): Answer {
  const size = Number(query.get('maxresults') ?? maximumPageSize);
  if (!Number.isInteger(size) || size < 1 || size > maximumPageSize)
    throw badParameter(`maxresults must be between 1 and ${maximumPageSize}.`);
  const token = query.get('$skiptoken');
  const after = token === null ? '' : Buffer.from(token, 'base64url').toString();
  const start = items.findIndex(({ id }) => sortKey(id) > after);
  const value = start < 0 ? [] : items.slice(start, start + size);
  const last = value.at(-1);
  const isLast = last === undefined || start + size >= items.length;
  const parameters = isLast
    ? ''
    : `api-version=${query.get('api-version')}&$skiptoken=${Buffer.from(sortKey(last.id)).toString('base64url')}&maxresults=${size}`;
  const nextLink = isLast ? null : `${vaultUrl(vault.definition.name)}:443${request.path}?${parameters}`;
  return ok({ value, nextLink });
}

const sortKey = (id: string) => id.slice(id.lastIndexOf('/') + 1).toLowerCase();

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
