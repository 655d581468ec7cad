/** The operations on subscriptions. Permissions: https://docs.cloud.google.com/pubsub/docs/access-control#required_permissions */
import type { Lease } from '../../engine/queued-message.ts';
import { GrpcError } from '../grpc-server.ts';
import type { GcpPrincipal } from '../service.ts';
import { invalidAcknowledgements } from './ack-error.ts';
import { ackIdOf, receiptOf } from './ack-id.ts';
import type { PubsubMessage } from './message.ts';
import type { WirePushConfig, WireSubscription } from './messages.ts';
import { page } from './page.ts';
import { maskedBy } from './publisher.ts';
import type { PubSub } from './pubsub.ts';
import { projectIdOf } from './resource-name.ts';
import type { SubscriptionSettings } from './settings.ts';
import type { Subscription } from './subscription.ts';
import { pushSettings, subscriptionSettings, wireMessage, wireSubscription } from './wire-settings.ts';

export function createSubscription(pubsub: PubSub, request: WireSubscription, principal: GcpPrincipal) {
  pubsub.authorize(principal, 'pubsub.subscriptions.create', `projects/${projectIdOf(request.name)}`);
  pubsub.authorize(principal, 'pubsub.topics.attachSubscription', request.topic);
  return wireSubscription(pubsub.createSubscription(request.name, subscriptionSettings(request)));
}

export function getSubscription(pubsub: PubSub, request: { subscription: string }, principal: GcpPrincipal) {
  pubsub.authorize(principal, 'pubsub.subscriptions.get', request.subscription);
  return wireSubscription(pubsub.subscription(request.subscription));
}

const without = <Name extends keyof SubscriptionSettings>(
  settings: SubscriptionSettings,
  name: Name,
): Omit<SubscriptionSettings, Name> => {
  const { [name]: _, ...rest } = settings;
  return rest;
};

type Change = (from: SubscriptionSettings, to: SubscriptionSettings) => SubscriptionSettings;

/** Topic, filter and ordering of a subscription stay what they were. */
const changeable: Record<string, Change> = {
  ack_deadline_seconds: ({ ackDeadlineSeconds }, to) => ({ ...to, ackDeadlineSeconds }),
  dead_letter_policy: ({ deadLetter }, to) => ({
    ...without(to, 'deadLetter'),
    ...(deadLetter && { deadLetter }),
  }),
  enable_exactly_once_delivery: ({ enableExactlyOnceDelivery }, to) => ({ ...to, enableExactlyOnceDelivery }),
  expiration_policy: ({ expirationSeconds }, to) => ({
    ...without(to, 'expirationSeconds'),
    ...(expirationSeconds !== undefined && { expirationSeconds }),
  }),
  labels: ({ labels }, to) => ({ ...to, labels }),
  message_retention_duration: ({ messageRetentionSeconds }, to) => ({ ...to, messageRetentionSeconds }),
  push_config: ({ push }, to) => ({ ...without(to, 'push'), ...(push && { push }) }),
  retain_acked_messages: ({ retainAckedMessages }, to) => ({ ...to, retainAckedMessages }),
  retry_policy: ({ retry }, to) => ({ ...without(to, 'retry'), ...(retry && { retry }) }),
};

export function updateSubscription(
  pubsub: PubSub,
  request: { subscription: WireSubscription | undefined; updateMask: { paths: string[] } | undefined },
  principal: GcpPrincipal,
) {
  const { subscription: changes, updateMask } = request;
  if (!changes) throw new GrpcError('INVALID_ARGUMENT', 'The request must name a subscription.');
  pubsub.authorize(principal, 'pubsub.subscriptions.update', changes.name);
  const { settings } = pubsub.subscription(changes.name);
  const next = maskedBy(updateMask?.paths, changeable, subscriptionSettings(changes), settings);
  return wireSubscription(pubsub.updateSubscription(changes.name, next));
}

export function modifyPushConfig(
  pubsub: PubSub,
  request: { subscription: string; pushConfig: WirePushConfig | undefined },
  principal: GcpPrincipal,
) {
  const { subscription, pushConfig } = request;
  pubsub.authorize(principal, 'pubsub.subscriptions.update', subscription);
  const settings = without(pubsub.subscription(subscription).settings, 'push');
  const isPush = pushConfig !== undefined && pushConfig.pushEndpoint !== '';
  pubsub.updateSubscription(subscription, {
    ...settings,
    ...(isPush && { push: pushSettings(pushConfig) }),
  });
  return {};
}

export function deleteSubscription(
  pubsub: PubSub,
  request: { subscription: string },
  principal: GcpPrincipal,
) {
  pubsub.authorize(principal, 'pubsub.subscriptions.delete', request.subscription);
  pubsub.deleteSubscription(request.subscription);
  return {};
}

