import type { BindingData } from './binding-data.ts';
import { withSettings } from './binding-expressions.ts';
import type { BoundOutput } from './outputs.ts';
import type { BoundApp } from './triggers.ts';

/** The invocation that gave something to an output binding. */
export interface OutputCall {
  functionName: string;
  invocationId: string;
  /** Of the event that the function ran for: what `{name}` in a binding's texts stands for. */
  bindingData(): BindingData;
  /** W3C `traceparent` of the invocation. */
  traceParent?: string;
}

/** Writes what a function gave to one output binding; `%SETTING%` in it is replaced. @throws Error why it could not */
export type WriteOutput = (app: BoundApp, output: BoundOutput, call: OutputCall) => Promise<void>;

/** Every kind of output binding that the local cloud can write, besides HTTP. */
export class OutputTargets {
  readonly #targets = new Map<string, WriteOutput>();

  /** @param type as functions name it: `serviceBus` */
  add(type: string, write: WriteOutput): this {
    this.#targets.set(type.toLowerCase(), write);
    return this;
  }

  /** @throws Error that names a binding that nothing here writes, or why one could not be written */
  async write(app: BoundApp, outputs: readonly BoundOutput[], call: OutputCall): Promise<void> {
    for (const output of outputs) {
      const { binding, bindingName } = output;
      const write = this.#targets.get(binding.type.toLowerCase());
      if (!write)
        throw new Error(
          `Function ${call.functionName} has an output binding ${bindingName} of type ${binding.type}, which the local cloud does not support.`,
        );
      await write(app, { ...output, binding: withSettings(binding, app.settings) }, call);
    }
  }
}
