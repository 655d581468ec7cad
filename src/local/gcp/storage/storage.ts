import path from 'node:path';
import * as z from 'zod';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { labelAttributes, projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';

const Bucket = z.object({ name: z.string() });
const BucketObject = z.object({
  bucket: z.string(),
  name: z.string(),
  source: z.string('is needed: only objects from a local file are stored'),
});

/** The objects that the configuration uploads: what functions are deployed from. */
export class UploadedObjects {
  readonly #rootDirectory: string;
  readonly #buckets = new Map<string, Map<string, string>>();

  /** @param rootDirectory against which Terraform resolves `source` */
  constructor(rootDirectory: string) {
    this.#rootDirectory = rootDirectory;
  }

  createBucket(name: string): void {
    this.#buckets.set(name, new Map());
  }

  /** False when there is no such bucket. */
  put(bucket: string, name: string, source: string): boolean {
    return this.#buckets.get(bucket)?.set(name, path.resolve(this.#rootDirectory, source)) !== undefined;
  }

  /** The file that an object was uploaded from. */
  fileOf(bucket: string, name: string): string | undefined {
    return this.#buckets.get(bucket)?.get(name);
  }
}

/** https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/storage_bucket and its neighbours */
export const storageResourceTypes: ResourceTypes<GcpScope, UploadedObjects> = {
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
        time_created: '1970-01-01T00:00:00Z',
        updated: '1970-01-01T00:00:00Z',
        ...labelAttributes(values.labels),
      };
    },
    realise(resource, objects) {
      objects.createBucket(readResource(Bucket, resource).name);
    },
  },
  google_storage_bucket_object: {
    attributes(values) {
      const bucket = String(values.bucket);
      const name = String(values.name);
      const link = `https://www.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
      return {
        id: `${bucket}-${name}`,
        output_name: name,
        self_link: link,
        media_link: `${link.replace('/storage/v1/', '/download/storage/v1/')}?generation=1&alt=media`,
        generation: 1,
        content_type: 'application/zip',
        storage_class: 'STANDARD',
      };
    },
    realise(resource, objects) {
      const { bucket, name, source } = readResource(BucketObject, resource);
      if (!objects.put(bucket, name, source))
        throw new ConfigurationError(
          resource,
          `there is no bucket ${bucket}; declare it as a google_storage_bucket`,
        );
    },
  },
};
