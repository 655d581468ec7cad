// What the diagram knows about Pub/Sub, and about what brings its messages to functions.
import type { StackResource } from '../terraform/stack.ts';
import { type ArchitectureEdge, clientId, numberAt, textAt, textsAt, valueAt } from './architecture.ts';
import type { StackIndex } from './stack-index.ts';
import type { TypeRule } from './type-table.ts';

export const gcpMessaging: Record<string, TypeRule> = {
  google_storage_notification: {
    service: 'Cloud Storage notification',
    edges(notification, index) {
      const bucket = index.meant(
        valueAt(notification.values, 'bucket'),
        notification,
        'google_storage_bucket',
      );
      const topic = index.meant(valueAt(notification.values, 'topic'), notification, 'google_pubsub_topic');
      if (!bucket || !topic) return [];
      const events = textsAt(notification, 'event_types').join(', ') || 'all events';
      return [
        { from: clientId, to: bucket.address, kind: 'call', labels: ['upload'] },
        { from: bucket.address, to: topic.address, kind: 'call', labels: [events] },
      ];
    },
  },
  google_pubsub_topic: {
    service: 'Pub/Sub topic',
    box: 'topic',
    edges(topic, index) {
      const isFed = index
        .ofType('google_pubsub_subscription')
        .some((subscription) => deadLetterTopicOf(subscription, index) === topic);
      const isNotified = index
        .ofType('google_storage_notification')
        .some((one) => index.meant(valueAt(one.values, 'topic'), one) === topic);
      return isFed || isNotified
        ? []
        : [{ from: clientId, to: topic.address, kind: 'call', labels: ['publish'] }];
    },
  },
  google_pubsub_subscription: {
    service: 'Pub/Sub subscription',
    box: 'queue',
    edges(subscription, index) {
      const topic = index.meant(valueAt(subscription.values, 'topic'), subscription, 'google_pubsub_topic');
      const deadLetters = deadLetterTopicOf(subscription, index);
      const called = pushed(subscription, index);
      const deliveries = numberAt(subscription, 'dead_letter_policy.max_delivery_attempts');
      const edges: ArchitectureEdge[] = [];
      if (topic)
        edges.push({
          from: topic.address,
          to: subscription.address,
          kind: 'call',
          labels: [textAt(subscription, 'filter') ?? 'all messages'],
        });
      if (called)
        edges.push({
          from: subscription.address,
          to: called.address,
          kind: 'call',
          labels: ['push'],
          delivery: {
            how: `asynchronous, at least once, ${subscription.values.enable_message_ordering === true ? 'in order for each key' : 'without order'}`,
            retries: `${deliveries === undefined ? 'until they expire' : `about ${deliveries - 1}`}, after ${textAt(subscription, 'retry_policy.minimum_backoff') ?? '0s'} to ${textAt(subscription, 'retry_policy.maximum_backoff') ?? '600s'}`,
            afterTheLastFailure: deadLetters ? `published to ${deadLetters.address}` : 'gone when it expires',
          },
        });
      if (deadLetters)
        edges.push({
          from: subscription.address,
          to: deadLetters.address,
          kind: 'call',
          labels: [`after ${deliveries ?? 5} deliveries`],
        });
      return edges;
    },
  },
};

function deadLetterTopicOf(subscription: StackResource, index: StackIndex): StackResource | undefined {
  const topic = valueAt(subscription.values, 'dead_letter_policy.dead_letter_topic');
  return index.meant(topic, subscription, 'google_pubsub_topic');
}

/** The function whose URL the subscription pushes to. */
function pushed(subscription: StackResource, index: StackIndex): StackResource | undefined {
  const endpoint = textAt(subscription, 'push_config.push_endpoint');
  if (endpoint === undefined) return undefined;
  return index
    .ofType('google_cloudfunctions2_function')
    .find((candidate) => endpoint.startsWith(textAt(candidate, 'service_config.uri') ?? '\n'));
}
