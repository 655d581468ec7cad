import type { DeadLetterRoute, Sender } from '../destinations.ts';
import type { SnsMessage } from './message.ts';
import { type SubscriptionSettings, settingsOf } from './subscription-attributes.ts';
import type { Topic } from './topic.ts';
import type { SnsSurroundings } from './topic-store.ts';

export const applicationProtocols = ['lambda', 'sqs'] as const;
export const personProtocols = ['email', 'email-json', 'sms'] as const;

export type ApplicationProtocol = (typeof applicationProtocols)[number];
export type PersonProtocol = (typeof personProtocols)[number];
export type Protocol = ApplicationProtocol | PersonProtocol;

export const isForPersons = (protocol: string): protocol is PersonProtocol =>
  personProtocols.some((one) => one === protocol);

/**
 * Whether a new subscription gets nothing until its owner has confirmed it: one for e-mail, until a link in the mail is
 * followed. Queues and functions of the topic's account, and telephone numbers, have nothing to confirm.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export const needsConfirmation = (protocol: string): boolean =>
  protocol === 'email' || protocol === 'email-json';

export interface SubscriptionOptions<P extends Protocol = Protocol> {
  arn: string;
  topic: Topic;
  protocol: P;
  /** ARN of the queue or function, e-mail address, or telephone number. */
  endpoint: string;
  /** ARN of whoever subscribed. */
  principalArn: string;
  attributes: Record<string, string>;
  surroundings: SnsSurroundings;
}

/** One subscription of a topic: what every kind has, whoever it delivers to. */
export abstract class Subscription<P extends Protocol = Protocol> {
  readonly arn: string;
  readonly topic: Topic;
  readonly protocol: P;
  readonly endpoint: string;
  readonly principalArn: string;
  #attributes: Record<string, string> = {};
  #settings: SubscriptionSettings = { raw: false };

  /** @throws AwsError InvalidParameter for an attribute that is not valid */
  constructor(options: SubscriptionOptions<P>) {
    this.arn = options.arn;
    this.topic = options.topic;
    this.protocol = options.protocol;
    this.endpoint = options.endpoint;
    this.principalArn = options.principalArn;
    this.setAttributes(options.attributes);
  }

  get isPending(): boolean {
    return needsConfirmation(this.protocol);
  }

  get attributes(): Readonly<Record<string, string>> {
    return this.#attributes;
  }

  get deadLetterRoute(): DeadLetterRoute | undefined {
    const { deadLetterArn } = this.#settings;
    return deadLetterArn === undefined ? undefined : { arn: deadLetterArn, sender: this.sender };
  }

  /** @throws AwsError InvalidParameter, and then nothing changes */
  setAttributes(attributes: Record<string, string>): void {
    this.#settings = settingsOf(attributes, this.protocol);
    this.#attributes = attributes;
  }

  /** Takes what is published to the topic, unless the filter keeps it out. */
  publish(message: SnsMessage): void {
    if (this.isPending || this.#passes(message)) this.deliver(message);
  }

  abstract close(): void;

  protected abstract deliver(message: SnsMessage): void;

  protected get settings(): SubscriptionSettings {
    return this.#settings;
  }

  protected get sender(): Sender {
    return { kind: 'service', service: 'sns.amazonaws.com', sourceArn: this.topic.arn };
  }

  #passes(message: SnsMessage): boolean {
    const { filter } = this.#settings;
    if (filter?.scope === 'MessageBody')
      this.topic.meter('payload-filtered-gb', message.sizeBytes / 1024 ** 3);
    if (!filter || filter.passes(message)) return true;
    this.topic.measure('NumberOfNotificationsFilteredOut', 1);
    return false;
  }
}
