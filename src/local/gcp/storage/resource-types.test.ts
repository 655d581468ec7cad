import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { storageResourceTypes } from './resource-types.ts';
import { createStorageTestBed, type StorageTestBed } from './test-bed.ts';

let bed: StorageTestBed;
beforeEach(async () => {
  bed = await createStorageTestBed();
});
afterEach(() => bed.close());

const scope = { projectId: 'demo', projectNumber: '123', region: 'europe-west1' };

/** Realises a resource; `rootDirectory` is this folder. */
async function realise(type: string, values: StackValues): Promise<StackValues> {
  const resourceType = storageResourceTypes[type];
  const address = `${type}.this`;
  const attributes = resourceType?.attributes(values, scope, address) ?? {};
  const resource: StackResource = {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'google',
    values: { ...attributes, ...values },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
  await resourceType?.realise?.(resource, { storage: bed.storage, rootDirectory: import.meta.dirname });
  return attributes;
}

describe('google_storage_bucket', () => {
  test('becomes a bucket with its settings', async () => {
    const attributes = await realise('google_storage_bucket', {
      name: 'uploads',
      location: 'europe-west1',
      labels: { team: 'a' },
      uniform_bucket_level_access: true,
      public_access_prevention: 'enforced',
      versioning: [{ enabled: true }],
      retention_policy: [],
      autoclass: [{ enabled: false }],
      lifecycle_rule: [
        {
          action: [{ type: 'Delete', storage_class: null }],
          condition: [{ age: 0, num_newer_versions: 3, with_state: 'ARCHIVED', matches_prefix: [] }],
        },
        {
          action: [{ type: 'AbortIncompleteMultipartUpload' }],
          condition: [{ age: 0, send_age_if_zero: true }],
        },
      ],
    });
    expect(attributes).toMatchObject({
      id: 'uploads',
      url: 'gs://uploads',
      self_link: 'https://www.googleapis.com/storage/v1/b/uploads',
      project_number: 123,
      effective_labels: { team: 'a' },
    });
    expect(bed.storage.bucket('uploads').resource('123')).toMatchObject({
      location: 'EUROPE-WEST1',
      locationType: 'region',
      labels: { team: 'a' },
      versioning: { enabled: true },
      iamConfiguration: {
        uniformBucketLevelAccess: { enabled: true },
        publicAccessPrevention: 'enforced',
      },
      lifecycle: {
        rule: [
          { action: { type: 'Delete' }, condition: { numNewerVersions: 3, isLive: false } },
          { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 0 } },
        ],
      },
    });
  });

  test.each([
    ['retention_policy', [{ retention_period: 60 }]],
    ['autoclass', [{ enabled: true }]],
    ['requester_pays', true],
  ])('with %s is refused by name', async (argument, value) => {
    await expect(
      realise('google_storage_bucket', { name: 'uploads', location: 'EU', [argument]: value }),
    ).rejects.toThrow(
      `main.tf:3 google_storage_bucket.this: ${argument} is not supported by the local cloud`,
    );
  });
});

describe('google_storage_bucket_object', () => {
  test('stores content, whose checksums are known beforehand', async () => {
    const attributes = await realise('google_storage_bucket_object', {
      bucket: 'files',
      name: 'a.txt',
      content: '123456789',
      metadata: { key: 'value' },
    });
    expect(attributes).toMatchObject({
      crc32c: '4waSgw==',
      md5hexhash: '25f9e794323b453885f5181f1b624d0b',
      output_name: 'a.txt',
    });
    expect(bed.bucket.blobs.current('a.txt')?.details).toMatchObject({
      crc32c: '4waSgw==',
      contentType: 'text/plain; charset=utf-8',
      metadata: { key: 'value' },
    });
  });

  test('stores a file, and says where there is none', async () => {
    await realise('google_storage_bucket_object', { bucket: 'files', name: 'i', source: './index.ts' });
    expect(bed.bucket.blobs.current('i')?.content.bytes().toString()).toContain('CloudStorage');
    await expect(
      realise('google_storage_bucket_object', { bucket: 'files', name: 'i', source: 'none.zip' }),
    ).rejects.toThrow(/none\.zip: there is no such file; build the function packages first/);
    await expect(
      realise('google_storage_bucket_object', { bucket: 'nowhere', name: 'i', content: '' }),
    ).rejects.toThrow('there is no bucket nowhere; declare it as a google_storage_bucket');
  });
});
