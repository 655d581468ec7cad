// Storage accounts and what belongs to them.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/storage_account and its neighbours
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { StackResource, StackValue, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { nameOfId, resourceId, text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';
import type { StorageAccountDefinition } from './account.ts';
import { lifecycleOf, ManagementPolicy } from './lifecycle.ts';
import { containerScope, type StorageAccount, type StorageAccounts } from './storage-accounts.ts';

const services = ['blob', 'queue', 'table', 'file', 'dfs'];

const Flag = z.boolean().default(false);
const Days = z.object({ days: z.number().default(7) });

const Account = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  account_kind: z.string(),
  shared_access_key_enabled: z.boolean().default(true),
  primary_access_key: z.string(),
  secondary_access_key: z.string(),
  blob_properties: z
    .array(
      z.object({
        versioning_enabled: z.boolean().nullish(),
        change_feed_enabled: z.boolean().nullish(),
        last_access_time_enabled: z.boolean().nullish(),
        delete_retention_policy: z.array(Days).nullish(),
        cors_rule: z.array(z.unknown()).nullish(),
        restore_policy: z.array(z.unknown()).nullish(),
      }),
    )
    .default([]),
  is_hns_enabled: Flag,
  nfsv3_enabled: Flag,
  sftp_enabled: Flag,
  static_website: z.array(z.unknown()).default([]),
});

const Container = z.object({
  name: z.string(),
  storage_account_id: z.string(),
  container_access_type: z.string().default('private'),
  metadata: z.record(z.string(), z.string()).default({}),
});

const Queue = z.object({
  name: z.string(),
  storage_account_id: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
});

const Blob = z.object({
  name: z.string(),
  type: z.string(),
  storage_account_name: z.string(),
  storage_container_name: z.string(),
  content_type: z.string().default('application/octet-stream'),
  cache_control: z.string().optional(),
  metadata: z.record(z.string(), z.string()).default({}),
  source: z.string().optional(),
  source_content: z.string().optional(),
  source_uri: z.string().optional(),
  size: z.number().default(0),
});

export const storageResourceTypes: ResourceTypes<AzureScope, StorageAccounts> = {
  azurerm_storage_account: {
    attributes: accountAttributes,
    realise(resource, accounts) {
      accounts.add(accountOf(resource));
    },
  },
  azurerm_storage_container: {
    attributes(values, _scope, address) {
      const accountId = requiredAccountId(values, address);
      const id = containerScope(accountId, text(values.name));
      return {
        id,
        resource_manager_id: id,
        url: `https://${nameOfId(accountId)}.blob.core.windows.net/${text(values.name)}`,
        container_access_type: 'private',
        default_encryption_scope: '$account-encryption-key',
        encryption_scope_override_enabled: true,
        has_immutability_policy: false,
        has_legal_hold: false,
        metadata: {},
      };
    },
    realise(resource, accounts) {
      const values = readResource(Container, resource);
      if (values.container_access_type !== 'private')
        throw new ConfigurationError(resource, 'public access to a container is not supported');
      const account = accountWithId(resource, accounts, values.storage_account_id);
      refusing(resource, () => account.blobs.create(values.name, values.metadata));
    },
  },
  azurerm_storage_blob: {
    attributes(values) {
      const containerId = text(values.storage_container_id);
      const account =
        text(values.storage_account_name) || nameOfId(containerId.split('/blobServices/')[0] ?? '');
      const container = text(values.storage_container_name) || nameOfId(containerId);
      const url = `https://${account}.blob.core.windows.net/${container}/${text(values.name)}`;
      return {
        id: url,
        url,
        storage_account_name: account,
        storage_container_name: container,
        access_tier: 'Hot',
        metadata: {},
        parallelism: 8,
        size: 0,
      };
    },
    realise: (resource, accounts) => putBlob(resource, accounts),
  },
  azurerm_storage_queue: {
    attributes(values, _scope, address) {
      const accountId = requiredAccountId(values, address);
      const name = text(values.name);
      const id = `${accountId}/queueServices/default/queues/${name}`;
      return {
        id,
        resource_manager_id: id,
        url: `https://${nameOfId(accountId)}.queue.core.windows.net/${name}`,
        metadata: {},
      };
    },
    realise(resource, accounts) {
      const values = readResource(Queue, resource);
      const account = accountWithId(resource, accounts, values.storage_account_id);
      refusing(resource, () => account.queues.create(values.name, values.metadata));
    },
  },
  azurerm_storage_management_policy: {
    attributes: (values) => ({ id: `${text(values.storage_account_id)}/managementPolicies/default` }),
    realise(resource, accounts) {
      const policy = readResource(ManagementPolicy, resource);
      const account = accountWithId(resource, accounts, policy.storage_account_id);
      const expiryOf = lifecycleOf(policy, resource);
      account.blobs.onContainer((container) => container.bucket.setExpiry(expiryOf(container.name)));
    },
  },
};

