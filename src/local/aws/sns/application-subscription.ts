import { exponentialBackoff, RetryingDelivery, type RetryPolicy } from '../../engine/retrying-delivery.ts';
import type { Delivery } from '../destinations.ts';
import { AwsError } from '../service.ts';
import { lambdaEvent, notification } from './envelope.ts';
import type { SnsMessage } from './message.ts';
import { type ApplicationProtocol, Subscription, type SubscriptionOptions } from './subscription.ts';
import type { SnsSurroundings } from './topic-store.ts';

/** Three retries at once, two after a second each, ten with growing pauses, and then every twenty seconds. */
const atOnce = 3;
const afterASecond = 2;
const withBackoff = 10;
const maximumAttempts = 100_015;

/** A subscription of a queue or function, with its own retries and dead-letter queue. */
export class ApplicationSubscription extends Subscription<ApplicationProtocol> {
  readonly #surroundings: SnsSurroundings;
  readonly #delivery: RetryingDelivery<SnsMessage>;

  /** @throws AwsError InvalidParameter for an attribute that is not valid */
  constructor(options: SubscriptionOptions<ApplicationProtocol>) {
    super(options);
    this.#surroundings = options.surroundings;
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
          this.sender,
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

  override close(): void {
    this.#delivery.close();
  }

  /** Delivers a message, now and until it has arrived or is dead. */
  protected override deliver(message: SnsMessage): void {
    const isOrdered = this.topic.fifo && this.endpoint.endsWith('.fifo');
    this.#delivery.accept({
      id: message.id,
      content: message,
      ...(isOrdered && message.group !== undefined && { group: message.group }),
    });
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
      ...(this.settings.raw
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
    const { deadLetterArn } = this.settings;
    const lost = `${this.topic.name} could not deliver message ${message.id} to ${this.endpoint} (${cause})`;
    if (deadLetterArn === undefined) {
      warn(`${lost}; the subscription has no dead-letter queue`);
      return 'dropped';
    }
    try {
      destinations.send(deadLetterArn, this.#deliveryOf(message, deadLetterArn), this.sender);
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
