import { LeasedQueue } from '../../engine/leased-queue.ts';
import type { Lease, LeaseOutcome, QueuedMessage } from '../../engine/queued-message.ts';
import type { AzureRuntime } from '../service.ts';
import { entityDisabled, messageLockLost, messageNotFound } from './errors.ts';
import { forwarded, Intake } from './intake.ts';
import type { AmqpMessage, BrokeredMessage, IncomingMessage } from './message.ts';
import { type SessionLock, Sessions } from './sessions.ts';

export interface QueueSettings {
  /** `orders`, `events/subscriptions/audit` */
  path: string;
  /** Resource id of the queue or subscription, which rights are given on. */
  resourceId: string;
  lockMs: number;
  maximumDeliveries: number;
  timeToLiveMs: number;
  deadLettersExpired: boolean;
  requiresSession: boolean;
  duplicateWindowMs: number | undefined;
  maximumMessageBytes: number;
  takesMessages: boolean;
  givesMessages: boolean;
  /** Names of queues or topics of the namespace. */
  forwardTo?: string;
  forwardDeadLettersTo?: string;
}

export interface QueueSurroundings {
  runtime: Pick<AzureRuntime, 'clock' | 'random' | 'course'>;
  /** Sends to another entity of the namespace. @throws ServiceBusError */
  send(name: string, message: IncomingMessage): void;
}

/** A message that a receiver has the lock of. */
export interface LockedMessage {
  /** A UUID. */
  lockToken: string;
  queued: QueuedMessage<BrokeredMessage>;
  lockedUntilMs: number;
}

export type PeekedState = 'active' | 'deferred' | 'scheduled';

/** Why a message is dead-lettered, and what else is written on it. */
export interface DeadLetterCause {
  reason?: string;
  description?: string;
  properties?: Readonly<Record<string, unknown>>;
}

interface Lock {
  receipt: string;
  messageId: string;
  sessionId?: string;
}

export const deadLetterSuffix = '/$DeadLetterQueue';

/** What a message keeps that a session's receiver has: it is given back when the session's lock ends. */
const untilSessionEndsMs = 10 * 365 * 86_400_000;
/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-auto-forwarding#considerations */
const maximumHops = 4;

/** A queue, a subscription, or the dead-letter subqueue of either: whatever messages are received from. */
export class MessageQueue {
  readonly settings: QueueSettings;
  /** Absent for one that is a dead-letter queue itself. */
  readonly deadLetters: MessageQueue | undefined;
  readonly sessions: Sessions;
  readonly #surroundings: QueueSurroundings;
  readonly #intake: Intake;
  readonly #messages: LeasedQueue<BrokeredMessage>;
  readonly #locks = new Map<string, Lock>();
  /** The latest lock of each message. */
  readonly #tokens = new Map<string, string>();
  /** Ids of messages that are deferred, by their sequence numbers. */
  readonly #deferred = new Map<number, string>();
  #lastDeadLetter = 0;

