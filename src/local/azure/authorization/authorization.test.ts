import { describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { virtualClock } from '../../engine/clock.ts';
import { seededRandom } from '../../engine/random.ts';
import type { AzureAccessRequest } from '../service.ts';
import { createAuthorization } from './authorization.ts';
import { builtInRoles } from './built-in-roles.ts';
import { managedIdentity, ownerObjectId } from './identity.ts';
import { authorizationDataSources, resourceTypes } from './resource-types.ts';
import { compileRole } from './role.ts';

const scope = {
  subscriptionId: '11111111-1111-1111-1111-111111111111',
  tenantId: '22222222-2222-2222-2222-222222222222',
};
const group = `/subscriptions/${scope.subscriptionId}/resourceGroups/shop`;
const account = `${group}/providers/Microsoft.Storage/storageAccounts/shopdata`;
const cosmos = `${group}/providers/Microsoft.DocumentDB/databaseAccounts/shop`;
const identityId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker`;
const { principalId: objectId, clientId } = managedIdentity(identityId, scope);
const worker = { kind: 'identity' as const, objectId };
const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
const items = 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items';

function resource(type: string, values: StackValues, line = 1): StackResource {
  const address = `${type}.one`;
  const computed = resourceTypes[type]?.attributes(values, scope, address) ?? {};
  return {
    address,
    mode: 'managed',
    type,
    name: 'one',
    modulePath: [],
    provider: 'azurerm',
    values: { ...values, ...computed },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line, column: 1 },
  };
}

async function stack(resources: StackResource[], clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'))) {
  const authorization = createAuthorization({ ...scope, clock, random: seededRandom(3) });
  const identity = resource('azurerm_user_assigned_identity', {
    name: 'worker',
    resource_group_name: 'shop',
  });
  for (const one of [identity, ...resources]) await resourceTypes[one.type]?.realise?.(one, authorization);
  return authorization;
}

const assign = (role_definition_name: string, at = account, more: StackValues = {}) =>
  resource(
    'azurerm_role_assignment',
    { role_definition_name, scope: at, principal_id: objectId, ...more },
    5,
  );
const data = (action: string, at = account): AzureAccessRequest => ({
  action,
  kind: 'dataAction',
  scope: at,
});

describe('roles', () => {
  it.each([
    ['Storage Blob Data Contributor', 'dataAction', `${blobs}/write`, true],
    ['Storage Blob Data Contributor', 'dataAction', `${blobs}/manageOwnership/action`, false],
    ['Storage Blob Data Owner', 'dataAction', `${blobs}/manageOwnership/action`, true],
    ['Storage Blob Data Reader', 'dataAction', `${blobs}/write`, false],
    [
      'Storage Queue Data Message Sender',
      'dataAction',
      'Microsoft.Storage/storageAccounts/queueServices/queues/messages/add/action',
      true,
    ],
    ['Key Vault Secrets User', 'dataAction', 'Microsoft.KeyVault/vaults/secrets/getSecret/action', true],
    ['Key Vault Secrets User', 'dataAction', 'Microsoft.KeyVault/vaults/secrets/setSecret/action', false],
    ['Key Vault Secrets Officer', 'dataAction', 'Microsoft.KeyVault/vaults/secrets/setSecret/action', true],
    [
      'Azure Service Bus Data Sender',
      'dataAction',
      'Microsoft.ServiceBus/namespaces/queues/messages/send/action',
      true,
    ],
    [
      'Azure Service Bus Data Sender',
      'dataAction',
      'Microsoft.ServiceBus/namespaces/queues/messages/receive/action',
      false,
    ],
    [
      'Azure Event Hubs Data Receiver',
      'dataAction',
      'microsoft.eventhub/namespaces/eventhubs/RECEIVE/action',
      true,
    ],
    ['Reader', 'action', 'Microsoft.Storage/storageAccounts/read', true],
    ['Reader', 'dataAction', `${blobs}/read`, false],
    ['Owner', 'action', 'Microsoft.Authorization/roleAssignments/write', true],
    ['Owner', 'dataAction', `${blobs}/read`, false],
    ['Contributor', 'action', 'Microsoft.Storage/storageAccounts/write', true],
    ['Contributor', 'action', 'Microsoft.Authorization/roleAssignments/write', false],
  ] as const)('%s permits %s %s: %s', (name, kind, action, expected) => {
    const role = builtInRoles.find((one) => one.name === name);
    if (!role) throw new Error(`${name} is missing`);
    expect(compileRole([role]).permits(kind, action.toLowerCase()) >= 0).toBe(expected);
  });

  it('takes notActions away only from the permission that they stand in', () => {
    const role = compileRole([{ actions: ['A/*'], notActions: ['A/delete'] }, { actions: ['A/delete'] }]);
    expect(role.permits('action', 'a/delete')).toBe(1);
    expect(role.permits('action', 'a/read')).toBe(0);
  });

  it('has every GUID once', () => {
    expect(new Set(builtInRoles.map((role) => role.guid)).size).toBe(builtInRoles.length);
  });
});

describe('azurerm_role_assignment', () => {
  it.each([
    ['the resource itself', account, true],
    ['the resource group above', group, true],
    ['the subscription', `/subscriptions/${scope.subscriptionId}`, true],
    ['the same id in other letters', account.toUpperCase(), true],
    ['a resource whose name only begins alike', `${account}2`, false],
    ['a part of the name', account.slice(0, -2), false],
    ['a container below', `${account}/blobServices/default/containers/in`, false],
  ])('at %s', async (_name, at, expected) => {
    const authorization = await stack([assign('Storage Blob Data Reader', at)]);
    expect(authorization.isAllowed(worker, data(`${blobs}/read`))).toBe(expected);
  });

  it('grants nothing to others and everything to the owner', async () => {
    const authorization = await stack([assign('Storage Blob Data Reader')]);
    const other = { kind: 'identity' as const, objectId: 'ffffffff-0000-4000-8000-000000000000' };
    expect(authorization.isAllowed(other, data(`${blobs}/read`))).toBe(false);
    expect(authorization.isAllowed({ kind: 'owner' }, data(`${blobs}/write`))).toBe(true);
  });

  it('takes a role definition by id, built in or of the stack', async () => {
    const role = resource(
      'azurerm_role_definition',
      {
        name: 'Blob appender',
        scope: group,
        permissions: [
          { actions: null, data_actions: [`${blobs}/add/action`, `${blobs}/read`], not_data_actions: [] },
        ],
      },
      2,
    );
    const id = role.values.role_definition_resource_id ?? null;
    const authorization = await stack([
      role,
      resource(
        'azurerm_role_assignment',
        { role_definition_id: id, scope: account, principal_id: objectId },
        6,
      ),
    ]);
    expect(authorization.isAllowed(worker, data(`${blobs}/add/action`))).toBe(true);
    expect(authorization.isAllowed(worker, data(`${blobs}/delete`))).toBe(false);
    expect(authorization.unused()).toEqual([
      {
        kind: 'unused-action',
        principal: identityId,
        action: `${blobs}/read`,
        resource: account,
        source: { address: 'azurerm_role_definition.one', file: 'main.tf', line: 2 },
        part: 'assigned by azurerm_role_assignment.one',
      },
    ]);
  });

  it('says what it can not do', async () => {
    await expect(stack([assign('Chaos Studio Operator')])).rejects.toThrow(
      'main.tf:5 azurerm_role_assignment.one: "Chaos Studio Operator" is not one of the built-in roles known here',
    );
    await expect(stack([assign('Reader', account, { condition: 'true' })])).rejects.toThrow(
      'conditions on role assignments are not supported',
    );
    await expect(
      stack([
        resource('azurerm_role_assignment', {
          role_definition_id: `${group}/x/abc`,
          scope: account,
          principal_id: objectId,
        }),
      ]),
    ).rejects.toThrow('neither defined in this stack nor one of the built-in roles');
  });

  it('reports a role of which nothing, or only a part, was used, but not what the deployer got', async () => {
    const authorization = await stack([
      assign('Storage Blob Data Reader'),
      assign('Key Vault Secrets User', `${group}/providers/Microsoft.KeyVault/vaults/v`),
      assign('Owner', group, { principal_id: ownerObjectId }),
    ]);
    authorization.isAllowed(worker, data(`${blobs}/read`));
    expect(authorization.unused()).toMatchObject([
      {
        kind: 'wide-role',
        role: 'Storage Blob Data Reader',
        principal: identityId,
        usedActions: [`${blobs}/read`],
      },
      { kind: 'unused-role', role: 'Key Vault Secrets User', source: { line: 5 } },
    ]);
  });

  it('computes ids in their true forms', () => {
    expect(assign('Reader').values).toMatchObject({
      role_definition_id: `/subscriptions/${scope.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
      principal_type: 'ServicePrincipal',
    });
    expect(assign('Reader').values.id).toMatch(
      new RegExp(`^${account}/providers/Microsoft.Authorization/roleAssignments/[0-9a-f-]{36}$`),
    );
    expect(authorizationDataSources.azurerm_role_definition?.({ name: 'Reader' }, scope)).toMatchObject({
      role_definition_id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
    });
  });
});

