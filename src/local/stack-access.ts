/**
 * What the owner of a stack sees and does in it, alike on every cloud: scenarios, `send` and the fault runs work with
 * these. Each is found by its name or by any other form in which a Terraform output may name it.
 */

interface Named {
  /** What the vendor's console calls it. */
  name: string;
  /** Every further form in which Terraform may give it: URL, ARN, resource id, `account/container`. */
  aliases: readonly string[];
}

export interface OutgoingMessage {
  body: string;
  attributes?: Record<string, string>;
  /** Message group (SQS FIFO), session (Service Bus), ordering key (Pub/Sub). */
  group?: string;
  deduplicationId?: string;
  delayMs?: number;
}

/** A message that is there now, delivered to somebody or not. */
export interface StoredMessage {
  id: string;
  body: string;
  attributes: Record<string, string>;
  group?: string;
  /** Deliveries so far. */
  receiveCount: number;
  enqueuedAtMs: number;
  /** Why it was dead-lettered, where the platform itself keeps that. */
  cause?: string;
}

/** Something that takes messages: a queue, a subscription that somebody pulls, a topic, an event bus. */
export interface Channel extends Named {
  kind: 'queue' | 'topic' | 'bus';
  /** Sends as the owner. @throws Error as the vendor answers what it refuses */
  send(message: OutgoingMessage): Promise<{ id: string }>;
  /** What it holds, oldest first, without taking it. Absent for what stores nothing by itself. */
  peek?(): StoredMessage[];
}

/** An S3 bucket, a blob container, a Cloud Storage bucket. */
export interface Bucket extends Named {
  /** Writes an object as the owner; whoever listens is notified. */
  put(key: string, body: Uint8Array, options?: { contentType?: string }): Promise<void>;
  /** `undefined` when there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Current objects, by key. */
  list(prefix?: string): Promise<{ key: string; sizeBytes: number }[]>;
  delete(key: string): Promise<void>;
}

/** A DynamoDB table, a Cosmos DB container, a Firestore collection. */
export interface Table extends Named {
  /** Every document as plain JSON, without the members that only the vendor adds. */
  documents(): Promise<Record<string, unknown>[]>;
}

export interface StackAccess {
  channels: Channel[];
  buckets: Bucket[];
  /**
   * A table by name or alias; of Firestore, a collection, which exists as soon as somebody asks for it.
   *
   * @throws Error that names what there is
   */
  table(name: string): Table;
}

/** Finds one by name or alias. @throws Error that names what there is */
export function find<Kind extends Named>(what: string, all: readonly Kind[], name: string): Kind {
  const found = all.find((one) => one.name === name || one.aliases.includes(name));
  if (found) return found;
  const names = all.map((one) => one.name).join(', ') || 'none';
  throw new Error(`The stack has no ${what} '${name}'. It has: ${names}.`);
}
