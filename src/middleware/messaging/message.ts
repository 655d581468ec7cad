import type { TraceContext } from '../tracing/trace-context.ts';
import { Permanent } from './permanent.ts';

/** A received message, alike on every cloud. */
export interface ReceivedMessage<Native = unknown> {
  /** The platform's id of this message. A producer that sends twice, and a redrive, make messages with other ids. */
  id: string;
  body: string;
  /** Attributes (application properties) whose values are text. */
  attributes: Readonly<Record<string, string>>;
  /** Message group (SQS FIFO), session (Service Bus), ordering key (Pub/Sub). */
  group?: string;
  /** 1 for the first delivery; absent where the platform does not count. */
  deliveryCount?: number;
  /** Milliseconds since the epoch. */
  enqueuedAtMs?: number;
  /** What it came from: queue ARN, queue name, subscription. */
  source: string;
  /** The sender's, or else the message's id. */
  correlationId: string;
  /** The sender's position in its trace. */
  trace?: TraceContext;
  /** The message as the platform handed it over. */
  native: Native;
}

/** Moves a message that is beyond help to where dead letters are kept. The caller acknowledges it afterwards. */
export type DeadLetter<Native> = (
  message: ReceivedMessage<Native>,
  cause: { reason: string; description: string },
) => Promise<void>;

interface Schema<Value> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: Value }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

/**
 * The body as JSON that fulfils a schema (zod's, or any with the same `safeParse`).
 *
 * @throws Permanent `InvalidMessage`: what is malformed now is malformed tomorrow
 */
export function parseBody<Value>(schema: Schema<Value>, body: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new Permanent('InvalidMessage', `The body is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw new Permanent('InvalidMessage', issues.join('; '));
}
