/** The Terraform resources of Pub/Sub. https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/pubsub_topic and its neighbours */
import * as z from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { labelAttributes, projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';
import type { PubSub } from './pubsub.ts';
import { defaults, type PushSettings, type RetrySettings } from './settings.ts';

/** `600s`, `3.5s` */
const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?s$/, 'must be a number of seconds such as "600s"')
  .transform((text) => Number(text.slice(0, -1)));
const labels = z.record(z.string(), z.string()).default({});
/** Terraform writes a nested block as an array of one. */
const block = <Shape extends z.ZodType>(shape: Shape) => z.array(shape).max(1).default([]);
const none = (what: string) =>
  z.array(z.unknown()).max(0, `${what} is not supported by the local cloud`).nullish();
const absent = (what: string) => z.undefined(`${what} is not supported by the local cloud`).optional();

const TopicArguments = z.object({
  id: z.string(),
  labels,
  message_retention_duration: seconds.optional(),
  kms_key_name: absent('kms_key_name'),
  message_storage_policy: block(z.object({ allowed_persistence_regions: z.array(z.string()).default([]) })),
  schema_settings: none('schema_settings'),
  ingestion_data_source_settings: none('ingestion_data_source_settings'),
  message_transforms: none('message_transforms'),
});

const PushArguments = z.object({
  push_endpoint: z.string(),
  attributes: z.record(z.string(), z.string()).nullish(),
  oidc_token: z
    .array(z.object({ service_account_email: z.string(), audience: z.string().nullish() }))
    .max(1)
    .nullish(),
  no_wrapper: z
    .array(z.object({ write_metadata: z.boolean() }))
    .max(1)
    .nullish(),
});

const SubscriptionArguments = z.object({
  id: z.string(),
  project: z.string(),
  topic: z.string(),
  labels,
  ack_deadline_seconds: z.number(),
  message_retention_duration: seconds,
  retain_acked_messages: z.boolean().default(false),
  enable_message_ordering: z.boolean().default(false),
  enable_exactly_once_delivery: z.boolean().default(false),
  filter: z.string().default(''),
  expiration_policy: block(z.object({ ttl: z.union([z.literal(''), seconds]) })),
  dead_letter_policy: block(
    z.object({ dead_letter_topic: z.string(), max_delivery_attempts: z.number().nullish() }),
  ),
  retry_policy: block(z.object({ minimum_backoff: seconds.nullish(), maximum_backoff: seconds.nullish() })),
  push_config: block(PushArguments),
  bigquery_config: none('bigquery_config'),
  cloud_storage_config: none('cloud_storage_config'),
  message_transforms: none('message_transforms'),
});

const hasBlock = (value: StackValues[string] | undefined) => Array.isArray(value) && value.length > 0;

export const pubsubResourceTypes: ResourceTypes<GcpScope, PubSub> = {
  google_pubsub_topic: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      return {
        id: `projects/${project}/topics/${String(values.name)}`,
        project,
        deletion_policy: 'DELETE',
        ...labelAttributes(values.labels),
      };
    },
    realise(resource, pubsub) {
      const topic = readResource(TopicArguments, resource);
      const [policy] = topic.message_storage_policy;
      const retention = topic.message_retention_duration;
      pubsub.createTopic(topic.id, {
        labels: new Map(Object.entries(topic.labels)),
        ...(retention !== undefined && { messageRetentionSeconds: retention }),
        ...(policy && { allowedPersistenceRegions: policy.allowed_persistence_regions }),
      });
    },
  },

  google_pubsub_subscription: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      return {
        id: `projects/${project}/subscriptions/${String(values.name)}`,
        project,
        ack_deadline_seconds: defaults.ackDeadlineSeconds,
        message_retention_duration: `${defaults.messageRetentionSeconds}s`,
        deletion_policy: 'DELETE',
        ...(hasBlock(values.retry_policy)
          ? { retry_policy: [{ minimum_backoff: '10s', maximum_backoff: '600s' }] }
          : {}),
        ...(hasBlock(values.expiration_policy)
          ? {}
          : { expiration_policy: [{ ttl: `${defaults.expirationSeconds}s` }] }),
        ...labelAttributes(values.labels),
      };
    },
    realise: createSubscription,
  },

  google_project_service_identity: {
    attributes(values, scope) {
      const project = projectOf(values, scope);
      const service = String(values.service);
      const email = serviceAgentOf(service, scope);
      return {
        id: `projects/${project}/services/${service}`,
        project,
        email,
        member: email === null ? null : `serviceAccount:${email}`,
      };
    },
    realise(resource) {
      const { service } = readResource(
        z.object({ service: z.string(), email: z.string().optional() }),
        resource,
      );
      if (resource.values.email === null)
        throw new ConfigurationError(
          resource,
          `the service agent of ${service} is not known to the local cloud`,
        );
    },
  },
};

