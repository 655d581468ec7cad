// How Lambda reads a queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
import type { Timer } from '../../engine/clock.ts';
import type { Lease } from '../../engine/queued-message.ts';
import { AwsError, type AwsRuntime } from '../service.ts';
import type { SqsContent } from '../sqs/message.ts';
import type { SqsQueue } from '../sqs/queue.ts';
import { billedRequests, type QueueStore } from '../sqs/queue-store.ts';
import { take } from '../sqs/receive.ts';
import { type FilterPattern, recordPasses } from './event-filter.ts';
import type { Lambda } from './lambda.ts';
import type { LambdaAnswer } from './runtime.ts';
import { readBatchResponse, sqsRecord } from './sqs-event.ts';

/** What an event source mapping of a queue says. */
export interface SqsMapping {
  queue: SqsQueue;
  functionName: string;
  qualifier: string | undefined;
  batchSize: number;
  batchingWindowMs: number;
  /** Whether the function names the messages that it could not process. */
  reportsItemFailures: boolean;
  /** Invocations at a time. */
  maximumConcurrency: number | undefined;
  filters: readonly FilterPattern[];
}

export interface PollerSurroundings {
  runtime: AwsRuntime;
  store: QueueStore;
  lambda: Lambda;
  /** Processors of this machine that have nothing to do. */
  idleProcessors(): number;
  warn(text: string): void;
}

const receiveWaitMs = 20_000;
const receiveMaximum = 10;
const initialPollers = 5;
/** AWS adds up to 300 a minute. */
const growthPauseMs = 200;
/** AWS goes up to 1250, each with a function instance of its own; a laptop has no room for those. */
const maximumPollers = 25;
/**
 * In AWS every instance has processors of its own. Where all of them share a few that are busy, one more makes nothing
 * faster: it only takes time to start and to warm up.
 */
const leastIdleProcessors = 0.5;
/** Of the event, below the 6 MB of an invocation. */
const maximumEventBytes = 6_000_000;
const firstThrottleRetryMs = 1000;
const longestThrottleRetryMs = 60_000;

/** Reads a queue, calls the function with what it gets, and deletes what the function has processed. */
export class SqsPoller {
  readonly #mapping: SqsMapping;
  readonly #surroundings: PollerSurroundings;
  readonly #mostPollers: number;
  readonly #sleeping = new Map<Timer, () => void>();
  /** Pollers that there should be. */
  #wanted: number;
  #running = 0;
  #consideredAtMs = 0;
  #closed = false;

  constructor(mapping: SqsMapping, surroundings: PollerSurroundings) {
    this.#mapping = mapping;
    this.#surroundings = surroundings;
    this.#mostPollers = Math.min(maximumPollers, mapping.maximumConcurrency ?? maximumPollers);
    this.#wanted = Math.min(initialPollers, this.#mostPollers);
  }

  start(): void {
    this.#startMissing();
  }

  close(): void {
    this.#closed = true;
    for (const [timer, wake] of this.#sleeping) {
      timer.cancel();
      wake();
    }
    this.#sleeping.clear();
  }

