import type { Clock } from '../../engine/clock.ts';
import type { Course } from '../../engine/course.ts';
import { DeduplicationWindow } from '../../engine/deduplication-window.ts';
import { LeasedQueue } from '../../engine/leased-queue.ts';
import type { DeadLetterPolicy, Lease, QueuedMessage } from '../../engine/queued-message.ts';
import type { Random } from '../../engine/random.ts';
import type { SqsContent } from './message.ts';
import { type QueueAttributes, type QueueSettings, settingsOf } from './settings.ts';

/**
 * Messages in flight at a time, in queues of either type.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
 */
export const maximumInFlight = 120_000;
const fiveMinutesMs = 300_000;

export interface SqsQueueOptions {
  name: string;
  arn: string;
  attributes: QueueAttributes;
  tags: Record<string, string>;
  course: Course;
  clock: Clock;
  random: Random;
  /** The queue that an ARN names, while it exists. */
  queueOfArn(arn: string): SqsQueue | undefined;
}

/** One queue: its attributes and its messages. */
export class SqsQueue {
  readonly name: string;
  readonly arn: string;
  /** Of its metrics. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly messages: LeasedQueue<SqsContent>;
  readonly tags: Map<string, string>;
  readonly createdAtMs: number;
  modifiedAtMs: number;
  purgedAtMs: number | undefined;
  /** What was given for a `ReceiveRequestAttemptId`. */
  readonly attempts = new DeduplicationWindow<Lease<SqsContent>[]>(fiveMinutesMs);
  readonly #options: SqsQueueOptions;
  #attributes: QueueAttributes;
  #settings: QueueSettings;

  /** @throws AwsError for a malformed redrive policy */
  constructor(options: SqsQueueOptions) {
    const { name, arn, attributes, tags, clock, random } = options;
    this.#options = options;
    this.name = name;
    this.dimensions = { QueueName: this.name };
    this.arn = arn;
    this.tags = new Map(Object.entries(tags));
    this.createdAtMs = clock.now();
    this.modifiedAtMs = this.createdAtMs;
    this.#attributes = attributes;
    this.#settings = settingsOf(attributes);
    const deadLetter = this.#deadLetter();
    this.messages = new LeasedQueue({
      name: options.name,
      course: options.course,
      clock,
      random,
      ordered: this.#settings.fifo,
      retentionMs: this.#settings.retentionMs,
      deduplicationWindowMs: fiveMinutesMs,
      maximumLeased: maximumInFlight,
      ...(deadLetter && { deadLetter }),
    });
  }

  get attributes(): Readonly<QueueAttributes> {
    return this.#attributes;
  }

  get settings(): Readonly<QueueSettings> {
    return this.#settings;
  }

  /** @throws AwsError for a malformed redrive policy, and then nothing changes */
  setAttributes(attributes: QueueAttributes): void {
    this.#settings = settingsOf(attributes);
    this.#attributes = attributes;
    this.modifiedAtMs = this.#options.clock.now();
    this.messages.configure({
      retentionMs: this.#settings.retentionMs,
      deadLetter: this.#deadLetter(),
    });
  }

  /**
   * A standard queue's message keeps the time at which it was sent, and its retention goes on; one of a FIFO queue
   * starts anew. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
   */
  takeDeadLetter(message: QueuedMessage<SqsContent>, sourceArn: string): void {
    const content = { ...message.content, deadLetterSourceArn: sourceArn };
    this.messages.takeOver({ ...message, content }, { keepsEnqueueTime: !this.#settings.fifo });
  }

  #deadLetter(): DeadLetterPolicy<SqsContent> | undefined {
    const { redrive } = this.#settings;
    return (
      redrive && {
        maximumReceives: redrive.maxReceiveCount,
        when: 'next-receive',
        move: (message) => {
          const target = this.#options.queueOfArn(redrive.deadLetterTargetArn);
          target?.takeDeadLetter(message, this.arn);
          return target !== undefined;
        },
      }
    );
  }
}
