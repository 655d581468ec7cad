import type { AzureRuntime } from '../../service.ts';
import type { StorageQueue, StorageQueueMessage } from '../queue/storage-queue.ts';
import type { QueueOptions } from './queue-options.ts';

export interface QueueListenerOptions {
  runtime: AzureRuntime;
  queue: StorageQueue;
  settings: QueueOptions;
  /** Account that the calls are billed on. */
  accountId: string;
  /** Whether the message is done with; `unreadable` messages go to the poison queue at once. */
  process(message: StorageQueueMessage): Promise<'done' | 'failed' | 'unreadable'>;
  /** Told when `process` throws: the app does not start, for one. The attempt has failed then. */
  onError(error: unknown): void;
  /** Where a message goes after its last attempt; `undefined` when there is nowhere, and then it comes again. */
  poisonQueue(message: StorageQueueMessage): StorageQueue | undefined;
}

/** The host hides what it processes for this long, and renews that while it goes on. */
const leaseMs = 10 * 60_000;
/** A poison message stays as long as any. https://learn.microsoft.com/rest/api/storageservices/put-message */
const poisonTimeToLiveMs = 7 * 86_400_000;
const waitMs = 3_600_000;

/**
 * Brings the messages of a queue to a function as the Functions host does: as many at a time as one instance takes, and
 * those that fail too often to the poison queue. The host's empty polls, at most one a minute, are not billed here.
 */
export class QueueListener {
  readonly #options: QueueListenerOptions;
  #running = 0;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(options: QueueListenerOptions) {
    this.#options = options;
    options.runtime.course.activity.watch(() => (this.#stopped ? 0 : options.queue.count));
    void this.#loop();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async #loop(): Promise<void> {
    const { queue, settings } = this.#options;
    while (!this.#stopped) {
      if (this.#running > settings.newBatchThreshold) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const messages = await queue.getOrWait(settings.batchSize, leaseMs, waitMs);
      if (messages.length > 0) this.#bill();
      for (const message of messages) void this.#run(message);
    }
  }

  async #run(message: StorageQueueMessage): Promise<void> {
    const { runtime, process, onError } = this.#options;
    this.#running++;
    const renewal = this.#keepHidden(message);
    await runtime.course.activity.run(async () => {
      const outcome = await process(message).catch((error: unknown) => {
        onError(error);
        return 'failed' as const;
      });
      this.#settle(renewal.end(), outcome);
    });
    this.#running--;
    this.#wake?.();
  }

  /** Renews the lease while the message is being processed. `end` gives the message with its latest pop receipt. */
  #keepHidden(message: StorageQueueMessage): { end(): StorageQueueMessage } {
    const { runtime, queue } = this.#options;
    let latest = message;
    let timer = runtime.clock.after(leaseMs / 2, renew);
    function renew() {
      try {
        latest = queue.update(message.id, latest.popReceipt, leaseMs, undefined);
        timer = runtime.clock.after(leaseMs / 2, renew);
      } catch {
        // Somebody else has it by now; the end of its processing will find that out.
      }
    }
    return {
      end() {
        timer.cancel();
        return latest;
      },
    };
  }

  #settle(message: StorageQueueMessage, outcome: 'done' | 'failed' | 'unreadable'): void {
    const { queue, settings } = this.#options;
    try {
      if (outcome === 'done') {
        this.#bill();
        queue.delete(message.id, message.popReceipt);
        return;
      }
      const isLast = outcome === 'unreadable' || message.dequeueCount >= settings.maxDequeueCount;
      const poison = isLast ? this.#options.poisonQueue(message) : undefined;
      this.#bill();
      if (!poison) {
        queue.update(message.id, message.popReceipt, isLast ? leaseMs : settings.visibilityMs, undefined);
        return;
      }
      this.#record(message, poison.name);
      poison.put({ text: message.text, visibilityMs: 0, timeToLiveMs: poisonTimeToLiveMs });
      this.#bill();
      queue.delete(message.id, message.popReceipt);
    } catch {
      // The message was received again in the meantime: it is another's to complete.
    }
  }

  #record({ id, dequeueCount }: StorageQueueMessage, poison: string): void {
    const { runtime, queue } = this.#options;
    const { timeline } = runtime.course;
    if (timeline.isWatched)
      timeline.record({
        atMs: runtime.clock.now(),
        kind: 'dead-lettered',
        place: queue.name,
        subject: id,
        detail: `to ${poison} after delivery ${dequeueCount}`,
      });
  }

  #bill(): void {
    const { runtime, accountId } = this.#options;
    runtime.meter.add('storage', 'queue-class-2-operations', accountId, 1);
  }
}
