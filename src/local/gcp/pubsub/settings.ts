/** What may be set on a topic and on a subscription. https://docs.cloud.google.com/pubsub/docs/subscription-properties */
import { GrpcError } from '../grpc-server.ts';
import { parseFilter } from './filter.ts';
import { checkName, deletedTopic } from './resource-name.ts';

export interface TopicSettings {
  labels: ReadonlyMap<string, string>;
  /** Only for seeking, which needs it; kept for whoever reads the topic. */
  messageRetentionSeconds?: number;
  allowedPersistenceRegions?: readonly string[];
}

export interface PushSettings {
  endpoint: string;
  attributes: ReadonlyMap<string, string>;
  /** Whose ID token every push carries. The audience is the endpoint where none is given. */
  oidcToken?: { serviceAccountEmail: string; audience?: string };
  /** Whether the body is the message in JSON or its data alone. */
  payload: { kind: 'wrapped' } | { kind: 'unwrapped'; writeMetadata: boolean };
}

export interface RetrySettings {
  minimumBackoffMs: number;
  maximumBackoffMs: number;
}

export interface SubscriptionSettings {
  topic: string;
  labels: ReadonlyMap<string, string>;
  ackDeadlineSeconds: number;
  messageRetentionSeconds: number;
  retainAckedMessages: boolean;
  enableMessageOrdering: boolean;
  enableExactlyOnceDelivery: boolean;
  filter: string;
  /** Without anybody who reads it, the subscription is deleted after this time; never where it is absent. */
  expirationSeconds?: number;
  deadLetter?: { topic: string; maximumDeliveryAttempts: number };
  retry?: RetrySettings;
  push?: PushSettings;
}

const daySeconds = 86_400;

export const defaults = {
  ackDeadlineSeconds: 10,
  messageRetentionSeconds: 7 * daySeconds,
  expirationSeconds: 31 * daySeconds,
  maximumDeliveryAttempts: 5,
  minimumBackoffMs: 10_000,
  maximumBackoffMs: 600_000,
} as const;

const refuse = (text: string) => new GrpcError('INVALID_ARGUMENT', text);

function inRange(what: string, value: number, least: number, most: number, unit = ''): void {
  if (value >= least && value <= most) return;
  throw refuse(
    `Invalid ${what} value: ${value}${unit}. It has to be between ${least}${unit} and ${most}${unit}.`,
  );
}

/** @throws GrpcError INVALID_ARGUMENT for what is out of its range or does not fit together */
export function checkSubscription(settings: SubscriptionSettings): SubscriptionSettings {
  const { topic, push, deadLetter, retry, expirationSeconds, messageRetentionSeconds } = settings;
  if (topic !== deletedTopic) checkName('topics', topic);
  inRange('ack deadline', settings.ackDeadlineSeconds, 10, 600, 's');
  inRange('message retention duration', messageRetentionSeconds, 600, 31 * daySeconds, 's');
  parseFilter(settings.filter);
  if (expirationSeconds !== undefined) {
    inRange('expiration policy ttl', expirationSeconds, daySeconds, 365 * daySeconds, 's');
    if (expirationSeconds < messageRetentionSeconds)
      throw refuse(
        'Invalid expiration policy ttl: it must be longer than or equal to the message retention duration.',
      );
  }
  if (deadLetter) {
    checkName('topics', deadLetter.topic);
    inRange('maximum delivery attempts', deadLetter.maximumDeliveryAttempts, 5, 100);
  }
  if (retry) {
    inRange('minimum backoff', retry.minimumBackoffMs / 1000, 0, 600, 's');
    inRange('maximum backoff', retry.maximumBackoffMs / 1000, 0, 600, 's');
    if (retry.minimumBackoffMs > retry.maximumBackoffMs)
      throw refuse('Invalid retry policy: the minimum backoff is longer than the maximum backoff.');
  }
  if (push) checkPush(push, settings.enableExactlyOnceDelivery);
  return settings;
}

function checkPush({ endpoint, attributes }: PushSettings, exactlyOnce: boolean): void {
  if (!/^https?:\/\/[^/?#\s]+/.test(endpoint) || !URL.canParse(endpoint))
    throw refuse(
      `Invalid push endpoint given (endpoint=${endpoint}). Refer to https://cloud.google.com/pubsub/docs/push.`,
    );
  if (exactlyOnce) throw refuse('Exactly once delivery is supported by pull subscriptions only.');
  const version = attributes.get('x-goog-version') ?? 'v1';
  if (version !== 'v1' && version !== 'v1beta2')
    throw new GrpcError(
      'UNIMPLEMENTED',
      `The local Pub/Sub does not push in the format ${version} (x-goog-version).`,
    );
}

/** How long a message stays away after a delivery that was in vain: longer each time. */
export const backoffMs = ({ minimumBackoffMs, maximumBackoffMs }: RetrySettings, attempts: number): number =>
  Math.min(maximumBackoffMs, minimumBackoffMs * 2 ** (attempts - 1));
