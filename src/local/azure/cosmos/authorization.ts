import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from '../../engine/wire.ts';
import type { AzurePrincipal, AzureRuntime } from '../service.ts';
import type { Account, AccountKeys } from './account.ts';
import { forbidden, notImplemented, unauthorized } from './errors.ts';

/** Who makes a request. A key stands for the account itself and needs no role. */
export type Caller = { kind: 'key'; readOnly: boolean } | { kind: 'principal'; principal: AzurePrincipal };

type Authorization = { kind: 'key'; signature: string } | { kind: 'token'; token: string };

/** What a key signs: learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources */
export interface SignedResource {
  /** `docs`; empty for the account. */
  type: string;
  /** `dbs/{}/colls/{}/docs/{}`; for a list the resource that holds it. */
  link: string;
}

/** Reads the header, which is sent URL-encoded (`type%3dmaster%26ver%3d1.0%26sig%3d...`) or plain. */
function parseAuthorization(header: string): Authorization {
  let text = header;
  try {
    if (header.includes('%')) text = decodeURIComponent(header);
  } catch {
    throw unauthorized('The authorization header is not correctly encoded.');
  }
  const [, type, value] = /^type=(\w+)&ver=1\.0&sig=(.+)$/.exec(text) ?? [];
  if (type === 'master' && value) return { kind: 'key', signature: value };
  if (type === 'aad' && value) return { kind: 'token', token: value };
  if (type === 'resource' || type === 'sas') throw notImplemented(`Authorization of type '${type}'`);
  throw unauthorized('The authorization header is not in a form that the service knows.');
}

/** The text that a key signs. */
const payloadOf = (request: WireRequest, { type, link }: SignedResource) => {
  const date = request.headers['x-ms-date'] ?? request.headers.date ?? '';
  return `${request.method.toLowerCase()}\n${type}\n${link}\n${String(date).toLowerCase()}\n\n`;
};

function matchKey(keys: AccountKeys, payload: string, signature: string): Caller | undefined {
  const given = Buffer.from(signature, 'base64');
  const signs = (key: string) => {
    const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(payload).digest();
    return expected.length === given.length && timingSafeEqual(expected, given);
  };
  if (signs(keys.primary) || signs(keys.secondary)) return { kind: 'key', readOnly: false };
  if (signs(keys.primaryReadonly) || signs(keys.secondaryReadonly)) return { kind: 'key', readOnly: true };
  return undefined;
}

/**
 * Who makes the request. `accounts` are the ones that it can mean: one when the host names it, all when it does
 * not; a key then tells which one is meant.
 */
export function authenticate(
  request: WireRequest,
  resource: SignedResource,
  accounts: readonly Account[],
  options: { runtime: AzureRuntime; trustAnonymous: boolean },
): { account: Account; caller: Caller } {
  const [first] = accounts;
  if (!first) throw forbidden('Database account not found.', 1008);
  const header = request.headers.authorization;
  if (!header) {
    if (!options.trustAnonymous) {
      throw unauthorized(
        'Required Header authorization is missing. Ensure a valid Authorization token is passed.',
      );
    }
    return { account: onlyOne(accounts, first), caller: { kind: 'principal', principal: { kind: 'owner' } } };
  }
  const authorization = parseAuthorization(header);
  if (authorization.kind === 'token') {
    const principal = options.runtime.authenticate(authorization.token);
    if (!principal) throw unauthorized('The access token is not valid for this account.');
    return { account: onlyOne(accounts, first), caller: { kind: 'principal', principal } };
  }
  const payload = payloadOf(request, resource);
  for (const account of accounts) {
    const caller = matchKey(account.definition.keys, payload, authorization.signature);
    if (!caller) continue;
    if (!account.definition.localAuthenticationEnabled && !options.trustAnonymous)
      throw localAuthenticationDisabled();
    return { account, caller };
  }
  if (accounts.length === 1 && !first.definition.localAuthenticationEnabled && !options.trustAnonymous)
    throw localAuthenticationDisabled();
  throw unauthorized(
    "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol. For more info: https://aka.ms/cosmosdb-tsg-unauthorized. " +
      `Server used the following payload to sign: '${payload}'`,
  );
}

const localAuthenticationDisabled = () =>
  unauthorized('Local Authorization is disabled. Use an AAD token to authorize all requests.', 5202);

function onlyOne(accounts: readonly Account[], first: Account): Account {
  if (accounts.length === 1) return first;
  const names = accounts.map(({ definition }) => `${definition.name}.documents.azure.com`);
  throw forbidden(
    `There are several Cosmos DB accounts; name the one that is meant in the Host header: ${names.join(', ')}.`,
    1008,
  );
}

const provider = 'Microsoft.DocumentDB/databaseAccounts';
const container = `${provider}/sqlDatabases/containers`;

/** learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-actions */
export const dataActions = {
  readMetadata: `${provider}/readMetadata`,
  create: `${container}/items/create`,
  read: `${container}/items/read`,
  upsert: `${container}/items/upsert`,
  replace: `${container}/items/replace`,
  delete: `${container}/items/delete`,
  executeQuery: `${container}/executeQuery`,
  readChangeFeed: `${container}/readChangeFeed`,
} as const;

export type DataAction = keyof typeof dataActions;

const writes: readonly DataAction[] = ['create', 'upsert', 'replace', 'delete'];

/**
 * Throws a 403 unless the caller may do all of these. `path` is the database or container: `dbs/d/colls/c`, empty
 * for the account.
 */
export function authorize(
  runtime: AzureRuntime,
  account: Account,
  caller: Caller,
  actions: readonly DataAction[],
  path: string,
): void {
  if (caller.kind === 'key') {
    if (caller.readOnly && actions.some((action) => writes.includes(action))) throw readOnlyKey();
    return;
  }
  const scope = path ? `${account.definition.id}/${path}` : account.definition.id;
  for (const name of actions) {
    const action = dataActions[name];
    if (runtime.isAllowed(caller.principal, { action, kind: 'dataAction', scope })) continue;
    const who = caller.principal.kind === 'identity' ? caller.principal.objectId : 'owner';
    throw forbidden(
      `Request blocked by Auth ${account.definition.name} : Request is blocked because principal [${who}] does not have required RBAC permissions to perform action [${action}] on resource [${path || '/'}]. Learn more: https://aka.ms/cosmos-native-rbac.`,
      5301,
    );
  }
}

const readOnlyKey = () =>
  forbidden(
    'The given request cannot be authorized by the read-only key. Use the primary or the secondary key to write.',
  );

/** Throws a 403 for callers that may not create, change or delete databases and containers over this interface. */
export function authorizeManagement(account: Account, caller: Caller, request: WireRequest): void {
  if (caller.kind === 'key') {
    if (caller.readOnly) throw readOnlyKey();
    return;
  }
  if (caller.principal.kind === 'owner') return;
  // Data plane roles hold no such action: databases and containers are made through Azure Resource Manager.
  throw forbidden(
    `Request blocked by Auth ${account.definition.name} : The given request [${request.method} ${request.path}] cannot be authorized by AAD token in data plane. Learn more: https://aka.ms/cosmos-native-rbac.`,
    5300,
  );
}
