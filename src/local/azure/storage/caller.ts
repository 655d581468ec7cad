// Who calls a storage service, and what it may do there.
// https://learn.microsoft.com/rest/api/storageservices/authorize-requests-to-azure-storage
import type { WireRequest } from '../../engine/wire.ts';
import type { AzureAccessRequest, AzurePrincipal, AzureRuntime } from '../service.ts';
import type { StorageAccountDefinition } from './account.ts';
import { StorageError } from './errors.ts';
import { checkSas, type SharedAccess } from './sas.ts';
import { isSignedBy, stringToSign } from './shared-key.ts';

export type StorageCaller =
  | { kind: 'principal'; principal: AzurePrincipal }
  | { kind: 'sas'; access: SharedAccess };

/** What an operation asks of its caller. */
export interface StoragePermission {
  /** Role-based access; any of these suffices, each of which may be several rights together. */
  anyOf: readonly (readonly Pick<AzureAccessRequest, 'kind' | 'action'>[])[];
  /** Letters of a shared access signature, any of which suffices; empty when none does. */
  sas: string;
}

/** What a request addresses; names as they are, no longer percent-encoded. */
export interface StoragePlace {
  container: string | undefined;
  blob: string | undefined;
}

/** @throws StorageError, a 401 or 403 */
export function authenticate(
  runtime: AzureRuntime,
  account: StorageAccountDefinition,
  request: WireRequest,
  place: StoragePlace,
): StorageCaller {
  const { authorization } = request.headers;
  const query = new URLSearchParams(request.query);
  if (authorization === undefined) {
    if (query.has('sig'))
      return { kind: 'sas', access: checkSas(account, query, place, runtime.clock.now()) };
    throw new StorageError(
      401,
      'NoAuthenticationInformation',
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
      challenge(runtime),
    );
  }
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return fromToken(runtime, account, credentials);
  if (scheme !== 'SharedKey')
    throw authenticationFailed(`The authorization scheme ${scheme} is not supported.`);
  if (!account.sharedKeyEnabled)
    throw new StorageError(
      403,
      'KeyBasedAuthenticationNotPermitted',
      'Key based authentication is not permitted on this storage account.',
    );
  const signature = credentials.slice(credentials.indexOf(':') + 1);
  const text = stringToSign(request, account.name);
  if (!credentials.startsWith(`${account.name}:`) || !isSignedBy(account.keys, text, signature))
    throw authenticationFailed(
      `The MAC signature found in the HTTP request '${signature}' is not the same as any computed signature. Server used following string to sign: '${text}'.`,
    );
  return { kind: 'principal', principal: { kind: 'owner' } };
}

function fromToken(runtime: AzureRuntime, { name }: StorageAccountDefinition, token: string): StorageCaller {
  const invalid = (detail: string) =>
    new StorageError(
      401,
      'InvalidAuthenticationInfo',
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
      { ...challenge(runtime), details: { AuthenticationErrorDetail: detail } },
    );
  const principal = runtime.authenticate(token);
  if (!principal) throw invalid('Issuer validation failed. The token was not issued here or has expired.');
  const audience = audienceOf(token);
  const isOwn =
    audience === 'https://storage.azure.com' ||
    ['blob', 'queue'].some((service) => audience === `https://${name}.${service}.core.windows.net`);
  if (!isOwn) throw invalid('Audience validation failed. Audience did not match.');
  return { kind: 'principal', principal };
}

/** Of a token that is known to be valid; without a slash at its end. */
function audienceOf(token: string): string {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const isObject = typeof claims === 'object' && claims !== null && 'aud' in claims;
    return isObject ? String(claims.aud).replace(/\/$/, '') : '';
  } catch {
    return '';
  }
}

const challenge = ({ tenantId }: AzureRuntime) => ({
  headers: {
    'www-authenticate': `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}/oauth2/authorize resource_id=https://storage.azure.com`,
  },
});

/** @throws StorageError, a 403, unless the caller may do this at `scope`, a resource id */
export function authorize(
  runtime: AzureRuntime,
  caller: StorageCaller,
  { anyOf, sas }: StoragePermission,
  scope: string,
  { container, blob }: StoragePlace,
): void {
  const may = (principal: AzurePrincipal) =>
    anyOf.some((rights) => rights.every((right) => runtime.isAllowed(principal, { ...right, scope })));
  if (caller.kind === 'principal') {
    if (may(caller.principal)) return;
    throw permissionMismatch();
  }
  const { access } = caller;
  if (access.container !== container || (access.blob !== undefined && access.blob !== blob))
    throw new StorageError(
      403,
      'AuthorizationFailure',
      'This request is not authorized to perform this operation.',
    );
  if (![...sas].some((letter) => access.permissions.includes(letter))) throw permissionMismatch();
  if (access.delegatedBy && !may(access.delegatedBy)) throw permissionMismatch();
}

export const permissionMismatch = (): StorageError =>
  new StorageError(
    403,
    'AuthorizationPermissionMismatch',
    'This request is not authorized to perform this operation using this permission.',
  );

const authenticationFailed = (detail: string): StorageError =>
  new StorageError(
    403,
    'AuthenticationFailed',
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
    { details: { AuthenticationErrorDetail: detail } },
  );
