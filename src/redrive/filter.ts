/**
 * The filter language: `cause~timeout`, `age>1h`, `id=...`, `receives>=3`, `redrives=0`, `body.order.id=17`,
 * `attribute.tenant=acme`, or an attribute by its name alone.
 */
import { causeText } from './cause-groups.ts';
import type { DeadLetter } from './dead-letter.ts';
import { pathSteps, valueAt } from './json-path.ts';
import { RedriveError } from './redrive-error.ts';

export type Filter = (letter: DeadLetter, nowMs: number) => boolean;

const operators = ['!~', '!=', '>=', '<=', '~', '=', '>', '<'] as const;
type Operator = (typeof operators)[number];

/** Letters that meet every one of the conditions. @throws RedriveError that says what a condition lacks */
export function parseFilters(texts: readonly string[]): Filter {
  const conditions = texts.map(parseFilter);
  return (letter, nowMs) => conditions.every((condition) => condition(letter, nowMs));
}

/** @throws RedriveError */
export function parseFilter(text: string): Filter {
  const match = /^\s*([^\s~=!<>]+)\s*(!~|!=|>=|<=|~|=|>|<)\s*(.*?)\s*$/s.exec(text);
  const [, field = '', sign = '', value = ''] = match ?? [];
  const operator = operators.find((one) => one === sign);
  if (!operator || value === '')
    throw new RedriveError(
      `'${text}' is no filter. Write a field, an operator (${operators.join(' ')}) and a value: cause~timeout, age>1h, tenant=acme.`,
    );
  if (field === 'age') return ageFilter(text, operator, value);
  if (field === 'receives') return numberFilter(text, operator, value, ({ receiveCount }) => receiveCount);
  if (field === 'redrives') return numberFilter(text, operator, value, ({ redriveCount }) => redriveCount);
  return textFilter(text, operator, value, textField(field));
}

type TextField = (letter: DeadLetter) => string | undefined;

function textField(field: string): TextField {
  switch (field) {
    case 'id':
      return ({ messageId }) => messageId;
    case 'cause':
      return causeText;
    case 'reason':
      return ({ cause }) => cause.reason;
    case 'source':
      return ({ source }) => source;
    case 'group':
      return ({ group }) => group;
    case 'body':
      return ({ body }) => body.toString();
  }
  if (field.startsWith('body.')) {
    const path = field.slice('body.'.length);
    pathSteps(path);
    return ({ body }) => asText(valueAt(asJson(body), path));
  }
  const name = field.replace(/^attribute\./, '');
  return ({ attributes }) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined);
}

function textFilter(text: string, operator: Operator, value: string, field: TextField): Filter {
  const isId = /^\s*id\s*!?=/.test(text);
  const wanted = value.toLowerCase();
  switch (operator) {
    case '=':
      return (letter) => (isId ? hasId(letter, value) : field(letter) === value);
    case '!=':
      return (letter) => (isId ? !hasId(letter, value) : field(letter) !== value);
    case '~':
      return (letter) => field(letter)?.toLowerCase().includes(wanted) ?? false;
    case '!~':
      return (letter) => !(field(letter)?.toLowerCase().includes(wanted) ?? false);
    default:
      return numberFilter(text, operator, value, (letter) => {
        const found = field(letter);
        return found === undefined || found.trim() === '' ? undefined : Number(found);
      });
  }
}

const hasId = ({ key, messageId }: DeadLetter, id: string) => key === id || messageId === id;

function ageFilter(text: string, operator: Operator, value: string): Filter {
  const ageMs = durationMs(value);
  if (ageMs === undefined)
    throw new RedriveError(`'${text}': an age is a number with s, m, h or d, as in age>90m.`);
  const compare = comparison(text, operator);
  return ({ enqueuedAtMs }, nowMs) => compare(nowMs - enqueuedAtMs, ageMs);
}

function numberFilter(
  text: string,
  operator: Operator,
  value: string,
  field: (letter: DeadLetter) => number | undefined,
): Filter {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new RedriveError(`'${text}': '${value}' is no number.`);
  const compare = comparison(text, operator);
  return (letter) => {
    const found = field(letter);
    return found !== undefined && compare(found, number);
  };
}

function comparison(text: string, operator: Operator): (a: number, b: number) => boolean {
  switch (operator) {
    case '>':
      return (a, b) => a > b;
    case '<':
      return (a, b) => a < b;
    case '>=':
      return (a, b) => a >= b;
    case '<=':
      return (a, b) => a <= b;
    case '=':
      return (a, b) => a === b;
    case '!=':
      return (a, b) => a !== b;
    default:
      throw new RedriveError(`'${text}': ${operator} looks for text, and this field is a number.`);
  }
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  return amount === undefined || unitMs === undefined ? undefined : Number(amount) * unitMs;
}

function asJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const asText = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
