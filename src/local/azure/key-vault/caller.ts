import type { WireRequest } from '../../engine/wire.ts';
import type { AzurePrincipal, AzureRuntime } from '../service.ts';
import { KeyVaultError } from './errors.ts';
import type { Vault } from './vault.ts';

/** Who makes a request, and how a refusal names it: `appid={};oid={};iss={}`. */
export interface Caller {
  principal: AzurePrincipal;
  description: string;
}

const audience = 'https://vault.azure.net';
const actionPrefix = 'Microsoft.KeyVault/vaults/secrets';

/** https://learn.microsoft.com/azure/role-based-access-control/permissions/security#microsoftkeyvault */
export const dataActions = {
  delete: `${actionPrefix}/delete`,
  getSecret: `${actionPrefix}/getSecret/action`,
  purge: `${actionPrefix}/purge/action`,
  readMetadata: `${actionPrefix}/readMetadata/action`,
  recover: `${actionPrefix}/recover/action`,
  setSecret: `${actionPrefix}/setSecret/action`,
  update: `${actionPrefix}/update/action`,
} as const;

export type DataAction = keyof typeof dataActions;

/**
 * The caller that a bearer token stands for. Without one the answer is the challenge from which clients learn where to
 * get it. https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
 *
 * @throws KeyVaultError, a 401
 */
export function authenticate(runtime: AzureRuntime, request: WireRequest): Caller {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) throw challenge(runtime, 'AKV10000: Request is missing a Bearer or PoP token.');
  const principal = runtime.authenticate(token);
  if (!principal)
    throw challenge(runtime, 'Error validating token: it was not issued by this directory or has expired.');
  const claims = claimsOf(token);
  const found = String(claims.aud);
  if (found.replace(/\/$/, '') !== audience)
    throw challenge(runtime, `AKV10022: Invalid audience. Expected ${audience}, found: ${found}.`);
  return {
    principal,
    description: `appid=${claims.appid};oid=${claims.oid};iss=${claims.iss}`,
  };
}

/** @throws KeyVaultError, a 403 that names caller, action and resource; `secret` is the name of the one that is touched */
export function authorize(
  runtime: AzureRuntime,
  { principal, description }: Caller,
  { definition: { id, name, location } }: Vault,
  action: DataAction,
  secret?: string,
): void {
  const scope = secret === undefined ? id : `${id}/secrets/${secret}`;
  if (runtime.isAllowed(principal, { kind: 'dataAction', action: dataActions[action], scope })) return;
  const lines = [
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: ${description}`,
    `Action: '${dataActions[action]}'`,
    `Resource: '${scope.toLowerCase()}'`,
    'Assignment: (not found)',
    'DenyAssignmentId: null',
    'DecisionReason: null ',
    `Vault: ${name};location=${location}`,
    '',
  ];
  throw new KeyVaultError(403, 'Forbidden', lines.join('\r\n'), { innerCode: 'ForbiddenByRbac' });
}

const challenge = ({ tenantId }: AzureRuntime, message: string) =>
  new KeyVaultError(401, 'Unauthorized', message, {
    headers: {
      'www-authenticate': `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="${audience}"`,
    },
  });

/** The claims of a token that is known to be valid. */
function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.');
  try {
    return { ...JSON.parse(Buffer.from(payload, 'base64url').toString()) };
  } catch {
    return {};
  }
}
