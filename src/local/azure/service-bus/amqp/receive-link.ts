import { setImmediate } from 'node:timers/promises';
import type { Delivery, EventContext, Sender } from 'rhea';
import { internalError, ServiceBusError } from '../errors.ts';
import type { LockedMessage, MessageQueue } from '../message-queue.ts';
import type { Namespace } from '../namespace.ts';
import type { SessionLock } from '../sessions.ts';
import { delivered, guidBytes, uuidBytes } from './outgoing.ts';
import { creditOf, isDraining, settle } from './rhea-link.ts';

export interface ReceiveLinkOptions {
  /** rhea names links from its own side: it sends what the client receives. */
  sender: Sender;
  queue: MessageQueue;
  namespace: Namespace;
  /** Whether a message is gone as soon as it is delivered. */
  deletes: boolean;
  session?: SessionLock;
}

/** A client's link that receives: delivers as many messages as the client has given credit for, and settles them. */
export class ReceiveLink {
  readonly #options: ReceiveLinkOptions;
  readonly #tokens = new Map<Delivery, string>();
  readonly #closed = new AbortController();
  #waiting: AbortController | undefined;
  #isPumping = false;

  constructor(options: ReceiveLinkOptions) {
    this.#options = options;
    const { sender } = options;
    sender.on('sender_flow', () => this.#pump());
    sender.on('sender_draining', () => this.#drain());
    sender.on('accepted', (context: EventContext) =>
      this.#settle(context, ({ queue }, token) => queue.complete(token)),
    );
    sender.on('released', (context: EventContext) =>
      this.#settle(context, ({ queue }, token) => queue.abandon(token)),
    );
    sender.on('modified', (context: EventContext) =>
      this.#settle(context, ({ queue }, token) => {
        const { undeliverable_here: defers, message_annotations: properties } = outcome(context);
        if (defers) queue.defer(token, properties);
        else queue.abandon(token, properties);
      }),
    );
    sender.on('rejected', (context: EventContext) =>
      this.#settle(context, ({ queue }, token) => queue.deadLetter(token, deadLetterCause(context))),
    );
  }

  /** Gives back nothing by itself: locks run out, those of a session with the session's. */
  close(): void {
    this.#closed.abort();
    this.#waiting?.abort();
    const { session, queue } = this.#options;
    if (session) queue.sessions.release(session);
  }

  /** The session's lock is lost: the client is told, and the link ends. */
  end(error: ServiceBusError): void {
    this.#closed.abort();
    this.#waiting?.abort();
    this.#options.sender.close({ condition: error.condition, description: error.message });
  }

  #pump(): void {
    if (this.#isPumping || this.#closed.signal.aborted) return;
    this.#isPumping = true;
    this.#deliverAll()
      .catch((error: unknown) => {
        this.end(error instanceof ServiceBusError ? error : internalError(error));
      })
      .finally(() => {
        this.#isPumping = false;
      });
  }

  async #deliverAll(): Promise<void> {
    const { sender, queue, session } = this.#options;
    while (!this.#closed.signal.aborted && creditOf(sender) > 0) {
      let messages = queue.receive(creditOf(sender), session);
      if (messages.length === 0) {
        if (isDraining(sender)) return;
        this.#waiting = new AbortController();
        messages = await queue.receiveOrWait(creditOf(sender), this.#waiting.signal, session);
      }
      for (const message of messages) this.#deliver(message);
      // rhea takes the credit off when it has written.
      await setImmediate();
    }
  }

  /** The client wants what there is and then an end. */
  #drain(): void {
    const { sender } = this.#options;
    this.#waiting?.abort();
    this.#pump();
    sender.set_drained(true);
  }

  #deliver({ lockToken, queued, lockedUntilMs }: LockedMessage): void {
    const { sender, queue, namespace, deletes } = this.#options;
    if (this.#closed.signal.aborted) {
      queue.abandon(lockToken);
      return;
    }
    const { content, enqueuedAtMs, receiveCount } = queued;
    namespace.count(1, content.sizeBytes);
    const bytes = delivered(content, { enqueuedAtMs, lockedUntilMs, earlierDeliveries: receiveCount - 1 });
    const delivery = sender.send(bytes, guidBytes(uuidBytes(lockToken)), 0);
    if (deletes) queue.complete(lockToken);
    else this.#tokens.set(delivery, lockToken);
  }

  #settle(
    { delivery }: EventContext,
    carryOut: (options: ReceiveLinkOptions, lockToken: string) => void,
  ): void {
    if (!delivery) return;
    const lockToken = this.#tokens.get(delivery);
    this.#tokens.delete(delivery);
    if (lockToken === undefined) {
      if (this.#options.deletes) settle(delivery);
      return;
    }
    this.#options.namespace.count(1);
    try {
      carryOut(this.#options, lockToken);
      settle(delivery);
    } catch (error) {
      if (!(error instanceof ServiceBusError)) throw error;
      settle(delivery, { condition: error.condition, description: error.message });
    }
  }
}

interface Outcome {
  undeliverable_here?: boolean;
  message_annotations?: Record<string, unknown>;
  error?: { info?: Record<string, unknown> };
}

const outcome = ({ delivery }: EventContext): Outcome => delivery?.remote_state ?? {};

function deadLetterCause(context: EventContext) {
  const {
    DeadLetterReason: reason,
    DeadLetterErrorDescription: description,
    ...properties
  } = outcome(context).error?.info ?? {};
  return {
    properties,
    ...(typeof reason === 'string' && { reason }),
    ...(typeof description === 'string' && { description }),
  };
}
