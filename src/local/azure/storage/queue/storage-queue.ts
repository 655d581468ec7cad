import { LeasedQueue } from '../../../engine/leased-queue.ts';
import type { QueuedMessage } from '../../../engine/queued-message.ts';
import type { AzureRuntime } from '../../service.ts';
import { StorageError } from '../errors.ts';

/** What the leased queue keeps of a message; changes with each receive and update. */
interface Content {
  text: string;
  /** Changes whenever the message gets a new pop receipt. */
  receiptNumber: number;
  /** Of the latest receive, until the message is hidden anew by an update without one. */
  lease?: string;
  nextVisibleAtMs: number;
}

export interface StorageQueueMessage {
  id: string;
  /** As it was put: as a rule base64, which is up to the clients. */
  text: string;
  insertedAtMs: number;
  /** Infinity when it never expires. */
  expiresAtMs: number;
  dequeueCount: number;
  popReceipt: string;
  nextVisibleAtMs: number;
}

export interface PutMessage {
  text: string;
  /** How long it stays hidden. */
  visibilityMs: number;
  timeToLiveMs: number;
}

/** A queue of a storage account. https://learn.microsoft.com/rest/api/storageservices/operations-on-messages */
export class StorageQueue {
  readonly name: string;
  /** Full resource id. */
  readonly id: string;
  readonly account: string;
  metadata: Record<string, string>;
  readonly #queue: LeasedQueue<Content>;
  readonly #runtime: AzureRuntime;

  constructor(
    definition: { name: string; id: string; account: string; metadata: Record<string, string> },
    runtime: AzureRuntime,
  ) {
    this.name = definition.name;
    this.id = definition.id;
    this.account = definition.account;
    this.metadata = definition.metadata;
    this.#runtime = runtime;
    this.#queue = new LeasedQueue<Content>({
      name: definition.name,
      course: runtime.course,
      clock: runtime.clock,
      random: runtime.random,
      ordered: false,
      retentionMs: Number.POSITIVE_INFINITY,
      deduplicationWindowMs: 0,
      maximumLeased: Number.POSITIVE_INFINITY,
    });
  }

  /** How many messages there are, hidden ones included. */
  get count(): number {
    const { visible, leased, delayed } = this.#queue.counts();
    return visible + leased + delayed;
  }

  put({ text, visibilityMs, timeToLiveMs }: PutMessage): StorageQueueMessage {
    const nowMs = this.#runtime.clock.now();
    const { message } = this.#queue.send({
      content: { text, receiptNumber: 0, nextVisibleAtMs: nowMs + visibilityMs },
      delayMs: visibilityMs,
      retentionMs: timeToLiveMs,
    });
    return shown(message);
  }

  /** Receives messages, each hidden from others for `visibilityMs`. */
  get(maximumMessages: number, visibilityMs: number): StorageQueueMessage[] {
    return this.#queue
      .receive({ maximumMessages, leaseMs: visibilityMs })
      .map((lease) => this.#received(lease));
  }

  /** Receives messages, or waits for some: only for what watches the queue on this machine; no client can. */
  async getOrWait(
    maximumMessages: number,
    visibilityMs: number,
    waitMs: number,
  ): Promise<StorageQueueMessage[]> {
    const leases = await this.#queue.receiveOrWait({ maximumMessages, leaseMs: visibilityMs, waitMs });
    return leases.map((lease) => this.#received(lease));
  }

  /** Visible messages, oldest first, which stay as they are. */
  peek(maximumMessages: number): StorageQueueMessage[] {
    return this.all()
      .filter(({ isVisible }) => isVisible)
      .slice(0, maximumMessages)
      .map(({ message }) => message);
  }

  /** Every message, hidden ones included. */
  all(): { message: StorageQueueMessage; isVisible: boolean }[] {
    return this.#queue.messages().map(({ message, state }) => ({
      message: shown(message),
      isVisible: state === 'visible',
    }));
  }

  /** Hides a message for `visibilityMs` from now, and gives it another text. @throws StorageError */
  update(
    id: string,
    popReceipt: string,
    visibilityMs: number,
    text: string | undefined,
  ): StorageQueueMessage {
    const message = this.#queue.message(id);
    if (!message) throw messageNotFound();
    if (popReceipt !== receiptOf(message)) throw popReceiptMismatch();
    const { content } = message;
    const { lease } = content;
    const outcome = lease === undefined ? 'expired' : this.#queue.changeLease(lease, visibilityMs);
    if (outcome !== 'done') {
      this.#queue.hide(id, visibilityMs);
      delete content.lease;
    }
    if (text !== undefined) content.text = text;
    content.receiptNumber++;
    content.nextVisibleAtMs = this.#runtime.clock.now() + visibilityMs;
    return shown(message);
  }

  /** @throws StorageError when the message is gone, or somebody else has received it since */
  delete(id: string, popReceipt: string): void {
    const message = this.#queue.message(id);
    if (!message || popReceipt !== receiptOf(message)) throw messageNotFound();
    const { lease } = message.content;
    const outcome = lease === undefined ? 'superseded' : this.#queue.complete(lease, { evenIfExpired: true });
    if (outcome !== 'done' && outcome !== 'expired') this.#queue.delete(id);
  }

  clear(): void {
    this.#queue.purge();
  }

  close(): void {
    this.#queue.close();
  }

  #received({
    message,
    receipt,
    untilMs,
  }: {
    message: QueuedMessage<Content>;
    receipt: string;
    untilMs: number;
  }): StorageQueueMessage {
    const { content } = message;
    content.receiptNumber++;
    content.lease = receipt;
    content.nextVisibleAtMs = untilMs;
    return shown(message);
  }
}

const receiptOf = ({ id, content }: QueuedMessage<Content>): string =>
  Buffer.from(`${id}/${content.receiptNumber}`).toString('base64');

function shown(message: QueuedMessage<Content>): StorageQueueMessage {
  const { id, content, enqueuedAtMs, receiveCount, retentionMs = Number.POSITIVE_INFINITY } = message;
  return {
    id,
    text: content.text,
    insertedAtMs: enqueuedAtMs,
    expiresAtMs: enqueuedAtMs + retentionMs,
    dequeueCount: receiveCount,
    popReceipt: receiptOf(message),
    nextVisibleAtMs: content.nextVisibleAtMs,
  };
}

const messageNotFound = (): StorageError =>
  new StorageError(404, 'MessageNotFound', 'The specified message does not exist.');

const popReceiptMismatch = (): StorageError =>
  new StorageError(
    400,
    'PopReceiptMismatch',
    'The specified pop receipt did not match the pop receipt for a dequeued message.',
  );