  constructor(
    settings: QueueSettings,
    surroundings: QueueSurroundings,
    kind: 'main' | 'dead-letter' = 'main',
  ) {
    this.settings = settings;
    this.#surroundings = surroundings;
    const { runtime } = surroundings;
    const { clock, random, course } = runtime;
    this.sessions = new Sessions(clock, settings.lockMs);
    this.deadLetters =
      kind === 'main'
        ? new MessageQueue(deadLetterSettings(settings), surroundings, 'dead-letter')
        : undefined;
    this.#intake = new Intake(settings, {
      clock,
      random,
      course,
      deliver: (message) => this.#deliver(message),
    });
    this.#messages = new LeasedQueue<BrokeredMessage>({
      name: settings.path,
      course,
      clock,
      random,
      ordered: settings.requiresSession,
      retentionMs: Number.POSITIVE_INFINITY,
      deduplicationWindowMs: 0,
      maximumLeased: Number.POSITIVE_INFINITY,
      keepsLeased: true,
      ...(kind === 'main' && {
        deadLetter: {
          maximumReceives: settings.maximumDeliveries,
          when: 'lease-end',
          move: (message) => this.#moveDead(message, tooManyDeliveries(settings.maximumDeliveries)),
        },
      }),
      ...(kind === 'main' &&
        settings.deadLettersExpired && { takeExpired: (message) => this.#moveDead(message, expired) }),
    });
    this.#messages.onEvent(({ kind: what, message }) => {
      if (what === 'completed' || what === 'dead-lettered' || what === 'expired' || what === 'purged') {
        this.#forget(message.id);
        this.#deferred.delete(message.content.sequenceNumber);
      }
    });
  }

  get path(): string {
    return this.settings.path;
  }

  /** What is here and not set aside, scheduled messages included: what a consumer has still to do. */
  get pending(): number {
    const { visible, leased, delayed } = this.#messages.counts();
    return visible + leased + delayed + this.#intake.scheduled().length;
  }

  get activeMessages(): number {
    return this.#messages.counts().visible;
  }

  /** Takes a message, now, after a delay or for its own time. Gives its sequence number. @throws ServiceBusError */
  send(message: IncomingMessage, delayMs?: number): number {
    return this.#intake.accept(message, delayMs);
  }

  /** @throws ServiceBusError why `send` would refuse the message */
  check(message: IncomingMessage): void {
    this.#intake.check(message);
  }

  /** Dead-letters a message that cannot come in. */
  refuse(message: IncomingMessage, cause: DeadLetterCause): void {
    const nowMs = this.#surroundings.runtime.clock.now();
    const content = { enqueuedSequenceNumber: 0, ...message, sequenceNumber: 0 };
    this.#moveDead(
      {
        id: this.#surroundings.runtime.random.uuid(),
        content,
        sequence: 0,
        enqueuedAtMs: nowMs,
        arrivedAtMs: nowMs,
        receiveCount: 0,
      },
      cause,
    );
  }

  /** @throws ServiceBusError when one of them is not scheduled */
  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#intake.cancel(sequenceNumbers);
  }

  /** Locks what there is now, of the session where the receiver has one. @throws ServiceBusError when disabled */
  receive(maximumMessages: number, session?: SessionLock): LockedMessage[] {
    return this.#locked(this.#messages.receive(this.#input(maximumMessages, session)), session);
  }

  /** Locks what there is, or waits until there is something or `signal` is aborted. @throws ServiceBusError */
  async receiveOrWait(
    maximumMessages: number,
    signal: AbortSignal,
    session?: SessionLock,
  ): Promise<LockedMessage[]> {
    const input = { ...this.#input(maximumMessages, session), waitMs: Number.POSITIVE_INFINITY, signal };
    return this.#locked(await this.#messages.receiveOrWait(input), session);
  }

  /** A session that has messages and that nobody has locked. */
  availableSession(): string | undefined {
    return this.#messages.groups().find((sessionId) => !this.sessions.isLocked(sessionId));
  }

  /** Calls `listener` whenever there may be something to receive. It must not call the queue. Returns its undo. */
  onReady(listener: () => void): () => void {
    return this.#messages.onReady(listener);
  }

  /** Locks a session; when the lock is over, its messages are there again. @throws ServiceBusError */
  lockSession(sessionId: string, onEnd: (cause: 'expired' | 'released') => void): SessionLock {
    return this.sessions.lock(sessionId, (cause) => {
      for (const lock of [...this.#locks.values()])
        if (lock.sessionId === sessionId) this.#messages.changeLease(lock.receipt, 0);
      onEnd(cause);
    });
  }

  /** @throws ServiceBusError when the lock is over */
  complete(lockToken: string): void {
    done(this.#messages.complete(this.#lock(lockToken).receipt));
  }

  /** @throws ServiceBusError when the lock is over */
  abandon(lockToken: string, properties?: Readonly<Record<string, unknown>>): void {
    const { receipt } = this.#rewritten(lockToken, properties);
    done(this.#messages.changeLease(receipt, 0));
  }

  /** @throws ServiceBusError when the lock is over */
  defer(lockToken: string, properties?: Readonly<Record<string, unknown>>): void {
    const { receipt, messageId } = this.#rewritten(lockToken, properties);
    done(this.#messages.setAside(receipt));
    const message = this.#messages.message(messageId);
    if (message) this.#deferred.set(message.content.sequenceNumber, messageId);
  }

  /** @throws ServiceBusError when the lock is over */
  deadLetter(lockToken: string, cause: DeadLetterCause): void {
    const { outcome, message } = this.#messages.deadLetter(this.#lock(lockToken).receipt);
    done(outcome);
    // In a dead-letter queue there is nowhere further to go: the message stays, newly written on.
    if (message) this.#moveDead(message, cause);
  }

  /** Prolongs a lock, and says until when. @throws ServiceBusError when the lock is over */
  renew(lockToken: string): number {
    const { clock } = this.#surroundings.runtime;
    done(this.#messages.changeLease(this.#lock(lockToken).receipt, this.settings.lockMs));
    return clock.now() + this.settings.lockMs;
  }

  /** Locks messages that are deferred. @throws ServiceBusError when one of them is not, or is locked */
  receiveDeferred(sequenceNumbers: readonly number[]): LockedMessage[] {
    const ids = sequenceNumbers.map((number) => {
      const id = this.#deferred.get(number);
      if (id === undefined)
        throw messageNotFound(
          `Failed to lock one or more specified messages. The message does not exist: '${number}'.`,
        );
      return id;
    });
    const leases = ids.flatMap((id) => this.#messages.receiveAside(id, this.settings.lockMs) ?? []);
    if (leases.length < ids.length) throw messageLockLost();
    return this.#locked(leases);
  }

  /** Looks at messages from a sequence number on, whatever their state, without locking them. */
  peek(from: number, maximumMessages: number, sessionId?: string) {
    const scheduled = this.#intake.scheduled().map(({ message, dueMs }) => ({
      state: 'scheduled' as const,
      message,
      enqueuedAtMs: dueMs,
      receiveCount: 0,
      id: String(message.sequenceNumber),
    }));
    const stored = this.#messages.messages().map(({ message, state }) => ({
      state: (state === 'aside' ? 'deferred' : 'active') as PeekedState,
      message: message.content,
      enqueuedAtMs: message.enqueuedAtMs,
      receiveCount: message.receiveCount,
      id: message.id,
    }));
    return [...stored, ...scheduled]
      .filter(({ message }) => message.sequenceNumber >= from)
      .filter(({ message }) => sessionId === undefined || message.amqp.group_id === sessionId)
      .sort((a, b) => a.message.sequenceNumber - b.message.sequenceNumber)
      .slice(0, maximumMessages);
  }

  close(): void {
    this.#intake.close();
    this.sessions.close();
    this.#messages.close();
    this.deadLetters?.close();
  }

  #input(maximumMessages: number, session: SessionLock | undefined) {
    if (!this.settings.givesMessages) throw entityDisabled(this.path);
    return session
      ? { maximumMessages, leaseMs: untilSessionEndsMs, group: session.sessionId }
      : { maximumMessages, leaseMs: this.settings.lockMs };
  }

  #locked(leases: readonly Lease<BrokeredMessage>[], session?: SessionLock): LockedMessage[] {
    return leases.map(({ message, receipt, untilMs }) => {
      const lockToken = this.#surroundings.runtime.random.uuid();
      this.#forget(message.id);
      this.#tokens.set(message.id, lockToken);
      this.#locks.set(lockToken, {
        receipt,
        messageId: message.id,
        ...(session && { sessionId: session.sessionId }),
      });
      return { lockToken, queued: message, lockedUntilMs: session?.untilMs ?? untilMs };
    });
  }

  #lock(lockToken: string): Lock {
    const lock = this.#locks.get(lockToken);
    if (!lock) throw messageLockLost();
    return lock;
  }

  #forget(messageId: string): void {
    const token = this.#tokens.get(messageId);
    if (token !== undefined) this.#locks.delete(token);
    this.#tokens.delete(messageId);
  }

  /** Writes properties on a locked message. */
  #rewritten(lockToken: string, properties: Readonly<Record<string, unknown>> | undefined): Lock {
    const lock = this.#lock(lockToken);
    const message = this.#messages.message(lock.messageId);
    if (message && properties && Object.keys(properties).length > 0)
      done(this.#messages.rewrite(lock.receipt, written(message.content, { properties })));
    return lock;
  }

  #deliver(message: BrokeredMessage): void {
    const { forwardTo } = this.settings;
    if (forwardTo !== undefined && message.hops < maximumHops) {
      this.#surroundings.send(forwardTo, forwarded(message));
      return;
    }
    const { group_id: group, ttl } = message.amqp;
    if (forwardTo !== undefined) {
      this.refuse(message, tooManyHops);
      return;
    }
    this.#messages.send({
      content: message,
      ...(group !== undefined && this.settings.requiresSession && { group }),
      ...(ttl !== undefined && { retentionMs: ttl }),
    });
  }

  #moveDead(message: QueuedMessage<BrokeredMessage>, cause: DeadLetterCause): boolean {
    const content = written(message.content, cause);
    const { forwardDeadLettersTo } = this.settings;
    if (forwardDeadLettersTo === undefined) (this.deadLetters ?? this).#enterDead(content, message);
    else this.#surroundings.send(forwardDeadLettersTo, forwarded(content, { deadLetterSource: this.path }));
    return true;
  }

  /** Dead letters have no time to live. */
  #enterDead(content: BrokeredMessage, message: QueuedMessage<BrokeredMessage>): void {
    const { retentionMs: _, group: __, ...rest } = message;
    const sequenceNumber = ++this.#lastDeadLetter;
    this.#messages.takeOver({ ...rest, content: { ...content, sequenceNumber } }, { keepsEnqueueTime: true });
  }
}

