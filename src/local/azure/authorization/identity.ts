// Managed identities and their tokens.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
import { createHash } from 'node:crypto';
import { defaultScope } from '../../../terraform/default-scope.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Random } from '../../engine/random.ts';
import type { AzurePrincipal, AzureScope } from '../service.ts';

/** A GUID that the same text always gets. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text.toLowerCase()).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface ManagedIdentity {
  /** Resource id of the identity, or of the resource whose system-assigned identity it is. */
  resourceId: string;
  /** Object id of its service principal: what role assignments name. */
  principalId: string;
  /** Application id: what a client asks for. */
  clientId: string;
  tenantId: string;
}

/** The identity of a `azurerm_user_assigned_identity`, or the system-assigned one of any other resource. */
export const managedIdentity = (resourceId: string, { tenantId }: AzureScope): ManagedIdentity => ({
  resourceId,
  principalId: guidOf(`principal ${resourceId}`),
  clientId: guidOf(`client ${resourceId}`),
  tenantId,
});

/** Object id of whoever applies the configuration: `data.azurerm_client_config.current.object_id`. */
export const ownerObjectId = defaultScope.azure.objectId;

interface IssuedToken {
  principal: AzurePrincipal;
  audience: string;
  expiresAtMs: number;
}

/** Tokens of managed identities live 24 hours. */
const lifetimeSeconds = 86_400;

/** Entra ID, as far as managed identities need it. A token is valid when it was issued here and has not expired. */
export class TokenIssuer {
  readonly #scope: AzureScope;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #issued = new Map<string, IssuedToken>();

  constructor(scope: AzureScope, clock: Clock, random: Random) {
    this.#scope = scope;
    this.#clock = clock;
    this.#random = random;
  }

  /** An access token of version 1.0 for `audience` (`https://vault.azure.net`), unsigned. */
  issue(
    identity: Pick<ManagedIdentity, 'principalId' | 'clientId' | 'resourceId'>,
    audience: string,
  ): string {
    const nowMs = this.#clock.now();
    for (const [token, { expiresAtMs }] of this.#issued) if (expiresAtMs <= nowMs) this.#issued.delete(token);
    const issuedAt = Math.floor(nowMs / 1000);
    const issuer = `https://sts.windows.net/${this.#scope.tenantId}/`;
    const claims = {
      aud: audience,
      iss: issuer,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + lifetimeSeconds,
      appid: identity.clientId,
      appidacr: '2',
      idp: issuer,
      idtyp: 'app',
      oid: identity.principalId,
      sub: identity.principalId,
      tid: this.#scope.tenantId,
      uti: this.#random.text(22, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
      ver: '1.0',
      xms_mirid: identity.resourceId,
    };
    const token = `${encode({ typ: 'JWT', alg: 'none' })}.${encode(claims)}.`;
    this.#issued.set(token, {
      principal: { kind: 'identity', objectId: identity.principalId },
      audience,
      expiresAtMs: (issuedAt + lifetimeSeconds) * 1000,
    });
    return token;
  }

  /** Who holds the token; `undefined` when it was not issued here, has expired, or is for another audience. */
  authenticate(token: string, audience?: string): AzurePrincipal | undefined {
    const issued = this.#issued.get(token);
    if (!issued || issued.expiresAtMs <= this.#clock.now()) return undefined;
    if (audience !== undefined && withoutSlash(issued.audience) !== withoutSlash(audience)) return undefined;
    return issued.principal;
  }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const withoutSlash = (audience: string) => audience.replace(/\/+$/, '').toLowerCase();
