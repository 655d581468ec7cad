// Shared access signatures for blobs: signed with an account's key, or with a key that Entra ID gave to an identity.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas
// https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
import type { AzurePrincipal } from '../service.ts';
import type { StorageAccountDefinition } from './account.ts';
import { StorageError, unsupported } from './errors.ts';
import { hmac, isSignedBy } from './shared-key.ts';

/** What a signature that holds allows. */
export interface SharedAccess {
  /** Letters: `r` read, `w` write, ... */
  permissions: string;
  container: string;
  /** Absent when it is for all blobs of the container. */
  blob?: string;
  /** Whose rights bound it; absent when it is signed with the account's key. */
  delegatedBy?: AzurePrincipal;
  /** Headers that answers to reads carry instead of the blob's own. */
  responseHeaders: Record<string, string>;
}

/** What was asked for when a user delegation key was made; the key follows from it. */
export interface DelegationKeyTerms {
  objectId: string;
  tenantId: string;
  start: string;
  expiry: string;
  service: string;
  version: string;
}

/** The first version that signs the encryption scope as well, and those that added more. */
const oldestVersion = '2020-12-06';
const delegatedUserVersion = '2025-07-05';
const requestMembersVersion = '2026-04-06';

const responseHeaders: Record<string, string> = {
  rscc: 'cache-control',
  rscd: 'content-disposition',
  rsce: 'content-encoding',
  rscl: 'content-language',
  rsct: 'content-type',
};

/** The key, in base64, that signs in the name of the identity; nobody else can know it. */
export function delegationKey({ keys }: StorageAccountDefinition, terms: DelegationKeyTerms): string {
  const { objectId, tenantId, start, expiry, service, version } = terms;
  return hmac(keys[0] ?? '', ['delegation', objectId, tenantId, start, expiry, service, version].join('\n'));
}

/**
 * Checks a signature in the query of a request.
 *
 * @throws StorageError, a 403 that says what is wrong with it
 */
export function checkSas(
  account: StorageAccountDefinition,
  query: URLSearchParams,
  { container, blob }: { container: string | undefined; blob: string | undefined },
  nowMs: number,
): SharedAccess {
  const get = (name: string) => query.get(name) ?? '';
  if (query.has('ss')) throw unsupported('A shared access signature for an account');
  if (query.has('si')) throw unsupported('A stored access policy');
  for (const name of ['srh', 'srq', 'sip', 'sdd'])
    if (query.has(name)) throw unsupported(`${name} in a shared access signature`);
  const version = get('sv');
  if (version < oldestVersion) throw unsupported(`A shared access signature of version ${version}`);
  const resource = get('sr');
  if (resource !== 'b' && resource !== 'c')
    throw unsupported(`A shared access signature for resources of type ${resource}`);
  const place = resource === 'b' ? `${container}/${blob ?? ''}` : `${container}`;
  const end = [
    get('sip'),
    get('spr'),
    version,
    resource,
    '',
    get('ses'),
    ...Object.keys(responseHeaders).map(get),
  ];
  const start = [get('sp'), get('st'), get('se'), `/blob/${account.name}/${place}`];
  const isDelegated = query.has('skoid');
  const terms: DelegationKeyTerms = {
    objectId: get('skoid'),
    tenantId: get('sktid'),
    start: get('skt'),
    expiry: get('ske'),
    service: get('sks'),
    version: get('skv'),
  };
  const delegation = [
    ...Object.values(terms),
    get('saoid'),
    get('suoid'),
    get('scid'),
    ...(version >= delegatedUserVersion ? [get('skdutid'), get('sduoid')] : []),
  ];
  const requestMembers = isDelegated && version >= requestMembersVersion ? ['', ''] : [];
  const signed = isDelegated
    ? [...start, ...delegation, ...end.slice(0, 6), ...requestMembers, ...end.slice(6)]
    : [...start, '', ...end];
  if (!isDelegated && !account.sharedKeyEnabled)
    throw new StorageError(
      403,
      'KeyBasedAuthenticationNotPermitted',
      'Key based authentication is not permitted on this storage account.',
    );
  const keys = isDelegated ? [delegationKey(account, terms)] : account.keys;
  if (!isSignedBy(keys, signed.join('\n'), get('sig')))
    throw failed(`Signature did not match. String to sign used was ${signed.join('\n')}`);
  checkTime(get('st'), get('se'), nowMs);
  if (isDelegated) checkTime(terms.start, terms.expiry, nowMs);
  const answered = Object.entries(responseHeaders).filter(([name]) => query.has(name));
  return {
    permissions: get('sp'),
    container: container ?? '',
    ...(resource === 'b' && { blob: blob ?? '' }),
    ...(isDelegated && { delegatedBy: { kind: 'identity', objectId: terms.objectId } }),
    responseHeaders: Object.fromEntries(answered.map(([name, header]) => [header, get(name)])),
  };
}

function checkTime(start: string, expiry: string, nowMs: number): void {
  const expiresMs = Date.parse(expiry);
  if (Number.isNaN(expiresMs)) throw failed('se is mandatory. Cannot be empty');
  const startsMs = start === '' ? 0 : Date.parse(start);
  if (!(startsMs <= nowMs && nowMs < expiresMs))
    throw failed(
      `Signature not valid in the specified time frame: Start [${start}] - Expiry [${expiry}] - Current [${new Date(nowMs).toUTCString()}]`,
    );
}

const failed = (detail: string): StorageError =>
  new StorageError(
    403,
    'AuthenticationFailed',
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
    { details: { AuthenticationErrorDetail: detail } },
  );
