// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { DataSources, ResourceType, ResourceTypes } from '../../resource-type.ts';
import { AwsError, type AwsScope } from '../service.ts';
import type { S3Bucket } from './bucket.ts';
import { setBucketPolicy } from './policy.ts';
import type { S3Store } from './store.ts';
import { LifecycleArguments, lifecycleRules } from './terraform-lifecycle.ts';
import { NotificationArguments, notificationConfiguration } from './terraform-notification.ts';
import { objectResource } from './terraform-object.ts';

export interface S3Deployment {
  store: S3Store;
  rootDirectory: string;
}

const absent = (what: string) => z.array(z.unknown()).max(0, `${what} does not run locally`).default([]);

/** Arguments that moved to resources of their own in version 4 of the provider. */
const moved = (type: string) =>
  z.array(z.unknown()).max(0, `is deprecated; use the resource ${type}`).default([]);

const BucketArguments = z.object({
  bucket: z.string(),
  object_lock_enabled: z.literal(false, 'object lock does not run locally').optional(),
  tags_all: z.record(z.string(), z.coerce.string()).default({}),
  cors_rule: moved('aws_s3_bucket_cors_configuration'),
  grant: moved('aws_s3_bucket_acl'),
  lifecycle_rule: moved('aws_s3_bucket_lifecycle_configuration'),
  logging: moved('aws_s3_bucket_logging'),
  replication_configuration: absent('replication'),
  server_side_encryption_configuration: moved('aws_s3_bucket_server_side_encryption_configuration'),
  versioning: moved('aws_s3_bucket_versioning'),
  website: absent('a website'),
});

function nameOf(values: StackValues, address: string): string {
  if (typeof values.bucket === 'string' && values.bucket !== '') return values.bucket;
  const prefix = typeof values.bucket_prefix === 'string' ? values.bucket_prefix : 'terraform-';
  return `${prefix}${stableId(address, 26, '0123456789')}`;
}

/** Hosted zones of static websites, which nothing here serves. */
const hostedZoneId = 'Z3AQBSTGFYJSTF';

function bucketValues(name: string, scope: AwsScope): StackValues {
  return {
    id: name,
    arn: `arn:${scope.partition}:s3:::${name}`,
    bucket: name,
    bucket_domain_name: `${name}.s3.amazonaws.com`,
    bucket_region: scope.region,
    bucket_regional_domain_name: `${name}.s3.${scope.region}.amazonaws.com`,
    hosted_zone_id: hostedZoneId,
    region: scope.region,
  };
}

function bucketAttributes(values: StackValues, scope: AwsScope, address: string): StackValues {
  return {
    ...bucketValues(nameOf(values, address), scope),
    bucket_prefix: values.bucket_prefix ?? '',
    force_destroy: values.force_destroy ?? false,
    object_lock_enabled: values.object_lock_enabled ?? false,
    tags: values.tags ?? null,
    tags_all: values.tags_all ?? values.tags ?? {},
  };
}

function explained<Result>(resource: StackResource, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { ArgumentName: name, ArgumentValue: value } = error.members;
    const detail = name === undefined ? '' : ` (${String(name)}: ${String(value)})`;
    throw new ConfigurationError(resource, `${error.code}: ${error.message}${detail}`);
  }
}

/** A resource that configures the bucket that its `bucket` names. */
function ofBucket<Schema extends z.ZodObject>(
  schema: Schema,
  configure: (
    bucket: S3Bucket,
    given: z.output<Schema>,
    deployment: S3Deployment,
    resource: StackResource,
  ) => void,
  attributes: (values: StackValues) => StackValues = () => ({}),
): ResourceType<AwsScope, S3Deployment> {
  return {
    attributes: (values, scope) => ({
      id: values.bucket ?? null,
      region: values.region ?? scope.region,
      ...attributes(values),
    }),
    realise(resource, deployment) {
      const { bucket: name } = readResource(z.object({ bucket: z.string() }), resource);
      const given = readResource(schema, resource);
      explained(resource, () => configure(deployment.store.bucket(name), given, deployment, resource));
    },
  };
}

const only = <Item extends z.ZodType>(item: Item) => z.array(item).length(1);

const Versioning = z.object({
  mfa: z.undefined('MFA delete does not run locally').optional(),
  versioning_configuration: only(z.object({ status: z.enum(['Enabled', 'Suspended', 'Disabled']) })),
});
const versioningModes = { Enabled: 'on', Suspended: 'suspended', Disabled: 'off' } as const;

