/** Topics and subscriptions between their form on the wire and what they are here. */
import { GrpcError } from '../grpc-server.ts';
import type { OutgoingPubsubMessage, PubsubMessage } from './message.ts';
import type { WireMessage, WirePushConfig, WireSubscription, WireTopic } from './messages.ts';
import type { Topic } from './pubsub.ts';
import { defaults, type PushSettings, type SubscriptionSettings, type TopicSettings } from './settings.ts';
import type { Subscription } from './subscription.ts';

interface WireDuration {
  seconds: bigint;
  nanos: number;
}

const nanosPerSecond = 1e9;
/** `Topic.State` and `Subscription.State` */
const active = 1;

const secondsOf = ({ seconds, nanos }: WireDuration): number => Number(seconds) + nanos / nanosPerSecond;

const wireDuration = (seconds: number): WireDuration => ({
  seconds: BigInt(Math.floor(seconds)),
  nanos: Math.round((seconds % 1) * nanosPerSecond),
});

const wireTime = (ms: number): WireDuration => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanos: Math.round((ms % 1000) * 1e6),
});

const unsupported = (what: string): GrpcError =>
  new GrpcError('UNIMPLEMENTED', `The local Pub/Sub does not support ${what}.`);

export function topicSettings(wire: WireTopic): TopicSettings {
  if (wire.kmsKeyName !== '') throw unsupported('kms_key_name');
  if (wire.schemaSettings) throw unsupported('schema_settings');
  if (wire.ingestionDataSourceSettings) throw unsupported('ingestion_data_source_settings');
  if (wire.messageTransforms.length > 0) throw unsupported('message_transforms');
  const { messageRetentionDuration: retention, messageStoragePolicy: policy } = wire;
  return {
    labels: wire.labels,
    ...(retention && { messageRetentionSeconds: secondsOf(retention) }),
    ...(policy && { allowedPersistenceRegions: policy.allowedPersistenceRegions }),
  };
}

export function wireTopic({ name, settings }: Topic) {
  const { labels, messageRetentionSeconds: retention, allowedPersistenceRegions } = settings;
  return {
    name,
    labels,
    ...(retention !== undefined && { messageRetentionDuration: wireDuration(retention) }),
    ...(allowedPersistenceRegions && { messageStoragePolicy: { allowedPersistenceRegions } }),
    state: active,
  };
}

export function pushSettings(wire: WirePushConfig): PushSettings {
  const { pushEndpoint, attributes, oidcToken, noWrapper } = wire;
  return {
    endpoint: pushEndpoint,
    attributes,
    ...(oidcToken && {
      oidcToken: {
        serviceAccountEmail: oidcToken.serviceAccountEmail,
        ...(oidcToken.audience !== '' && { audience: oidcToken.audience }),
      },
    }),
    payload: noWrapper ? { kind: 'unwrapped', writeMetadata: noWrapper.writeMetadata } : { kind: 'wrapped' },
  };
}

export function subscriptionSettings(wire: WireSubscription): SubscriptionSettings {
  if (wire.bigqueryConfig) throw unsupported('bigquery_config');
  if (wire.cloudStorageConfig) throw unsupported('cloud_storage_config');
  if (wire.bigtableConfig) throw unsupported('bigtable_config');
  if (wire.messageTransforms.length > 0) throw unsupported('message_transforms');
  const { expirationPolicy, deadLetterPolicy, retryPolicy, pushConfig, messageRetentionDuration } = wire;
  // A policy without a time to live never expires.
  const expirationSeconds = expirationPolicy
    ? expirationPolicy.ttl && secondsOf(expirationPolicy.ttl)
    : defaults.expirationSeconds;
  return {
    topic: wire.topic,
    labels: wire.labels,
    ackDeadlineSeconds: wire.ackDeadlineSeconds || defaults.ackDeadlineSeconds,
    messageRetentionSeconds: messageRetentionDuration
      ? secondsOf(messageRetentionDuration)
      : defaults.messageRetentionSeconds,
    retainAckedMessages: wire.retainAckedMessages,
    enableMessageOrdering: wire.enableMessageOrdering,
    enableExactlyOnceDelivery: wire.enableExactlyOnceDelivery,
    filter: wire.filter,
    ...(expirationSeconds !== undefined && { expirationSeconds }),
    ...(deadLetterPolicy && {
      deadLetter: {
        topic: deadLetterPolicy.deadLetterTopic,
        maximumDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts || defaults.maximumDeliveryAttempts,
      },
    }),
    ...(retryPolicy && {
      retry: {
        minimumBackoffMs: milliseconds(retryPolicy.minimumBackoff, defaults.minimumBackoffMs),
        maximumBackoffMs: milliseconds(retryPolicy.maximumBackoff, defaults.maximumBackoffMs),
      },
    }),
    ...(pushConfig && pushConfig.pushEndpoint !== '' && { push: pushSettings(pushConfig) }),
  };
}

const milliseconds = (duration: WireDuration | undefined, otherwise: number): number =>
  duration ? secondsOf(duration) * 1000 : otherwise;

export function wireSubscription({ name, settings, detached }: Subscription) {
  const { expirationSeconds, deadLetter, retry, push } = settings;
  return {
    name,
    topic: settings.topic,
    labels: settings.labels,
    pushConfig: push ? wirePushConfig(push) : {},
    ackDeadlineSeconds: settings.ackDeadlineSeconds,
    retainAckedMessages: settings.retainAckedMessages,
    messageRetentionDuration: wireDuration(settings.messageRetentionSeconds),
    enableMessageOrdering: settings.enableMessageOrdering,
    expirationPolicy: expirationSeconds === undefined ? {} : { ttl: wireDuration(expirationSeconds) },
    filter: settings.filter,
    ...(deadLetter && {
      deadLetterPolicy: {
        deadLetterTopic: deadLetter.topic,
        maxDeliveryAttempts: deadLetter.maximumDeliveryAttempts,
      },
    }),
    ...(retry && {
      retryPolicy: {
        minimumBackoff: wireDuration(retry.minimumBackoffMs / 1000),
        maximumBackoff: wireDuration(retry.maximumBackoffMs / 1000),
      },
    }),
    detached,
    enableExactlyOnceDelivery: settings.enableExactlyOnceDelivery,
    state: active,
  };
}

function wirePushConfig({ endpoint, attributes, oidcToken, payload }: PushSettings) {
  return {
    pushEndpoint: endpoint,
    attributes,
    ...(oidcToken && { oidcToken }),
    ...(payload.kind === 'unwrapped' && { noWrapper: { writeMetadata: payload.writeMetadata } }),
  };
}

export const outgoingMessage = ({ data, attributes, orderingKey }: WireMessage): OutgoingPubsubMessage => ({
  data,
  attributes,
  orderingKey,
});

export const wireMessage = (message: PubsubMessage) => ({
  data: message.data,
  attributes: message.attributes,
  messageId: message.messageId,
  publishTime: wireTime(message.publishedAtMs),
  orderingKey: message.orderingKey,
});
