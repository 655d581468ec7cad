// What the texts of bindings may refer to: `{name}`, `{data.url}`, `{rand-guid}`.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns
import type { Random } from '../../engine/random.ts';
import type { TypedData } from './typed-data.ts';

/** Of the event for which a function runs, by name. */
export type BindingData = Readonly<Record<string, TypedData>>;

/** The members of a JSON object are binding data as well. */
export function membersOf(text: string): Record<string, TypedData> {
  if (!text.startsWith('{')) return {};
  try {
    const members = Object.entries(JSON.parse(text));
    return Object.fromEntries(
      members.map(([name, value]) => [
        name,
        typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) },
      ]),
    );
  } catch {
    return {};
  }
}

export interface ExpressionSurroundings {
  functionName: string;
  nowMs: number;
  random: Random;
}

/**
 * A text with what stands in braces replaced.
 *
 * @throws Error as the host's when the event has no such value
 */
export function bound(text: string, data: BindingData, surroundings: ExpressionSurroundings): string {
  return text.replace(/\{([^{}]+)\}/g, (_, expression: string) => {
    const value = systemValue(expression, surroundings) ?? eventValue(expression, data);
    if (value === undefined) throw new Error(`No value for named parameter '${expression}'.`);
    return value;
  });
}

/** What the host itself gives. */
function systemValue(
  expression: string,
  { functionName, nowMs, random }: ExpressionSurroundings,
): string | undefined {
  const [, name = '', format] = /^([^:]+)(?::(.*))?$/.exec(expression) ?? [];
  switch (name.toLowerCase()) {
    case 'rand-guid':
    case 'sys.randguid':
      return guid(random.uuid(), format);
    case 'datetime':
    case 'sys.utcnow':
      return date(nowMs, format ?? 'yyyy-MM-ddTHH-mm-ssZ');
    case 'sys.methodname':
      return functionName;
    default:
      return undefined;
  }
}

function guid(uuid: string, format = 'D'): string {
  if (format === 'D') return uuid;
  if (format === 'N') return uuid.replaceAll('-', '');
  if (format === 'B') return `{${uuid}}`;
  throw new Error(`The format '${format}' of a GUID in a binding is not supported.`);
}

/** The custom formats of .NET that consist of numbers. */
function date(nowMs: number, format: string): string {
  const iso = new Date(nowMs).toISOString();
  const parts: Record<string, string> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  };
  return format.replace(/yyyy|MM|dd|HH|mm|ss|[A-SU-Ya-z]+/g, (part) => {
    const value = parts[part];
    if (value === undefined)
      throw new Error(`'${part}' in the format '${format}' of a time in a binding is not supported.`);
    return value;
  });
}

/** `data.url`: a member of a member; names in any case. */
function eventValue(expression: string, data: BindingData): string | undefined {
  const [name = '', ...path] = expression.split('.');
  const found = member(data, name);
  if (typeof found !== 'object' || found === null) return undefined;
  const { string, json, int, double } = found as TypedData;
  const top: unknown = json === undefined ? (string ?? int ?? double) : JSON.parse(json);
  const value = path.reduce(member, top);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
