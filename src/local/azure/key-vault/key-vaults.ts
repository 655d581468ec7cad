import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { ManagedIdentity } from '../authorization/identity.ts';
import type { AzureRuntime, AzureService } from '../service.ts';
import { hostSuffix } from './bodies.ts';
import { authenticate, authorize, type Caller } from './caller.ts';
import { badParameter, KeyVaultError } from './errors.ts';
import { answerCall } from './operations.ts';
import { Vault, type VaultDefinition } from './vault.ts';

/** https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups, oldest first; each may be a preview. */
const apiVersions = [
  '2015-06-01',
  '2016-10-01',
  '7.0',
  '7.1',
  '7.2',
  '7.3',
  '7.4',
  '7.5',
  '7.6',
  '2025-07-01',
];
const latestApiVersion = '2025-07-01';

/** Names a secret; without `version` the latest. */
export interface SecretPlace {
  vault: string;
  name: string;
  version?: string;
}

/** Why the platform got no secret, as the portal words it. https://learn.microsoft.com/rest/api/appservice/web-apps/get-app-setting-key-vault-reference#resolvestatus */
export type UnreadReason =
  | 'VaultNotFound'
  | 'SecretNotFound'
  | 'SecretVersionNotFound'
  | 'AccessToKeyVaultDenied'
  | 'OtherReasons';

export type SecretReading =
  | { kind: 'read'; value: string }
  | { kind: 'unread'; reason: UnreadReason; details: string };

/** Azure Key Vault: the vaults of the stack and their secrets. Keys and certificates are not implemented. */
export class KeyVaults implements AzureService {
  readonly hosts = [hostSuffix];
  readonly #runtime: AzureRuntime;
  readonly #vaults = new Map<string, Vault>();

  constructor(runtime: AzureRuntime) {
    this.#runtime = runtime;
  }

  /** @throws Error when the name is taken */
  createVault(definition: VaultDefinition): Vault {
    const key = definition.name.toLowerCase();
    if (this.#vaults.has(key)) throw new Error(`the vault name '${definition.name}' is already in use`);
    const vault = new Vault(definition, this.#runtime.clock);
    this.#vaults.set(key, vault);
    return vault;
  }

  vault(name: string): Vault | undefined {
    return this.#vaults.get(name.toLowerCase());
  }

  handle = (request: WireRequest): WireResponse => {
    const vault = this.vault(request.host.slice(0, -hostSuffix.length));
    try {
      if (!vault)
        throw new KeyVaultError(404, 'VaultNotFound', `There is no key vault ${request.host} in this stack.`);
      const { status, body } = this.#answer(vault, request);
      return this.#respond(request, vault, status, body === undefined ? '' : JSON.stringify(body));
    } catch (error) {
      if (!(error instanceof KeyVaultError)) throw error;
      return this.#respond(request, vault, error.status, error.body, error.headers);
    }
  };

  /** Reads a secret as the platform does for one of its resources, in the name of that resource's identity. */
  readFor(identity: ManagedIdentity, { vault: vaultName, name, version }: SecretPlace): SecretReading {
    const vault = this.vault(vaultName);
    if (!vault) return unread('VaultNotFound', `there is no key vault ${vaultName} in this stack`);
    const { principalId, clientId, tenantId } = identity;
    const caller: Caller = {
      principal: { kind: 'identity', objectId: principalId },
      description: `appid=${clientId};oid=${principalId};iss=https://sts.windows.net/${tenantId}/`,
    };
    try {
      this.#count(vault);
      authorize(this.#runtime, caller, vault, 'getSecret', name);
      return { kind: 'read', value: vault.get(name, version).version.value };
    } catch (error) {
      if (!(error instanceof KeyVaultError)) throw error;
      return unread(reasonOf(error, version), error.message.replaceAll('\r\n', ' ').trim());
    }
  }

  #answer(vault: Vault, request: WireRequest) {
    const caller = authenticate(this.#runtime, request);
    this.#count(vault);
    const query = new URLSearchParams(request.query);
    checkApiVersion(query.get('api-version'));
    return answerCall({ runtime: this.#runtime, vault, caller, request, query });
  }

  /** Every call that is authenticated is billed, also one that is then refused. https://azure.microsoft.com/pricing/details/key-vault/ */
  #count({ definition }: Vault): void {
    this.#runtime.meter.add('key-vault', 'operations', definition.id, 1);
  }

  #respond(
    request: WireRequest,
    vault: Vault | undefined,
    status: number,
    body: string,
    headers: Record<string, string> = {},
  ): WireResponse {
    const clientRequestId = request.headers['x-ms-client-request-id'];
    return {
      status,
      headers: {
        'cache-control': 'no-cache',
        pragma: 'no-cache',
        expires: '-1',
        ...(body !== '' && { 'content-type': 'application/json; charset=utf-8' }),
        ...(vault && { 'x-ms-keyvault-region': vault.definition.location }),
        ...(typeof clientRequestId === 'string' && { 'x-ms-client-request-id': clientRequestId }),
        'x-ms-request-id': this.#runtime.random.uuid(),
        ...headers,
      },
      body,
    };
  }
}

function checkApiVersion(version: string | null): void {
  if (version === null || version === '') throw badParameter('api-version must be specified');
  if (!apiVersions.includes(version.replace(/-preview(?:\.\d+)?$/, '')))
    throw badParameter(
      `The specified version (${version}) is not recognized. Consider using the latest supported version (${latestApiVersion}).`,
    );
}

function reasonOf({ innerCode, code }: KeyVaultError, version: string | undefined): UnreadReason {
  if (innerCode === 'ForbiddenByRbac') return 'AccessToKeyVaultDenied';
  if (code === 'SecretNotFound') return version === undefined ? 'SecretNotFound' : 'SecretVersionNotFound';
  return 'OtherReasons';
}

const unread = (reason: UnreadReason, details: string): SecretReading => ({
  kind: 'unread',
  reason,
  details,
});
