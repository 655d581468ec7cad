import { RetryingDelivery } from '../../engine/retrying-delivery.ts';
import type { Destinations, Sender } from '../destinations.ts';
import { AwsError, type AwsRuntime } from '../service.ts';
import type { S3Bucket } from './bucket.ts';
import { invalidArgument } from './errors.ts';
import {
  busEvent,
  eventOf,
  notificationMessage,
  type S3Event,
  type ServiceEvent,
  testMessage,
} from './event.ts';
import { knownEvents, type NotificationConfiguration, wants } from './notification-configuration.ts';

export interface NotificationSurroundings {
  runtime: AwsRuntime;
  destinations: Destinations;
  /** Takes events for the account's default event bus. */
  putServiceEvent(event: ServiceEvent): void;
  /** Tells the user what no log of the platform holds. */
  warn(text: string): void;
}

interface Notice {
  bucket: S3Bucket;
  event: S3Event;
  /** ARN of a destination, or the event bus. */
  target: { arn: string; ruleId: string } | 'bus';
}

/** Of messages to topics. */
const notificationSubject = 'Amazon S3 Notification';

/** S3 does not say for how long it tries; events come at least once, as a rule within seconds. */
const retries = {
  maximumAttempts: Number.POSITIVE_INFINITY,
  maximumAgeMs: 24 * 3600 * 1000,
  delayMs: (failures: number) => Math.min(1000 * 2 ** failures, 600_000),
};

/** Delivers what happens in buckets to queues, topics, functions and the event bus. */
export class Notifications {
  readonly #surroundings: NotificationSurroundings;
  readonly #deliveries: RetryingDelivery<Notice>[] = [];

  constructor(surroundings: NotificationSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Begins to watch a bucket, whose configuration decides at each event who is told. */
  watch(bucket: S3Bucket): void {
    const { runtime, warn } = this.#surroundings;
    const delivery = new RetryingDelivery<Notice>({
      name: bucket.name,
      clock: runtime.clock,
      course: runtime.course,
      policy: () => retries,
      deliver: ({ content }) => this.#deliver(content),
      onDead: ({ content }, { failure }) => {
        const where = content.target === 'bus' ? 'the event bus' : content.target.arn;
        warn(
          `${bucket.name} gave up telling ${where} of ${content.event.key}: ${failure.failed}: ${failure.reason}`,
        );
        return 'dropped';
      },
      onDefect: (error) => warn(`Notifications of ${bucket.name}: ${(error as Error).stack}`),
    });
    this.#deliveries.push(delivery);
    bucket.blobs.onEvent((change) => {
      const { rules, eventBridge } = bucket.notification;
      if (rules.length === 0 && !eventBridge) return;
      const event = eventOf(bucket, change);
      if (!event) return;
      const accept = (target: Notice['target']) =>
        delivery.accept({ id: event.key, content: { bucket, event, target } });
      if (eventBridge) accept('bus');
      for (const rule of rules)
        if (wants(rule, event.name, event.key)) accept({ arn: rule.destination.arn, ruleId: rule.id });
    });
  }

  /** Checks that every destination exists and lets the bucket in, and sends the test message. @throws AwsError */
  configure(bucket: S3Bucket, configuration: NotificationConfiguration): void {
    const { destinations, runtime } = this.#surroundings;
    for (const { destination, events } of configuration.rules) {
      for (const event of events)
        if (!knownEvents.some((known) => known === event))
          throw invalidArgument(
            'Event',
            event,
            `The event is not supported for notifications by the local S3. It knows: ${knownEvents.join(', ')}`,
          );
      if (destination.kind === 'queue' && destination.arn.endsWith('.fifo'))
        throw invalidArgument('Queue', destination.arn, 'FIFO SQS queues are not supported');
      const sender = senderOf(bucket);
      try {
        const target = destinations.check(destination.arn);
        target.find(destination.arn);
        destinations.authorize(sender, target.action, destination.arn);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw invalidArgument(
          destination.arn,
          error.message,
          'Unable to validate the following destination configurations',
        );
      }
    }
    bucket.notification = configuration;
    const { clock, random } = runtime;
    for (const { destination } of configuration.rules)
      if (destination.kind !== 'function') {
        const body = testMessage(bucket, clock.now(), requestId(random), random.text(64));
        destinations.send(destination.arn, { body, subject: notificationSubject }, senderOf(bucket));
      }
  }

  /** Ends all waiting. */
  close(): void {
    for (const delivery of this.#deliveries) delivery.close();
  }

  async #deliver({ bucket, event, target }: Notice) {
    const { runtime, destinations, putServiceEvent } = this.#surroundings;
    if (target === 'bus') {
      putServiceEvent(busEvent(bucket, event, runtime.accountId));
      return 'delivered' as const;
    }
    const body = notificationMessage(bucket, event, target.ruleId, runtime.accountId);
    return destinations.attempt(target.arn, { body, subject: notificationSubject }, senderOf(bucket));
  }
}

const senderOf = ({ arn }: S3Bucket): Sender => ({
  kind: 'service',
  service: 's3.amazonaws.com',
  sourceArn: arn,
});

/** Sixteen hexadecimal digits. */
export const requestId = (random: AwsRuntime['random']): string => random.text(16, '0123456789ABCDEF');
