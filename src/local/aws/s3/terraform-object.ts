// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_object
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceType } from '../../resource-type.ts';
import type { AwsScope } from '../service.ts';
import type { S3Deployment } from './terraform.ts';
import { nullVersion } from './version-id.ts';

const text = z.string().nullish();

const ObjectArguments = z.object({
  bucket: z.string(),
  key: z.string(),
  source: text,
  content: text,
  content_base64: text,
  cache_control: text,
  content_disposition: text,
  content_encoding: text,
  content_language: text,
  content_type: text,
  metadata: z.record(z.string(), z.string()).default({}),
  storage_class: z.string().default('STANDARD'),
  tags_all: z.record(z.string(), z.coerce.string()).default({}),
});

const headerNames = [
  'cache_control',
  'content_disposition',
  'content_encoding',
  'content_language',
  'content_type',
] as const;

function attributes(values: StackValues, scope: AwsScope): StackValues {
  const key = String(values.key);
  const content = typeof values.content === 'string' ? values.content : undefined;
  return {
    id: `${String(values.bucket)}/${key}`,
    arn: `arn:${scope.partition}:s3:::${String(values.bucket)}/${key}`,
    content_type: values.content_type ?? 'application/octet-stream',
    etag:
      values.etag ??
      createHash('md5')
        .update(content ?? '')
        .digest('hex'),
    region: values.region ?? scope.region,
    server_side_encryption: values.server_side_encryption ?? 'AES256',
    storage_class: values.storage_class ?? 'STANDARD',
    tags: values.tags ?? null,
    tags_all: values.tags_all ?? values.tags ?? {},
    version_id: nullVersion,
  };
}

function contentOf(resource: StackResource, given: z.output<typeof ObjectArguments>, root: string): Buffer {
  if (typeof given.content === 'string') return Buffer.from(given.content);
  if (typeof given.content_base64 === 'string') return Buffer.from(given.content_base64, 'base64');
  if (typeof given.source !== 'string') return Buffer.alloc(0);
  const file = path.resolve(root, given.source);
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigurationError(resource, `source ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** `explained` turns S3's refusals into errors that name the resource. */
export function objectResource(
  explained: (resource: StackResource, run: () => void) => void,
): ResourceType<AwsScope, S3Deployment> {
  return {
    attributes,
    realise(resource, { store, rootDirectory }) {
      const given = readResource(ObjectArguments, resource);
      const bytes = contentOf(resource, given, rootDirectory);
      const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
      for (const name of headerNames) {
        const value = given[name];
        if (typeof value === 'string') headers[name.replace('_', '-')] = value;
      }
      explained(resource, () => {
        const bucket = store.bucket(given.bucket);
        bucket.blobs.put({
          key: given.key,
          content: store.keep(bytes),
          details: {
            headers,
            metadata: given.metadata,
            tags: given.tags_all,
            storageClass: given.storage_class,
            encryption: bucket.encryption,
          },
          operation: 'Put',
          origin: { requester: store.runtime.accountId },
        });
      });
    },
  };
}
