// What a function that a message triggers is given.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#message-metadata
import type { TriggerCall } from '../functions/function-app.ts';
import type { Binding, TypedData } from '../functions/typed-data.ts';
import { annotations, bodyBytes, idText } from './message.ts';
import type { LockedMessage } from './message-queue.ts';

/** The call of a function for one message. */
export function callForOne(binding: Binding, locked: LockedMessage): TriggerCall {
  const bytes = bodyBytes(locked.queued.content.amqp);
  const traceParent = traceParentOf(locked);
  return {
    data: isBinary(binding) ? { bytes } : { string: bytes.toString() },
    triggerMetadata: Object.fromEntries(
      Object.entries(metadataOf(locked)).map(([name, value]) => [name, typed(value)]),
    ),
    reason: '(null)',
    ...(traceParent !== undefined && { traceContext: { traceParent } }),
  };
}

/** The call of a function for a batch: each property as a list, `MessageIdArray`. */
export function callForMany(binding: Binding, batch: readonly LockedMessage[]): TriggerCall {
  const bodies = batch.map(({ queued }) => bodyBytes(queued.content.amqp));
  const all = batch.map(metadataOf);
  const names = [...new Set(all.flatMap((metadata) => Object.keys(metadata)))];
  return {
    data: isBinary(binding)
      ? { collectionBytes: { bytes: bodies } }
      : { collectionString: { string: bodies.map((bytes) => bytes.toString()) } },
    triggerMetadata: Object.fromEntries(
      names.map((name) => [
        `${name}Array`,
        { json: JSON.stringify(all.map(({ [name]: value = null }) => value)) },
      ]),
    ),
    reason: '(null)',
  };
}

const isBinary = ({ dataType }: Binding) => dataType === 'binary';

/** Continues the trace of the sender, which writes its place on the message. */
function traceParentOf({ queued }: LockedMessage): string | undefined {
  const { traceparent, 'Diagnostic-Id': diagnosticId } = queued.content.amqp.application_properties ?? {};
  const found = traceparent ?? diagnosticId;
  return typeof found === 'string' ? found : undefined;
}

function metadataOf({ lockToken, queued, lockedUntilMs }: LockedMessage): Record<string, unknown> {
  const { amqp, sequenceNumber, enqueuedSequenceNumber, deadLetterSource } = queued.content;
  const enqueued = new Date(queued.enqueuedAtMs).toISOString();
  const expires =
    amqp.ttl === undefined ? latestTime : new Date(queued.enqueuedAtMs + amqp.ttl).toISOString();
  const all: Record<string, unknown> = {
    ApplicationProperties: amqp.application_properties ?? {},
    ContentType: amqp.content_type,
    CorrelationId: idText(amqp.correlation_id),
    DeadLetterSource: deadLetterSource,
    DeliveryCount: queued.receiveCount,
    EnqueuedSequenceNumber: enqueuedSequenceNumber,
    EnqueuedTime: enqueued,
    EnqueuedTimeUtc: enqueued,
    ExpiresAt: expires,
    ExpiresAtUtc: expires,
    Label: amqp.subject,
    LockedUntil: new Date(lockedUntilMs).toISOString(),
    LockToken: lockToken,
    MessageId: idText(amqp.message_id),
    PartitionKey: amqp.message_annotations?.[annotations.partitionKey],
    ReplyTo: amqp.reply_to,
    ReplyToSessionId: amqp.reply_to_group_id,
    SequenceNumber: sequenceNumber,
    SessionId: amqp.group_id,
    Subject: amqp.subject,
    To: amqp.to,
    UserProperties: amqp.application_properties ?? {},
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** .NET's last moment: a message that does not expire. */
const latestTime = '9999-12-31T23:59:59.9999999Z';

/** As the host hands values to its workers: texts and whole numbers as they are, all else as JSON. */
function typed(value: unknown): TypedData {
  if (typeof value === 'string') return { string: value };
  if (typeof value === 'number' && Number.isInteger(value)) return { int: value };
  return { json: JSON.stringify(value) };
}
