import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusSender,
} from '@azure/service-bus';
import type {
  DeadLetter,
  DeadLetterQueue,
  Destination,
  HeldLetter,
  Replacement,
  TakeOptions,
} from '../dead-letter.ts';
import { eachOnce } from '../each-once.ts';
import type { Place } from '../place.ts';
import { RedriveError, textOf } from '../redrive-error.ts';
import { type Access, accountAccess, localAccess } from './access.ts';
import { type EntityPath, entityPath } from './entity-path.ts';
import { isMarkedDead, replacementMessage, serviceBusLetter } from './service-bus-letter.ts';

const peekAtOnce = 250;
/** A lock with less left is prolonged before anything is sent for its message. */
const spareLockMs = 10_000;

/**
 * Opens the dead letters of a queue or subscription: its dead-letter subqueue; or the queue itself where that is kept
 * for dead letters, which shows by the first message in it.
 *
 * @throws RedriveError when there is no such entity
 */
export async function openServiceBusQueue(place: Place): Promise<ServiceBusDeadLetters> {
  const entity = entityPath(place.queue);
  const access = place.local ? localAccess(place.local) : await accountAccess(place.queue, entity);
  const entrance = (subQueueType?: 'deadLetter') => (client: ServiceBusClient) => {
    const options = {
      ...(subQueueType && { subQueueType }),
      receiveMode: 'peekLock' as const,
      skipParsingBodyAsJson: true,
      skipConvertingDate: true,
      maxAutoLockRenewalDurationInMs: 0,
    };
    const { topic, subscription, path } = entity;
    return topic !== undefined && subscription !== undefined
      ? client.createReceiver(topic, subscription, options)
      : client.createReceiver(path, options);
  };
  const whole = entrance();
  const subqueue = entrance('deadLetter');
  try {
    if (!entity.isSubqueue && entity.topic === undefined) {
      const first = await firstOf(whole(access.client));
      if (first && isMarkedDead(first))
        return new ServiceBusDeadLetters(access, { entity, isWhole: true, createReceiver: whole });
    }
    await firstOf(subqueue(access.client));
    return new ServiceBusDeadLetters(access, { entity, isWhole: false, createReceiver: subqueue });
  } catch (error) {
    await access.client.close();
    throw new RedriveError(`The dead letters of '${place.queue}' cannot be opened: ${textOf(error)}`);
  }
}

