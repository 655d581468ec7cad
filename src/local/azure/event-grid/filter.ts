// Which events a subscription gets. https://learn.microsoft.com/azure/event-grid/event-filtering
import type { GridEvent } from './grid-event.ts';

export interface SubjectFilter {
  beginsWith: string;
  endsWith: string;
  caseSensitive: boolean;
}

type Scalar = string | number | boolean;

/** One condition of an advanced filter; `operator` as Terraform names it: `string_begins_with`. */
export interface AdvancedFilter {
  operator: string;
  key: string;
  value?: Scalar;
  values?: readonly (Scalar | readonly number[])[];
}

export interface EventFilter {
  /** Absent for all types. */
  eventTypes?: readonly string[];
  subject?: SubjectFilter;
  /** All of them have to hold; each holds when any of its values does, or for a `not` when none does. */
  advanced: readonly AdvancedFilter[];
  onArrays: boolean;
}

export function passes(event: GridEvent, filter: EventFilter): boolean {
  const { eventTypes, subject, advanced, onArrays } = filter;
  if (eventTypes && !eventTypes.some((type) => type.toLowerCase() === event.eventType.toLowerCase()))
    return false;
  if (subject && !hasSubject(event.subject, subject)) return false;
  return advanced.every((condition) => holds(event, condition, onArrays));
}

function hasSubject(text: string, { beginsWith, endsWith, caseSensitive }: SubjectFilter): boolean {
  const fold = (part: string) => (caseSensitive ? part : part.toLowerCase());
  return fold(text).startsWith(fold(beginsWith)) && fold(text).endsWith(fold(endsWith));
}

/** The value under a key: a member of the event, or of its data by a path of names. */
function valueUnder(event: GridEvent, key: string): unknown {
  const [first = '', ...path] = key.split('.');
  const members: Record<string, unknown> = {
    id: event.id,
    topic: event.topic,
    source: event.source ?? event.topic,
    subject: event.subject,
    eventtype: event.eventType,
    type: event.eventType,
    eventtime: event.eventTime,
    time: event.eventTime,
    dataversion: event.dataVersion,
    data: event.data,
  };
  let value = members[first.toLowerCase()];
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([member]) => member === name)?.[1];
  }
  return value;
}

const textTests: Record<string, (text: string, part: string) => boolean> = {
  begins_with: (text, part) => text.startsWith(part),
  ends_with: (text, part) => text.endsWith(part),
  contains: (text, part) => text.includes(part),
  in: (text, part) => text === part,
};

const numberTests: Record<string, (number: number, bound: number) => boolean> = {
  greater_than: (number, bound) => number > bound,
  greater_than_or_equals: (number, bound) => number >= bound,
  less_than: (number, bound) => number < bound,
  less_than_or_equals: (number, bound) => number <= bound,
  in: (number, bound) => number === bound,
};

/** Every operator that Terraform knows. */
export const operators: readonly string[] = [
  'bool_equals',
  'is_not_null',
  'is_null_or_undefined',
  ...Object.keys(numberTests).map((name) => `number_${name}`),
  'number_not_in',
  'number_in_range',
  'number_not_in_range',
  ...Object.keys(textTests).flatMap((name) => [`string_${name}`, `string_not_${name}`]),
];

function holds(event: GridEvent, condition: AdvancedFilter, onArrays: boolean): boolean {
  const value = valueUnder(event, condition.key);
  const { operator } = condition;
  if (operator === 'is_not_null') return value !== undefined && value !== null;
  if (operator === 'is_null_or_undefined') return value === undefined || value === null;
  const isNot = operator.includes('_not_');
  // A key that is not there meets what is denied, and nothing else.
  const candidates: unknown[] = onArrays && Array.isArray(value) ? value : [value];
  const positive = operator.replace('_not_', '_');
  const found = candidates.some((candidate) => meets(candidate, positive, condition));
  return isNot ? !found : found;
}

function meets(candidate: unknown, operator: string, { value, values }: AdvancedFilter): boolean {
  const wanted = values ?? (value === undefined ? [] : [value]);
  const [kind = '', ...rest] = operator.split('_');
  const name = rest.join('_');
  if (kind === 'bool') return candidate === value;
  if (kind === 'string') {
    const test = textTests[name];
    if (typeof candidate !== 'string' || !test) return false;
    // Text is compared without regard to case.
    return wanted.some((part) => test(candidate.toLowerCase(), String(part).toLowerCase()));
  }
  if (typeof candidate !== 'number') return false;
  if (name === 'in_range')
    return wanted.some((range) => {
      const [from, to] = Array.isArray(range) ? range : [];
      return from !== undefined && to !== undefined && candidate >= from && candidate <= to;
    });
  const test = numberTests[name];
  return test !== undefined && wanted.some((bound) => test(candidate, Number(bound)));
}
