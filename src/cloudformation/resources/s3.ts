// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html
import type { StackValues } from '../../terraform/stack.ts';
import {
  apply,
  block,
  blocks,
  flag,
  type Given,
  json,
  listOf,
  number,
  type Property,
  refused,
  tags,
  tagsOf,
  text,
  textOf,
  texts,
} from '../property.ts';
import { type ResourceMapping, the } from '../resource-mapping.ts';

/** A rule of a notification: what Terraform calls `filter_prefix` and `filter_suffix` are rules by name here. */
const filter: Property = (given) =>
  apply(
    {
      S3Key: (key) =>
        apply(
          {
            Rules: (rules) =>
              Object.assign(
                {},
                ...listOf(rules).map((rule) => {
                  const { name, value } = apply({ Name: text('name'), Value: text('value') }, rule);
                  const kind = String(name).toLowerCase();
                  if (kind !== 'prefix' && kind !== 'suffix')
                    throw rule.refuse('Name must be prefix or suffix');
                  return { [`filter_${kind}`]: value };
                }),
              ) as StackValues,
          },
          key,
        ),
    },
    given,
  );

const rules = (argument: string, target: string, targetArgument: string): Property =>
  blocks(argument, {
    Event: (given) => ({ events: [textOf(given)] }),
    Filter: filter,
    [target]: text(targetArgument),
  });

const notification = {
  EventBridgeConfiguration: (given: Given) => {
    const { eventbridge = true } = apply({ EventBridgeEnabled: flag('eventbridge') }, given);
    return { eventbridge };
  },
  LambdaConfigurations: rules('lambda_function', 'Function', 'lambda_function_arn'),
  QueueConfigurations: rules('queue', 'Queue', 'queue_arn'),
  TopicConfigurations: rules('topic', 'Topic', 'topic_arn'),
};

const noTransition = refused('transitions between storage classes do not run locally');

const lifecycleRule = {
  AbortIncompleteMultipartUpload: block('abort_incomplete_multipart_upload', {
    DaysAfterInitiation: number('days_after_initiation'),
  }),
  ExpirationDate: text('date'),
  ExpirationInDays: number('days'),
  ExpiredObjectDeleteMarker: flag('expired_object_delete_marker'),
  Id: text('id'),
  NoncurrentVersionExpiration: block('noncurrent_version_expiration', {
    NewerNoncurrentVersions: number('newer_noncurrent_versions'),
    NoncurrentDays: number('noncurrent_days'),
  }),
  NoncurrentVersionTransitions: noTransition,
  ObjectSizeGreaterThan: number('object_size_greater_than'),
  ObjectSizeLessThan: number('object_size_less_than'),
  Prefix: text('prefix'),
  Status: text('status'),
  TagFilters: (given: Given) => ({ tags: tagsOf(given) }),
  Transition: noTransition,
  Transitions: noTransition,
};

/** Expiration and conditions are blocks in Terraform. */
const lifecycle: Property = (given) => ({
  rule: listOf(given).map((item, index) => {
    const {
      date,
      days,
      expired_object_delete_marker,
      prefix,
      object_size_greater_than,
      object_size_less_than,
      tags: tagFilters,
      ...rest
    } = apply(lifecycleRule, item);
    const expiration = present({ date, days, expired_object_delete_marker });
    const and = present({ prefix, object_size_greater_than, object_size_less_than, tags: tagFilters });
    return {
      id: `rule-${index + 1}`,
      ...rest,
      ...(Object.keys(expiration).length > 0 && { expiration: [expiration] }),
      ...(Object.keys(and).length > 0 && { filter: [{ and: [and] }] }),
    };
  }),
});

function present(values: { [key: string]: StackValues[string] | undefined }): StackValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as StackValues;
}