/** https://docs.cloud.google.com/iam/docs/service-agents: `gcp-sa-` and the service, for nearly all of them. */
function serviceAgentOf(service: string, { projectNumber }: GcpScope): string | null {
  const domains: Record<string, string> = {
    'cloudbuild.googleapis.com': 'gcp-sa-cloudbuild',
    'cloudscheduler.googleapis.com': 'gcp-sa-cloudscheduler',
    'cloudtasks.googleapis.com': 'gcp-sa-cloudtasks',
    'eventarc.googleapis.com': 'gcp-sa-eventarc',
    'firestore.googleapis.com': 'gcp-sa-firestore',
    'pubsub.googleapis.com': 'gcp-sa-pubsub',
    'run.googleapis.com': 'serverless-robot-prod',
    'secretmanager.googleapis.com': 'gcp-sa-secretmanager',
    'workflows.googleapis.com': 'gcp-sa-workflows',
  };
  const domain = Object.hasOwn(domains, service) ? domains[service] : undefined;
  return domain === undefined ? null : `service-${projectNumber}@${domain}.iam.gserviceaccount.com`;
}

function createSubscription(resource: StackResource, pubsub: PubSub): void {
  const one = readResource(SubscriptionArguments, resource);
  const [expiration] = one.expiration_policy;
  const [deadLetter] = one.dead_letter_policy;
  const [retry] = one.retry_policy;
  const [push] = one.push_config;
  const named = (topic: string) =>
    topic.startsWith('projects/') ? topic : `projects/${one.project}/topics/${topic}`;
  // An empty time to live means that it never expires.
  const expirationSeconds = expiration?.ttl === '' ? undefined : expiration?.ttl;
  pubsub.createSubscription(one.id, {
    topic: named(one.topic),
    labels: new Map(Object.entries(one.labels)),
    ackDeadlineSeconds: one.ack_deadline_seconds,
    messageRetentionSeconds: one.message_retention_duration,
    retainAckedMessages: one.retain_acked_messages,
    enableMessageOrdering: one.enable_message_ordering,
    enableExactlyOnceDelivery: one.enable_exactly_once_delivery,
    filter: one.filter,
    ...(expirationSeconds !== undefined && { expirationSeconds }),
    ...(deadLetter && {
      deadLetter: {
        topic: named(deadLetter.dead_letter_topic),
        maximumDeliveryAttempts: deadLetter.max_delivery_attempts || defaults.maximumDeliveryAttempts,
      },
    }),
    ...(retry && { retry: retrySettings(retry.minimum_backoff, retry.maximum_backoff) }),
    ...(push && { push: pushSettings(push) }),
  });
}

const retrySettings = (
  minimum: number | null | undefined,
  maximum: number | null | undefined,
): RetrySettings => ({
  minimumBackoffMs: (minimum ?? defaults.minimumBackoffMs / 1000) * 1000,
  maximumBackoffMs: (maximum ?? defaults.maximumBackoffMs / 1000) * 1000,
});

function pushSettings({
  push_endpoint,
  attributes,
  oidc_token,
  no_wrapper,
}: z.infer<typeof PushArguments>): PushSettings {
  const [token] = oidc_token ?? [];
  const [unwrapped] = no_wrapper ?? [];
  return {
    endpoint: push_endpoint,
    attributes: new Map(Object.entries(attributes ?? {})),
    ...(token && {
      oidcToken: {
        serviceAccountEmail: token.service_account_email,
        ...(token.audience && { audience: token.audience }),
      },
    }),
    payload: unwrapped ? { kind: 'unwrapped', writeMetadata: unwrapped.write_metadata } : { kind: 'wrapped' },
  };
}