const expired: DeadLetterCause = {
  reason: 'TTLExpiredException',
  description: 'The message expired and was dead lettered.',
};

const tooManyHops: DeadLetterCause = {
  reason: 'MaxTransferHopCountExceeded',
  description: `The maximum number of allowed hops between queues and topics was exceeded. The maximum is ${maximumHops}.`,
};

const tooManyDeliveries = (count: number): DeadLetterCause => ({
  reason: 'MaxDeliveryCountExceeded',
  description: `Message could not be consumed after ${count} delivery attempts.`,
});

/** The message with further application properties; the cause of death is two of them. */
function written(
  message: BrokeredMessage,
  { reason, description, properties }: DeadLetterCause,
): BrokeredMessage {
  const amqp: AmqpMessage = {
    ...message.amqp,
    application_properties: {
      ...message.amqp.application_properties,
      ...properties,
      ...(reason !== undefined && { DeadLetterReason: reason }),
      ...(description !== undefined && { DeadLetterErrorDescription: description }),
    },
  };
  return { ...message, amqp };
}

function deadLetterSettings(settings: QueueSettings): QueueSettings {
  const { forwardTo: _, forwardDeadLettersTo: __, ...rest } = settings;
  return {
    ...rest,
    path: `${settings.path}${deadLetterSuffix}`,
    timeToLiveMs: Number.POSITIVE_INFINITY,
    deadLettersExpired: false,
    requiresSession: false,
    duplicateWindowMs: undefined,
    takesMessages: false,
    givesMessages: true,
  };
}

/** @throws ServiceBusError unless what was to be done with a lock is done */
function done(outcome: LeaseOutcome): void {
  if (outcome !== 'done') throw messageLockLost();
}
