/** Why a message was given up. */
export interface Cause {
  /** `MaxDeliveryCountExceeded`, `invalid-order` */
  reason: string;
  description: string;
}

/** A dead letter, alike on every cloud. */
export interface DeadLetter {
  /** What tells it from the others of its queue: message id (SQS, Pub/Sub), sequence number (Service Bus). */
  key: string;
  /** Of the message as it stands in the dead-letter queue. */
  messageId: string;
  body: Buffer;
  /** Every attribute as text; binary ones as base64. */
  attributes: Readonly<Record<string, string>>;
  /** Message group (SQS FIFO), session (Service Bus), ordering key (Pub/Sub). */
  group?: string;
  enqueuedAtMs: number;
  /** Deliveries that the platform tells of, those of looking at it here included. */
  receiveCount?: number;
  cause: Cause;
  /** Where it was given up, as the message tells: queue ARN, entity, subscription. */
  source?: string;
  /** How often it was redriven before. */
  redriveCount: number;
}

/** Where a dead letter goes back to. */
export interface Destination {
  name: string;
  /** Subscriptions of a topic that would get it as well, though they have processed it. */
  alsoReaches: readonly string[];
}

/** What is sent in place of a dead letter. */
export interface Replacement {
  to: Destination;
  body: Buffer;
  redriveCount: number;
  redrivenAt: Date;
}

/** A dead letter that nobody else gets for the moment. */
export interface HeldLetter {
  letter: DeadLetter;
  /**
   * Sends it on, with all that it had but the marks of its death. Gives the id of the new message.
   *
   * @throws Error as the vendor refuses it
   */
  send(replacement: Replacement): Promise<string>;
  /** Takes it out of the dead-letter queue. */
  remove(): Promise<void>;
}

export interface TakeOptions {
  /** How long the run will need at most: as long must the letters stay held. */
  durationMs: number;
  /** How many to take at a time. */
  batch: number;
  signal: AbortSignal;
}

/** A dead-letter queue of one vendor, local or real. */
export interface DeadLetterQueue {
  readonly name: string;
  /** Whose rights it is used with: access key id, principal, service account. `undefined` where nobody can tell. */
  identity(): Promise<string | undefined>;
  /** About how many letters there are, where the vendor tells. */
  count(): Promise<number | undefined>;
  /** Looks at up to `maximum` letters and leaves them where they are. */
  browse(maximum: number, signal: AbortSignal): Promise<DeadLetter[]>;
  /** Takes one letter after the other until no new ones come, each once. It stays held until it is removed or `release`d. */
  take(options: TakeOptions): AsyncIterable<HeldLetter>;
  /** Puts back everything that was taken and not removed. */
  release(): Promise<void>;
  /**
   * Where a letter goes: to `to`, or back to where it came from.
   *
   * @throws RedriveError when that cannot be told
   */
  destinationOf(letter: DeadLetter, to: string | undefined): Promise<Destination>;
  /** What the vendor does not let one see or do here, for the user. */
  readonly caveats: readonly string[];
  close(): Promise<void>;
}

/** Names of the attributes that a redriven message carries. */
export const redriveCountAttribute = 'RedriveCount';
export const redrivenAtAttribute = 'RedrivenAt';

/** What the middleware writes on a message that it dead-letters (src/middleware/messaging/dead-letter.ts). */
export const causeAttributeNames = [
  'DeadLetterReason',
  'DeadLetterErrorDescription',
  'DeadLetterMessageId',
  'DeadLetterSource',
  'DeadLetterAttributes',
] as const;

/** A whole number of times; what is none counts as never. */
export function redriveCountOf(attributes: Readonly<Record<string, string>>): number {
  const count = Number(attributes[redriveCountAttribute] ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
}

/**
 * The id of the message that follows another: the same again when a run died between sending and removing, so that
 * duplicate detection and idempotent consumers recognise the second; and not the first id, which duplicate detection
 * may still remember and would silently drop.
 */
export function followingId(messageId: string, redriveCount: number, maximumLength: number): string {
  const suffix = `.redrive${redriveCount}`;
  const original = messageId.replace(/\.redrive\d+$/, '');
  return `${original.slice(-(maximumLength - suffix.length))}${suffix}`;
}
