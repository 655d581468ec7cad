/** Push subscriptions: each message becomes a request to an endpoint, whose status says whether it is done. */
import type { Lease } from '../../engine/queued-message.ts';
import type { WireHandler, WireRequest, WireResponse } from '../../engine/wire.ts';
import type { PubsubMessage } from './message.ts';
import type { PubSub } from './pubsub.ts';
import { pushRequest } from './push-request.ts';
import { PushWindow } from './push-window.ts';
import type { PushSettings } from './settings.ts';
import type { Subscription } from './subscription.ts';

export interface PushSurroundings {
  pubsub: PubSub;
  /** An ID token of a service account. Throws when the account gets none. */
  issueIdToken(email: string, audience: string): string;
  /** Who answers a request to an endpoint; undefined when nobody in the stack does. */
  handlerOf(request: WireRequest): WireHandler | undefined;
  warn(text: string): void;
}

/** https://docs.cloud.google.com/pubsub/docs/push#receive_push: all others are negative acknowledgements. */
const acknowledgements = new Set([102, 200, 201, 202, 204]);

/** Delivers the messages of all push subscriptions, as they come and go. */
export class PushDelivery {
  readonly #surroundings: PushSurroundings;
  readonly #pushers = new Map<Subscription, Pusher>();

  constructor(surroundings: PushSurroundings) {
    const { pubsub } = surroundings;
    this.#surroundings = surroundings;
    pubsub.runtime.course.activity.watch(() => this.#waiting());
    pubsub.onSubscriptions({
      changed: (subscription) => this.#changed(subscription),
      removed: (subscription) => this.#end(subscription),
    });
  }

  close(): void {
    for (const subscription of [...this.#pushers.keys()]) this.#end(subscription);
  }

  #changed(subscription: Subscription): void {
    const isPush = subscription.settings.push !== undefined;
    if (!isPush) this.#end(subscription);
    else if (!this.#pushers.has(subscription)) {
      const pusher = new Pusher(subscription, this.#surroundings);
      this.#pushers.set(subscription, pusher);
      void pusher.run();
    }
  }

  #end(subscription: Subscription): void {
    this.#pushers.get(subscription)?.close();
    this.#pushers.delete(subscription);
  }

  #waiting(): number {
    let sum = 0;
    for (const { messages } of this.#pushers.keys()) {
      const { visible, leased, delayed } = messages.counts();
      sum += visible + leased + delayed;
    }
    return sum;
  }
}

class Pusher {
  readonly #subscription: Subscription;
  readonly #surroundings: PushSurroundings;
  readonly #window: PushWindow;
  readonly #closing = new AbortController();

  constructor(subscription: Subscription, surroundings: PushSurroundings) {
    this.#subscription = subscription;
    this.#surroundings = surroundings;
    this.#window = new PushWindow(surroundings.pubsub.runtime.clock);
  }

  async run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#window.room();
      if (signal.aborted) return;
      const { ackDeadlineSeconds } = this.#subscription.settings;
      const leases = await this.#subscription.messages.receiveOrWait({
        maximumMessages: 1,
        leaseMs: ackDeadlineSeconds * 1000,
        waitMs: Number.POSITIVE_INFINITY,
        signal,
      });
      if (leases.length === 0) return;
      for (const lease of leases) {
        this.#window.begin();
        const { activity } = this.#surroundings.pubsub.runtime.course;
        void activity.run(() => this.#push(lease));
      }
    }
  }

  close(): void {
    this.#closing.abort();
    this.#window.close();
  }

  async #push(lease: Lease<PubsubMessage>): Promise<void> {
    const { pubsub } = this.#surroundings;
    const { push } = this.#subscription.settings;
    const { id, content } = lease.message;
    pubsub.meter(this.#subscription.name, [content]);
    const outcome = push ? await this.#request(push, lease) : 'it is no push subscription any more';
    const acknowledged = outcome === undefined;
    this.#window.end(acknowledged);
    if (this.#closing.signal.aborted) return;
    if (acknowledged) {
      this.#subscription.used();
      this.#subscription.acknowledge(lease.receipt);
      return;
    }
    const { timeline } = pubsub.runtime.course;
    const place = this.#subscription.settings.push?.endpoint ?? this.#subscription.name;
    if (timeline.isWatched)
      timeline.record({
        atMs: pubsub.runtime.clock.now(),
        kind: 'failed',
        place,
        subject: id,
        detail: outcome,
      });
    this.#subscription.messages.changeLease(lease.receipt, 0);
  }

  /** Nothing when the endpoint has acknowledged; else why it has not. */
  async #request(push: PushSettings, lease: Lease<PubsubMessage>): Promise<string | undefined> {
    const { handlerOf, warn } = this.#surroundings;
    let request: WireRequest;
    try {
      request = pushRequest(this.#subscription, push, lease, this.#token(push));
    } catch (error) {
      return (error as Error).message;
    }
    const handler = handlerOf(request);
    if (!handler) {
      warn(
        `${this.#subscription.name} pushes to ${push.endpoint}, which is not the URL of a function of this stack`,
      );
      return 'nobody answers at the endpoint';
    }
    const status = await this.#statusWithinDeadline(handler, request);
    if (status === undefined) return 'no answer within the acknowledgement deadline';
    return acknowledgements.has(status) ? undefined : `HTTP ${status}`;
  }

  #token({ oidcToken, endpoint }: PushSettings): string | undefined {
    if (!oidcToken) return undefined;
    return this.#surroundings.issueIdToken(oidcToken.serviceAccountEmail, oidcToken.audience ?? endpoint);
  }

  /** The acknowledgement deadline is the time limit of the request. */
  #statusWithinDeadline(handler: WireHandler, request: WireRequest): Promise<number | undefined> {
    const { clock } = this.#surroundings.pubsub.runtime;
    return new Promise((resolve) => {
      const { ackDeadlineSeconds } = this.#subscription.settings;
      const timer = clock.after(ackDeadlineSeconds * 1000, () => resolve(undefined));
      const answered = (status: number) => {
        timer.cancel();
        resolve(status);
      };
      statusOf(handler, request).then(answered, (error: Error) => {
        this.#surroundings.warn(`push to ${request.host}${request.path} failed: ${error.stack}`);
        answered(500);
      });
    });
  }
}

async function statusOf(handler: WireHandler, request: WireRequest): Promise<number> {
  const { status, body }: WireResponse = await handler(request);
  // The answer is read to its end, though only its status counts.
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) for await (const _ of body);
  return status;
}
