import type { AwsCall } from '../service.ts';
import { invalidParameter, invalidValue, noSuchQueue, sqsError } from './errors.ts';
import * as input from './input.ts';
import type { SqsQueue } from './queue.ts';
import { nameInUrl, type QueueStore } from './queue-store.ts';
import { computedAttributes, isSettable } from './settings.ts';

const purgePauseMs = 60_000;
const maximumPage = 1000;
const maximumTags = 50;

export function createQueue(store: QueueStore, request: unknown, call: AwsCall): object {
  const { QueueName, Attributes, tags } = input.parse(input.CreateQueue, request);
  store.meterAccount();
  checkTagCount(Object.keys(tags ?? {}).length);
  const queue = store.create(QueueName, Attributes ?? {}, tags ?? {});
  return { QueueUrl: store.urlOf(queue.name, call) };
}

export function deleteQueue(store: QueueStore, request: unknown): undefined {
  const queue = store.queueOfUrl(input.parse(input.OfQueue, request).QueueUrl);
  store.meter(queue);
  store.delete(queue);
}

export function purgeQueue(store: QueueStore, request: unknown): undefined {
  const queue = store.queueOfUrl(input.parse(input.OfQueue, request).QueueUrl);
  store.meter(queue);
  const nowMs = store.runtime.clock.now();
  if (queue.purgedAtMs !== undefined && nowMs < queue.purgedAtMs + purgePauseMs) {
    throw sqsError(
      'PurgeQueueInProgress',
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      403,
    );
  }
  queue.purgedAtMs = nowMs;
  queue.messages.purge();
}

export function getQueueUrl(store: QueueStore, request: unknown, call: AwsCall): object {
  const { QueueName, QueueOwnerAWSAccountId: owner } = input.parse(input.GetQueueUrl, request);
  const queue = store.queues.get(QueueName);
  if (!queue || (owner && owner !== store.runtime.accountId)) throw noSuchQueue();
  store.meter(queue);
  return { QueueUrl: store.urlOf(queue.name, call) };
}

export function getQueueAttributes(store: QueueStore, request: unknown): object {
  const { QueueUrl, AttributeNames } = input.parse(input.GetQueueAttributes, request);
  const queue = store.queueOfUrl(QueueUrl);
  store.meter(queue);
  const names = AttributeNames ?? [];
  for (const name of names)
    if (name !== 'All' && !computedAttributes.has(name) && !isSettable(name))
      throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  if (names.length === 0) return {};
  const all = describe(queue);
  const chosen = names.includes('All')
    ? all
    : Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  return Object.keys(chosen).length === 0 ? {} : { Attributes: chosen };
}

function describe(queue: SqsQueue): Record<string, string> {
  const { visible, leased, delayed } = queue.messages.counts();
  const seconds = (ms: number) => String(Math.floor(ms / 1000));
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(leased),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(queue.createdAtMs),
    LastModifiedTimestamp: seconds(queue.modifiedAtMs),
    ...queue.attributes,
  };
}

export function setQueueAttributes(store: QueueStore, request: unknown): undefined {
  const { QueueUrl, Attributes } = input.parse(input.SetQueueAttributes, request);
  const queue = store.queueOfUrl(QueueUrl);
  store.meter(queue);
  store.setAttributes(queue, Attributes);
}

export function listQueues(store: QueueStore, request: unknown, call: AwsCall): object {
  const { QueueNamePrefix: prefix, ...page } = input.parse(input.ListQueues, request);
  store.meterAccount();
  const names = [...store.queues.keys()].filter((name) => name.startsWith(prefix ?? ''));
  const { shown, next } = paged(names, page);
  const urls = shown.map((name) => store.urlOf(name, call));
  return { ...(urls.length > 0 && { QueueUrls: urls }), ...next };
}

export function listDeadLetterSourceQueues(store: QueueStore, request: unknown, call: AwsCall): object {
  const { QueueUrl, ...page } = input.parse(input.ListDeadLetterSourceQueues, request);
  const target = store.queueOfUrl(QueueUrl);
  store.meter(target);
  const { shown, next } = paged(
    sourcesOf(store, target).map(({ name }) => name),
    page,
  );
  return { queueUrls: shown.map((name) => store.urlOf(name, call)), ...next };
}

/** The queues whose dead letters go to `target`. */
export const sourcesOf = (store: QueueStore, target: SqsQueue): SqsQueue[] =>
  [...store.queues.values()].filter(({ settings }) => settings.redrive?.deadLetterTargetArn === target.arn);

/** All at once without `MaxResults`; with it, page by page. */
function paged(
  names: readonly string[],
  {
    MaxResults,
    NextToken,
  }: { MaxResults?: number | null | undefined; NextToken?: string | null | undefined },
): { shown: string[]; next: { NextToken?: string } } {
  if (typeof MaxResults === 'number' && (MaxResults < 1 || MaxResults > maximumPage))
    throw invalidParameter('MaxResults', MaxResults, `Must be between 1 and ${maximumPage}, if provided.`);
  const after = NextToken ? Buffer.from(NextToken, 'base64').toString() : '';
  const rest = [...names].sort().filter((name) => name > after);
  const shown = rest.slice(0, MaxResults ?? maximumPage);
  const last = shown.at(-1);
  const hasMore = typeof MaxResults === 'number' && rest.length > shown.length && last !== undefined;
  return { shown, next: hasMore ? { NextToken: Buffer.from(last).toString('base64') } : {} };
}

export function listQueueTags(store: QueueStore, request: unknown): object {
  const queue = store.queueOfUrl(input.parse(input.OfQueue, request).QueueUrl);
  store.meter(queue);
  return queue.tags.size === 0 ? {} : { Tags: Object.fromEntries(queue.tags) };
}

export function tagQueue(store: QueueStore, request: unknown): undefined {
  const { QueueUrl, Tags } = input.parse(input.TagQueue, request);
  const queue = store.queueOfUrl(QueueUrl);
  store.meter(queue);
  if (Object.keys(Tags).length === 0)
    throw sqsError('MissingRequiredParameterException', 'The request must contain the parameter Tags.');
  checkTagCount(new Set([...queue.tags.keys(), ...Object.keys(Tags)]).size);
  for (const [key, value] of Object.entries(Tags)) queue.tags.set(key, value);
}

export function untagQueue(store: QueueStore, request: unknown): undefined {
  const { QueueUrl, TagKeys } = input.parse(input.UntagQueue, request);
  const queue = store.queueOfUrl(QueueUrl);
  store.meter(queue);
  if (TagKeys.length === 0) throw invalidValue('Tag keys must be between 1 and 128 characters in length.');
  for (const key of TagKeys) queue.tags.delete(key);
}

function checkTagCount(count: number): void {
  if (count > maximumTags)
    throw invalidValue(`Too many tags added for queue: the maximum is ${maximumTags}.`);
}

/** ARN of the queue that an operation is about, whether or not it exists. */
export const arnInUrl = (store: QueueStore, url: string) => store.arnOf(nameInUrl(url));
