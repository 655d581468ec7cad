import { ConfigurationError } from '../../engine/read-resource.ts';
import { withSettings } from './binding-expressions.ts';
import type { TriggerAnswer, TriggerCall } from './function-app.ts';
import type { FunctionAppDefinition } from './function-apps.ts';
import { triggerOf } from './http-routes.ts';
import type { AppIdentities } from './identity-endpoint.ts';
import type { Binding, FunctionMetadata } from './typed-data.ts';

/** A function app, as those see it who bring events to its functions or take what they give. */
export interface BoundApp {
  id: string;
  name: string;
  /** App settings, references to secrets resolved. */
  settings: Readonly<Record<string, string>>;
  identities: AppIdentities;
  maximumInstances: number;
  /** `extensions` of host.json: `{ serviceBus: { maxConcurrentCalls: 16 } }`. */
  extensions: Readonly<Record<string, unknown>>;
  /** Where Terraform has it, for errors. */
  resource: FunctionAppDefinition['resource'];
}

/** A function that waits for the events of its trigger. */
export interface TriggeredFunction {
  app: BoundApp;
  functionName: string;
  /** Name of the trigger's binding: the function's data goes by it. */
  bindingName: string;
  /** The trigger with its attributes, `%SETTING%` replaced by the app's setting. */
  binding: Binding;
  /** `retry` of the function, where it has a policy: `{ strategy, maxRetryCount, delayInterval, ... }`. */
  retryOptions?: Readonly<Record<string, unknown>>;
  /**
   * Runs the function once for an event. A `traceContext` of the call is that of the event's sender: the invocation
   * continues its trace. Retries are the caller's; the answer says whether the function has succeeded.
   */
  invoke(call: TriggerCall): Promise<TriggerAnswer>;
}

/** What brings events to one function. */
export interface TriggerListener {
  /** Brings no more events. */
  stop(): void;
}

/**
 * Begins to bring events to a function. @throws Error that says what the trigger's configuration lacks: the function
 * then never runs, as in the cloud, where the host logs that its listener could not start
 */
export type StartTrigger = (triggered: TriggeredFunction) => TriggerListener | Promise<TriggerListener>;

/** Every kind of trigger that the local cloud can pull, besides HTTP. */
export class TriggerSources {
  readonly #sources = new Map<string, StartTrigger>();

  /** @param type as functions name it: `serviceBusTrigger` */
  add(type: string, start: StartTrigger): this {
    this.#sources.set(type.toLowerCase(), start);
    return this;
  }

  /**
   * Starts the listener of one function; none for one that HTTP triggers.
   *
   * @throws ConfigurationError when nothing here pulls this type of trigger
   */
  async start(
    app: BoundApp,
    metadata: FunctionMetadata,
    invoke: TriggeredFunction['invoke'],
  ): Promise<TriggerListener | undefined> {
    const bindingName = triggerOf(metadata);
    const binding = metadata.bindings[bindingName ?? ''];
    if (bindingName === undefined || !binding || binding.type.toLowerCase() === 'httptrigger')
      return undefined;
    const source = this.#sources.get(binding.type.toLowerCase());
    if (!source)
      throw new ConfigurationError(
        app.resource,
        `function ${metadata.name} has a ${binding.type}, which the local cloud does not support`,
      );
    return source({
      app,
      functionName: metadata.name,
      bindingName,
      binding: withSettings(binding, app.settings),
      ...(metadata.retryOptions && { retryOptions: metadata.retryOptions }),
      invoke,
    });
  }
}
