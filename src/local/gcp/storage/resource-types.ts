/** The Terraform resources of Cloud Storage; those that bring its events somewhere are among those of Eventarc. https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/storage_bucket and its neighbours */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { labelAttributes, projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';
import { bucketArguments } from './bucket-arguments.ts';
import type { CloudStorage } from './cloud-storage.ts';
import { digestsOf } from './digest.ts';
import { storageClasses } from './object.ts';

/** What realising the resources needs. */
export interface StorageDeployment {
  storage: CloudStorage;
  /** Against which Terraform resolves `source`. */
  rootDirectory: string;
}

const text = z.string().optional();

const ObjectArguments = z.object({
  bucket: z.string(),
  name: z.string(),
  source: text,
  content: text,
  content_type: text,
  content_encoding: text,
  content_disposition: text,
  content_language: text,
  cache_control: text,
  storage_class: z.enum(storageClasses).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  temporary_hold: z.boolean().optional(),
  event_based_hold: z.boolean().optional(),
});

const epoch = '1970-01-01T00:00:00Z';

export const storageResourceTypes: ResourceTypes<GcpScope, StorageDeployment> = {
  google_storage_bucket: {
    attributes(values, scope) {
      const name = String(values.name);
      return {
        id: name,
        name,
        project: projectOf(values, scope),
        project_number: Number(scope.projectNumber),
        self_link: `https://www.googleapis.com/storage/v1/b/${name}`,
        url: `gs://${name}`,
        storage_class: 'STANDARD',
        force_destroy: false,
        public_access_prevention: 'inherited',
        uniform_bucket_level_access: false,
        rpo: null,
        soft_delete_policy: [{ retention_duration_seconds: 604_800, effective_time: epoch }],
        time_created: epoch,
        updated: epoch,
        ...labelAttributes(values.labels),
      };
    },
    realise(resource, { storage }) {
      const { name, configuration } = bucketArguments(resource);
      storage.createBucket(name, configuration);
    },
  },
  google_storage_bucket_object: {
    attributes: objectAttributes,
    realise(resource, { storage, rootDirectory }) {
      for (const argument of ['customer_encryption', 'retention', 'contexts', 'kms_key_name'])
        if (resource.configured.includes(argument) && resource.values[argument] !== null)
          throw new ConfigurationError(resource, `${argument} is not supported by the local cloud`);
      const values = readResource(ObjectArguments, resource);
      if (!storage.hasBucket(values.bucket))
        throw new ConfigurationError(
          resource,
          `there is no bucket ${values.bucket}; declare it as a google_storage_bucket`,
        );
      const bytes = contentOf(resource, values, rootDirectory);
      storage.putObject(storage.bucket(values.bucket), {
        name: values.name,
        content: storage.keep(bytes),
        digests: digestsOf(bytes),
        attributes: {
          contentType: values.content_type,
          contentEncoding: values.content_encoding,
          contentDisposition: values.content_disposition,
          contentLanguage: values.content_language,
          cacheControl: values.cache_control,
          storageClass: values.storage_class,
          metadata: values.metadata,
          temporaryHold: values.temporary_hold,
          eventBasedHold: values.event_based_hold,
        },
        operation: 'insert',
      });
    },
  },
};

/** Checksums are known before the object is there where its content stands in the configuration. */
function objectAttributes(values: StackValues): StackValues {
  const bucket = String(values.bucket);
  const name = String(values.name);
  const link = `https://www.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  const content = typeof values.content === 'string' ? Buffer.from(values.content) : undefined;
  const digests = content && digestsOf(content);
  return {
    id: `${bucket}-${name}`,
    output_name: name,
    self_link: link,
    media_link: `${link.replace('https://www.googleapis.com/storage/', 'https://storage.googleapis.com/download/storage/')}?generation=1&alt=media`,
    generation: 1,
    content_type: content ? 'text/plain; charset=utf-8' : contentTypeOf(name),
    storage_class: 'STANDARD',
    ...(digests && {
      md5hash: digests.md5Hash,
      md5hexhash: Buffer.from(digests.md5Hash, 'base64').toString('hex'),
      crc32c: digests.crc32c,
    }),
  };
}

/** As Google finds it by the content, here by the name for the kinds that stacks upload. */
function contentTypeOf(name: string): string {
  const types: Record<string, string> = {
    '.csv': 'text/plain; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.json': 'text/plain; charset=utf-8',
    '.txt': 'text/plain; charset=utf-8',
    '.zip': 'application/zip',
  };
  return types[path.extname(name)] ?? 'application/octet-stream';
}

function contentOf(
  resource: StackResource,
  { source, content }: { source?: string | undefined; content?: string | undefined },
  rootDirectory: string,
): Buffer {
  if (source !== undefined) {
    const file = path.resolve(rootDirectory, source);
    try {
      return readFileSync(file);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason =
        code === 'ENOENT'
          ? 'there is no such file; build the function packages first: npm run build'
          : message;
      throw new ConfigurationError(resource, `source ${file}: ${reason}`);
    }
  }
  if (content !== undefined) return Buffer.from(content);
  throw new ConfigurationError(resource, 'one of source and content is needed');
}
