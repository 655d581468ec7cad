import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import type { WireResponse } from '../../engine/wire.ts';
import { createAuthorization } from '../authorization/authorization.ts';
import type { AzureRuntime } from '../service.ts';
import { KeyVaults } from './key-vaults.ts';
import type { VaultDefinition } from './vault.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };
const group = '/subscriptions/sub/resourceGroups/Shop';
export const vaultId = `${group}/providers/Microsoft.KeyVault/vaults/kv`;
export const startMs = Date.UTC(2026, 0, 1);

/** Members that answers can have; which of them one has is what a test looks at. */
interface ReplyBody {
  id: string;
  value: unknown;
  nextLink: string;
  attributes: Record<string, unknown>;
  error: { code: string; message: string; innererror?: { code: string } };
}

export interface Reply extends Pick<WireResponse, 'status' | 'headers'> {
  /** Empty where the answer has none. */
  body: ReplyBody;
  /** What a list has on this page. */
  items: { id: string }[];
}

/** A vault `kv`, an identity without rights, and who asks the vault as it. */
export function testVault(definition: Partial<VaultDefinition> = {}) {
  const clock: VirtualClock = virtualClock(startMs);
  const random = seededRandom(1);
  const meter = new Meter();
  const authorization = createAuthorization({ ...scope, clock, random });
  const { authenticate, isAllowed } = authorization;
  const runtime: AzureRuntime = {
    ...scope,
    clock,
    meter,
    course: quietCourse(),
    random,
    authenticate,
    isAllowed,
  };
  const keyVaults = new KeyVaults(runtime);
  const vault = keyVaults.createVault({
    name: 'kv',
    id: vaultId,
    location: 'eastus2',
    retentionDays: 90,
    purgeProtected: false,
    ...definition,
  });
  const identity = authorization.addIdentity(
    `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker`,
  );
  return {
    authorization,
    clock,
    identity,
    keyVaults,
    meter,
    vault,
    /** Assigns a built-in role to the identity. */
    assign(role: { guid: string; at?: string }) {
      authorization.assignRole({
        system: 'azure',
        roleDefinitionId: role.guid,
        scope: role.at ?? vaultId,
        principalId: identity.principalId,
        source: { file: 'main.tf', line: 1, address: 'azurerm_role_assignment.this' },
      });
    },
    /** Sends a request. `path` is with its query; an api-version is added to one without. */
    async ask(
      method: string,
      path: string,
      body?: unknown,
      options: { audience?: string; token?: string | null; host?: string } = {},
    ): Promise<Reply> {
      const { audience = 'https://vault.azure.net', host = 'kv.vault.azure.net' } = options;
      const token =
        options.token === undefined
          ? authorization.issueToken(identity.principalId, audience)
          : options.token;
      const [bare = '', query = 'api-version=7.6'] = path.split('?');
      const { body: text, ...reply } = await keyVaults.handle({
        method,
        host,
        path: bare,
        query,
        headers: { ...(token !== null && { authorization: `Bearer ${token}` }) },
        body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      });
      const parsed: ReplyBody = JSON.parse(String(text) || '{}');
      return { ...reply, body: parsed, items: Array.isArray(parsed.value) ? parsed.value : [] };
    },
  };
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security */
export const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6';
export const secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7';
