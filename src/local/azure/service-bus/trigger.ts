// https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger
import type { Timer } from '../../engine/clock.ts';
import type { TriggerCall } from '../functions/function-app.ts';
import type { StartTrigger, TriggeredFunction, TriggerListener } from '../functions/triggers.ts';
import type { Binding } from '../functions/typed-data.ts';
import type { AzureRuntime } from '../service.ts';
import { connect } from './connection.ts';
import { ServiceBusError } from './errors.ts';
import { type HostSettings, readSettings } from './host-settings.ts';
import type { LockedMessage, MessageQueue } from './message-queue.ts';
import type { Namespace } from './namespace.ts';
import type { ServiceBus } from './service-bus.ts';
import type { SessionLock } from './sessions.ts';
import { scaleIntervalMs, TargetBasedScale } from './target-based-scale.ts';
import { callForMany, callForOne } from './trigger-data.ts';

/** Triggers functions by the messages of a queue or subscription. */
export const serviceBusTrigger =
  (bus: ServiceBus, runtime: Pick<AzureRuntime, 'clock' | 'course'>): StartTrigger =>
  (triggered) =>
    new ServiceBusTrigger(bus, runtime, triggered);

class ServiceBusTrigger implements TriggerListener {
  readonly #runtime: Pick<AzureRuntime, 'clock' | 'course'>;
  readonly #triggered: TriggeredFunction;
  readonly #namespace: Namespace;
  readonly #queue: MessageQueue;
  readonly #settings: HostSettings;
  readonly #stopped = new AbortController();
  readonly #instances: TargetBasedScale;
  #running = 0;
  #onFree: (() => void) | undefined;

  /** @throws Error why the function cannot be triggered */
  constructor(
    bus: ServiceBus,
    runtime: Pick<AzureRuntime, 'clock' | 'course'>,
    triggered: TriggeredFunction,
  ) {
    this.#runtime = runtime;
    this.#triggered = triggered;
    const { app, binding, functionName, retryOptions } = triggered;
    this.#settings = readSettings(app.extensions);
    if (binding.sdkBinding === true)
      throw new Error(`${functionName}: the local cloud does not support sdkBinding of Service Bus triggers`);
    if (retryOptions)
      throw new Error(`${functionName}: Service Bus triggers have no retry policy; the queue delivers again`);
    const { namespace, caller } = connect(bus, app, binding);
    this.#namespace = namespace;
    const path = pathOf(binding);
    this.#queue = namespace.source(path);
    namespace.authorize(caller, 'Listen', { path, resourceId: this.#queue.settings.resourceId });
    if (this.#queue.settings.requiresSession !== this.#hasSessions)
      throw new Error(
        `${functionName}: isSessionsEnabled is ${this.#hasSessions}, and requires_session of ${path} is ${!this.#hasSessions}`,
      );
    runtime.course.activity.watch(() => this.#queue.pending);
    this.#instances = new TargetBasedScale(runtime.clock, app.maximumInstances);
    this.#work().catch((error: unknown) => {
      // A disabled entity gives nothing; the listener waits for better times, which a run does not bring.
      if (!(error instanceof ServiceBusError)) throw error;
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  get #hasSessions(): boolean {
    return this.#triggered.binding.isSessionsEnabled === true;
  }

  get #isMany(): boolean {
    return this.#triggered.binding.cardinality === 'many';
  }

  get #completes(): boolean {
    const { autoCompleteMessages: own } = this.#triggered.binding;
    return typeof own === 'boolean' ? own : this.#settings.autoCompleteMessages;
  }

  get #callsPerInstance(): number {
    const { maxConcurrentCalls, maxConcurrentSessions } = this.#settings;
    if (this.#hasSessions) return maxConcurrentSessions;
    return this.#isMany ? 1 : maxConcurrentCalls;
  }

  get #messagesPerCall(): number {
    return this.#isMany ? this.#settings.maxMessageBatchSize : 1;
  }

  /** What one instance is thought to cope with, by which the platform scales. */
  get #messagesPerInstance(): number {
    return this.#isMany && !this.#hasSessions ? this.#messagesPerCall : this.#callsPerInstance;
  }

