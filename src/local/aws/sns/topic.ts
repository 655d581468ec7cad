import { DeduplicationWindow } from '../../engine/deduplication-window.ts';
import type { Subscription } from './subscription.ts';
import type { SnsSurroundings } from './topic-store.ts';

export interface TopicOptions {
  name: string;
  arn: string;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  surroundings: SnsSurroundings;
}

/** https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html */
const deduplicationWindowMs = 300_000;
const defaultMaximumBytes = 262_144;

export class Topic {
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly tags: Map<string, string>;
  attributes: Readonly<Record<string, string>>;
  /** By ARN. */
  readonly subscriptions = new Map<string, Subscription>();
  deletedSubscriptions = 0;
  /** What was published under a deduplication id. */
  readonly published = new DeduplicationWindow<{ id: string; sequenceNumber: string }>(deduplicationWindowMs);
  readonly #surroundings: SnsSurroundings;
  #sequence = 0n;

  constructor({ name, arn, attributes, tags, surroundings }: TopicOptions) {
    this.name = name;
    this.arn = arn;
    this.attributes = attributes;
    this.fifo = attributes.FifoTopic === 'true';
    this.tags = new Map(Object.entries(tags));
    this.#surroundings = surroundings;
  }

  get maximumMessageBytes(): number {
    return Number(this.attributes.MaximumMessageSize ?? defaultMaximumBytes);
  }

  /** Twenty digits that grow, with gaps between them. */
  nextSequenceNumber(): string {
    this.#sequence += 1000n;
    return String(10_000_000_000_000_000_000n + this.#sequence);
  }

  meter(unit: string, quantity: number): void {
    this.#surroundings.runtime.meter.add('sns', unit, this.arn, quantity);
  }

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
  measure(name: string, value: number, unit = 'Count'): void {
    this.#surroundings.metrics.add({
      namespace: 'AWS/SNS',
      name,
      unit,
      dimensions: { TopicName: this.name },
      value,
      atMs: this.#surroundings.runtime.clock.now(),
    });
  }
}
