import type { Lease } from '../../engine/queued-message.ts';
import { invalidParameter, sqsError } from './errors.ts';
import * as input from './input.ts';
import { type MessageAttributes, md5OfAttributes, type SqsContent } from './message.ts';
import { maximumInFlight, type SqsQueue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import { receiptHandle } from './receipt-handle.ts';
import { sequenceNumber } from './send.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export async function receiveMessage(store: QueueStore, request: unknown): Promise<object> {
  const wanted = input.parse(input.ReceiveMessage, request);
  const queue = store.queueOfUrl(wanted.QueueUrl);
  const { settings } = queue;
  const maximumMessages = between('MaxNumberOfMessages', wanted.MaxNumberOfMessages, 1, 10) ?? 1;
  const waitSeconds = wanted.WaitTimeSeconds ?? undefined;
  if (waitSeconds !== undefined && (waitSeconds < 0 || waitSeconds > 20))
    throw invalidParameter('WaitTimeSeconds', waitSeconds, 'Must be >= 0 and <= 20, if provided.');
  const visibilitySeconds = between('VisibilityTimeout', wanted.VisibilityTimeout, 0, 43_200);
  const systemNames = [...(wanted.AttributeNames ?? []), ...(wanted.MessageSystemAttributeNames ?? [])];
  for (const name of systemNames)
    if (name !== 'All' && !systemAttributeNames.has(name))
      throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  const leaseMs = visibilitySeconds === undefined ? settings.visibilityTimeoutMs : visibilitySeconds * 1000;
  const waitMs = waitSeconds === undefined ? settings.receiveWaitMs : waitSeconds * 1000;
  const attempt = settings.fifo ? (wanted.ReceiveRequestAttemptId ?? undefined) : undefined;
  const leases =
    repeated(store, queue, attempt, leaseMs) ??
    (await take(store, queue, { maximumMessages, leaseMs, waitMs }));
  if (attempt !== undefined && leases.length > 0)
    queue.attempts.add(attempt, leases, store.runtime.clock.now());
  return leases.length === 0
    ? {}
    : { Messages: leases.map((lease) => describe(lease, systemNames, wanted.MessageAttributeNames ?? [])) };
}

/** Receives as the API does, metered and measured. @throws AwsError OverLimit */
export async function take(
  store: QueueStore,
  queue: SqsQueue,
  options: { maximumMessages: number; leaseMs: number; waitMs: number },
): Promise<Lease<SqsContent>[]> {
  if (options.waitMs === 0 && queue.messages.counts().leased >= maximumInFlight)
    throw sqsError('OverLimit', `Too many messages are in flight: the maximum is ${maximumInFlight}.`);
  const leases = await queue.messages.receiveOrWait(options);
  store.meter(
    queue,
    leases.reduce((sum, { message }) => sum + message.content.sizeBytes, 0),
  );
  if (leases.length === 0) store.measure(queue, 'NumberOfEmptyReceives', 1);
  else store.measure(queue, 'NumberOfMessagesReceived', leases.length);
  return leases;
}

/** What the same attempt got before, with a new visibility timeout, as long as nothing has changed since. */
function repeated(
  store: QueueStore,
  queue: SqsQueue,
  attempt: string | undefined,
  leaseMs: number,
): Lease<SqsContent>[] | undefined {
  if (attempt === undefined) return undefined;
  const leases = queue.attempts.find(attempt, store.runtime.clock.now());
  if (!leases?.every(({ receipt }) => queue.messages.leasedSinceMs(receipt) !== undefined)) return undefined;
  for (const { receipt } of leases) queue.messages.changeLease(receipt, leaseMs);
  store.meter(queue);
  return leases;
}

function between(
  name: string,
  value: number | null | undefined,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (value >= least && value <= most) return value;
  throw invalidParameter(name, value, `Must be between ${least} and ${most}, if provided.`);
}

const systemAttributes: Record<string, (lease: Lease<SqsContent>) => string | undefined> = {
  ApproximateReceiveCount: ({ message }) => String(message.receiveCount),
  AWSTraceHeader: ({ message }) => message.content.traceHeader,
  SentTimestamp: ({ message }) => String(message.enqueuedAtMs),
  SequenceNumber: ({ message }) =>
    message.content.deduplicationId === undefined ? undefined : sequenceNumber(message.sequence),
  MessageGroupId: ({ message }) => message.group,
  SenderId: ({ message }) => message.content.senderId,
  MessageDeduplicationId: ({ message }) => message.content.deduplicationId,
  ApproximateFirstReceiveTimestamp: ({ message }) =>
    message.firstReceivedAtMs === undefined ? undefined : String(message.firstReceivedAtMs),
  DeadLetterQueueSourceArn: ({ message }) => message.content.deadLetterSourceArn,
};
const systemAttributeNames = new Set(Object.keys(systemAttributes));

/** The system attributes that are asked for, by name or all of them, in the order in which Lambda has them. */
export function systemAttributesOf(
  lease: Lease<SqsContent>,
  names: readonly string[],
): Record<string, string> {
  const all = names.includes('All');
  const result: Record<string, string> = {};
  for (const [name, read] of Object.entries(systemAttributes)) {
    const value = all || names.includes(name) ? read(lease) : undefined;
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function describe(
  lease: Lease<SqsContent>,
  systemNames: readonly string[],
  attributeNames: readonly string[],
): object {
  const { id, content } = lease.message;
  const system = systemAttributesOf(lease, systemNames);
  const attributes = chosenAttributes(content.attributes, attributeNames);
  const md5 = md5OfAttributes(attributes);
  return {
    MessageId: id,
    ReceiptHandle: receiptHandle(lease.receipt),
    MD5OfBody: content.md5OfBody,
    Body: content.body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(md5 !== undefined && { MD5OfMessageAttributes: md5, MessageAttributes: attributes }),
  };
}

/** Names are whole, `All`, or a prefix that ends in `.*`. */
function chosenAttributes(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  if (names.length === 0) return {};
  const isChosen = (name: string) =>
    names.some(
      (wanted) =>
        wanted === 'All' ||
        wanted === name ||
        (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isChosen(name)));
}
