import { type DeadDelivery, type DeliveryOutcome, RetryingDelivery } from '../../engine/retrying-delivery.ts';
import type { AzurePrincipal, AzureRuntime } from '../service.ts';
import type { BlobContainer } from '../storage/blob/container.ts';
import { blobPermissions } from '../storage/blob/permissions.ts';
import { missingRight } from '../storage/functions/storage-connection.ts';
import type { StorageAccount, StorageAccounts } from '../storage/storage-accounts.ts';
import { type EventFilter, passes } from './filter.ts';
import { type DeliverySchema, deliveredForm, type GridEvent } from './grid-event.ts';
import { failureOf, retryDelayMs } from './retry-schedule.ts';

/** Where a subscription delivers to. */
export type Target =
  | { kind: 'function'; functionId: string }
  | { kind: 'service-bus'; entityId: string }
  | { kind: 'storage-queue'; accountId: string; queue: string; timeToLiveMs: number }
  | { kind: 'webhook'; url: string };

export interface SubscriptionDefinition {
  id: string;
  name: string;
  /** Resource id of the topic, or of the resource whose events these are. */
  sourceId: string;
  schema: DeliverySchema;
  filter: EventFilter;
  target: Target;
  /** Who delivers; absent where the platform does. */
  deliveryIdentity?: AzurePrincipal;
  maximumAttempts: number;
  timeToLiveMs: number;
  deadLetter?: { accountId: string; container: string; identity?: AzurePrincipal };
}

/** Makes one attempt to give an event to a target. */
export type Deliver = (
  subscription: SubscriptionDefinition,
  body: Record<string, unknown>,
  headers: Record<string, string>,
) => Promise<DeliveryOutcome>;

export interface SubscriptionSurroundings {
  runtime: AzureRuntime;
  storage: StorageAccounts;
  deliver: Deliver;
  warn(text: string): void;
}

/** What is billed as one operation. https://azure.microsoft.com/pricing/details/event-grid/ */
const billedBytes = 64 * 1024;
/** Without an answer for so long, an event is delivered again. */
const answerMs = 30_000;
/** So long after its last attempt an event is written to the dead letters. */
const deadLetterDelayMs = 5 * 60_000;

/** One subscription to the events of a topic: which it gets, how often they are tried, where they end. */
export class Subscription {
  readonly definition: SubscriptionDefinition;
  readonly #surroundings: SubscriptionSurroundings;
  readonly #delivery: RetryingDelivery<GridEvent>;
  readonly #lastAttemptsMs = new Map<string, number>();

