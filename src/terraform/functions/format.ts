import { Unknown } from '../stack.ts';
import { boolType, ConversionError, convert, numberText, numberType, stringType } from '../types/index.ts';
import { Sensitive, type Value } from '../value.ts';
import { sequence } from './define.ts';
import { formatExponent, formatFixed, formatShortest } from './float.ts';
import { FunctionError } from './function.ts';
import { graphemes } from './grapheme.ts';
import { encodeJson } from './json.ts';

interface Verb {
  /** The whole of it, as `%[2]05.1f`. */
  text: string;
  /** Bytes of the format before it, by which messages say where. */
  offset: number;
  flags: string;
  width: number | undefined;
  precision: number | undefined;
  /** Counts from 0. */
  argument: number;
  mode: string;
}

const VERB =
  /%(?<flags>[-+ #0]*)(?<width>\d+)?(?:\.(?<precision>\d*))?(?:\[(?<index>[1-9]\d*)\])?(?<mode>[a-zA-Z])/y;
const MODES = 'bdeEfFgGoqstvxX';

/**
 * Terraform's `format`: the verbs of Go's `fmt` for strings, numbers and bools, and `%v` for anything.
 * Source: https://developer.hashicorp.com/terraform/language/functions/format
 */
export function formatText(format: string, args: readonly Value[]): string {
  return formatWith(format, args, (message) => new FunctionError(message, 1));
}

/** `formatlist`: one string for each index of the list arguments; the other arguments are the same in all. */
export function formatList(format: string, args: readonly Value[]): Value[] {
  const lists = args.map(sequence);
  const first = lists.findIndex((list) => list !== undefined);
  const length = lists[first]?.length ?? 1;
  lists.forEach((list, at) => {
    if (list === undefined || list.length === length) return;
    const inconsistent = `inconsistent with argument ${first + 1} of length ${length}`;
    throw new FunctionError(`argument ${at + 1} has length ${list.length}, which is ${inconsistent}`, at + 1);
  });
  return Array.from({ length }, (_, row) => {
    const cells = args.map((argument, at) => lists[at]?.[row] ?? (lists[at] === undefined ? argument : null));
    return formatRow(format, cells, row);
  });
}

function formatRow(format: string, cells: Value[], row: number): Value {
  const unknown = cells.find((cell) => cell instanceof Unknown);
  if (unknown instanceof Unknown) return new Unknown(unknown.from, 'string');
  const plain = cells.map((cell) => (cell instanceof Sensitive ? cell.value : cell));
  try {
    const text = formatWith(format, plain, (message) => new FunctionError(message));
    return cells.some((cell) => cell instanceof Sensitive) ? new Sensitive(text) : text;
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    throw new FunctionError(`error on format iteration ${row}: ${error.message}`);
  }
}

function formatWith(
  format: string,
  args: readonly Value[],
  tooMany: (message: string) => FunctionError,
): string {
  let result = '';
  let at = 0;
  let next = 0;
  let highest = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    if (percent < 0) break;
    result += format.slice(at, percent);
    if (format[percent + 1] === '%') {
      result += '%';
      at = percent + 2;
      continue;
    }
    const verb = readVerb(format, percent, next);
    next = verb.argument + 1;
    highest = Math.max(highest, next);
    result += formatVerb(verb, args);
    at = percent + verb.text.length;
  }
  if (args.length > highest) {
    const used = highest === 0 ? 'no verbs in format string' : `only ${highest} used by format string`;
    throw tooMany(`too many arguments; ${used}`);
  }
  return (result + format.slice(at)).normalize('NFC');
}

function readVerb(format: string, start: number, next: number): Verb {
  const byteOffset = (at: number) => Buffer.byteLength(format.slice(0, at));
  VERB.lastIndex = start;
  const match = VERB.exec(format);
  if (match?.groups === undefined) {
    const bad =
      start + (/^%[-+ #0]*\d*(?:\.\d*)?(?:\[(?:[1-9]\d*\]?)?)?/.exec(format.slice(start))?.[0].length ?? 1);
    const character = format.codePointAt(bad);
    const where = byteOffset(bad);
    if (character === undefined) throw new FunctionError(`invalid format string starting at offset ${where}`);
    throw new FunctionError(
      `unrecognized format character '${String.fromCodePoint(character)}' at offset ${where}`,
    );
  }
  const { flags = '', width, precision, index, mode = '' } = match.groups;
  return {
    text: match[0],
    offset: byteOffset(start),
    flags,
    width: width === undefined ? undefined : Number(width),
    precision: precision === undefined ? undefined : Number(precision),
    argument: index === undefined ? next : Number(index) - 1,
    mode,
  };
}

function formatVerb(verb: Verb, args: readonly Value[]): string {
  const { text, offset, mode } = verb;
  if (!MODES.includes(mode)) {
    throw new FunctionError(
      `unsupported format verb '${mode}' in ${JSON.stringify(text)} at offset ${offset}`,
    );
  }
  const value = args[verb.argument];
  if (value === undefined) {
    const need = `need index ${verb.argument + 1} but have ${args.length} total`;
    throw new FunctionError(`not enough arguments for ${JSON.stringify(text)} at ${offset}: ${need}`);
  }
  try {
    if (mode === 'v') return formatAny(verb, value);
    if (value === null) throw new ConversionError('null value cannot be formatted');
    if (mode === 't') return String(convert(value, boolType));
    if (mode === 's' || mode === 'q') return formatString(verb, String(convert(value, stringType)));
    return formatNumber(verb, Number(convert(value, numberType)));
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw new FunctionError(`unsupported value for ${JSON.stringify(text)} at ${offset}: ${error.message}`);
  }
}

function formatAny(verb: Verb, value: Value): string {
  if (verb.flags.includes('#')) return pad(verb, encodeJson(value));
  if (typeof value === 'number') return pad(verb, formatShortest(value));
  if (typeof value === 'string') return pad(verb, value);
  return pad(verb, encodeJson(value));
}

function formatString(verb: Verb, value: string): string {
  const { precision } = verb;
  const cut = precision === undefined ? value : graphemes(value).slice(0, precision).join('');
  return pad(verb, verb.mode === 'q' ? encodeJson(cut) : cut);
}

function formatNumber(verb: Verb, value: number): string {
  const { mode, precision, flags } = verb;
  const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  switch (mode) {
    case 'f':
    case 'F':
      return padNumber(verb, formatFixed(value, precision ?? 6), plus);
    case 'e':
    case 'E':
      return padNumber(verb, sameCase(mode, formatExponent(value, precision ?? 6)), plus);
    case 'g':
    case 'G':
      return padNumber(verb, sameCase(mode, formatShortest(value, precision)), plus);
    default:
      return padNumber(verb, formatInteger(verb, value), plus);
  }
}

const RADIX: Record<string, { radix: number; prefix: string }> = {
  b: { radix: 2, prefix: '0b' },
  d: { radix: 10, prefix: '' },
  o: { radix: 8, prefix: '0' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0x' },
};

function formatInteger(verb: Verb, value: number): string {
  if (!Number.isInteger(value)) throw new ConversionError('an integer is required');
  const { radix, prefix } = RADIX[verb.mode] ?? { radix: 10, prefix: '' };
  // Through the decimal text, so that 1e30 has the digits Terraform gives it and not those of the nearest double.
  const digits = BigInt(numberText(Math.abs(value) + 0))
    .toString(radix)
    .padStart(verb.precision ?? 0, '0');
  const text = `${verb.flags.includes('#') ? prefix : ''}${digits}`;
  return `${value < 0 ? '-' : ''}${verb.mode === 'X' ? text.toUpperCase() : text}`;
}

function sameCase(mode: string, text: string): string {
  return mode === mode.toUpperCase() ? text.toUpperCase() : text;
}

function padNumber(verb: Verb, text: string, plus: string): string {
  const sign = text.startsWith('-') ? '-' : plus;
  const digits = text.startsWith('-') ? text.slice(1) : text;
  const width = verb.width ?? 0;
  if (verb.flags.includes('-')) return `${sign}${digits}`.padEnd(width);
  if (verb.flags.includes('0')) return sign + digits.padStart(width - sign.length, '0');
  return `${sign}${digits}`.padStart(width);
}

function pad(verb: Verb, text: string): string {
  const missing = (verb.width ?? 0) - (verb.width === undefined ? 0 : graphemes(text).length);
  if (missing <= 0) return text;
  if (verb.flags.includes('-')) return text + ' '.repeat(missing);
  return (verb.flags.includes('0') ? '0' : ' ').repeat(missing) + text;
}