async function firstOf(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage | undefined> {
  const [first] = await receiver.peekMessages(1);
  await receiver.close();
  return first;
}

interface OpenEntity {
  entity: EntityPath;
  /** Whether the queue itself holds dead letters, and not its subqueue. */
  isWhole: boolean;
  createReceiver(client: ServiceBusClient): ServiceBusReceiver;
}

interface Received {
  key: string;
  letter: DeadLetter;
  message: ServiceBusReceivedMessage;
}

/** The dead letters of a Service Bus queue or subscription. */
export class ServiceBusDeadLetters implements DeadLetterQueue {
  readonly name: string;
  readonly caveats: readonly string[] = [];
  readonly #access: Access;
  readonly #open: OpenEntity;
  readonly #held = new Map<string, Received>();
  readonly #senders = new Map<string, ServiceBusSender>();
  #taking: ServiceBusReceiver | undefined;

  constructor(access: Access, open: OpenEntity) {
    this.#access = access;
    this.#open = open;
    const { path, namespace } = open.entity;
    const name = `${path}${open.isWhole ? '' : '/$DeadLetterQueue'}`;
    this.name = namespace === undefined ? name : `${namespace}/${name}`;
  }

  identity(): Promise<string | undefined> {
    return this.#access.identity();
  }

  /** Service Bus tells it only to who may manage the namespace. */
  async count(): Promise<undefined> {
    return undefined;
  }

  async browse(maximum: number, signal: AbortSignal): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    const client = this.#access.connect();
    try {
      const receiver = this.#open.createReceiver(client);
      while (letters.length < maximum && !signal.aborted) {
        const messages = await receiver.peekMessages(peekAtOnce);
        if (messages.length === 0) break;
        letters.push(...messages.filter((message) => this.#isDead(message)).map(serviceBusLetter));
      }
    } finally {
      await client.close();
    }
    return letters.slice(0, maximum);
  }

  async *take({ batch, signal }: TakeOptions): AsyncGenerator<HeldLetter> {
    const receive = async (): Promise<Received[]> => {
      const messages = await this.#receiver().receiveMessages(batch, {
        maxWaitTimeInMs: this.#access.idleWaitMs,
        abortSignal: signal,
      });
      return messages.map((message) => {
        const letter = serviceBusLetter(message);
        return { message, letter, key: letter.key };
      });
    };
    for await (const { key, letter, message } of eachOnce(this.#held, orNone(receive, signal), signal)) {
      if (!this.#isDead(message)) continue;
      yield {
        letter,
        send: (replacement) => this.#send(key, letter, replacement),
        remove: () => this.#remove(key),
      };
    }
  }

  async release(): Promise<void> {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { message } of held) {
      try {
        await this.#receiver().abandonMessage(message);
      } catch (error) {
        // Its lock has run out: it is there again already.
        if (!(error instanceof Error && 'code' in error && error.code === 'MessageLockLost')) throw error;
      }
    }
  }

  async destinationOf(letter: DeadLetter, to: string | undefined): Promise<Destination> {
    const { entity, isWhole } = this.#open;
    if (to !== undefined) {
      const { namespace, path } = entityPath(to);
      if (namespace !== undefined && entity.namespace !== undefined && namespace !== entity.namespace)
        throw new RedriveError(`--to ${to} is in another namespace than ${this.name}`);
      return { name: path, alsoReaches: [] };
    }
    if (!isWhole) return backTo(entity);
    const { source } = letter;
    // The platform names the entity; a function can name only itself.
    if (source === undefined || source === letter.attributes.DeadLetterSource)
      throw new RedriveError(`it does not tell which queue it came from: say --to`);
    return backTo(entityPath(source));
  }

  async close(): Promise<void> {
    await this.#access.client.close();
  }

  /** Of a queue that holds dead letters, a message without their marks is somebody's work. */
  #isDead(message: ServiceBusReceivedMessage): boolean {
    return !this.#open.isWhole || isMarkedDead(message);
  }

  async #send(key: string, letter: DeadLetter, replacement: Replacement): Promise<string> {
    const { message } = this.#received(key);
    const lockedForMs = (message.lockedUntilUtc?.getTime() ?? 0) - replacement.redrivenAt.getTime();
    if (lockedForMs < spareLockMs) await this.#receiver().renewMessageLock(message);
    const outgoing = replacementMessage(message, letter, replacement);
    await this.#senderTo(replacement.to.name).sendMessages(outgoing);
    return String(outgoing.messageId);
  }

  async #remove(key: string): Promise<void> {
    await this.#receiver().completeMessage(this.#received(key).message);
    this.#held.delete(key);
  }

  #receiver(): ServiceBusReceiver {
    this.#taking ??= this.#open.createReceiver(this.#access.client);
    return this.#taking;
  }

  #received(key: string): Received {
    const received = this.#held.get(key);
    if (!received) throw new Error(`${key} is not held any more`);
    return received;
  }

  #senderTo(path: string): ServiceBusSender {
    const known = this.#senders.get(path);
    if (known) return known;
    const sender = this.#access.client.createSender(path);
    this.#senders.set(path, sender);
    return sender;
  }
}

/** What came from a subscription goes through its topic, where others take it as well. */
const backTo = ({ topic, path, subscription }: EntityPath): Destination =>
  topic === undefined
    ? { name: path, alsoReaches: [] }
    : {
        name: topic,
        alsoReaches: [`every other subscription beside ${subscription} whose rules let it through`],
      };

/** An interrupted wait has brought nothing. */
function orNone(receive: () => Promise<Received[]>, signal: AbortSignal): () => Promise<Received[]> {
  return async () => {
    try {
      return await receive();
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    }
  };
}
