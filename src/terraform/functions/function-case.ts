import { makeSet } from '../types/index.ts';
import type { Value } from '../value.ts';
import { type FunctionContext, FunctionError, functions } from './index.ts';
import { encodeJson } from './json.ts';

/**
 * A call and what Terraform makes of it. The tables of such cases beside the functions are tests of the functions
 * (`functions.test.ts`) and are themselves held against the real Terraform (`oracle.test.ts`).
 */
export type FunctionCase =
  | { name: string; args: Value[]; outcome: 'result'; json: string }
  /** Without a text, the call fails here in other words than in Terraform. */
  | { name: string; args: Value[]; outcome: 'error'; text: string | undefined };

/** The result as `jsonencode` shows it. */
export function gives(name: string, args: Value[], result: Value): FunctionCase {
  return { name, args, outcome: 'result', json: encodeJson(result) };
}

/** Fails with Terraform's own text. */
export function fails(name: string, args: Value[], text: string): FunctionCase {
  return { name, args, outcome: 'error', text };
}

/** Fails both here and in Terraform, each in its own words. */
export function failsInOtherWords(name: string, args: Value[]): FunctionCase {
  return { name, args, outcome: 'error', text: undefined };
}

export function set(...elements: Value[]): Value {
  return makeSet(elements);
}

/** What our function makes of the call, in the form in which the cases hold it. */
export function outcomeOf({ name, args }: FunctionCase, context: FunctionContext): FunctionCase {
  const definition = functions[name];
  if (definition === undefined) throw new Error(`no function ${name}`);
  try {
    return gives(name, args, definition.call(args, context));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    if (error.argument === undefined)
      return fails(name, args, `Call to function "${name}" failed: ${error.message}.`);
    const parameter = definition.parameters[error.argument] ?? definition.variadic ?? '';
    return fails(name, args, `Invalid value for "${parameter}" parameter: ${error.message}.`);
  }
}
