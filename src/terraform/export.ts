import type { ResourceObjects } from './evaluate/scope.ts';
import { type StackValue, type StackValues, Unknown } from './stack.ts';
import { objectFrom } from './types/index.ts';
import { isObject, type ObjectValue, Sensitive, SetValue, type Value } from './value.ts';

/**
 * A value as the stack shows it: JSON with `Unknown`, sets as lists in Terraform's order. Adds the paths of sensitive
 * parts to `sensitive`. Arguments of resources and blocks that are null are left out, as not set.
 */
export function toStackValue(
  value: Value,
  resources: ResourceObjects,
  sensitive: string[] = [],
  path = '',
): StackValue {
  if (value instanceof Sensitive) {
    sensitive.push(path);
    return toStackValue(value.value, resources, [], path);
  }
  if (value instanceof SetValue) return toStackValue([...value.elements], resources, sensitive, path);
  if (Array.isArray(value)) {
    return value.map((element, at) => toStackValue(element, resources, sensitive, `${path}[${at}]`));
  }
  if (isObject(value)) return toStackValues(value, resources, sensitive, path);
  return value;
}

export function toStackValues(
  object: ObjectValue,
  resources: ResourceObjects,
  sensitive: string[] = [],
  path = '',
): StackValues {
  const values: StackValues = objectFrom<StackValue>([]);
  const leaveOutNull = resources.has(object);
  for (const [name, part] of Object.entries(object)) {
    if (leaveOutNull && (part === null || (part instanceof Sensitive && part.value === null))) continue;
    values[name] = toStackValue(part, resources, sensitive, path === '' ? name : `${path}.${name}`);
  }
  return values;
}

/** A value from outside (a provider model, an option) as the evaluator keeps it. */
export function fromStackValue(value: StackValue): Value {
  if (value === null || typeof value !== 'object' || value instanceof Unknown) return value;
  if (Array.isArray(value)) return value.map(fromStackValue);
  return objectFrom(Object.entries(value).map(([name, part]) => [name, fromStackValue(part)] as const));
}

/**
 * Fills what the configuration leaves open with what the provider computed: missing and null attributes, also in
 * nested blocks (the n-th block with the n-th computed one). What the configuration sets stays.
 */
export function mergeComputed(
  configured: ObjectValue,
  computed: StackValues,
  resources: ResourceObjects,
): void {
  for (const [name, value] of Object.entries(computed)) {
    const own = Object.hasOwn(configured, name) ? (configured[name] ?? null) : null;
    if (own === null || (own instanceof Sensitive && own.value === null)) {
      configured[name] = fromStackValue(value);
      continue;
    }
    if (!Array.isArray(own) || !Array.isArray(value)) continue;
    for (const [at, block] of own.entries()) {
      const part = value[at];
      if (!isObject(block) || !resources.has(block)) continue;
      if (part !== null && typeof part === 'object' && !Array.isArray(part) && !(part instanceof Unknown)) {
        mergeComputed(block, part, resources);
      }
    }
  }
}