  constructor(definition: SubscriptionDefinition, surroundings: SubscriptionSurroundings) {
    this.definition = definition;
    this.#surroundings = surroundings;
    const { runtime, warn } = surroundings;
    this.#delivery = new RetryingDelivery<GridEvent>({
      name: definition.name,
      clock: runtime.clock,
      course: runtime.course,
      policy: () => ({
        maximumAttempts: definition.maximumAttempts,
        maximumAgeMs: definition.timeToLiveMs,
        delayMs: (failures, last) => retryDelayMs(failures, last, runtime.random),
      }),
      deliver: ({ content }, { number }) => this.#attempt(content, number),
      onDead: ({ content }, dead) => this.#bury(content, dead),
      onDefect: (error) => warn(`event subscription ${definition.name}: ${(error as Error).stack}`),
    });
  }

  /** Takes an event if it is one of those that are subscribed to. */
  offer(event: GridEvent): void {
    if (passes(event, this.definition.filter)) this.#delivery.accept({ id: event.id, content: event });
  }

  close(): void {
    this.#delivery.close();
  }

  async #attempt(event: GridEvent, number: number): Promise<DeliveryOutcome> {
    const { definition } = this;
    const { runtime, deliver } = this.#surroundings;
    const body = deliveredForm(event, definition.schema);
    this.#lastAttemptsMs.set(event.id, runtime.clock.now());
    const operations = Math.ceil(JSON.stringify(body).length / billedBytes);
    runtime.meter.add('event-grid', 'operations', definition.sourceId, operations);
    const overdue = Promise.withResolvers<DeliveryOutcome>();
    const timer = runtime.clock.after(answerMs, () =>
      overdue.resolve(failureOf(408, 'The endpoint did not answer within 30 seconds.')),
    );
    try {
      const headers = {
        'aeg-event-type': 'Notification',
        'aeg-subscription-name': definition.name.toUpperCase(),
        'aeg-delivery-count': String(number - 1),
        'aeg-data-version': event.dataVersion,
        'aeg-metadata-version': '1',
      };
      return await Promise.race([deliver(definition, body, headers), overdue.promise]);
    } catch (error) {
      // The endpoint is not there to answer: an app that does not start, for one.
      return failureOf(503, (error as Error).message);
    } finally {
      timer.cancel();
    }
  }

  #bury(event: GridEvent, dead: DeadDelivery): 'dead-lettered' | 'dropped' {
    const lastAttemptMs = this.#lastAttemptsMs.get(event.id) ?? dead.acceptedAtMs;
    this.#lastAttemptsMs.delete(event.id);
    const { deadLetter } = this.definition;
    if (!deadLetter) return 'dropped';
    const { runtime } = this.#surroundings;
    const release = runtime.course.activity.hold();
    runtime.clock.after(deadLetterDelayMs, () => {
      this.#write(event, dead, lastAttemptMs);
      release();
    });
    return 'dead-lettered';
  }

  /** Where dead letters go, or why none can. */
  #deadLetterPlace(): { account: StorageAccount; container: BlobContainer } | string {
    const { deadLetter } = this.definition;
    const { runtime, storage } = this.#surroundings;
    const account = deadLetter && storage.accountOfId(deadLetter.accountId);
    const container = account?.blobs.container(deadLetter?.container ?? '');
    if (!account || !container) return 'its container is not there';
    const scope = account.blobs.scope(container.name);
    const missing =
      deadLetter?.identity && missingRight(runtime, deadLetter.identity, blobPermissions.create, scope);
    return missing === undefined ? { account, container } : `its identity may not ${missing}`;
  }

  /**
   * Takes the right to write dead letters as used, because on a day without failures nothing else uses it. Gives the
   * reason why none could be written: what cannot be delivered would be lost.
   */
  tryDeadLetters(): string | undefined {
    if (!this.definition.deadLetter) return undefined;
    const place = this.#deadLetterPlace();
    return typeof place === 'string'
      ? `event subscription ${this.definition.name} could keep no dead letter: ${place}`
      : undefined;
  }

  #write(event: GridEvent, dead: DeadDelivery, lastAttemptMs: number): void {
    const { name, schema } = this.definition;
    const { runtime, warn } = this.#surroundings;
    const place = this.#deadLetterPlace();
    if (typeof place === 'string') {
      warn(`event subscription ${name} lost a dead letter: ${place}`);
      return;
    }
    const { account, container } = place;
    const date = new Date(runtime.clock.now());
    const hour = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours()];
    const key = `${name.toUpperCase()}/${hour.join('/')}/${runtime.random.uuid()}.json`;
    const why = {
      deadLetterReason: deadLetterReasons[dead.exhausted],
      deliveryAttempts: dead.attempts,
      lastDeliveryOutcome: dead.failure.failed,
      publishTime: new Date(dead.acceptedAtMs).toISOString(),
      lastDeliveryAttemptTime: new Date(lastAttemptMs).toISOString(),
    };
    // Attributes of CloudEvents are in lower case.
    const members = Object.entries(why).map(([member, value]) => [
      schema === 'EventGridSchema' ? member : member.toLowerCase(),
      value,
    ]);
    const letters = [{ ...deliveredForm(event, schema), ...Object.fromEntries(members) }];
    const bytes = Buffer.from(JSON.stringify(letters));
    runtime.meter.add('storage', 'blob-writes', account.definition.id, 1);
    account.blobs.put(container, key, bytes, { contentType: 'application/json' });
  }
}

/** The documentation names the first two; the last stands for an answer that no attempt can change. */
const deadLetterReasons: Record<DeadDelivery['exhausted'], string> = {
  attempts: 'MaxDeliveryAttemptsExceeded',
  age: 'TimeToLiveExceeded',
  'not-retryable': 'UndeliverableDueToClientError',
};
