import type { protos } from '@google-cloud/pubsub';
import {
  type DeadLetter,
  type DeadLetterQueue,
  type Destination,
  type HeldLetter,
  type Replacement,
  redriveCountAttribute,
  redrivenAtAttribute,
  type TakeOptions,
} from '../dead-letter.ts';
import { eachOnce } from '../each-once.ts';
import type { Place } from '../place.ts';
import { RedriveError, textOf } from '../redrive-error.ts';
import { type PubSubClients, pubSubClients } from './clients.ts';
import { originalAttributes, type PubSubMessage, pubSubLetter } from './pubsub-letter.ts';

/** https://cloud.google.com/pubsub/docs/lease-management */
const maximumDeadlineSeconds = 600;
const spareSeconds = 60;
const browseAtOnce = 100;
/** Ids in one request, which may have 512 KiB. */
const settleAtOnce = 1000;
const idleWaitMs = 10_000;
const deadlineExceeded = 4;

/** @throws RedriveError when there is no such subscription, or it is pushed */
export async function openSubscription(place: Place): Promise<PubSubDeadLetters> {
  const clients = await connect(place);
  try {
    const name = fullName('subscriptions', place.queue, clients.projectId);
    const [{ pushConfig, topic }] = await clients.subscriber.getSubscription({ subscription: name });
    if (pushConfig?.pushEndpoint)
      throw new RedriveError(
        `it pushes its messages to ${pushConfig.pushEndpoint}; redrive pulls them. Add a pull subscription to ${topic}`,
      );
    return new PubSubDeadLetters(clients, name, place.local !== undefined);
  } catch (error) {
    await clients.close();
    throw cannotOpen(place, error);
  }
}

async function connect(place: Place): Promise<PubSubClients> {
  try {
    return await pubSubClients(place);
  } catch (error) {
    throw cannotOpen(place, error);
  }
}

const cannotOpen = ({ queue }: Place, error: unknown) =>
  new RedriveError(`The Pub/Sub subscription '${queue}' cannot be opened: ${textOf(error)}`);

/** `orders-dead` as `projects/<project>/subscriptions/orders-dead`. @throws RedriveError */
export function fullName(kind: 'subscriptions' | 'topics', text: string, projectId: string): string {
  const [, project = projectId, name = text] =
    /^(?:\/\/pubsub\.googleapis\.com\/)?projects\/([^/]+)\/(?:subscriptions|topics)\/([^/]+)$/.exec(text) ??
    [];
  if (!/^[\w.~+%-]+$/.test(name))
    throw new RedriveError(
      `'${text}' names no Pub/Sub ${kind.slice(0, -1)}: give its name or projects/…/${kind}/….`,
    );
  return `projects/${project}/${kind}/${name}`;
}

interface Received {
  key: string;
  ackId: string;
  message: PubSubMessage;
  letter: DeadLetter;
}

/** The subscription of a dead-letter topic. */
export class PubSubDeadLetters implements DeadLetterQueue {
  readonly name: string;
  readonly caveats: readonly string[] = [];
  readonly #clients: PubSubClients;
  readonly #isLocal: boolean;
  readonly #held = new Map<string, Received>();
  readonly #destinations = new Map<string, Promise<Destination>>();

  constructor(clients: PubSubClients, name: string, isLocal: boolean) {
    this.#clients = clients;
    this.#isLocal = isLocal;
    this.name = name;
  }

  identity(): Promise<string | undefined> {
    return this.#clients.identity();
  }

  /** Only Cloud Monitoring tells it, minutes late. */
  async count(): Promise<undefined> {
    return undefined;
  }