  #startMissing(): void {
    const { functionName, queue } = this.#mapping;
    while (this.#running < this.#wanted && !this.#closed) {
      this.#running++;
      this.#poll().catch((error: Error) =>
        this.#surroundings.warn(`a poller of ${queue.arn} for ${functionName} has stopped: ${error.stack}`),
      );
    }
  }

  async #poll(): Promise<void> {
    // The count falls in the same turn in which a poller finds that there are too many, or all of them would go.
    try {
      while (!this.#closed && this.#running <= this.#wanted) {
        const batch = await this.#gather();
        if (this.#closed) return;
        if (batch.length > 0) {
          this.#grow();
          await this.#process(batch);
        } else if (this.#isDeleted()) this.close();
        else this.#wanted = Math.max(this.#wanted - 1, this.#atLeast());
      }
    } finally {
      this.#running--;
    }
  }

  #isDeleted(): boolean {
    const { queue, functionName } = this.#mapping;
    const { store, warn } = this.#surroundings;
    if (store.queues.get(queue.name) === queue) return false;
    warn(`the event source mapping of ${functionName} has stopped: ${queue.arn} was deleted`);
    return true;
  }

  #atLeast(): number {
    return Math.min(this.#wanted, initialPollers, this.#mostPollers);
  }

  /** One more poller while all are busy, messages wait, and the machine has room for one more instance. */
  #grow(): void {
    const { queue } = this.#mapping;
    const { runtime, idleProcessors } = this.#surroundings;
    const nowMs = runtime.clock.now();
    const isSlowedDown = this.#wanted < initialPollers;
    if (isSlowedDown || this.#wanted >= this.#mostPollers) return;
    if (nowMs < this.#consideredAtMs + growthPauseMs || queue.messages.counts().visible === 0) return;
    this.#consideredAtMs = nowMs;
    if (idleProcessors() < leastIdleProcessors) return;
    this.#wanted++;
    this.#startMissing();
  }

  /** As many messages as there are, or as come within the batching window, at most a batch. */
  async #gather(): Promise<Lease<SqsContent>[]> {
    const { batchSize, batchingWindowMs } = this.#mapping;
    const batch = await this.#receive(batchSize, receiveWaitMs);
    if (batch.length === 0 || batchingWindowMs === 0) return batch;
    const { clock } = this.#surroundings.runtime;
    const untilMs = clock.now() + batchingWindowMs;
    for (let leftMs = batchingWindowMs; leftMs > 0 && batch.length < batchSize; ) {
      if (sizeBytes(batch) >= maximumEventBytes || this.#closed) break;
      batch.push(...(await this.#receive(batchSize - batch.length, Math.min(leftMs, receiveWaitMs))));
      leftMs = untilMs - clock.now();
    }
    return batch;
  }

  async #receive(maximum: number, waitMs: number): Promise<Lease<SqsContent>[]> {
    const { queue } = this.#mapping;
    const leases = await take(this.#surroundings.store, queue, {
      maximumMessages: Math.min(maximum, receiveMaximum),
      leaseMs: queue.settings.visibilityTimeoutMs,
      waitMs,
    });
    this.#count('sqs', 'poller-requests', queue.arn, billedRequests(sizeBytes(leases)));
    return leases;
  }

  /** What is not billed by itself, but depends on the batch size: it tells billed requests of others from these. */
  #count(service: 'sqs' | 'lambda', unit: string, resource: string, quantity: number): void {
    this.#surroundings.runtime.meter.add(service, unit, resource, quantity);
  }

  async #process(batch: readonly Lease<SqsContent>[]): Promise<void> {
    const { queue, filters } = this.#mapping;
    const wanted: Lease<SqsContent>[] = [];
    const filtered: Lease<SqsContent>[] = [];
    for (const lease of batch) {
      if (filters.length === 0 || recordPasses(filters, sqsRecord(lease, queue))) wanted.push(lease);
      else filtered.push(lease);
    }
    // What no filter lets pass is deleted.
    this.#delete(filtered);
    for (const part of partsOf(wanted)) {
      const succeeded = await this.#call(part);
      // What comes after a failure in a FIFO queue must not overtake it.
      if (!succeeded && queue.settings.fifo) return;
    }
  }

  /** Whether every message was processed. */
  async #call(batch: readonly Lease<SqsContent>[]): Promise<boolean> {
    const answer = await this.#invoke(batch);
    if (answer?.kind === 'answered') {
      const { queue, functionName } = this.#mapping;
      this.#count('lambda', 'event-source-invocations', functionName, 1);
      this.#count('lambda', 'event-source-messages', queue.arn, batch.length);
    }
    if (this.#closed || answer === undefined) return false;
    if (answer.kind !== 'answered' || answer.functionError !== undefined) {
      this.#shrink();
      return false;
    }
    this.#recover();
    if (!this.#mapping.reportsItemFailures) {
      this.#delete(batch);
      return true;
    }
    const ids = new Set(batch.map(({ message }) => message.id));
    const result = readBatchResponse(answer.payload.toString(), ids);
    if (result.kind === 'malformed') {
      this.#surroundings.warn(
        `${this.#mapping.functionName} failed a whole batch of ${batch.length} messages: ${result.reason}`,
      );
      return false;
    }
    this.#delete(batch.filter(({ message }) => !result.failedIds.has(message.id)));
    return result.failedIds.size === 0;
  }

  /** Calls the function; a throttled call is repeated until the messages are visible again. */
  async #invoke(batch: readonly Lease<SqsContent>[]): Promise<LambdaAnswer | undefined> {
    const { queue, functionName, qualifier } = this.#mapping;
    const { runtime, lambda, warn } = this.#surroundings;
    const payload = Buffer.from(JSON.stringify({ Records: batch.map((lease) => sqsRecord(lease, queue)) }));
    const endsMs = Math.min(...batch.map(({ untilMs }) => untilMs));
    for (let delayMs = firstThrottleRetryMs; ; delayMs = Math.min(delayMs * 2, longestThrottleRetryMs)) {
      let answer: LambdaAnswer;
      try {
        answer = await lambda.invoke(functionName, {
          payload,
          qualifier,
          traceHeader: newTraceHeader(runtime),
        });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        warn(`${functionName} was not called for ${queue.arn}: ${error.message}`);
        return undefined;
      }
      if (answer.kind === 'requestTooLarge') warn(`${functionName} got no event: ${answer.message}`);
      if (answer.kind !== 'throttled') return answer;
      this.#shrink();
      if (runtime.clock.now() + delayMs >= endsMs) return answer;
      await this.#sleep(delayMs);
      if (this.#closed) return undefined;
    }
  }

  /** Failures and throttling make Lambda slower, down to one call at a time. */
  #shrink(): void {
    if (!this.#mapping.reportsItemFailures) this.#wanted = Math.max(1, this.#wanted - 1);
  }

  #recover(): void {
    if (this.#wanted >= Math.min(initialPollers, this.#mostPollers)) return;
    this.#wanted++;
    this.#startMissing();
  }

  #delete(leases: readonly Lease<SqsContent>[]): void {
    const { store } = this.#surroundings;
    const { queue } = this.#mapping;
    for (let start = 0; start < leases.length; start += receiveMaximum) {
      store.meter(queue);
      this.#count('sqs', 'poller-requests', queue.arn, 1);
      for (const { receipt } of leases.slice(start, start + receiveMaximum)) {
        const outcome = queue.messages.complete(receipt, { evenIfExpired: !queue.settings.fifo });
        if (outcome === 'done') store.measure(queue, 'NumberOfMessagesDeleted', 1);
      }
    }
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#surroundings.runtime.clock.after(delayMs, () => {
        this.#sleeping.delete(timer);
        resolve();
      });
      this.#sleeping.set(timer, resolve);
    });
  }
}

const sizeBytes = (leases: readonly Lease<SqsContent>[]) =>
  leases.reduce((sum, { message }) => sum + message.content.sizeBytes, 0);

/** A batch in pieces that fit into an event each. */
function partsOf(batch: readonly Lease<SqsContent>[]): Lease<SqsContent>[][] {
  const parts: Lease<SqsContent>[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const lease of batch) {
    // JSON writes line feeds and quotes in bodies with a backslash.
    const recordBytes = Buffer.byteLength(JSON.stringify(lease.message.content.body)) + 2048;
    const part = parts.at(-1);
    if (!part || bytes + recordBytes > maximumEventBytes) {
      parts.push([lease]);
      bytes = recordBytes;
    } else {
      part.push(lease);
      bytes += recordBytes;
    }
  }
  return parts;
}

/** Every batch begins a trace of its own. https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html */
function newTraceHeader({ clock, random }: AwsRuntime): string {
  const seconds = Math.floor(clock.now() / 1000).toString(16);
  return `Root=1-${seconds}-${random.text(24)};Sampled=1`;
}
