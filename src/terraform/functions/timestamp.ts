/** A moment, and the time zone offset in which it is to be shown. */
export interface Timestamp {
  epochNanoseconds: bigint;
  /** Zero is written as `Z`. */
  offsetMinutes: number;
}

export class TimestampError extends Error {
  override name = 'TimestampError';
}

/** The calendar fields of a timestamp in its own time zone; `weekday` counts from Sunday = 0. */
export interface CalendarTime {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

const FIELDS: [name: string, form: RegExp, separator: string][] = [
  ['year', /^\d{4}/, '-'],
  ['month', /^(?:0[1-9]|1[0-2])(?!\d)/, '-'],
  ['day', /^\d{2}/, 'T'],
  ['hour', /^\d{2}/, ':'],
  ['minute', /^[0-5]\d/, ':'],
  ['second', /^[0-5]\d/, ''],
];

/** Reads RFC 3339 as strictly as Terraform does: capital `T` and `Z`, two digits each. Throws `TimestampError`. */
export function parseTimestamp(text: string): Timestamp {
  let rest = text;
  const fields = FIELDS.map(([name, form, separator]) => {
    if (rest === '') throw new TimestampError(`end of string before ${name}`);
    const digits = form.exec(rest)?.[0];
    if (digits === undefined) throw new TimestampError(`cannot use ${JSON.stringify(rest)} as ${name}`);
    rest = rest.slice(digits.length);
    if (!rest.startsWith(separator)) throw missing(separator, rest);
    rest = rest.slice(separator.length);
    return Number(digits);
  });
  const fraction = /^\.(\d+)/.exec(rest);
  rest = rest.slice(fraction?.[0].length ?? 0);
  const offsetMinutes = parseOffset(rest);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fields;
  if (hour > 23) throw new TimestampError('hour must be between 0 and 23 inclusive');
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (day === 0 || date.getUTCMonth() !== month - 1) throw new TimestampError('day out of range');
  const epochSeconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offsetMinutes * 60;
  const nanoseconds = BigInt((fraction?.[1] ?? '').slice(0, 9).padEnd(9, '0'));
  return { epochNanoseconds: BigInt(epochSeconds) * 1_000_000_000n + nanoseconds, offsetMinutes };
}

function missing(separator: string, rest: string): TimestampError {
  if (separator === 'T') return new TimestampError("missing required time introducer 'T'");
  const found = rest === '' ? 'end of string' : `found ${JSON.stringify(rest.slice(0, 1))}`;
  return new TimestampError(`${found} where ${JSON.stringify(separator)} is expected`);
}

function parseOffset(text: string): number {
  if (text === '') throw new TimestampError('end of string before UTC offset');
  if (text.startsWith('Z')) {
    if (text !== 'Z')
      throw new TimestampError(`cannot use ${JSON.stringify(text.slice(1))} as timestamp segment`);
    return 0;
  }
  const match = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) throw new TimestampError(`cannot use ${JSON.stringify(text)} as UTC offset`);
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? 0 - minutes : minutes;
}

/** RFC 3339 to the second. */
export function formatTimestamp(time: Timestamp): string {
  const { year, month, day, hour, minute, second } = calendarTime(time);
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  return `${date}T${pad(hour)}:${pad(minute)}:${pad(second)}${time.offsetMinutes === 0 ? 'Z' : formatOffset(time.offsetMinutes, ':')}`;
}

export function calendarTime({ epochNanoseconds, offsetMinutes }: Timestamp): CalendarTime {
  const wholeSeconds = Number(
    (epochNanoseconds - (((epochNanoseconds % BILLION) + BILLION) % BILLION)) / BILLION,
  );
  const date = new Date((wholeSeconds + offsetMinutes * 60) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

const BILLION = 1_000_000_000n;

export function formatOffset(offsetMinutes: number, separator: string): string {
  const size = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${separator}${pad(size % 60)}`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
