// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue and its neighbours
import { z } from 'zod';
import type { StackResource, StackValue, StackValues } from '../../../terraform/stack.ts';
import { sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { Iam } from '../iam/iam.ts';
import { AwsError, type AwsScope } from '../service.ts';
import type { SqsQueue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import { maximumPayloadBytes, type QueueAttributes } from './settings.ts';

export interface SqsDeployment {
  store: QueueStore;
  iam: Iam;
}

const integer = z.coerce.number().int();

const QueueArguments = z.object({
  name: z.string(),
  content_based_deduplication: z.boolean().optional(),
  deduplication_scope: z.string().optional(),
  delay_seconds: integer.min(0).max(900).default(0),
  fifo_queue: z.boolean().default(false),
  fifo_throughput_limit: z.string().optional(),
  kms_data_key_reuse_period_seconds: integer.min(60).max(86_400).optional(),
  kms_master_key_id: z.string().optional(),
  max_message_size: integer.min(1024).max(maximumPayloadBytes),
  message_retention_seconds: integer.min(60).max(1_209_600),
  policy: z.string().optional(),
  receive_wait_time_seconds: integer.min(0).max(20).default(0),
  redrive_allow_policy: z.string().optional(),
  redrive_policy: z.string().optional(),
  sqs_managed_sse_enabled: z.boolean().optional(),
  tags_all: z.record(z.string(), z.coerce.string()).default({}),
  visibility_timeout_seconds: integer.min(0).max(43_200),
});

/** The provider's own defaults; that of the message size is below what SQS takes. */
function queueAttributes(values: StackValues, scope: AwsScope, address: string): StackValues {
  const fifo = values.fifo_queue === true;
  const name = nameFrom(values, address, fifo);
  const url = `https://sqs.${scope.region}.amazonaws.com/${scope.accountId}/${name}`;
  const hasKmsKey = typeof values.kms_master_key_id === 'string' && values.kms_master_key_id !== '';
  return {
    id: url,
    url,
    arn: `arn:${scope.partition}:sqs:${scope.region}:${scope.accountId}:${name}`,
    name,
    name_prefix: values.name_prefix ?? '',
    content_based_deduplication: values.content_based_deduplication ?? false,
    deduplication_scope: values.deduplication_scope ?? (fifo ? 'queue' : ''),
    delay_seconds: 0,
    fifo_queue: false,
    fifo_throughput_limit: values.fifo_throughput_limit ?? (fifo ? 'perQueue' : ''),
    kms_data_key_reuse_period_seconds: values.kms_data_key_reuse_period_seconds ?? 300,
    kms_master_key_id: null,
    max_message_size: 262_144,
    message_retention_seconds: 345_600,
    policy: values.policy ?? '',
    receive_wait_time_seconds: 0,
    redrive_allow_policy: values.redrive_allow_policy ?? '',
    redrive_policy: values.redrive_policy ?? '',
    region: values.region ?? scope.region,
    sqs_managed_sse_enabled: values.sqs_managed_sse_enabled ?? !hasKmsKey,
    tags: values.tags ?? null,
    tags_all: values.tags_all ?? values.tags ?? {},
    visibility_timeout_seconds: 30,
  };
}

function nameFrom(values: StackValues, address: string, fifo: boolean): string {
  if (typeof values.name === 'string' && values.name !== '') return values.name;
  const prefix =
    typeof values.name_prefix === 'string' && values.name_prefix ? values.name_prefix : 'terraform-';
  return `${prefix}${stableId(address, 26, '0123456789')}${fifo ? '.fifo' : ''}`;
}

function realiseQueue(resource: StackResource, { store, iam }: SqsDeployment): void {
  const given = readResource(QueueArguments, resource);
  const fifo = given.fifo_queue;
  const text = (value: boolean) => (value ? 'true' : 'false');
  const attributes: QueueAttributes = {
    DelaySeconds: String(given.delay_seconds),
    MaximumMessageSize: String(given.max_message_size),
    MessageRetentionPeriod: String(given.message_retention_seconds),
    ReceiveMessageWaitTimeSeconds: String(given.receive_wait_time_seconds),
    VisibilityTimeout: String(given.visibility_timeout_seconds),
    ...(given.redrive_policy && { RedrivePolicy: given.redrive_policy }),
    ...(given.redrive_allow_policy && { RedriveAllowPolicy: given.redrive_allow_policy }),
    ...(given.kms_master_key_id
      ? {
          KmsMasterKeyId: given.kms_master_key_id,
          KmsDataKeyReusePeriodSeconds: String(given.kms_data_key_reuse_period_seconds ?? 300),
        }
      : { SqsManagedSseEnabled: text(given.sqs_managed_sse_enabled ?? true) }),
    ...(fifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: text(given.content_based_deduplication ?? false),
      ...(given.deduplication_scope && { DeduplicationScope: given.deduplication_scope }),
      ...(given.fifo_throughput_limit && { FifoThroughputLimit: given.fifo_throughput_limit }),
    }),
  };
  if (!fifo && given.content_based_deduplication)
    throw new ConfigurationError(resource, 'content-based deduplication can only be set for FIFO queue');
  if (store.queues.has(given.name))
    throw new ConfigurationError(resource, `there is another queue with the name ${given.name}`);
  const queue = explained(resource, () => store.create(given.name, attributes, given.tags_all));
  const { policy } = given;
  if (policy) explained(resource, () => setPolicy(resource, queue, policy, { store, iam }));
}

/** The policy is entered with the place where it stands, so that what is never used of it can be found. */
function setPolicy(
  resource: StackResource,
  queue: SqsQueue,
  document: string,
  { store, iam }: SqsDeployment,
): void {
  store.setPolicy(queue, document, () => iam.attachResourcePolicy(queue.arn, document, sourceOf(resource)));
}

function explained<Result>(resource: StackResource, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof AwsError) throw new ConfigurationError(resource, `${error.code}: ${error.message}`);
    throw error;
  }
}

/** A resource that sets one attribute of the queue that its `queue_url` names. */
const ofQueue = (
  argument: string,
  set: (resource: StackResource, queue: SqsQueue, value: string, deployment: SqsDeployment) => void,
) => ({
  attributes: (values: StackValues, scope: AwsScope): StackValues => ({
    id: values.queue_url ?? (null satisfies StackValue),
    region: values.region ?? scope.region,
  }),
  realise(resource: StackResource, deployment: SqsDeployment) {
    const shape = z.object({ queue_url: z.string(), [argument]: z.string() });
    const values = readResource(shape, resource);
    const queue = explained(resource, () => deployment.store.queueOfUrl(String(values.queue_url)));
    explained(resource, () => set(resource, queue, String(values[argument]), deployment));
  },
});

export const sqsResourceTypes: ResourceTypes<AwsScope, SqsDeployment> = {
  aws_sqs_queue: { attributes: queueAttributes, realise: realiseQueue },
  aws_sqs_queue_policy: ofQueue('policy', setPolicy),
  aws_sqs_queue_redrive_policy: ofQueue('redrive_policy', (_, queue, value, { store }) =>
    store.setAttributes(queue, { RedrivePolicy: value }),
  ),
  aws_sqs_queue_redrive_allow_policy: ofQueue('redrive_allow_policy', (_, queue, value, { store }) =>
    store.setAttributes(queue, { RedriveAllowPolicy: value }),
  ),
};
