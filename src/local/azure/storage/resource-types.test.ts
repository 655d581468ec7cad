import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { bucketsOf, channelsOf } from './owner-access.ts';
import { storageResourceTypes } from './resource-types.ts';
import { accountId, startMs, type TestStorage, testStorage } from './test-storage.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };
const account: StackValues = { name: 'acme', resource_group_name: 'shop', location: 'eastus2' };
const acmeId = '/subscriptions/sub/resourceGroups/shop/providers/Microsoft.Storage/storageAccounts/acme';

let shop: TestStorage;
let directory: string;
beforeEach(async () => {
  shop = await testStorage();
  directory = mkdtempSync(path.join(os.tmpdir(), 'storage-types-'));
});
afterEach(async () => {
  await shop.close();
  rmSync(directory, { recursive: true });
});

const attributes = (type: string, values: StackValues): StackValues =>
  storageResourceTypes[type]?.attributes(values, scope, `${type}.this`) ?? {};

async function realise(type: string, values: StackValues): Promise<void> {
  const resource: StackResource = {
    address: `${type}.this`,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'azurerm',
    values: { ...attributes(type, values), ...values },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
  await storageResourceTypes[type]?.realise?.(resource, shop.storage);
}

it('accounts, containers, queues and blobs have the attributes of the cloud', () => {
  expect(attributes('azurerm_storage_account', account)).toMatchObject({
    id: acmeId,
    primary_blob_endpoint: 'https://acme.blob.core.windows.net/',
    primary_queue_host: 'acme.queue.core.windows.net',
    primary_connection_string: expect.stringMatching(
      /^DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=[A-Za-z0-9+/]{86}==;EndpointSuffix=core\.windows\.net$/,
    ),
  });
  const place = { name: 'files', storage_account_id: acmeId };
  expect(attributes('azurerm_storage_container', place)).toMatchObject({
    id: `${acmeId}/blobServices/default/containers/files`,
    resource_manager_id: `${acmeId}/blobServices/default/containers/files`,
    url: 'https://acme.blob.core.windows.net/files',
  });
  expect(attributes('azurerm_storage_queue', { ...place, name: 'orders' })).toMatchObject({
    id: `${acmeId}/queueServices/default/queues/orders`,
    url: 'https://acme.queue.core.windows.net/orders',
  });
  const blob = { name: 'in/a.txt', storage_account_name: 'acme', storage_container_name: 'files' };
  expect(attributes('azurerm_storage_blob', blob)).toMatchObject({
    id: 'https://acme.blob.core.windows.net/files/in/a.txt',
    url: 'https://acme.blob.core.windows.net/files/in/a.txt',
  });
});

it('what the configuration declares is there, and the owner finds it by every name', async () => {
  await realise('azurerm_storage_account', {
    ...account,
    shared_access_key_enabled: false,
    blob_properties: [{ versioning_enabled: true, delete_retention_policy: [{ days: 7 }] }],
  });
  await realise('azurerm_storage_container', { name: 'files', storage_account_id: acmeId });
  await realise('azurerm_storage_queue', { name: 'orders', storage_account_id: acmeId });
  await realise('azurerm_storage_blob', {
    name: 'a.txt',
    type: 'Block',
    storage_account_name: 'acme',
    storage_container_name: 'files',
    source_content: 'hello',
    content_type: 'text/plain',
  });
  expect(shop.storage.account('acme')?.definition).toMatchObject({
    sharedKeyEnabled: false,
    versioningEnabled: true,
    blobRetentionDays: 7,
  });
  const [bucket] = bucketsOf(shop.storage);
  expect(bucket).toMatchObject({
    name: 'files',
    aliases: [
      'acme/files',
      `${acmeId}/blobServices/default/containers/files`,
      'https://acme.blob.core.windows.net/files',
    ],
  });
  expect(String(await bucket?.get('a.txt'))).toBe('hello');
  await bucket?.put('b.txt', Buffer.from('new'));
  expect(await bucket?.list()).toEqual([
    { key: 'a.txt', sizeBytes: 5 },
    { key: 'b.txt', sizeBytes: 3 },
  ]);
  await bucket?.delete('a.txt');
  expect(await bucket?.get('a.txt')).toBeUndefined();

  const [channel] = channelsOf(shop.storage);
  await channel?.send({ body: 'ü' });
  expect(channel?.peek?.()).toMatchObject([{ body: 'ü', receiveCount: 0 }]);
  await expect(channel?.send({ body: 'x', group: 'g' })).rejects.toThrow('neither attributes, nor a group');
});

it('a management policy deletes at midnight what is older than it says', async () => {
  await realise('azurerm_storage_management_policy', {
    storage_account_id: accountId,
    rule: [
      {
        name: 'expire',
        enabled: true,
        filters: [{ blob_types: ['blockBlob'], prefix_match: ['files/tmp/'] }],
        actions: [{ base_blob: [{ delete_after_days_since_modification_greater_than: 2 }] }],
      },
    ],
  });
  const container = shop.account.blobs.create('files');
  const deleted: string[] = [];
  shop.storage.onBlobChange(({ kind, blob }) => kind === 'deleted' && deleted.push(blob));
  for (const key of ['tmp/a', 'keep/a'])
    shop.account.blobs.put(container, key, Buffer.from('x'), { contentType: 'text/plain' });
  expect(shop.clock.now()).toBe(startMs);
  shop.clock.advance(2 * 86_400_000);
  expect(deleted).toEqual([]);
  shop.clock.advance(86_400_000);
  expect(deleted).toEqual(['tmp/a']);
  expect(container.bucket.current('keep/a')).toBeDefined();
});

it.each([
  ['azurerm_storage_account', { ...account, is_hns_enabled: true }, 'is_hns_enabled is not supported'],
  [
    'azurerm_storage_container',
    { name: 'x', storage_account_id: accountId },
    'The specified resource name length is not within the permissible limits.',
  ],
  [
    'azurerm_storage_container',
    { name: 'open', storage_account_id: accountId, container_access_type: 'blob' },
    'public access to a container is not supported',
  ],
  ['azurerm_storage_queue', { name: 'orders', storage_account_id: acmeId }, 'there is no storage account'],
  [
    'azurerm_storage_management_policy',
    {
      storage_account_id: accountId,
      rule: [
        {
          name: 'cool',
          enabled: true,
          filters: [{ blob_types: ['blockBlob'] }],
          actions: [{ base_blob: [{ tier_to_cool_after_days_since_modification_greater_than: 30 }] }],
        },
      ],
    },
    'rule cool: the action tier_to_cool_after_days_since_modification_greater_than is not supported',
  ],
])('%s that can not be realised is refused: %#', async (type, values, problem) => {
  await expect(realise(type, values as StackValues)).rejects.toThrow(problem);
});