function accountAttributes(values: StackValues, scope: AzureScope): StackValues {
  const id = resourceId(values, scope, 'Microsoft.Storage/storageAccounts');
  const name = text(values.name);
  const primary = accountKey(id, 'primary');
  const secondary = accountKey(id, 'secondary');
  const endpoints: StackValues = {};
  for (const service of services) {
    endpoints[`primary_${service}_host`] = `${name}.${service}.core.windows.net`;
    endpoints[`primary_${service}_endpoint`] = `https://${name}.${service}.core.windows.net/`;
  }
  return {
    id,
    ...endpoints,
    primary_location: text(values.location),
    primary_access_key: primary,
    secondary_access_key: secondary,
    primary_connection_string: connectionString(name, primary),
    secondary_connection_string: connectionString(name, secondary),
    primary_blob_connection_string: blobConnectionString(name, primary),
    secondary_blob_connection_string: '',
    account_kind: 'StorageV2',
    access_tier: 'Hot',
    https_traffic_only_enabled: true,
    min_tls_version: 'TLS1_2',
    public_network_access_enabled: true,
    shared_access_key_enabled: true,
    tags: {},
  };
}

function accountOf(resource: StackResource): StorageAccountDefinition {
  const values = readResource(Account, resource);
  const [properties] = values.blob_properties;
  const unsupported: Record<string, boolean> = {
    [`account_kind = "${values.account_kind}"`]: values.account_kind !== 'StorageV2',
    is_hns_enabled: values.is_hns_enabled,
    nfsv3_enabled: values.nfsv3_enabled,
    sftp_enabled: values.sftp_enabled,
    static_website: values.static_website.length > 0,
    'blob_properties.change_feed_enabled': properties?.change_feed_enabled ?? false,
    'blob_properties.last_access_time_enabled': properties?.last_access_time_enabled ?? false,
    'blob_properties.cors_rule': (properties?.cors_rule ?? []).length > 0,
    'blob_properties.restore_policy': (properties?.restore_policy ?? []).length > 0,
  };
  const found = Object.keys(unsupported).find((name) => unsupported[name]);
  if (found !== undefined) throw new ConfigurationError(resource, `${found} is not supported`);
  const days = properties?.delete_retention_policy?.[0]?.days;
  return {
    id: values.id,
    name: values.name,
    location: values.location,
    keys: [values.primary_access_key, values.secondary_access_key],
    sharedKeyEnabled: values.shared_access_key_enabled,
    versioningEnabled: properties?.versioning_enabled ?? false,
    ...(days !== undefined && { blobRetentionDays: days }),
  };
}

function putBlob(resource: StackResource, accounts: StorageAccounts): void {
  const values = readResource(Blob, resource);
  if (values.type !== 'Block')
    throw new ConfigurationError(resource, `type = "${values.type}" is not supported; "Block" is`);
  if (values.source_uri !== undefined)
    throw new ConfigurationError(resource, 'source_uri is not supported; source and source_content are');
  const account = accounts.account(values.storage_account_name);
  const container = account?.blobs.container(values.storage_container_name);
  if (!account || !container)
    throw new ConfigurationError(
      resource,
      `there is no container ${values.storage_container_name} in a storage account ${values.storage_account_name} of this stack`,
    );
  const content =
    values.source === undefined
      ? Buffer.from(values.source_content ?? '')
      : readSource(resource, values.source);
  const { content_type: contentType, cache_control: cacheControl, metadata } = values;
  account.blobs.put(container, values.name, content, {
    contentType,
    metadata,
    ...(cacheControl !== undefined && { cacheControl }),
  });
}

function readSource(resource: StackResource, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigurationError(resource, `source can't be read: ${(error as Error).message}`);
  }
}

function requiredAccountId(values: StackValues, address: string): string {
  const id: StackValue | undefined = values.storage_account_id;
  if (typeof id !== 'string')
    throw new Error(
      `${address}: give storage_account_id; storage_account_name is deprecated and not supported`,
    );
  return id;
}

function accountWithId(resource: StackResource, accounts: StorageAccounts, id: string): StorageAccount {
  const account = accounts.accountOfId(id);
  if (!account) throw new ConfigurationError(resource, `there is no storage account ${id} in this stack`);
  return account;
}

/** What the service refuses is the configuration's fault. */
function refusing(resource: StackResource, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new ConfigurationError(resource, (error as Error).message);
  }
}

/** A key in the vendor's form, 64 bytes in base64, that is the same in every run. */
const accountKey = (id: string, use: string) => createHash('sha512').update(`${id}\n${use}`).digest('base64');

const connectionString = (name: string, key: string) =>
  `DefaultEndpointsProtocol=https;AccountName=${name};AccountKey=${key};EndpointSuffix=core.windows.net`;

const blobConnectionString = (name: string, key: string) =>
  `DefaultEndpointsProtocol=https;BlobEndpoint=https://${name}.blob.core.windows.net/;AccountName=${name};AccountKey=${key}`;
