import { arrayFunctions } from './functions/array.ts';
import { dateFunctions } from './functions/date.ts';
import { mathFunctions } from './functions/math.ts';
import { stringFunctions } from './functions/string.ts';
import { typeFunctions } from './functions/type.ts';
import type { Value } from './value.ts';

/** What a function may use besides its arguments. */
export interface FunctionContext {
  /** The moment the query began: every `GetCurrent...` of one query gives the same. */
  nowMs: number;
  /** A number in [0, 1). */
  random(): number;
}

/** A built-in function. An argument of a type it does not take makes the result undefined. */
export interface SqlFunction {
  minArguments: number;
  maxArguments: number;
  run(values: Value[], context: FunctionContext): Value;
}

const all: Record<string, SqlFunction> = {
  ...arrayFunctions,
  ...dateFunctions,
  ...mathFunctions,
  ...stringFunctions,
  ...typeFunctions,
};

/** Finds a built-in by its name, in any case. */
export function builtinFunction(name: string): SqlFunction | undefined {
  const upper = name.toUpperCase();
  return Object.hasOwn(all, upper) ? all[upper] : undefined;
}
