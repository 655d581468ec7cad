import { FunctionError } from './function.ts';
import { type CalendarTime, calendarTime, formatOffset, type Timestamp } from './timestamp.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A run of one letter, a quoted literal (`''` is a quote), or any other character. */
const TOKEN = /([a-zA-Z])\1*|'(?:[^']|'')*'|[^a-zA-Z']/gu;

/** The verbs each letter has, and what to say of any other length. */
const LETTERS: Record<string, { verbs: string[]; rule: string }> = {
  Y: { verbs: ['YY', 'YYYY'], rule: 'year must either be "YY" or "YYYY"' },
  M: { verbs: ['M', 'MM', 'MMM', 'MMMM'], rule: 'month must be "M", "MM", "MMM", or "MMMM"' },
  D: { verbs: ['D', 'DD'], rule: 'day of month must either be "D" or "DD"' },
  E: { verbs: ['EEE', 'EEEE'], rule: 'day of week must either be "EEE" or "EEEE"' },
  h: { verbs: ['h', 'hh'], rule: '24-hour must either be "h" or "hh"' },
  H: { verbs: ['H', 'HH'], rule: '12-hour must either be "H" or "HH"' },
  A: { verbs: ['AA'], rule: 'must be "AA"' },
  a: { verbs: ['aa'], rule: 'must be "aa"' },
  m: { verbs: ['m', 'mm'], rule: 'minute must either be "m" or "mm"' },
  s: { verbs: ['s', 'ss'], rule: 'second must either be "s" or "ss"' },
  Z: { verbs: ['Z', 'ZZZ', 'ZZZZ', 'ZZZZZ'], rule: 'timezone must be Z, ZZZZ, or ZZZZZ' },
};

/** `formatdate`. Source: https://developer.hashicorp.com/terraform/language/functions/formatdate */
export function formatDate(format: string, timestamp: Timestamp): string {
  const time = calendarTime(timestamp);
  let result = '';
  let at = 0;
  for (const { 0: token, index } of format.matchAll(TOKEN)) {
    if (index !== at) break;
    at += token.length;
    result += /^[a-zA-Z]/.test(token) ? formatVerb(token, time, timestamp) : unquote(token);
  }
  if (at < format.length) throw new FunctionError("unterminated literal '", 0);
  return result;
}

function unquote(token: string): string {
  if (token === "''") return "'";
  return token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") : token;
}

function formatVerb(verb: string, time: CalendarTime, timestamp: Timestamp): string {
  const letter = LETTERS[verb.charAt(0)];
  if (letter?.verbs.includes(verb)) return verb.startsWith('Z') ? zone(verb, timestamp) : field(verb, time);
  const rule = letter === undefined ? '' : `: ${letter.rule}`;
  throw new FunctionError(`invalid date format verb ${JSON.stringify(verb)}${rule}`, 0);
}

function field(verb: string, time: CalendarTime): string {
  const month = MONTHS[time.month - 1] ?? '';
  const weekday = WEEKDAYS[time.weekday] ?? '';
  const width = verb.length;
  const padded = (value: number) => String(value).padStart(width, '0');
  switch (verb.charAt(0)) {
    case 'Y':
      return padded(width === 2 ? time.year % 100 : time.year);
    case 'M':
      return width > 2 ? month.slice(0, width === 3 ? 3 : undefined) : padded(time.month);
    case 'D':
      return padded(time.day);
    case 'E':
      return weekday.slice(0, width === 3 ? 3 : undefined);
    case 'h':
      return padded(time.hour);
    case 'H':
      return padded(time.hour % 12 === 0 ? 12 : time.hour % 12);
    case 'A':
      return time.hour < 12 ? 'AM' : 'PM';
    case 'a':
      return time.hour < 12 ? 'am' : 'pm';
    case 'm':
      return padded(time.minute);
    default:
      return padded(time.second);
  }
}

function zone(verb: string, { offsetMinutes }: Timestamp): string {
  if (verb === 'Z') return offsetMinutes === 0 ? 'Z' : formatOffset(offsetMinutes, ':');
  if (verb === 'ZZZ') return offsetMinutes === 0 ? 'UTC' : formatOffset(offsetMinutes, '');
  return formatOffset(offsetMinutes, verb === 'ZZZZ' ? '' : ':');
}
