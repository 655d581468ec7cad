import type { InvocationResponse } from './invocation.ts';
import type { Binding, FunctionMetadata, TypedData } from './typed-data.ts';

/** What a function gave to one of its output bindings. */
export interface BoundOutput {
  /** `$return` for the returned value. */
  bindingName: string;
  binding: Binding;
  data: TypedData;
}

/**
 * What an invocation returned, and what of it goes to output bindings.
 *
 * `response` is what the app's host sent: this package on both sides, so its shape is known.
 */
export function outputsOf(
  metadata: FunctionMetadata,
  response: unknown,
): { returnValue: TypedData | null | undefined; outputs: BoundOutput[] } {
  const { returnValue, outputData = [] } = response as InvocationResponse;
  const outputs: BoundOutput[] = outputData.flatMap(({ name, data }) => {
    const binding = metadata.bindings[name];
    return binding ? [{ bindingName: name, binding, data }] : [];
  });
  const returned = metadata.bindings.$return;
  if (returned && returned.type.toLowerCase() !== 'http' && returnValue) {
    outputs.push({ bindingName: '$return', binding: returned, data: returnValue });
  }
  return { returnValue, outputs };
}
