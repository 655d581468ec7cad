import {
  boolType,
  ConversionError,
  convert,
  listOf,
  numberType,
  setOf,
  stringType,
  type TypeConstraint,
  typeOf,
} from '../types/index.ts';
import { SetValue, type Value } from '../value.ts';
import { type FunctionContext, FunctionError, type TerraformFunction } from './function.ts';

/** A parameter and how its argument is read: converted to the parameter's type, or refused by `ConversionError`. */
export interface Parameter<T> {
  name: string;
  read(value: Value): T;
}

type Parameters<T extends readonly unknown[]> = { [At in keyof T]: Parameter<T[At]> };

/** A function of fixed parameters. */
export function define<T extends readonly unknown[]>(
  parameters: readonly [...Parameters<T>],
  body: (args: T, context: FunctionContext) => Value,
): TerraformFunction {
  return {
    parameters: parameters.map((parameter) => parameter.name),
    call(values, context) {
      checkCount(values, parameters, undefined);
      return body(readAll(parameters, values), context);
    },
  };
}

/** A function that takes any number of further arguments, `rest`, after its fixed parameters. */
export function defineVariadic<T extends readonly unknown[], R>(
  parameters: readonly [...Parameters<T>],
  rest: Parameter<R>,
  body: (args: T, rest: R[], context: FunctionContext) => Value,
): TerraformFunction {
  return {
    parameters: parameters.map((parameter) => parameter.name),
    variadic: rest.name,
    call(values, context) {
      checkCount(values, parameters, rest);
      const fixed = readAll<T>(parameters, values);
      const further = values
        .slice(parameters.length)
        .map((value, at) => readOne(rest, value, parameters.length + at));
      return body(fixed, further, context);
    },
  };
}

/** Marks a function as one that leaves unknown and sensitive elements of its collections as they are. */
export function partlyKnown(definition: TerraformFunction): TerraformFunction {
  return { ...definition, partlyKnown: true };
}

function checkCount(
  values: readonly Value[],
  parameters: readonly Parameter<unknown>[],
  rest: Parameter<unknown> | undefined,
): void {
  const missing = parameters[values.length];
  const expected = `expects ${rest === undefined ? '' : 'at least '}${parameters.length} argument(s)`;
  if (missing !== undefined) throw new FunctionError(`${expected}; missing value for "${missing.name}"`);
  if (rest === undefined && values.length > parameters.length) throw new FunctionError(expected);
}

function readAll<T extends readonly unknown[]>(
  parameters: readonly [...Parameters<T>],
  values: readonly Value[],
): T {
  const read = parameters.map((parameter: Parameter<unknown>, at) =>
    readOne(parameter, values[at] ?? null, at),
  );
  // The compiler cannot follow `map` over a mapped tuple: element by element, `read` is what `parameters` read.
  return read as unknown as T;
}

function readOne<T>(parameter: Parameter<T>, value: Value, at: number): T {
  try {
    return parameter.read(value);
  } catch (error) {
    if (error instanceof ConversionError) throw new FunctionError(error.message, at);
    throw error;
  }
}

function parameter<T>(name: string, read: (value: Value) => T): Parameter<T> {
  return {
    name,
    read(value) {
      if (value === null) throw new ConversionError('argument must not be null');
      return read(value);
    },
  };
}

/** Any value but null. */
export const any = (name: string): Parameter<Value> => parameter(name, (value) => value);

/** Any value, null included. */
export const nullable = (name: string): Parameter<Value> => ({ name, read: (value) => value });

export const str = (name: string): Parameter<string> => parameter(name, readString);
export const num = (name: string): Parameter<number> => parameter(name, readNumber);

export const strings = (name: string): Parameter<(string | null)[]> =>
  parameter(name, (value) => elementsAs(value, listOf(stringType)).map(stringOrNull));
export const bools = (name: string): Parameter<(boolean | null)[]> =>
  parameter(name, (value) => elementsAs(value, listOf(boolType)).map((element) => element === true));

/** A `list(any)`: the elements converted to their common type. */
export const list = (name: string): Parameter<readonly Value[]> =>
  parameter(name, (value) => elementsAs(value, listOf({ kind: 'any' })));

/** A `set(any)`, as its elements. */
export const set = (name: string): Parameter<readonly Value[]> =>
  parameter(name, (value) => elementsAs(value, setOf({ kind: 'any' })));

/** A value of a type that has no parameter kind of its own. */
export const of = (name: string, type: TypeConstraint): Parameter<Value> =>
  parameter(name, (value) => convert(value, type));

function elementsAs(value: Value, type: TypeConstraint): readonly Value[] {
  return sequence(convert(value, type)) ?? [];
}

/** The elements of a list, tuple or set; undefined for anything else. */
export function sequence(value: Value): readonly Value[] | undefined {
  if (value instanceof SetValue) return value.elements;
  return Array.isArray(value) ? value : undefined;
}

function readString(value: Value): string {
  const converted = convert(value, stringType);
  if (typeof converted !== 'string') throw new ConversionError('string required');
  // Terraform holds every string in Unicode's composed form.
  return converted.normalize('NFC');
}

function readNumber(value: Value): number {
  const converted = convert(value, numberType);
  if (typeof converted !== 'number') throw new ConversionError('number required');
  return converted;
}

function stringOrNull(value: Value): string | null {
  return typeof value === 'string' ? value : null;
}

/** The number if it is whole; `what` introduces the message, as in `invalid index: `. */
export function whole(value: number, what = '', argument?: number): number {
  if (Number.isInteger(value)) return value;
  const message = `${what}value must be a whole number, between -9223372036854775808 and 9223372036854775807`;
  throw new FunctionError(message, argument);
}

/** The kind of a value in the words of Terraform's messages: `set of string`, `object`, `tuple`. */
export function kindOf(value: Value): string {
  const type = typeOf(value);
  if (type.kind !== 'set') return type.kind;
  return `set of ${type.element.kind === 'any' ? 'dynamic' : type.element.kind}`;
}
