// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic and its neighbours
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { Iam } from '../iam/iam.ts';
import { AwsError, type AwsScope } from '../service.ts';
import { isForPersons, needsConfirmation } from './subscription.ts';
import type { Topic } from './topic.ts';
import type { TopicStore } from './topic-store.ts';

export interface SnsDeployment {
  store: TopicStore;
  iam: Iam;
}

const absent = (what: string) => z.undefined(`${what} does not run locally`).optional();

const TopicArguments = z.object({
  name: z.string(),
  archive_policy: absent('archive_policy'),
  content_based_deduplication: z.boolean().default(false),
  delivery_policy: absent('delivery_policy: only HTTP deliveries have one, and they'),
  display_name: z.string().default(''),
  fifo_throughput_scope: z.string().optional(),
  fifo_topic: z.boolean().default(false),
  kms_master_key_id: z.string().optional(),
  policy: z.string().optional(),
  signature_version: z.coerce.number().int().optional(),
  tags_all: z.record(z.string(), z.coerce.string()).default({}),
  tracing_config: z.string().optional(),
});

function topicAttributes(values: StackValues, scope: AwsScope, address: string): StackValues {
  const fifo = values.fifo_topic === true;
  const name = nameFrom(values, address, fifo);
  const arn = `arn:${scope.partition}:sns:${scope.region}:${scope.accountId}:${name}`;
  return {
    id: arn,
    arn,
    name,
    name_prefix: values.name_prefix ?? '',
    owner: scope.accountId,
    beginning_archive_time: '',
    content_based_deduplication: false,
    display_name: '',
    fifo_throughput_scope: values.fifo_throughput_scope ?? (fifo ? 'Topic' : ''),
    fifo_topic: false,
    kms_master_key_id: null,
    policy: values.policy ?? null,
    region: values.region ?? scope.region,
    signature_version: values.signature_version ?? 0,
    tags: values.tags ?? null,
    tags_all: values.tags_all ?? values.tags ?? {},
    tracing_config: values.tracing_config ?? '',
  };
}

function nameFrom(values: StackValues, address: string, fifo: boolean): string {
  if (typeof values.name === 'string' && values.name !== '') return values.name;
  const prefix =
    typeof values.name_prefix === 'string' && values.name_prefix ? values.name_prefix : 'terraform-';
  return `${prefix}${stableId(address, 26, '0123456789')}${fifo ? '.fifo' : ''}`;
}

function realiseTopic(resource: StackResource, deployment: SnsDeployment): void {
  const given = readResource(TopicArguments, resource);
  const { store } = deployment;
  if (store.topics.has(store.arnOf(given.name)))
    throw new ConfigurationError(resource, `there is another topic with the name ${given.name}`);
  const attributes = {
    ...(given.display_name !== '' && { DisplayName: given.display_name }),
    ...(given.kms_master_key_id && { KmsMasterKeyId: given.kms_master_key_id }),
    ...(given.signature_version && { SignatureVersion: String(given.signature_version) }),
    ...(given.tracing_config && { TracingConfig: given.tracing_config }),
    ...(given.fifo_topic && {
      FifoTopic: 'true',
      ContentBasedDeduplication: String(given.content_based_deduplication),
      ...(given.fifo_throughput_scope && { FifoThroughputScope: given.fifo_throughput_scope }),
    }),
  };
  if (!given.fifo_topic && given.content_based_deduplication)
    throw new ConfigurationError(resource, 'content-based deduplication can only be set for FIFO topics');
  explained(resource, () => {
    const topic = store.create(given.name, attributes, given.tags_all);
    if (given.policy) setPolicy(resource, topic, given.policy, deployment);
  });
}

/** The policy is entered with the place where it stands, so that what is never used of it can be found. */
function setPolicy(
  resource: StackResource,
  topic: Topic,
  document: string,
  { store, iam }: SnsDeployment,
): void {
  store.setPolicy(topic, document, () => iam.attachResourcePolicy(topic.arn, document, sourceOf(resource)));
}

const SubscriptionArguments = z.object({
  arn: z.string(),
  topic_arn: z.string(),
  protocol: z.string(),
  endpoint: z.string(),
  delivery_policy: absent('delivery_policy: only HTTP deliveries have one, and they'),
  filter_policy: z.string().optional(),
  filter_policy_scope: z.string().optional(),
  raw_message_delivery: z.boolean().default(false),
  redrive_policy: z.string().optional(),
  replay_policy: absent('replay_policy'),
  subscription_role_arn: absent('subscription_role_arn: only Firehose deliveries have one, and they'),
});

function subscriptionAttributes(values: StackValues, scope: AwsScope, address: string): StackValues {
  const arn = `${String(values.topic_arn)}:${subscriptionId(address)}`;
  const isPending = needsConfirmation(String(values.protocol));
  return {
    id: arn,
    arn,
    owner_id: scope.accountId,
    confirmation_was_authenticated: !isPending,
    pending_confirmation: isPending,
    confirmation_timeout_in_minutes: 1,
    endpoint_auto_confirms: false,
    filter_policy_scope: values.filter_policy_scope ?? (values.filter_policy ? 'MessageAttributes' : ''),
    raw_message_delivery: false,
    region: values.region ?? scope.region,
  };
}

function subscriptionId(address: string): string {
  const hex = stableId(address, 32, '0123456789abcdef');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}

function realiseSubscription(resource: StackResource, { store }: SnsDeployment): void {
  const given = readResource(SubscriptionArguments, resource);
  const attributes = {
    ...(given.raw_message_delivery && { RawMessageDelivery: 'true' }),
    ...(given.filter_policy && { FilterPolicy: given.filter_policy }),
    ...(given.filter_policy_scope && { FilterPolicyScope: given.filter_policy_scope }),
    ...(given.redrive_policy && { RedrivePolicy: given.redrive_policy }),
  };
  explained(resource, () => {
    const topic = store.topic(given.topic_arn);
    store.subscribe(topic, given, attributes, {
      principalArn: `arn:${store.runtime.partition}:iam::${store.runtime.accountId}:root`,
      id: given.arn.slice(given.arn.lastIndexOf(':') + 1),
    });
    if (!isForPersons(given.protocol))
      store.surroundings.destinations.check(given.endpoint).find(given.endpoint);
  });
}

function explained(resource: StackResource, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (error instanceof AwsError) throw new ConfigurationError(resource, `${error.code}: ${error.message}`);
    throw error;
  }
}

export const snsResourceTypes: ResourceTypes<AwsScope, SnsDeployment> = {
  aws_sns_topic: { attributes: topicAttributes, realise: realiseTopic },
  aws_sns_topic_subscription: { attributes: subscriptionAttributes, realise: realiseSubscription },
  aws_sns_topic_policy: {
    attributes: (values, scope) => ({
      id: values.arn ?? null,
      owner: scope.accountId,
      region: values.region ?? scope.region,
    }),
    realise(resource, deployment) {
      const { arn, policy } = readResource(z.object({ arn: z.string(), policy: z.string() }), resource);
      explained(resource, () => setPolicy(resource, deployment.store.topic(arn), policy, deployment));
    },
  },
};
