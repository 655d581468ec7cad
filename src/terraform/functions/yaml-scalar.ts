import { parseNumber } from '../types/index.ts';
import type { Value } from '../value.ts';
import { FunctionError } from './function.ts';
import { formatTimestamp, parseTimestamp, TimestampError } from './timestamp.ts';

const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const FALSE = /^(?:n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/;
const NULL = /^(?:|~|null|Null|NULL)$/;
const BASED_INTEGER = /^0(?:x[0-9a-fA-F]+|o[0-7]+)$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;
const MOMENT =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * What a plain scalar means to Terraform: YAML 1.1's words for bool and null, YAML 1.2's numbers, and timestamps,
 * which become strings in RFC 3339. Throws `FunctionError` for NaN and infinity.
 */
export function resolvePlain(text: string): Value {
  if (NULL.test(text)) return null;
  return readBool(text) ?? readNumber(text) ?? readTimestamp(text) ?? text;
}

/** A plain scalar with a tag of YAML's own: `!!int 1`. Throws `FunctionError` if it is not of that type. */
export function resolveTagged(text: string, tag: string): Value {
  const type = tag.replace(/^tag:yaml\.org,2002:/, '');
  const value = readTagged(text, type);
  if (value !== undefined) return value;
  throw new FunctionError(`cannot parse ${JSON.stringify(text)} as ${tag}`);
}

function readTagged(text: string, type: string): Value | undefined {
  switch (type) {
    case 'str':
      return text;
    case 'null':
      return NULL.test(text) ? null : undefined;
    case 'bool':
      return readBool(text);
    case 'int':
    case 'float':
      return readNumber(text);
    case 'timestamp':
      return readTimestamp(text);
    case 'binary': {
      if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return text;
      throw new FunctionError(
        `cannot parse ${JSON.stringify(text)} as tag:yaml.org,2002:binary: not valid base64`,
      );
    }
    default:
      throw new FunctionError(`unsupported tag "!!${type}"`);
  }
}

function readBool(text: string): boolean | undefined {
  if (TRUE.test(text)) return true;
  return FALSE.test(text) ? false : undefined;
}

function readNumber(text: string): number | undefined {
  if (BASED_INTEGER.test(text)) return Number(text);
  if (NOT_A_NUMBER.test(text)) throw new FunctionError('floating point NaN is not supported');
  if (INFINITE.test(text)) throw new FunctionError('infinity is not supported');
  return parseNumber(text);
}

/** A date alone, or with a time: after `T` with a zone, after a space in UTC without one. */
function readTimestamp(text: string): string | undefined {
  const match = MOMENT.exec(text);
  if (match === null) return undefined;
  const [, year, month = '', day = '', between, hour = '', minute = '', second = '', fraction = '', zone] =
    match;
  if (between !== undefined && (between === ' ') !== (zone === undefined)) return undefined;
  const [mm, dd, h, m, s] = [month, day, hour, minute, second].map((part) => part.padStart(2, '0'));
  try {
    return formatTimestamp(parseTimestamp(`${year}-${mm}-${dd}T${h}:${m}:${s}${fraction}${zone ?? 'Z'}`));
  } catch (error) {
    if (error instanceof TimestampError) return undefined;
    throw error;
  }
}
