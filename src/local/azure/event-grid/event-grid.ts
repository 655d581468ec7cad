import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { StartTrigger, TriggeredFunction } from '../functions/triggers.ts';
import type { AzureRuntime } from '../service.ts';
import type { StorageAccounts } from '../storage/storage-accounts.ts';
import { CustomTopics } from './custom-topics.ts';
import { blobEvent, type GridEvent } from './grid-event.ts';
import { Subscription, type SubscriptionDefinition } from './subscription.ts';
import { deliverTo, type ServiceBusSender } from './targets.ts';

export interface EventGridSurroundings {
  runtime: AzureRuntime;
  storage: StorageAccounts;
  serviceBus: ServiceBusSender;
  /** Answers a request to a function app of the stack; `undefined` when there is no such app. */
  app(request: WireRequest): Promise<WireResponse> | undefined;
  warn(text: string): void;
}

/** Azure Event Grid: subscriptions to the events of storage accounts and of custom topics. */
export class EventGrid {
  readonly #surroundings: EventGridSurroundings;
  readonly topics: CustomTopics;
  readonly #subscriptions: Subscription[] = [];
  /** By the resource id of the function, in lower case. */
  readonly #functions = new Map<string, TriggeredFunction>();

  constructor(surroundings: EventGridSurroundings) {
    this.#surroundings = surroundings;
    const { storage, runtime } = surroundings;
    this.topics = new CustomTopics(runtime, (event) => this.#offer(event));
    storage.onBlobChange((change) => {
      // The service's own containers have no events: $logs, $blobchangefeed.
      if (!change.container.startsWith('$')) this.#publishOwn(blobEvent(change, runtime.random.uuid()));
    });
  }

  subscribe(definition: SubscriptionDefinition): void {
    const deliver = deliverTo({ ...this.#surroundings, functions: this.#functions });
    this.#subscriptions.push(new Subscription(definition, { ...this.#surroundings, deliver }));
  }

  /** Takes the rights to write dead letters as used. Gives the reasons why some could not be written. */
  tryDeadLetters(): string[] {
    return this.#subscriptions.flatMap((subscription) => subscription.tryDeadLetters() ?? []);
  }

  /** The trigger `eventGridTrigger`: subscriptions name the function by its resource id. */
  startTrigger: StartTrigger = (triggered) => {
    const id = `${triggered.app.id}/functions/${triggered.functionName}`.toLowerCase();
    this.#functions.set(id, triggered);
    return { stop: () => this.#functions.delete(id) };
  };

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close();
  }

  /** An event of an Azure service, which is billed only when somebody subscribes to the service's events. */
  #publishOwn(event: GridEvent): void {
    const { meter } = this.#surroundings.runtime;
    if (this.#offer(event)) meter.add('event-grid', 'operations', event.topic, 1);
  }

  /** Offers an event to every subscription to what it comes from; tells whether there is one. */
  #offer(event: GridEvent): boolean {
    const source = event.topic.toLowerCase();
    const interested = this.#subscriptions.filter(
      ({ definition }) => definition.sourceId.toLowerCase() === source,
    );
    for (const subscription of interested) subscription.offer(event);
    return interested.length > 0;
  }
}