/** Each is a resource of its own in Terraform, which names the bucket. */
const sides: Record<string, { type: string; read: Property }> = {
  BucketEncryption: {
    type: 'aws_s3_bucket_server_side_encryption_configuration',
    read: (given) =>
      apply(
        {
          ServerSideEncryptionConfiguration: blocks('rule', {
            BucketKeyEnabled: flag('bucket_key_enabled'),
            ServerSideEncryptionByDefault: block('apply_server_side_encryption_by_default', {
              KMSMasterKeyID: text('kms_master_key_id'),
              SSEAlgorithm: text('sse_algorithm'),
            }),
          }),
        },
        given,
      ),
  },
  CorsConfiguration: {
    type: 'aws_s3_bucket_cors_configuration',
    read: (given) =>
      apply(
        {
          CorsRules: blocks('cors_rule', {
            AllowedHeaders: texts('allowed_headers'),
            AllowedMethods: texts('allowed_methods'),
            AllowedOrigins: texts('allowed_origins'),
            ExposedHeaders: texts('expose_headers'),
            Id: text('id'),
            MaxAge: number('max_age_seconds'),
          }),
        },
        given,
      ),
  },
  LifecycleConfiguration: {
    type: 'aws_s3_bucket_lifecycle_configuration',
    read: (given) => apply({ Rules: lifecycle }, given),
  },
  LoggingConfiguration: {
    type: 'aws_s3_bucket_logging',
    read: (given) =>
      apply({ DestinationBucketName: text('target_bucket'), LogFilePrefix: text('target_prefix') }, given),
  },
  NotificationConfiguration: {
    type: 'aws_s3_bucket_notification',
    read: (given) => apply(notification, given),
  },
  OwnershipControls: {
    type: 'aws_s3_bucket_ownership_controls',
    read: (given) => apply({ Rules: blocks('rule', { ObjectOwnership: text('object_ownership') }) }, given),
  },
  PublicAccessBlockConfiguration: {
    type: 'aws_s3_bucket_public_access_block',
    read: (given) =>
      apply(
        {
          BlockPublicAcls: flag('block_public_acls'),
          BlockPublicPolicy: flag('block_public_policy'),
          IgnorePublicAcls: flag('ignore_public_acls'),
          RestrictPublicBuckets: flag('restrict_public_buckets'),
        },
        given,
      ),
  },
  VersioningConfiguration: {
    type: 'aws_s3_bucket_versioning',
    read: (given) => ({ versioning_configuration: [apply({ Status: text('status') }, given)] }),
  },
};

/** Kept as a list of one until `make` takes it apart. */
const side =
  (name: string): Property =>
  (given) => ({ [name]: [sides[name]?.read(given) ?? {}] });

const bucket: ResourceMapping = {
  properties: {
    BucketName: text('bucket'),
    Tags: tags('tags'),
    ...Object.fromEntries(Object.keys(sides).map((name) => [name, side(name)])),
    AccelerateConfiguration: refused('transfer acceleration does not run locally'),
    ObjectLockEnabled: flag('object_lock_enabled'),
    ReplicationConfiguration: refused('replication does not run locally'),
    WebsiteConfiguration: refused('a website does not run locally'),
  },
  make(values, context) {
    const name = values.bucket ?? context.madeUpName(63).toLowerCase();
    const own = Object.fromEntries(Object.entries(values).filter(([key]) => !(key in sides)));
    return [
      { type: 'aws_s3_bucket', values: { ...own, bucket: name } },

      ...Object.entries(sides).flatMap(([key, { type }]) => {
        const [given] = Array.isArray(values[key]) ? values[key] : [];
        return given === undefined ? [] : [{ type, values: { bucket: name, ...(given as StackValues) } }];
      }),
    ];
  },
  ref: the('bucket'),
  attributes: {
    Arn: the('arn'),
    DomainName: the('bucket_domain_name'),
    RegionalDomainName: the('bucket_regional_domain_name'),
    DualStackDomainName: (values, { region }) =>
      `${String(values.bucket)}.s3.dualstack.${region}.amazonaws.com`,
  },
};

const bucketPolicy: ResourceMapping = {
  properties: { Bucket: text('bucket'), PolicyDocument: json('policy') },
  required: ['Bucket', 'PolicyDocument'],
  make: (values) => [{ type: 'aws_s3_bucket_policy', values }],
  ref: the('bucket'),
  attributes: {},
};

export const s3Mappings: Record<string, ResourceMapping> = {
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
};