describe('Cosmos DB roles', () => {
  const contributor = `${cosmos}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002`;
  const reader = `${cosmos}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001`;
  const assignSql = (role_definition_id: string, at: string) =>
    resource(
      'azurerm_cosmosdb_sql_role_assignment',
      {
        resource_group_name: 'shop',
        account_name: 'shop',
        role_definition_id,
        scope: at,
        principal_id: objectId,
      },
      9,
    );
  const orders = `${cosmos}/dbs/shop/colls/orders`;

  it.each([
    [contributor, cosmos, `${items}/create`, orders, true],
    [contributor, `${cosmos}/dbs/shop`, `${items}/create`, orders, true],
    [contributor, orders, `${items}/create`, orders, true],
    [contributor, `${cosmos}/dbs/shop/colls/order`, `${items}/create`, orders, false],
    [contributor, `${cosmos}/dbs/other`, `${items}/create`, orders, false],
    [reader, cosmos, `${items}/read`, orders, true],
    [reader, cosmos, `${items}/upsert`, orders, false],
    [
      reader,
      cosmos,
      'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/executeQuery',
      orders,
      true,
    ],
    [reader, orders, 'Microsoft.DocumentDB/databaseAccounts/readMetadata', cosmos, true],
    [reader, `${cosmos}2`, 'Microsoft.DocumentDB/databaseAccounts/readMetadata', cosmos, false],
  ])('%s at %s: %s on %s is %s', async (role, at, action, on, expected) => {
    const authorization = await stack([assignSql(role, at)]);
    expect(authorization.isAllowed(worker, data(action, on))).toBe(expected);
  });

  it('are apart from Azure roles: Owner of the account reads no item', async () => {
    const authorization = await stack([
      assign('Owner', cosmos),
      assign('DocumentDB Account Contributor', cosmos),
    ]);
    expect(authorization.isAllowed(worker, data(`${items}/read`, orders))).toBe(false);
  });

  it('can be defined by the stack', async () => {
    const role = resource('azurerm_cosmosdb_sql_role_definition', {
      name: 'Appender',
      resource_group_name: 'shop',
      account_name: 'shop',
      permissions: [{ data_actions: [`${items}/create`] }],
      assignable_scopes: [cosmos],
    });
    expect(role.values.id).toMatch(new RegExp(`^${cosmos}/sqlRoleDefinitions/[0-9a-f-]{36}$`));
    const authorization = await stack([role, assignSql(String(role.values.id), cosmos)]);
    expect(authorization.isAllowed(worker, data(`${items}/create`, orders))).toBe(true);
    expect(authorization.isAllowed(worker, data(`${items}/read`, orders))).toBe(false);
  });
});

describe('tokens', () => {
  it('are shaped as Entra ID shapes them and expire by the clock', async () => {
    const clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'));
    const authorization = await stack([], clock);
    const token = authorization.issueToken(objectId, 'https://vault.azure.net');
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      aud: 'https://vault.azure.net',
      iss: `https://sts.windows.net/${scope.tenantId}/`,
      oid: objectId,
      appid: clientId,
      tid: scope.tenantId,
      exp: Date.parse('2026-01-02T00:00:00Z') / 1000,
    });
    expect(authorization.authenticate(token)).toEqual(worker);
    expect(authorization.authenticate(token, 'https://vault.azure.net/')).toEqual(worker);
    expect(authorization.authenticate(token, 'https://storage.azure.com')).toBeUndefined();
    expect(authorization.authenticate(`${token}x`)).toBeUndefined();
    clock.advance(86_400_000);
    expect(authorization.authenticate(token)).toBeUndefined();
  });

  it('are given only to identities of the stack, found by object id or client id', async () => {
    const authorization = await stack([]);
    expect(authorization.identity(clientId)?.principalId).toBe(objectId);
    expect(() => authorization.issueToken('nobody', 'a')).toThrow('no managed identity of this stack');
  });
});
