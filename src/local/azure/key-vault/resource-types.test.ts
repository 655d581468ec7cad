import { expect, test } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { keyVaultResourceTypes } from './resource-types.ts';
import { testVault, vaultId } from './test-vault.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };

function resource(type: string, values: StackValues): StackResource {
  const address = `${type}.this`;
  const computed = keyVaultResourceTypes[type]?.attributes(values, scope, address) ?? {};
  return {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'azurerm',
    values: { ...computed, ...values },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
}

/** Realises resources beside the vault `kv`, and returns its vaults. */
async function realise(...resources: [string, StackValues][]) {
  const { keyVaults } = testVault();
  for (const [type, values] of resources)
    await keyVaultResourceTypes[type]?.realise?.(resource(type, values), keyVaults);
  return keyVaults;
}

const vault: StackValues = {
  name: 'shop-kv',
  resource_group_name: 'Shop',
  location: 'East US 2',
  sku_name: 'standard',
  tenant_id: 'tenant',
  rbac_authorization_enabled: true,
  soft_delete_retention_days: 7,
  purge_protection_enabled: true,
};
const secret: StackValues = {
  name: 'db-password',
  key_vault_id: vaultId,
  value: 'correct horse',
  content_type: 'text/plain',
  not_before_date: '2026-01-01T00:00:00Z',
  expiration_date: '2027-01-01T02:00:00+02:00',
  tags: { team: 'shop' },
};

test('a vault and a secret have the attributes of the provider', () => {
  expect(resource('azurerm_key_vault', vault).values).toMatchObject({
    id: '/subscriptions/sub/resourceGroups/Shop/providers/Microsoft.KeyVault/vaults/shop-kv',
    vault_uri: 'https://shop-kv.vault.azure.net/',
    enable_rbac_authorization: true,
  });
  const { values } = resource('azurerm_key_vault_secret', secret);
  expect(values).toEqual(resource('azurerm_key_vault_secret', secret).values);
  expect(values.version).toMatch(/^[0-9a-f]{32}$/);
  expect(values).toMatchObject({
    id: `https://kv.vault.azure.net/secrets/db-password/${values.version}`,
    versionless_id: 'https://kv.vault.azure.net/secrets/db-password',
    resource_id: `${vaultId}/secrets/db-password/versions/${values.version}`,
    resource_versionless_id: `${vaultId}/secrets/db-password`,
  });
});

test('a vault and its secret come to be as they are described', async () => {
  const keyVaults = await realise(['azurerm_key_vault', vault], ['azurerm_key_vault_secret', secret]);
  expect(keyVaults.vault('Shop-KV')?.definition).toMatchObject({
    location: 'eastus2',
    retentionDays: 7,
    purgeProtected: true,
  });
  expect(keyVaults.vault('kv')?.get('db-password').version).toMatchObject({
    version: resource('azurerm_key_vault_secret', secret).values.version,
    value: 'correct horse',
    contentType: 'text/plain',
    notBeforeSeconds: Date.UTC(2026, 0) / 1000,
    expiresSeconds: Date.UTC(2027, 0) / 1000,
    tags: { team: 'shop' },
    enabled: true,
  });
});

test('the older name of the argument and a write-only value count as well', async () => {
  const { rbac_authorization_enabled: _, ...older } = vault;
  const { value, ...writeOnly } = secret;
  const keyVaults = await realise(
    ['azurerm_key_vault', { ...older, enable_rbac_authorization: true }],
    ['azurerm_key_vault_secret', { ...writeOnly, value_wo: value ?? null, value_wo_version: 1 }],
  );
  expect(keyVaults.vault('shop-kv')).toBeDefined();
  expect(keyVaults.vault('kv')?.get('db-password').version.value).toBe('correct horse');
});

test.each<[string, string, StackValues]>([
  ['access policies are not supported', 'azurerm_key_vault', { ...vault, rbac_authorization_enabled: false }],
  [
    'access policies are not supported',
    'azurerm_key_vault',
    { ...vault, access_policy: [{ object_id: 'o' }] },
  ],
  [
    'access policies are not supported',
    'azurerm_key_vault_access_policy',
    { key_vault_id: vaultId, object_id: 'o' },
  ],
  ['3 to 24 characters', 'azurerm_key_vault', { ...vault, name: 'a-name-that-is-far-too-long' }],
  ['argument name is not valid', 'azurerm_key_vault', { ...vault, name: '1kv' }],
  ['names no key vault of this stack', 'azurerm_key_vault_secret', { ...secret, key_vault_id: '/vaults/x' }],
  ['contains an invalid name: a_b', 'azurerm_key_vault_secret', { ...secret, name: 'a_b' }],
  ['one of value and value_wo', 'azurerm_key_vault_secret', { ...secret, value: null }],
  [
    'argument expiration_date is not valid',
    'azurerm_key_vault_secret',
    { ...secret, expiration_date: 'soon' },
  ],
])('what cannot be is refused: %s', async (message, type, values) => {
  await expect(realise([type, values])).rejects.toThrow(message);
});

test('no error shows a value', async () => {
  const long = { ...secret, value: 'correct horse '.repeat(2000) };
  for (const values of [long, { ...secret, name: 'a_b' }])
    await expect(realise(['azurerm_key_vault_secret', values])).rejects.not.toThrow('correct horse');
});

test('a second vault or secret of the same name is refused', async () => {
  const vaults = realise(['azurerm_key_vault', vault], ['azurerm_key_vault', vault]);
  await expect(vaults).rejects.toThrow("the vault name 'shop-kv' is already in use");
  const secrets = realise(['azurerm_key_vault_secret', secret], ['azurerm_key_vault_secret', secret]);
  await expect(secrets).rejects.toThrow('has a secret "db-password" already');
});
