import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  paginateListDeadLetterSourceQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  type DeadLetter,
  type DeadLetterQueue,
  type Destination,
  followingId,
  type HeldLetter,
  type Replacement,
  redriveCountAttribute,
  redrivenAtAttribute,
  type TakeOptions,
} from '../dead-letter.ts';
import { eachOnce } from '../each-once.ts';
import type { Place } from '../place.ts';
import { RedriveError, textOf } from '../redrive-error.ts';
import { type SqsAddress, sqsAddress } from './sqs-address.ts';
import { redrivenAttributes, sqsLetter } from './sqs-letter.ts';

const isFifo = (name: string) => name.endsWith('.fifo');

/** Longest visibility timeout: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maximumVisibilitySeconds = 43_200;
const spareSeconds = 60;
const maximumIdLength = 128;
const receiveAtOnce = 10;

/** @throws RedriveError when there is no such queue */
export async function openSqsQueue(place: Place): Promise<SqsDeadLetterQueue> {
  const address = sqsAddress(place.queue);
  const client = sqsClient(place, address);
  const url = await queueUrl(client, address);
  return new SqsDeadLetterQueue(client, { address, url, isLocal: place.local !== undefined });
}

export function sqsClient({ local }: Place, { region }: SqsAddress): SQSClient {
  if (!local) return new SQSClient({ ...(region !== undefined && { region }) });
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = local;
  return new SQSClient({
    endpoint: AWS_ENDPOINT_URL ?? '',
    region: AWS_REGION ?? '',
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID ?? '', secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '' },
  });
}

/** @throws RedriveError when SQS gives none */
export async function queueUrl(client: SQSClient, { name, accountId }: SqsAddress): Promise<string> {
  const input = { QueueName: name, ...(accountId !== undefined && { QueueOwnerAWSAccountId: accountId }) };
  try {
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand(input));
    return QueueUrl;
  } catch (error) {
    throw new RedriveError(`The SQS queue '${name}' cannot be opened: ${textOf(error)}`);
  }
}

interface OpenQueue {
  address: SqsAddress;
  url: string;
  isLocal: boolean;
}

interface Received {
  key: string;
  message: Message;
  letter: DeadLetter;
}

/** An SQS queue of dead letters. */
export class SqsDeadLetterQueue implements DeadLetterQueue {
  readonly name: string;
  readonly caveats: readonly string[];
  readonly #client: SQSClient;
  readonly #queue: OpenQueue;
  readonly #held = new Map<string, Received>();
  readonly #urls = new Map<string, Promise<string>>();
  #sources: Promise<string[]> | undefined;

  constructor(client: SQSClient, queue: OpenQueue) {
    this.#client = client;
    this.#queue = queue;
    this.name = queue.address.name;
    this.caveats = isFifo(this.name)
      ? [
          'SQS FIFO gives no further messages of a group while one of it is held: what is left hides those behind it.',
        ]
      : [];
  }

