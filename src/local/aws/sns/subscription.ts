import { exponentialBackoff, RetryingDelivery, type RetryPolicy } from '../../engine/retrying-delivery.ts';
import type { DeadLetterRoute, Delivery, Sender } from '../destinations.ts';
import { AwsError } from '../service.ts';
import { lambdaEvent, notification } from './envelope.ts';
import type { SnsMessage } from './message.ts';
import { type SubscriptionSettings, settingsOf } from './subscription-attributes.ts';
import type { Topic } from './topic.ts';
import type { SnsSurroundings } from './topic-store.ts';

export type Protocol = 'lambda' | 'sqs';

/** Three retries at once, two after a second each, ten with growing pauses, and then every twenty seconds. */
const atOnce = 3;
const afterASecond = 2;
const withBackoff = 10;
const maximumAttempts = 100_015;

export interface SubscriptionOptions {
  arn: string;
  topic: Topic;
  protocol: Protocol;
  /** ARN of the queue or function. */
  endpoint: string;
  /** ARN of whoever subscribed. */
  principalArn: string;
  attributes: Record<string, string>;
  surroundings: SnsSurroundings;
}

/** One subscription of a topic, with its own filter, retries and dead-letter queue. */
export class Subscription {
  readonly arn: string;
  readonly topic: Topic;
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly principalArn: string;
  readonly #surroundings: SnsSurroundings;
  readonly #delivery: RetryingDelivery<SnsMessage>;
  #attributes: Record<string, string> = {};
  #settings: SubscriptionSettings = { raw: false };

  /** @throws AwsError InvalidParameter for an attribute that is not valid */
  constructor(options: SubscriptionOptions) {
    this.arn = options.arn;
    this.topic = options.topic;
    this.protocol = options.protocol;
    this.endpoint = options.endpoint;
    this.principalArn = options.principalArn;
    this.#surroundings = options.surroundings;
    this.setAttributes(options.attributes);
    const { runtime, warn } = options.surroundings;
    const policy = retryPolicy(runtime.random);
    const name = `${this.topic.name} to ${this.endpoint.split(':').at(-1)}`;
    this.#delivery = new RetryingDelivery({
      name,
      clock: runtime.clock,
      course: runtime.course,
      policy: () => policy,
      deliver: async ({ content }) => {
        const outcome = await this.#surroundings.destinations.attempt(
          this.endpoint,
          this.#deliveryOf(content),
          this.#sender,
        );
        if (outcome === 'delivered') this.#count(content);
        return outcome;
      },
      onDead: ({ content }, { failure }) => {
        this.topic.measure('NumberOfNotificationsFailed', 1);
        return this.#sendDeadLetter(content, `${failure.failed}: ${failure.reason}`);
      },
      onDefect: (error) => warn(`${name}: ${(error as Error).stack ?? String(error)}`),
    });
  }

  get attributes(): Readonly<Record<string, string>> {
    return this.#attributes;
  }

  get filter(): SubscriptionSettings['filter'] {
    return this.#settings.filter;
  }

  get deadLetterRoute(): DeadLetterRoute | undefined {
    const { deadLetterArn } = this.#settings;
    return deadLetterArn === undefined ? undefined : { arn: deadLetterArn, sender: this.#sender };
  }

  /** @throws AwsError InvalidParameter, and then nothing changes */
  setAttributes(attributes: Record<string, string>): void {
    this.#settings = settingsOf(attributes, this.protocol);
    this.#attributes = attributes;
  }

  /** Delivers a message, now and until it has arrived or is dead, unless the filter keeps it out. */
  publish(message: SnsMessage): void {
    const { filter } = this.#settings;
    if (filter?.scope === 'MessageBody')
      this.topic.meter('payload-filtered-gb', message.sizeBytes / 1024 ** 3);
    if (filter && !filter.passes(message)) {
      this.topic.measure('NumberOfNotificationsFilteredOut', 1);
      return;
    }
    const isOrdered = this.topic.fifo && this.endpoint.endsWith('.fifo');
    this.#delivery.accept({
      id: message.id,
      content: message,
      ...(isOrdered && message.group !== undefined && { group: message.group }),
    });
  }

  close(): void {
    this.#delivery.close();
  }

  get #sender(): Sender {
    return { kind: 'service', service: 'sns.amazonaws.com', sourceArn: this.topic.arn };
  }

  #deliveryOf(message: SnsMessage, receiver = this.endpoint): Delivery {
    const body = message.bodies[this.protocol] ?? message.body;
    const to = {
      topicArn: this.topic.arn,
      subscriptionArn: this.arn,
      region: this.#surroundings.runtime.region,
      signatureVersion: this.topic.attributes.SignatureVersion ?? '1',
    };
    const trace = message.traceHeader === undefined ? {} : { traceHeader: message.traceHeader };
    if (this.protocol === 'lambda') return { body: lambdaEvent(message, body, to), ...trace };
    const toFifo = receiver.endsWith('.fifo');
    return {
      ...(this.#settings.raw
        ? { body, attributes: message.attributes }
        : { body: notification(message, body, to) }),
      // A standard queue uses the group to be fair; only one of FIFO type knows deduplication.
      ...(message.group !== undefined && { group: message.group }),
      ...(toFifo && message.deduplicationId !== undefined && { deduplicationId: message.deduplicationId }),
      ...trace,
    };
  }

  #count(message: SnsMessage): void {
    this.topic.measure('NumberOfNotificationsDelivered', 1);
    if (this.topic.fifo) {
      this.topic.meter('fifo-deliveries', 1);
      this.topic.meter('fifo-delivered-gb', message.sizeBytes / 1024 ** 3);
    } else this.topic.meter('lambda-and-sqs-deliveries', 1);
  }

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html */
  #sendDeadLetter(message: SnsMessage, cause: string): 'dead-lettered' | 'dropped' {
    const { destinations, warn } = this.#surroundings;
    const { deadLetterArn } = this.#settings;
    const lost = `${this.topic.name} could not deliver message ${message.id} to ${this.endpoint} (${cause})`;
    if (deadLetterArn === undefined) {
      warn(`${lost}; the subscription has no dead-letter queue`);
      return 'dropped';
    }
    try {
      destinations.send(deadLetterArn, this.#deliveryOf(message, deadLetterArn), this.#sender);
      this.topic.measure('NumberOfNotificationsRedrivenToDlq', 1);
      return 'dead-lettered';
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.topic.measure('NumberOfNotificationsFailedToRedriveToDlq', 1);
      warn(`${lost}, nor to its dead-letter queue: ${error.message}`);
      return 'dropped';
    }
  }
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
function retryPolicy(random: { next(): number }): RetryPolicy {
  const backoff = exponentialBackoff({ firstMs: 1000, longestMs: 20_000 }, random);
  return {
    maximumAttempts,
    maximumAgeMs: Number.POSITIVE_INFINITY,
    delayMs(failures) {
      if (failures <= atOnce) return 0;
      if (failures <= atOnce + afterASecond) return 1000;
      const step = failures - atOnce - afterASecond;
      return step <= withBackoff ? backoff(step) : 20_000;
    },
  };
}
