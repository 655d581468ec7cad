import type { BindingData } from './binding-data.ts';
import { withSettings } from './binding-expressions.ts';
import type { BoundApp } from './triggers.ts';
import type { Binding, NamedData, TypedData } from './typed-data.ts';

/** The invocation for which an input binding is read. */
export interface InputCall {
  functionName: string;
  /** Of the event that the function runs for: what `{name}` in a binding's texts stands for. */
  bindingData(): BindingData;
}

/** Reads the data of one input binding; `%SETTING%` in it is replaced. @throws Error why it could not */
export type ReadInput = (app: BoundApp, binding: Binding, call: InputCall) => Promise<TypedData>;

/** Every kind of input binding that the local cloud can read. */
export class InputSources {
  readonly #sources = new Map<string, ReadInput>();

  /** @param type as functions name it: `blob` */
  add(type: string, read: ReadInput): this {
    this.#sources.set(type.toLowerCase(), read);
    return this;
  }

  /** @throws Error that names a binding that nothing here reads, or why one could not be read */
  async read(
    app: BoundApp,
    bindings: Readonly<Record<string, Binding>>,
    call: InputCall,
  ): Promise<NamedData[]> {
    const inputs: NamedData[] = [];
    for (const [name, binding] of Object.entries(bindings)) {
      const read = this.#sources.get(binding.type.toLowerCase());
      if (!read)
        throw new Error(
          `Function ${call.functionName} has an input binding ${name} of type ${binding.type}, which the local cloud does not support.`,
        );
      inputs.push({ name, data: await read(app, withSettings(binding, app.settings), call) });
    }
    return inputs;
  }
}