  async browse(maximum: number, signal: AbortSignal): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    try {
      for await (const { letter } of this.take({ durationMs: 0, batch: browseAtOnce, signal })) {
        letters.push(letter);
        if (letters.length >= maximum) break;
      }
    } finally {
      await this.release();
    }
    return letters.sort((a, b) => a.enqueuedAtMs - b.enqueuedAtMs);
  }

  async *take({ durationMs, batch, signal }: TakeOptions): AsyncGenerator<HeldLetter> {
    const holdSeconds = Math.min(Math.ceil(durationMs / 1000) + spareSeconds, maximumDeadlineSeconds);
    const receive = () => this.#pull(batch, holdSeconds);
    for await (const { key, letter, message } of eachOnce(this.#held, receive, signal))
      yield {
        letter,
        send: (replacement) => this.#send(message, letter, replacement),
        remove: () => this.#remove(key),
      };
  }

  async release(): Promise<void> {
    const ackIds = [...this.#held.values()].map(({ ackId }) => ackId);
    this.#held.clear();
    for (let from = 0; from < ackIds.length; from += settleAtOnce)
      await this.#clients.subscriber.modifyAckDeadline({
        subscription: this.name,
        ackIds: ackIds.slice(from, from + settleAtOnce),
        ackDeadlineSeconds: 0,
      });
  }

  destinationOf({ source }: DeadLetter, to: string | undefined): Promise<Destination> {
    if (to !== undefined)
      return Promise.resolve({ name: fullName('topics', to, this.#clients.projectId), alsoReaches: [] });
    if (source === undefined)
      return Promise.reject(
        new RedriveError('it does not tell which subscription gave it up: say --to and a topic'),
      );
    const known = this.#destinations.get(source);
    if (known) return known;
    const destination = this.#topicOf(source);
    this.#destinations.set(source, destination);
    return destination;
  }

  close(): Promise<void> {
    return this.#clients.close();
  }

  async #topicOf(source: string): Promise<Destination> {
    const subscription = fullName('subscriptions', source, this.#clients.projectId);
    try {
      const [{ topic }] = await this.#clients.subscriber.getSubscription({ subscription });
      if (!topic || topic === '_deleted-topic_')
        throw new RedriveError(`the topic of ${subscription} was deleted: say --to and a topic`);
      const [names] = await this.#clients.publisher.listTopicSubscriptions({ topic });
      return { name: topic, alsoReaches: names.filter((name) => name !== subscription) };
    } catch (error) {
      if (error instanceof RedriveError) throw error;
      throw new RedriveError(
        `its topic cannot be found through ${subscription} (${textOf(error)}): say --to`,
      );
    }
  }

  async #pull(maxMessages: number, holdSeconds: number): Promise<Received[]> {
    const request = { subscription: this.name, maxMessages, returnImmediately: this.#isLocal };
    let messages: protos.google.pubsub.v1.IReceivedMessage[] | null | undefined;
    try {
      [{ receivedMessages: messages }] = await this.#clients.subscriber.pull(request, {
        timeout: idleWaitMs,
      });
    } catch (error) {
      // The wait is over, and there is nothing.
      if (error instanceof Error && 'code' in error && error.code === deadlineExceeded) return [];
      throw error;
    }
    const received = (messages ?? []).map(({ ackId, message, deliveryAttempt }): Received => {
      const { data, attributes, messageId, orderingKey, publishTime } = message ?? {};
      const content: PubSubMessage = {
        data: Buffer.from(data ?? ''),
        attributes: attributes ?? {},
        messageId: messageId ?? '',
        orderingKey: orderingKey ?? '',
        publishTimeMs: Number(publishTime?.seconds ?? 0) * 1000 + (publishTime?.nanos ?? 0) / 1_000_000,
      };
      const letter = pubSubLetter(content, deliveryAttempt ?? 0);
      return { key: letter.key, ackId: ackId ?? '', message: content, letter };
    });
    if (received.length > 0)
      await this.#clients.subscriber.modifyAckDeadline({
        subscription: this.name,
        ackIds: received.map(({ ackId }) => ackId),
        ackDeadlineSeconds: holdSeconds,
      });
    return received;
  }

  async #send(
    message: PubSubMessage,
    { group }: DeadLetter,
    { to, body, redriveCount, redrivenAt }: Replacement,
  ) {
    const [{ messageIds }] = await this.#clients.publisher.publish({
      topic: to.name,
      messages: [
        {
          data: body,
          attributes: {
            ...originalAttributes(message),
            [redriveCountAttribute]: String(redriveCount),
            [redrivenAtAttribute]: redrivenAt.toISOString(),
          },
          ...(group !== undefined && { orderingKey: group }),
        },
      ],
    });
    return messageIds?.[0] ?? '';
  }

  async #remove(key: string): Promise<void> {
    const received = this.#held.get(key);
    if (!received) throw new Error(`${key} is not held any more`);
    await this.#clients.subscriber.acknowledge({ subscription: this.name, ackIds: [received.ackId] });
    this.#held.delete(key);
  }
}
