import { createHash } from 'node:crypto';
import type { AwsCall } from '../service.ts';
import { checkEntries, eachEntry } from './batch.ts';
import { invalidParameter, invalidValue, missingParameter, sqsError, wrongQueueType } from './errors.ts';
import * as input from './input.ts';
import {
  checkAttributes,
  checkBody,
  type MessageAttributes,
  md5,
  md5OfAttributes,
  messageSizeBytes,
  type SqsContent,
} from './message.ts';
import type { SqsQueue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import { maximumPayloadBytes } from './settings.ts';

/** Up to 128 letters, digits and punctuation marks. */
const identifier = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
const maximumDelaySeconds = 900;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export function sendMessage(store: QueueStore, request: unknown, call: AwsCall): object {
  const message = input.parse(input.SendMessage, request);
  const queue = store.queueOfUrl(message.QueueUrl);
  const { sizeBytes, result } = send(store, queue, message, senderOf(store, call));
  store.meter(queue, sizeBytes);
  return result;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export function sendMessageBatch(store: QueueStore, request: unknown, call: AwsCall): object {
  const { QueueUrl, Entries } = input.parse(input.SendMessageBatch, request);
  const queue = store.queueOfUrl(QueueUrl);
  checkEntries('SendMessageBatch', Entries);
  const sizeBytes = Entries.reduce(
    (sum, entry) => sum + messageSizeBytes(entry.MessageBody ?? '', attributesOf(entry.MessageAttributes)),
    0,
  );
  if (sizeBytes > maximumPayloadBytes) {
    throw sqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${maximumPayloadBytes} bytes. You have sent ${sizeBytes} bytes.`,
    );
  }
  const sender = senderOf(store, call);
  const result = eachEntry(Entries, (entry) => send(store, queue, entry, sender).result);
  store.meter(queue, sizeBytes);
  return result;
}

interface SendResult {
  MD5OfMessageBody: string;
  MD5OfMessageAttributes?: string;
  MD5OfMessageSystemAttributes?: string;
  MessageId: string;
  SequenceNumber?: string;
}

/** Who sends a message, and within which trace. */
export interface MessageSender {
  senderId: string;
  traceHeader?: string | undefined;
}

/**
 * Puts a message into a queue for a service that delivers there (SNS, EventBridge, Lambda destinations), as its
 * SendMessage does; who may do so has been checked.
 * @throws AwsError when the queue does not take it
 */
export function deliverMessage(
  store: QueueStore,
  queue: SqsQueue,
  message: input.MessageInput,
  sender: MessageSender,
): { id: string } {
  const { sizeBytes, result } = send(store, queue, message, sender);
  store.meter(queue, sizeBytes);
  return { id: result.MessageId };
}

const senderOf = (store: QueueStore, { principal, traceHeader }: AwsCall): MessageSender => ({
  senderId: store.surroundings.senderId(principal),
  traceHeader,
});

function send(
  store: QueueStore,
  queue: SqsQueue,
  message: input.MessageInput,
  sender: MessageSender,
): { sizeBytes: number; result: SendResult } {
  const body = message.MessageBody ?? undefined;
  checkBody(body);
  const attributes = attributesOf(message.MessageAttributes);
  checkAttributes(attributes);
  const system = attributesOf(message.MessageSystemAttributes);
  const sizeBytes = messageSizeBytes(body, attributes);
  const { maximumMessageBytes } = queue.settings;
  if (sizeBytes > maximumMessageBytes) {
    throw invalidValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageBytes} bytes.`,
    );
  }
  const trace = traceHeaderOf(system) ?? sender.traceHeader;
  const content: SqsContent = {
    body,
    md5OfBody: md5(body),
    attributes,
    sizeBytes,
    senderId: sender.senderId,
    ...(trace !== undefined && { traceHeader: trace }),
  };
  const delayMs = delayOf(queue, message);
  const sent = queue.settings.fifo
    ? sendInOrder(queue, message, content, delayMs)
    : sendAnyOrder(queue, message, content, delayMs);
  // A group makes a standard queue a fair one, which costs extra. https://aws.amazon.com/sqs/pricing/
  if (!queue.settings.fifo && message.MessageGroupId)
    store.runtime.meter.add('sqs', 'fair-queue-messages', queue.arn, 1);
  store.measure(queue, 'NumberOfMessagesSent', 1);
  store.measure(queue, 'SentMessageSize', sizeBytes, 'Bytes');
  const md5Attributes = md5OfAttributes(attributes);
  const md5System = md5OfAttributes(system);
  return {
    sizeBytes,
    result: {
      MD5OfMessageBody: content.md5OfBody,
      ...(md5Attributes !== undefined && { MD5OfMessageAttributes: md5Attributes }),
      ...(md5System !== undefined && { MD5OfMessageSystemAttributes: md5System }),
      MessageId: sent.id,
      ...(queue.settings.fifo && { SequenceNumber: sequenceNumber(sent.sequence) }),
    },
  };
}

function sendAnyOrder(queue: SqsQueue, message: input.MessageInput, content: SqsContent, delayMs: number) {
  const { MessageDeduplicationId, MessageGroupId } = message;
  if (MessageDeduplicationId) throw wrongQueueType('MessageDeduplicationId', MessageDeduplicationId);
  checkIdentifier('MessageGroupId', MessageGroupId);
  // On a standard queue the group only makes the queue fair among tenants.
  return queue.messages.send({ content, delayMs, ...(MessageGroupId && { group: MessageGroupId }) }).message;
}

function sendInOrder(queue: SqsQueue, message: input.MessageInput, content: SqsContent, delayMs: number) {
  const { MessageGroupId: group } = message;
  if (!group) throw missingParameter('MessageGroupId');
  checkIdentifier('MessageGroupId', group);
  checkIdentifier('MessageDeduplicationId', message.MessageDeduplicationId);
  const { contentBasedDeduplication, deduplicationScope } = queue.settings;
  const deduplicationId =
    message.MessageDeduplicationId ||
    (contentBasedDeduplication ? createHash('sha256').update(content.body).digest('hex') : undefined);
  if (deduplicationId === undefined) {
    throw invalidValue(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  return queue.messages.send({
    content: { ...content, deduplicationId },
    group,
    delayMs,
    deduplicationKey:
      deduplicationScope === 'messageGroup' ? `${group}\n${deduplicationId}` : deduplicationId,
  }).message;
}

function delayOf(queue: SqsQueue, { DelaySeconds: delay }: input.MessageInput): number {
  if (delay === undefined || delay === null) return queue.settings.delayMs;
  if (delay < 0 || delay > maximumDelaySeconds)
    throw invalidParameter('DelaySeconds', delay, `DelaySeconds must be >= 0 and <= ${maximumDelaySeconds}.`);
  if (queue.settings.fifo && delay !== 0) throw wrongQueueType('DelaySeconds', delay);
  return queue.settings.fifo ? queue.settings.delayMs : delay * 1000;
}

function checkIdentifier(name: string, value: string | null | undefined): void {
  if (value && !identifier.test(value)) {
    throw invalidParameter(
      name,
      value,
      `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
}

function attributesOf(given: input.MessageInput['MessageAttributes']): MessageAttributes {
  const attributes: MessageAttributes = {};
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(given ?? {}))
    attributes[name] = {
      DataType,
      ...(StringValue && { StringValue }),
      ...(BinaryValue && { BinaryValue }),
    };
  return attributes;
}

function traceHeaderOf(system: MessageAttributes): string | undefined {
  for (const name of Object.keys(system))
    if (name !== 'AWSTraceHeader')
      throw invalidParameter('MessageSystemAttributes', name, 'Only AWSTraceHeader can be sent.');
  return system.AWSTraceHeader?.StringValue;
}

/** Twenty digits that grow, with gaps between them. */
export const sequenceNumber = (sequence: number) =>
  String(18_849_496_460_467_696_128n + 256n * BigInt(sequence));
