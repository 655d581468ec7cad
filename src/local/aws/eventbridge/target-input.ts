// What a target gets of an event.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import type { BusEvent, Travelling } from './event.ts';
import { parseJsonPath } from './json-path.ts';

/** At most one of these is given. */
export interface TargetInputOptions {
  /** Constant JSON text. */
  input?: string;
  inputPath?: string;
  transformer?: { paths: Record<string, string>; template: string };
}

export type TargetInput = (travelling: Travelling) => string;

interface RuleNames {
  arn: string;
  name: string;
}

/** @throws Error that names what is not valid */
export function targetInput(options: TargetInputOptions, rule: RuleNames): TargetInput {
  const { input, inputPath, transformer } = options;
  if ([input, inputPath, transformer].filter((one) => one !== undefined).length > 1)
    throw new Error('Only one of Input, InputPath, or InputTransformer must be provided for a target.');
  if (input !== undefined) {
    requireJson(input);
    return () => input;
  }
  if (inputPath !== undefined) {
    const read = parseJsonPath(inputPath);
    return ({ event }) => JSON.stringify(read(event) ?? null);
  }
  if (transformer !== undefined) return transformed(transformer, rule);
  return ({ event }) => JSON.stringify(event);
}

function requireJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new Error(`JSON syntax error in input: ${text}`);
  }
}

const placeholder = /<([\w.-]+)>/g;
const maximumPaths = 100;

function transformed(
  { paths, template }: { paths: Record<string, string>; template: string },
  rule: RuleNames,
): TargetInput {
  const names = Object.keys(paths);
  if (names.length > maximumPaths) throw new Error(`at most ${maximumPaths} input paths`);
  for (const name of names)
    if (!/^[\w-]+$/.test(name) || /^aws/i.test(name))
      throw new Error(`InputPath ${name} for target is invalid: the name of a variable is not valid`);
  const readers = new Map<string, (event: BusEvent) => unknown>(
    names.map((name) => [name, parseJsonPath(paths[name] ?? '')]),
  );
  for (const [, name = ''] of template.matchAll(placeholder))
    if (!readers.has(name) && !name.startsWith('aws.events.'))
      throw new Error(`Invalid InputTemplate for target: Invalid use of placeholder ${name}`);
  return (travelling) => {
    const lookUp = (name: string): unknown =>
      readers.has(name) ? readers.get(name)?.(travelling.event) : reserved(name, travelling, rule);
    return fill(template, lookUp);
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-input-predefined.html */
function reserved(name: string, { event, ingestedAtMs }: Travelling, rule: RuleNames): unknown {
  switch (name) {
    case 'aws.events.rule-arn':
      return rule.arn;
    case 'aws.events.rule-name':
      return rule.name;
    case 'aws.events.event.ingestion-time':
      return new Date(ingestedAtMs).toISOString();
    case 'aws.events.event': {
      const { detail: _, ...rest } = event;
      return rest;
    }
    case 'aws.events.event.json':
      return event;
    default:
      return undefined;
  }
}

/** Within quotes a value stands as text, outside as JSON; what the event does not have is empty. */
function fill(template: string, lookUp: (name: string) => unknown): string {
  let result = '';
  let isQuoted = false;
  for (let at = 0; at < template.length; ) {
    const character = template.charAt(at);
    const [whole, name] = character === '<' ? (/^<([\w.-]+)>/.exec(template.slice(at)) ?? []) : [];
    if (whole !== undefined && name !== undefined) {
      result += isQuoted ? textWithin(lookUp(name)) : JSON.stringify(lookUp(name) ?? '');
      at += whole.length;
      continue;
    }
    if (character === '\\' && isQuoted) {
      result += template.slice(at, at + 2);
      at += 2;
      continue;
    }
    if (character === '"') isQuoted = !isQuoted;
    result += character;
    at++;
  }
  return result;
}

function textWithin(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}