  /** Takes up work as long as there are hands for it, until the listener is stopped. */
  async #work(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const instances = this.#instances.countFor(this.#queue.pending / this.#messagesPerInstance);
      if (this.#running >= instances * this.#callsPerInstance) {
        await this.#freeOrScaled();
        continue;
      }
      const job = this.#hasSessions ? await this.#nextSessionJob() : await this.#nextJob();
      if (!job) return;
      this.#running++;
      void job().finally(() => {
        this.#running--;
        this.#onFree?.();
      });
    }
  }

  /** Until a call ends, or it is time to look whether there should be more instances. */
  #freeOrScaled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#runtime.clock.after(scaleIntervalMs, resolve);
      this.#onFree = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async #nextJob(): Promise<(() => Promise<void>) | undefined> {
    const { signal } = this.#stopped;
    const messages = await this.#gather(await this.#queue.receiveOrWait(this.#messagesPerCall, signal));
    return messages.length > 0 ? () => this.#process(messages) : undefined;
  }

  /** A batch that is smaller than the app wants waits for more, for a time. */
  async #gather(messages: LockedMessage[]): Promise<LockedMessage[]> {
    const { minMessageBatchSize, maxBatchWaitTime } = this.#settings;
    if (!this.#isMany || messages.length === 0 || messages.length >= minMessageBatchSize) return messages;
    const gathered = [...messages];
    const late = new AbortController();
    const timer = this.#runtime.clock.after(Math.min(maxBatchWaitTime, this.#queue.settings.lockMs / 2), () =>
      late.abort(),
    );
    const signal = AbortSignal.any([late.signal, this.#stopped.signal]);
    while (gathered.length < minMessageBatchSize && !signal.aborted)
      gathered.push(...(await this.#queue.receiveOrWait(this.#messagesPerCall - gathered.length, signal)));
    timer.cancel();
    return gathered;
  }

  async #nextSessionJob(): Promise<(() => Promise<void>) | undefined> {
    const sessionId = await this.#nextSession();
    if (sessionId === undefined) return undefined;
    let isLocked = true;
    const session = this.#queue.lockSession(sessionId, () => {
      isLocked = false;
    });
    return async () => {
      while (isLocked && !this.#stopped.signal.aborted) {
        const messages = this.#queue.receive(this.#messagesPerCall, session);
        if (messages.length === 0) break;
        await this.#process(messages, session);
      }
      this.#queue.sessions.release(session);
    };
  }

  #nextSession(): Promise<string | undefined> {
    const { signal } = this.#stopped;
    return new Promise((resolve) => {
      const look = () => {
        const found = this.#queue.availableSession();
        if (found === undefined && !signal.aborted) return;
        undo();
        signal.removeEventListener('abort', look);
        resolve(signal.aborted ? undefined : found);
      };
      const undo = this.#queue.onReady(() => queueMicrotask(look));
      signal.addEventListener('abort', look);
      look();
    });
  }

  async #process(messages: LockedMessage[], session?: SessionLock): Promise<void> {
    const { binding, invoke } = this.#triggered;
    for (const { queued } of messages) this.#namespace.count(1, queued.content.sizeBytes);
    const renewal = this.#renewing(messages, session);
    const [first] = messages;
    const call: TriggerCall =
      this.#isMany || !first ? callForMany(binding, messages) : callForOne(binding, first);
    const succeeded = await invoke({ ...call, callsPerInstance: this.#callsPerInstance }).then(
      ({ kind }) => kind === 'succeeded',
      () => false,
    );
    renewal.cancel();
    if (succeeded && !this.#completes) return;
    for (const { lockToken } of messages) this.#settle(lockToken, succeeded);
  }

  #settle(lockToken: string, succeeded: boolean): void {
    this.#namespace.count(1);
    try {
      if (succeeded) this.#queue.complete(lockToken);
      else this.#queue.abandon(lockToken);
    } catch (error) {
      // The lock is lost: the message is there again by itself.
      if (!(error instanceof ServiceBusError)) throw error;
    }
  }

  /** Prolongs the locks while the function runs, at half their time, as long as the app's settings say. */
  #renewing(messages: readonly LockedMessage[], session: SessionLock | undefined): { cancel(): void } {
    const { clock } = this.#runtime;
    const { lockMs } = this.#queue.settings;
    const untilMs = clock.now() + this.#settings.maxAutoLockRenewalDuration;
    let timer: Timer;
    const renew = () => {
      if (clock.now() > untilMs) return;
      try {
        if (session) this.#queue.sessions.renew(session.sessionId);
        else for (const { lockToken } of messages) this.#queue.renew(lockToken);
        this.#namespace.count(session ? 1 : messages.length);
      } catch (error) {
        if (!(error instanceof ServiceBusError)) throw error;
        return;
      }
      timer = clock.after(lockMs / 2, renew);
    };
    timer = clock.after(lockMs / 2, renew);
    return { cancel: () => timer.cancel() };
  }
}

/** `orders`, or `events/subscriptions/audit` */
function pathOf({ queueName, topicName, subscriptionName }: Binding): string {
  return typeof queueName === 'string' ? queueName : `${topicName}/subscriptions/${subscriptionName}`;
}
