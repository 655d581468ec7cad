// Key vaults and their secrets.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/key_vault and its neighbours
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { nameOfId, resourceId, text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';
import { secretUrl, vaultUrl } from './bodies.ts';
import { KeyVaultError } from './errors.ts';
import type { KeyVaults } from './key-vaults.ts';
import type { SecretProperties } from './vault.ts';

const VaultArguments = z.object({
  id: z.string(),
  name: z.string().regex(/^[a-zA-Z](?:-?[a-zA-Z0-9])+$/, 'letters, digits and single hyphens are allowed'),
  location: z.string(),
  rbac_authorization_enabled: z.boolean().default(false),
  access_policy: z.array(z.unknown()).default([]),
  soft_delete_retention_days: z.number().min(7).max(90).default(90),
  purge_protection_enabled: z.boolean().default(false),
});

const SecretArguments = z.object({
  key_vault_id: z.string(),
  name: z.string(),
  version: z.string(),
  value: z.string().optional(),
  value_wo: z.string().optional(),
  content_type: z.string().optional(),
  expiration_date: z.iso.datetime({ offset: true }).optional(),
  not_before_date: z.iso.datetime({ offset: true }).optional(),
  tags: z.record(z.string(), z.string()).default({}),
});

/** Access policies are a second system of rights, whose grants a run could neither enforce nor call unused. */
const accessPolicyRefusal =
  'access policies are not supported: the rights of a run are its role assignments. Set rbac_authorization_enabled = true on the vault and grant with azurerm_role_assignment ("Key Vault Secrets User" to read)';

export const keyVaultResourceTypes: ResourceTypes<AzureScope, KeyVaults> = {
  azurerm_key_vault: {
    attributes(values, scope) {
      const byRoles = hasRoles(values);
      return {
        id: resourceId(values, scope, 'Microsoft.KeyVault/vaults'),
        vault_uri: `${vaultUrl(text(values.name))}/`,
        rbac_authorization_enabled: byRoles,
        enable_rbac_authorization: byRoles,
        access_policy: [],
        enabled_for_deployment: false,
        enabled_for_disk_encryption: false,
        enabled_for_template_deployment: false,
        public_network_access_enabled: true,
        purge_protection_enabled: false,
        soft_delete_retention_days: 90,
        tags: {},
      };
    },
    realise: createVault,
  },
  azurerm_key_vault_secret: {
    attributes: secretAttributes,
    realise: createSecret,
  },
  azurerm_key_vault_access_policy: {
    attributes: (values) => ({
      id: `${text(values.key_vault_id)}/objectId/${text(values.object_id)}`,
    }),
    realise(resource) {
      throw new ConfigurationError(resource, accessPolicyRefusal);
    },
  },
};

/** The argument of provider 4.x has two names, of which the older one goes with 5.0. */
const hasRoles = (values: StackValues): boolean =>
  values.rbac_authorization_enabled === true || values.enable_rbac_authorization === true;

function createVault(resource: StackResource, keyVaults: KeyVaults): void {
  const vault = readResource(VaultArguments, resource);
  if (!hasRoles(resource.values) || vault.access_policy.length > 0)
    throw new ConfigurationError(resource, accessPolicyRefusal);
  if (vault.name.length < 3 || vault.name.length > 24)
    throw new ConfigurationError(
      resource,
      `the name of a vault has 3 to 24 characters; "${vault.name}" has ${vault.name.length}`,
    );
  keyVaults.createVault({
    name: vault.name,
    id: vault.id,
    location: vault.location.toLowerCase().replaceAll(' ', ''),
    retentionDays: vault.soft_delete_retention_days,
    purgeProtected: vault.purge_protection_enabled,
  });
}

function secretAttributes(values: StackValues, _scope: AzureScope, address: string): StackValues {
  const vaultId = text(values.key_vault_id);
  const name = text(values.name);
  const version = stableId(`secret version ${address}`, 32, '0123456789abcdef');
  return {
    id: secretUrl(nameOfId(vaultId), name, version),
    versionless_id: secretUrl(nameOfId(vaultId), name),
    version,
    resource_id: `${vaultId}/secrets/${name}/versions/${version}`,
    resource_versionless_id: `${vaultId}/secrets/${name}`,
    tags: {},
  };
}

function createSecret(resource: StackResource, keyVaults: KeyVaults): void {
  const secret = readResource(SecretArguments, resource);
  const vault = keyVaults.vault(nameOfId(secret.key_vault_id));
  if (!vault)
    throw new ConfigurationError(
      resource,
      `key_vault_id names no key vault of this stack: ${secret.key_vault_id}`,
    );
  const value = secret.value ?? secret.value_wo;
  if (value === undefined) throw new ConfigurationError(resource, 'one of value and value_wo must be given');
  if (vault.list().some(({ name }) => name.toLowerCase() === secret.name.toLowerCase()))
    throw new ConfigurationError(
      resource,
      `the vault ${vault.definition.name} has a secret "${secret.name}" already`,
    );
  const properties: SecretProperties = {
    tags: secret.tags,
    ...(secret.content_type !== undefined && { contentType: secret.content_type }),
    ...(secret.not_before_date !== undefined && { notBeforeSeconds: seconds(secret.not_before_date) }),
    ...(secret.expiration_date !== undefined && { expiresSeconds: seconds(secret.expiration_date) }),
  };
  try {
    vault.set(secret.name, secret.version, value, properties);
  } catch (error) {
    if (error instanceof KeyVaultError) throw new ConfigurationError(resource, error.message);
    throw error;
  }
}

const seconds = (date: string) => Math.floor(Date.parse(date) / 1000);
