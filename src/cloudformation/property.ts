// How the properties of a CloudFormation resource become arguments of the Terraform provider.
import type { SourcePosition, StackValue, StackValues } from '../terraform/stack.ts';
import { type Fallback, type Places, TemplateError } from './places.ts';
import { isObject, type TemplateObject, type TemplateValue } from './template-value.ts';

/** A property with its value and its place. */
export interface Given {
  value: TemplateValue;
  /** `Properties.RedrivePolicy` */
  path: string;
  position: SourcePosition;
  refuse(problem: string): TemplateError;
  /** A member of the value, for its own errors. */
  member(name: string, value: TemplateValue): Given;
}

/** Gives the arguments that a property stands for. */
export type Property = (given: Given) => StackValues;
/** All properties that a type has here: any other is refused. */
export type Shape = Readonly<Record<string, Property>>;

export function givenIn(
  owner: TemplateObject | TemplateValue[],
  name: string,
  value: TemplateValue,
  places: Places,
  fallback: Fallback,
): Given {
  const position = places.of(owner, name) ?? places.of(value) ?? fallback.position;
  const path = `${fallback.path}.${name}`;
  return {
    value,
    path,
    position,
    refuse: (problem) => new TemplateError(problem, position, path),
    member: (key, inner) => {
      const inside = typeof value === 'object' && value !== null ? value : {};
      return givenIn(inside, key, inner, places, { position, path });
    },
  };
}

/** @throws TemplateError for a property that the shape does not have */
export function apply(shape: Shape, given: Given): StackValues {
  const { value } = given;
  if (!isObject(value)) throw given.refuse('must be an object');
  const result: StackValues = {};
  for (const [name, member] of Object.entries(value)) {
    const inner = given.member(name, member);
    if (member === null) throw inner.refuse('null values are not allowed in templates');
    const property = shape[name];
    if (!property) throw inner.refuse('this property is not supported by the local cloud');
    Object.assign(result, property(inner));
  }
  return result;
}

export function textOf(given: Given): string {
  const { value } = given;
  if (typeof value === 'object') throw given.refuse('must be a text');
  return String(value);
}

export function numberOf(given: Given): number {
  const { value } = given;
  const number =
    typeof value === 'number'
      ? value
      : Number(typeof value === 'string' && value !== '' ? value : Number.NaN);
  if (Number.isNaN(number)) throw given.refuse('must be a number');
  return number;
}

export function flagOf(given: Given): boolean {
  const text = String(given.value).toLowerCase();
  if (text !== 'true' && text !== 'false') throw given.refuse('must be true or false');
  return text === 'true';
}

export function listOf(given: Given): Given[] {
  const { value } = given;
  if (!Array.isArray(value)) throw given.refuse('must be a list');
  return value.map((item, index) => given.member(String(index), item));
}

/** `[{ Key, Value }]`, or the object that some types take, as an object. */
export function tagsOf(given: Given): Record<string, string> {
  const { value } = given;
  if (isObject(value)) return recordOf(given);
  return Object.fromEntries(
    listOf(given).map((item) => {
      const tag = apply({ Key: text('key'), Value: text('value') }, item);
      return [String(tag.key), String(tag.value)];
    }),
  );
}

export function recordOf(given: Given): Record<string, string> {
  const { value } = given;
  if (!isObject(value)) throw given.refuse('must be an object of texts');
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, textOf(given.member(name, member))]),
  );
}

const property =
  (read: (given: Given) => StackValue) =>
  (argument: string): Property =>
  (given) => ({ [argument]: read(given) });

export const text = property(textOf);
export const number = property(numberOf);
export const flag = property(flagOf);
export const texts = property((given) => listOf(given).map(textOf));
export const tags = property(tagsOf);
export const record = property(recordOf);
/** A document that Terraform takes as JSON text. */
export const json = property(({ value }) => (typeof value === 'string' ? value : JSON.stringify(value)));

/** A nested object: a block that there is once. */
export const block =
  (argument: string, shape: Shape): Property =>
  (given) => ({ [argument]: [apply(shape, given)] });

/** A list of objects: a block each. */
export const blocks =
  (argument: string, shape: Shape): Property =>
  (given) => ({ [argument]: listOf(given).map((item) => apply(shape, item)) });

/** A property that is refused in the words of `reason`. */
export const refused =
  (reason: string): Property =>
  (given) => {
    throw given.refuse(reason);
  };