const PublicAccessBlockArguments = z.object({
  block_public_acls: z.boolean().default(false),
  block_public_policy: z.boolean().default(false),
  ignore_public_acls: z.boolean().default(false),
  restrict_public_buckets: z.boolean().default(false),
});

const EncryptionArguments = z.object({
  rule: only(
    z.object({
      apply_server_side_encryption_by_default: z
        .array(
          z.object({
            sse_algorithm: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']),
            kms_master_key_id: z.string().nullish(),
          }),
        )
        .default([]),
      bucket_key_enabled: z.boolean().nullish(),
    }),
  ),
});

const CorsArguments = z.object({
  cors_rule: z
    .array(
      z.object({
        id: z.string().nullish(),
        allowed_headers: z.array(z.string()).nullish(),
        allowed_methods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])),
        allowed_origins: z.array(z.string()),
        expose_headers: z.array(z.string()).nullish(),
        max_age_seconds: z.coerce.number().int().nullish(),
      }),
    )
    .min(1)
    .max(100),
});

const Ownership = z.object({
  rule: only(
    z.object({ object_ownership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']) }),
  ),
});

export const s3ResourceTypes: ResourceTypes<AwsScope, S3Deployment> = {
  aws_s3_bucket: {
    attributes: bucketAttributes,
    realise(resource, { store }) {
      const given = readResource(BucketArguments, resource);
      const bucket = explained(resource, () => store.create(given.bucket));
      bucket.tags = given.tags_all;
    },
  },
  aws_s3_bucket_versioning: ofBucket(Versioning, ({ blobs }, { versioning_configuration: [given] }) => {
    if (given) blobs.versioning = versioningModes[given.status];
  }),
  aws_s3_bucket_public_access_block: ofBucket(PublicAccessBlockArguments, (bucket, given) => {
    bucket.publicAccessBlock = {
      blockPublicAcls: given.block_public_acls,
      blockPublicPolicy: given.block_public_policy,
      ignorePublicAcls: given.ignore_public_acls,
      restrictPublicBuckets: given.restrict_public_buckets,
    };
  }),
  aws_s3_bucket_server_side_encryption_configuration: ofBucket(EncryptionArguments, (bucket, given) => {
    const [rule] = given.rule;
    const byDefault = rule?.apply_server_side_encryption_by_default[0];
    bucket.encryption = {
      algorithm: byDefault?.sse_algorithm ?? 'AES256',
      ...(byDefault?.kms_master_key_id && { keyId: byDefault.kms_master_key_id }),
      ...(rule?.bucket_key_enabled && { bucketKey: true }),
    };
  }),
  aws_s3_bucket_lifecycle_configuration: ofBucket(LifecycleArguments, (bucket, given, { store }) =>
    store.setLifecycle(bucket, lifecycleRules(given)),
  ),
  aws_s3_bucket_notification: ofBucket(NotificationArguments, (bucket, given, { store }, { address }) =>
    store.setNotification(bucket, notificationConfiguration(given, address)),
  ),
  aws_s3_bucket_policy: ofBucket(
    z.object({ policy: z.string() }),
    (bucket, { policy }, { store }, resource) =>
      setBucketPolicy(bucket, policy, (document) =>
        store.attachPolicy(bucket.arn, document, sourceOf(resource)),
      ),
  ),
  aws_s3_bucket_ownership_controls: ofBucket(Ownership, (bucket, { rule: [rule] }) => {
    if (rule) bucket.ownership = rule.object_ownership;
  }),
  aws_s3_bucket_cors_configuration: ofBucket(CorsArguments, (bucket, given) => {
    bucket.cors = given.cors_rule.map((rule) => ({
      ...(rule.id && { id: rule.id }),
      allowedOrigins: rule.allowed_origins,
      allowedMethods: rule.allowed_methods,
      allowedHeaders: rule.allowed_headers ?? [],
      exposeHeaders: rule.expose_headers ?? [],
      ...(typeof rule.max_age_seconds === 'number' && { maxAgeSeconds: rule.max_age_seconds }),
    }));
  }),
  aws_s3_bucket_logging: {
    attributes: (values, scope) => ({ id: values.bucket ?? null, region: values.region ?? scope.region }),
    declaredOnly: 'access logs arrive hours later and only when somebody has used the bucket from outside',
  },
  aws_s3_object: objectResource(explained),
};

export const s3DataSources: DataSources<AwsScope> = {
  aws_s3_bucket: (values, scope) => bucketValues(String(values.bucket), scope),
};
