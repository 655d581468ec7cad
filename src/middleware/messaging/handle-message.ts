import { errorFields, type Logger } from '../logging/logger.ts';
import { withCorrelation } from '../tracing/correlation.ts';
import type { DeadLetter, ReceivedMessage } from './message.ts';
import { type Cause, causeOf, permanentCause } from './permanent.ts';

/** What became of one delivery. `done` and `dead-lettered` are to be acknowledged, `failed` is to come again. */
export type Outcome =
  | { kind: 'done' }
  | { kind: 'dead-lettered'; cause: Cause }
  | { kind: 'failed'; error: unknown };

export interface MessageHandling<Native> {
  /**
   * Processes one message. Returning acknowledges it; `Permanent` sends it to the dead letters at once; whatever else
   * is thrown lets the platform deliver it again, and dead-letter it after the queue's maximum.
   */
  handle(message: ReceivedMessage<Native>): Promise<void>;
  /** Without it, a `Permanent` fails like any other error and the queue's maximum of deliveries ends it. */
  deadLetter?: DeadLetter<Native>;
  /**
   * The queue's maximum of deliveries. What fails in the last of them is dead-lettered here, with its error as the
   * cause, which the platform does not know. Pub/Sub counts approximately, so there it may be one early, or too late.
   */
  maximumDeliveries?: number;
}

/**
 * What every delivery has around it: log records with the ids of the message, one record per delivery, the sender's
 * correlation for what is sent on, and errors sorted into permanent and transient. Never throws.
 */
export function handleMessage<Native>(
  log: Logger,
  { handle, deadLetter, maximumDeliveries = Number.POSITIVE_INFINITY }: MessageHandling<Native>,
  message: ReceivedMessage<Native>,
): Promise<Outcome> {
  const { id, correlationId, trace, deliveryCount, enqueuedAtMs } = message;
  const fields = {
    messageId: id,
    correlationId,
    ...(deliveryCount !== undefined && { deliveryCount }),
    ...(trace && { traceId: trace.traceId }),
  };
  const run = async (): Promise<Outcome> => {
    try {
      await handle(message);
      return { kind: 'done' };
    } catch (error) {
      const isLast = (deliveryCount ?? 0) >= maximumDeliveries;
      const cause = permanentCause(error) ?? (isLast ? causeOf(error) : undefined);
      if (!cause || !deadLetter) return { kind: 'failed', error };
      try {
        await deadLetter(message, cause);
        return { kind: 'dead-lettered', cause };
      } catch (failure) {
        return {
          kind: 'failed',
          error: new Error('The message could not be dead-lettered', { cause: failure }),
        };
      }
    }
  };
  return log.with(fields, () =>
    withCorrelation({ correlationId, ...(trace && { trace }) }, async () => {
      const started = performance.now();
      const outcome = await run();
      if (outcome.kind === 'failed') log.error('message failed', errorFields(outcome.error));
      if (outcome.kind === 'dead-lettered') log.warn('message dead-lettered', { cause: outcome.cause });
      log.info('message', {
        outcome: outcome.kind,
        durationMs: Math.round(performance.now() - started),
        ...(enqueuedAtMs !== undefined && { enqueuedAt: new Date(enqueuedAtMs).toISOString() }),
      });
      return outcome;
    }),
  );
}