export function detachSubscription(
  pubsub: PubSub,
  request: { subscription: string },
  principal: GcpPrincipal,
) {
  const { settings } = pubsub.subscription(request.subscription);
  pubsub.authorize(principal, 'pubsub.topics.detachSubscription', settings.topic);
  pubsub.detach(request.subscription);
  return {};
}

export function listSubscriptions(
  pubsub: PubSub,
  request: { project: string; pageSize: number; pageToken: string },
  principal: GcpPrincipal,
) {
  pubsub.authorize(principal, 'pubsub.subscriptions.list', request.project);
  const all = [...pubsub.subscriptions.values()].filter(({ name }) => name.startsWith(`${request.project}/`));
  const { items, nextPageToken } = page(all, request);
  return { subscriptions: items.map(wireSubscription), nextPageToken };
}

/** How long a pull waits for the first message. */
const pullWaitMs = 20_000;
const largestPull = 1000;

export async function pull(
  pubsub: PubSub,
  request: { subscription: string; returnImmediately: boolean; maxMessages: number },
  principal: GcpPrincipal,
) {
  const subscription = consumed(pubsub, request.subscription, principal);
  if (request.maxMessages <= 0)
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `You must specify max_messages > 0 (max_messages=${request.maxMessages}).`,
    );
  const leases = await subscription.messages.receiveOrWait({
    maximumMessages: Math.min(request.maxMessages, largestPull),
    leaseMs: subscription.settings.ackDeadlineSeconds * 1000,
    waitMs: request.returnImmediately ? 0 : pullWaitMs,
  });
  return { receivedMessages: received(pubsub, subscription, leases) };
}

/** The subscription, when it exists, gives messages to who asks, and `principal` may have them. */
export function consumed(pubsub: PubSub, name: string, principal: GcpPrincipal): Subscription {
  pubsub.authorize(principal, 'pubsub.subscriptions.consume', name);
  const subscription = pubsub.subscription(name);
  if (subscription.detached)
    throw new GrpcError('FAILED_PRECONDITION', 'The subscription is detached from its topic.');
  if (subscription.settings.push)
    throw new GrpcError('FAILED_PRECONDITION', 'This method is not supported for this subscription type.');
  subscription.used();
  return subscription;
}

/** What was leased as the client gets it; metered. */
export function received(
  pubsub: PubSub,
  subscription: Subscription,
  leases: readonly Lease<PubsubMessage>[],
) {
  if (leases.length > 0)
    pubsub.meter(
      subscription.name,
      leases.map(({ message }) => message.content),
    );
  return leases.map((lease) => ({
    ackId: ackIdOf(lease.receipt),
    message: wireMessage(lease.message.content),
    deliveryAttempt: subscription.deliveryAttemptOf(lease),
  }));
}

export function acknowledge(
  pubsub: PubSub,
  request: { subscription: string; ackIds: string[] },
  principal: GcpPrincipal,
) {
  const subscription = consumed(pubsub, request.subscription, principal);
  settle(subscription, request.ackIds, (receipt) => subscription.acknowledge(receipt) === 'done');
  return {};
}

const longestDeadlineSeconds = 600;

export function modifyAckDeadline(
  pubsub: PubSub,
  request: { subscription: string; ackIds: string[]; ackDeadlineSeconds: number },
  principal: GcpPrincipal,
) {
  const subscription = consumed(pubsub, request.subscription, principal);
  checkDeadline(request.ackDeadlineSeconds);
  const leaseMs = request.ackDeadlineSeconds * 1000;
  settle(
    subscription,
    request.ackIds,
    (receipt) => subscription.messages.changeLease(receipt, leaseMs) === 'done',
  );
  return {};
}

export function checkDeadline(seconds: number): void {
  if (seconds >= 0 && seconds <= longestDeadlineSeconds) return;
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `Invalid ack deadline given (${seconds}). It has to be between 0 and ${longestDeadlineSeconds} seconds.`,
  );
}

/** Errors for ids that are over are told only with exactly-once delivery. */
function settle(
  { settings }: Subscription,
  ackIds: readonly string[],
  isDone: (receipt: string) => boolean,
): void {
  if (ackIds.length === 0) throw new GrpcError('INVALID_ARGUMENT', 'No ack ids specified.');
  const receipts = ackIds.map((ackId) => ({ ackId, receipt: receiptOf(ackId) }));
  const failed = receipts.filter(({ receipt }) => !isDone(receipt)).map(({ ackId }) => ackId);
  if (failed.length > 0 && settings.enableExactlyOnceDelivery) throw invalidAcknowledgements(failed);
}
