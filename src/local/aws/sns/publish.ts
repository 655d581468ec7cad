// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
import { createHash } from 'node:crypto';
import type { QueryInput, QueryValue } from '../protocol-query.ts';
import { type AwsCall, AwsError } from '../service.ts';
import { invalid, unsupported } from './errors.ts';
import { checkMessage, type MessageInput, type SnsMessage, textOf } from './message.ts';
import type { Topic } from './topic.ts';
import type { TopicStore } from './topic-store.ts';

/** Up to 128 letters, digits and punctuation marks. */
const identifier = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
const maximumEntries = 10;
const billedChunkBytes = 65_536;

/** ARN of the topic of a Publish. @throws AwsError InvalidParameter */
export function publishedTo(input: QueryInput): string {
  const arn = textOf(input.TopicArn) ?? textOf(input.TargetArn);
  if (textOf(input.PhoneNumber) !== undefined) throw unsupported('text messages (PhoneNumber)');
  if (arn === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
  if (arn.includes(':endpoint/')) throw unsupported('mobile push endpoints (TargetArn)');
  return arn;
}

export function publish(
  store: TopicStore,
  input: QueryInput,
  call: Pick<AwsCall, 'traceHeader'>,
): PublishResult {
  const topic = store.topic(publishedTo(input));
  const published = publishOne(store, topic, input, call);
  meterPublish(topic, 1, published.sizeBytes);
  return published.result;
}

export interface PublishResult {
  MessageId: string;
  SequenceNumber?: string;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export function publishBatch(store: TopicStore, input: QueryInput, call: AwsCall): object {
  const topic = store.topic(textOf(input.TopicArn) ?? '');
  const entries = entriesOf(input.PublishBatchRequestEntries);
  const ids = new Set<string>();
  let totalBytes = 0;
  for (const { Id, ...message } of entries) {
    const id = textOf(Id) ?? '';
    if (!/^[\w-]{1,80}$/.test(id))
      throw new AwsError(
        'InvalidBatchEntryId',
        "The Id of a batch entry in a batch request doesn't abide by the specification.",
      );
    if (ids.has(id))
      throw new AwsError(
        'BatchEntryIdsNotDistinct',
        'Two or more batch entries in the request have the same Id.',
      );
    ids.add(id);
    totalBytes += Buffer.byteLength(textOf(message.Message) ?? '');
  }
  if (totalBytes > topic.maximumMessageBytes)
    throw new AwsError(
      'BatchRequestTooLong',
      'The length of all the messages put together is more than the limit.',
    );
  const Successful: object[] = [];
  const Failed: object[] = [];
  let acceptedBytes = 0;
  for (const entry of entries) {
    const Id = textOf(entry.Id);
    try {
      const { result, sizeBytes } = publishOne(store, topic, entry, call);
      acceptedBytes += sizeBytes;
      Successful.push({ Id, ...result });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  if (Successful.length > 0) meterPublish(topic, Successful.length, acceptedBytes);
  return { Successful, Failed };
}

function entriesOf(given: QueryValue | undefined): QueryInput[] {
  const entries = (Array.isArray(given) ? given : []).flatMap((entry) =>
    typeof entry === 'object' && !Array.isArray(entry) ? [entry] : [],
  );
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (entries.length > maximumEntries)
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
  return entries;
}

function publishOne(
  store: TopicStore,
  topic: Topic,
  input: MessageInput,
  { traceHeader }: Pick<AwsCall, 'traceHeader'>,
): { result: PublishResult; sizeBytes: number } {
  const { clock, random, course } = store.runtime;
  const checked = checkMessage(input, topic.maximumMessageBytes);
  const group = identifierOf('MessageGroupId', input.MessageGroupId);
  const deduplicationId = deduplicationOf(topic, input, checked.body);
  if (topic.fifo && group === undefined)
    throw invalid('The MessageGroupId parameter is required for FIFO topics');
  const key =
    topic.attributes.FifoThroughputScope === 'MessageGroup'
      ? `${group}\n${deduplicationId}`
      : deduplicationId;
  const nowMs = clock.now();
  const known = key === undefined ? undefined : topic.published.find(key, nowMs);
  if (known)
    return {
      result: { MessageId: known.id, SequenceNumber: known.sequenceNumber },
      sizeBytes: checked.sizeBytes,
    };
  const sequenceNumber = topic.fifo ? topic.nextSequenceNumber() : undefined;
  const message: SnsMessage = {
    ...checked,
    id: random.uuid(),
    publishedAtMs: nowMs,
    group,
    deduplicationId,
    sequenceNumber,
    traceHeader,
  };
  if (key !== undefined && sequenceNumber !== undefined)
    topic.published.add(key, { id: message.id, sequenceNumber }, nowMs);
  if (course.timeline.isWatched)
    course.timeline.record({ atMs: nowMs, kind: 'published', place: topic.name, subject: message.id });
  topic.measure('NumberOfMessagesPublished', 1);
  topic.measure('PublishSize', message.sizeBytes, 'Bytes');
  for (const subscription of topic.subscriptions.values()) subscription.publish(message);
  return {
    result: {
      MessageId: message.id,
      ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    },
    sizeBytes: message.sizeBytes,
  };
}

function deduplicationOf(topic: Topic, input: MessageInput, body: string): string | undefined {
  const given = identifierOf('MessageDeduplicationId', input.MessageDeduplicationId);
  if (!topic.fifo) {
    if (given !== undefined)
      throw invalid(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      );
    return undefined;
  }
  if (given !== undefined) return given;
  if (topic.attributes.ContentBasedDeduplication === 'true')
    return createHash('sha256').update(body).digest('hex');
  throw invalid(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function identifierOf(name: string, value: QueryValue | undefined): string | undefined {
  const text = textOf(value);
  if (text !== undefined && !identifier.test(text))
    throw invalid(`${name} Reason: must be 1 to 128 alphanumeric or punctuation characters`);
  return text;
}

/** Standard topics by started 64 KB, a whole batch together. https://aws.amazon.com/sns/pricing/ */
function meterPublish(topic: Topic, messages: number, sizeBytes: number): void {
  if (topic.fifo) {
    topic.meter('fifo-publishes', messages);
    topic.meter('fifo-published-gb', sizeBytes / 1024 ** 3);
  } else topic.meter('publishes', Math.max(1, Math.ceil(sizeBytes / billedChunkBytes)));
}
