import type { Timer } from '../../engine/clock.ts';
import { invalid } from './errors.ts';
import type { SnsMessage } from './message.ts';
import { type PersonProtocol, Subscription, type SubscriptionOptions } from './subscription.ts';
import type { SnsSurroundings } from './topic-store.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html */
const unconfirmedLifetimeMs = 48 * 3600_000;
/** E.164, with the separators that SNS takes. https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-topic.html */
const telephoneNumber = /^\+?\d(?:[./-]?\d){6,14}$/;
const emailAddress = /^[^\s@]+@[^\s@]+$/;

/** @throws AwsError InvalidParameter when this is no address of that kind */
export function checkPersonEndpoint(protocol: PersonProtocol, endpoint: string): void {
  if (protocol === 'sms') {
    if (!telephoneNumber.test(endpoint)) throw invalid(`Invalid SMS endpoint: ${endpoint}`);
  } else if (!emailAddress.test(endpoint)) throw invalid('Email address');
}

/**
 * A subscription of a person's e-mail address or telephone. Nothing leaves this machine: one for e-mail stays pending,
 * as it does in AWS while nobody confirms it, and a text message is told of instead of sent.
 */
export class PersonSubscription extends Subscription<PersonProtocol> {
  readonly #surroundings: SnsSurroundings;
  readonly #expiry: Timer | undefined;

  /** `onExpired` is called when nobody has confirmed it for two days. @throws AwsError InvalidParameter */
  constructor(options: SubscriptionOptions<PersonProtocol>, onExpired: () => void) {
    super(options);
    this.#surroundings = options.surroundings;
    const { runtime, warn } = options.surroundings;
    if (this.isPending) this.#expiry = runtime.clock.after(unconfirmedLifetimeMs, onExpired);
    warn(
      this.isPending
        ? `${this.#way} is pending confirmation and gets nothing: no e-mail leaves this machine. In AWS ${this.endpoint} gets a link to confirm it within 48 hours`
        : `${this.#way} gets nothing: no text message leaves this machine`,
    );
  }

  override close(): void {
    this.#expiry?.cancel();
  }

  protected override deliver(message: SnsMessage): void {
    const { clock, course } = this.#surroundings.runtime;
    if (!course.timeline.isWatched) return;
    course.timeline.record({
      atMs: clock.now(),
      kind: 'withheld',
      place: this.#way,
      subject: message.id,
      detail: this.isPending ? 'pending confirmation' : 'no text message leaves this machine',
    });
  }

  get #way(): string {
    return `${this.topic.name} to ${this.endpoint}`;
  }
}