  async identity(): Promise<string | undefined> {
    if (this.#queue.isLocal) return undefined;
    const { accessKeyId } = await this.#client.config.credentials();
    return `AWS access key ${accessKeyId}`;
  }

  async count(): Promise<number | undefined> {
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#queue.url,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  }

  async browse(maximum: number, signal: AbortSignal): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    try {
      for await (const { letter } of this.take({ durationMs: 0, batch: receiveAtOnce, signal })) {
        letters.push(letter);
        if (letters.length >= maximum) break;
      }
    } finally {
      await this.release();
    }
    return letters.sort((a, b) => a.enqueuedAtMs - b.enqueuedAtMs);
  }

  async *take({ durationMs, batch, signal }: TakeOptions): AsyncGenerator<HeldLetter> {
    const visibilitySeconds = Math.ceil(durationMs / 1000) + spareSeconds;
    const receive = async (): Promise<Received[]> => {
      const { Messages = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#queue.url,
          MaxNumberOfMessages: Math.min(batch, receiveAtOnce),
          VisibilityTimeout: Math.min(visibilitySeconds, maximumVisibilitySeconds),
          // A long poll asks every server, a short one only some: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
          WaitTimeSeconds: this.#queue.isLocal ? 0 : 2,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return Messages.map((message) => ({
        message,
        letter: sqsLetter(message),
        key: message.MessageId ?? '',
      }));
    };
    for await (const { letter, message } of eachOnce(this.#held, receive, signal))
      yield {
        letter,
        send: (replacement) => this.#send(message, letter, replacement),
        remove: () => this.#remove(letter.key),
      };
  }

  async release(): Promise<void> {
    const receipts = [...this.#held.values()].map(({ message }) => message.ReceiptHandle);
    this.#held.clear();
    for (let from = 0; from < receipts.length; from += receiveAtOnce)
      await this.#client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#queue.url,
          Entries: receipts.slice(from, from + receiveAtOnce).map((ReceiptHandle, index) => ({
            Id: String(index),
            ReceiptHandle,
            VisibilityTimeout: 0,
          })),
        }),
      );
  }

  async destinationOf(letter: DeadLetter, to: string | undefined): Promise<Destination> {
    const name = to ?? (await this.#sourceOf(letter));
    await this.#urlOf(name);
    return { name, alsoReaches: [] };
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  async #sourceOf({ source }: DeadLetter): Promise<string> {
    if (source !== undefined && /^arn:[\w-]+:sqs:/.test(source)) return source;
    const sources = await this.sources();
    const [only, ...others] = sources;
    if (only !== undefined && others.length === 0) return only;
    throw new RedriveError(
      sources.length === 0
        ? `it does not tell which queue it came from, and ${this.name} is the dead-letter queue of none: say --to`
        : `it does not tell which queue it came from, and ${this.name} is the dead-letter queue of ${sources.join(', ')}: say --to`,
    );
  }

  /** URLs of the queues whose redrive policy names this one. */
  sources(): Promise<string[]> {
    this.#sources ??= (async () => {
      const pages = paginateListDeadLetterSourceQueues(
        { client: this.#client },
        { QueueUrl: this.#queue.url, MaxResults: 1000 },
      );
      const urls: string[] = [];
      for await (const { queueUrls = [] } of pages) urls.push(...queueUrls);
      return urls;
    })();
    return this.#sources;
  }

  #urlOf(name: string): Promise<string> {
    const known = this.#urls.get(name);
    if (known) return known;
    const url = queueUrl(this.#client, sqsAddress(name));
    this.#urls.set(name, url);
    return url;
  }

  async #send(message: Message, letter: DeadLetter, { to, body, redriveCount, redrivenAt }: Replacement) {
    const url = await this.#urlOf(to.name);
    const { AWSTraceHeader, MessageDeduplicationId } = message.Attributes ?? {};
    const { group } = letter;
    const fifo = isFifo(sqsAddress(to.name).name);
    const { MessageId = '' } = await this.#client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: body.toString(),
        MessageAttributes: redrivenAttributes(message, [
          [redriveCountAttribute, { DataType: 'Number', StringValue: String(redriveCount) }],
          [redrivenAtAttribute, { DataType: 'String', StringValue: redrivenAt.toISOString() }],
        ]),
        ...(AWSTraceHeader !== undefined && {
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: AWSTraceHeader } },
        }),
        ...(group !== undefined && { MessageGroupId: group }),
        ...(fifo && {
          MessageGroupId: group ?? letter.messageId,
          MessageDeduplicationId: followingId(
            MessageDeduplicationId ?? letter.messageId,
            redriveCount,
            maximumIdLength,
          ),
        }),
      }),
    );
    return MessageId;
  }

  async #remove(key: string): Promise<void> {
    await this.#client.send(
      new DeleteMessageCommand({
        QueueUrl: this.#queue.url,
        ReceiptHandle: this.#held.get(key)?.message.ReceiptHandle,
      }),
    );
    this.#held.delete(key);
  }
}
