import type { SqlFunction } from '../functions.ts';
import type { Value } from '../value.ts';

/** Ticks are 100 nanoseconds since the Unix epoch, as `GetCurrentTicks` counts them. */
const ticksPerMs = 10_000n;

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Ticks of an ISO 8601 text such as `2020-07-03T00:00:00.0000000Z`; undefined when it is not one. */
export function parseDateTime(value: Value): bigint | undefined {
  if (typeof value !== 'string') return undefined;
  const match = iso.exec(value);
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  // Date.parse accepts the 30th of February and moves it to March.
  if (zone === 'Z' && new Date(ms).getUTCDate() !== Number(day)) return undefined;
  return BigInt(ms) * ticksPerMs + BigInt(fraction.padEnd(7, '0'));
}

function formatDateTime(ticks: bigint): Value {
  const fraction = ((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n;
  const date = new Date(Number((ticks - fraction) / ticksPerMs));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 1)
    return undefined;
  return date.toISOString().replace(/\.\d{3}Z$/, `.${String(fraction).padStart(7, '0')}Z`);
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'ms' | 'microsecond' | 'nanosecond';

/** learn.microsoft.com/azure/cosmos-db/nosql/query/datetimeadd#remarks */
const partNames: Record<string, Part> = {
  year: 'year',
  yyyy: 'year',
  yy: 'year',
  month: 'month',
  mm: 'month',
  m: 'month',
  day: 'day',
  dd: 'day',
  d: 'day',
  hour: 'hour',
  hh: 'hour',
  minute: 'minute',
  mi: 'minute',
  n: 'minute',
  second: 'second',
  ss: 'second',
  s: 'second',
  millisecond: 'ms',
  ms: 'ms',
  microsecond: 'microsecond',
  mcs: 'microsecond',
  nanosecond: 'nanosecond',
  ns: 'nanosecond',
};

const ticksOf: Partial<Record<Part, bigint>> = {
  day: 864_000_000_000n,
  hour: 36_000_000_000n,
  minute: 600_000_000n,
  second: 10_000_000n,
  ms: ticksPerMs,
  microsecond: 10n,
};

const partOf = (value: Value): Part | undefined =>
  typeof value === 'string' ? partNames[value.toLowerCase()] : undefined;

const floorDivide = (value: bigint, by: bigint) => (value - (((value % by) + by) % by)) / by;

function addMonths(ticks: bigint, months: number): bigint {
  const msPart = floorDivide(ticks, ticksPerMs);
  const date = new Date(Number(msPart));
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  // The 31st of January plus one month is the last day of February.
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return Number.isNaN(date.getTime())
    ? ticks
    : BigInt(date.getTime()) * ticksPerMs + (ticks - msPart * ticksPerMs);
}

function dateTimeAdd([partName, amount, text]: Value[]): Value {
  const part = partOf(partName);
  const ticks = parseDateTime(text);
  if (!part || ticks === undefined || typeof amount !== 'number' || !Number.isInteger(amount))
    return undefined;
  if (part === 'year' || part === 'month') {
    return Math.abs(amount) > 120_000
      ? undefined
      : formatDateTime(addMonths(ticks, part === 'year' ? amount * 12 : amount));
  }
  const size = ticksOf[part];
  // One tick is 100 nanoseconds.
  return formatDateTime(ticks + (size === undefined ? BigInt(amount) / 100n : BigInt(amount) * size));
}

/** Counts the boundaries crossed, not the time elapsed. */
function dateTimeDiff([partName, from, to]: Value[]): Value {
  const part = partOf(partName);
  const start = parseDateTime(from);
  const end = parseDateTime(to);
  if (!part || start === undefined || end === undefined) return undefined;
  if (part === 'year' || part === 'month') {
    const a = new Date(Number(floorDivide(start, ticksPerMs)));
    const b = new Date(Number(floorDivide(end, ticksPerMs)));
    const years = b.getUTCFullYear() - a.getUTCFullYear();
    return part === 'year' ? years : years * 12 + b.getUTCMonth() - a.getUTCMonth();
  }
  const size = ticksOf[part];
  if (size === undefined) return Number((end - start) * 100n);
  return Number(floorDivide(end, size) - floorDivide(start, size));
}

function dateTimePart([partName, text]: Value[]): Value {
  const part = partOf(partName);
  const ticks = parseDateTime(text);
  if (!part || ticks === undefined) return undefined;
  const date = new Date(Number(floorDivide(ticks, ticksPerMs)));
  const fraction = Number(((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n);
  const values: Record<Part, number> = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    ms: Math.floor(fraction / 10_000),
    microsecond: Math.floor(fraction / 10),
    nanosecond: fraction * 100,
  };
  return values[part];
}

function dateTimeBin([text, partName, size = 1, origin = '1970-01-01T00:00:00.0000000Z']: Value[]): Value {
  const part = partOf(partName);
  const ticks = parseDateTime(text);
  const start = parseDateTime(origin);
  if (!part || ticks === undefined || start === undefined) return undefined;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) return undefined;
  if (part === 'year' || part === 'month') {
    const months = dateTimeDiff(['month', formatDateTime(start), formatDateTime(ticks)]);
    if (typeof months !== 'number') return undefined;
    const step = part === 'year' ? size * 12 : size;
    return formatDateTime(addMonths(start, Math.floor(months / step) * step));
  }
  const width = (ticksOf[part] ?? 1n) * BigInt(size);
  return formatDateTime(start + floorDivide(ticks - start, width) * width);
}

function dateTimeFromParts(values: Value[]): Value {
  const [year, month, day, hour = 0, minute = 0, second = 0, fraction = 0] = values;
  const parts = [year, month, day, hour, minute, second, fraction];
  if (!parts.every((part) => typeof part === 'number' && Number.isInteger(part) && part >= 0))
    return undefined;
  const text = (part: Value, width: number) => String(part).padStart(width, '0');
  const written =
    `${text(year, 4)}-${text(month, 2)}-${text(day, 2)}` +
    `T${text(hour, 2)}:${text(minute, 2)}:${text(second, 2)}.${text(fraction, 7)}Z`;
  const ticks = parseDateTime(written);
  return ticks === undefined ? undefined : formatDateTime(ticks);
}

const toNumber = (ticks: bigint | undefined): Value => (ticks === undefined ? undefined : Number(ticks));
const ofMs = (ms: number) => BigInt(Math.floor(ms)) * ticksPerMs;
const ofNumber = (value: Value) =>
  typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;

const currentDateTime: SqlFunction = {
  minArguments: 0,
  maxArguments: 0,
  run: (_values, context) => formatDateTime(ofMs(context.nowMs)),
};
const currentTicks: SqlFunction = {
  minArguments: 0,
  maxArguments: 0,
  run: (_values, context) => Number(ofMs(context.nowMs)),
};
const currentTimestamp: SqlFunction = {
  minArguments: 0,
  maxArguments: 0,
  run: (_values, context) => Math.floor(context.nowMs),
};
const exactly = (count: number, run: (values: Value[]) => Value, maxArguments = count): SqlFunction => ({
  minArguments: count,
  maxArguments,
  run,
});

export const dateFunctions: Record<string, SqlFunction> = {
  DATETIMEADD: exactly(3, dateTimeAdd),
  DATETIMEBIN: exactly(2, dateTimeBin, 4),
  DATETIMEDIFF: exactly(3, dateTimeDiff),
  DATETIMEFROMPARTS: exactly(3, dateTimeFromParts, 7),
  DATETIMEPART: exactly(2, dateTimePart),
  DATETIMETOTICKS: exactly(1, ([text]) => toNumber(parseDateTime(text))),
  DATETIMETOTIMESTAMP: exactly(1, ([text]) => {
    const ticks = parseDateTime(text);
    return ticks === undefined ? undefined : Number(floorDivide(ticks, ticksPerMs));
  }),
  GETCURRENTDATETIME: currentDateTime,
  GETCURRENTDATETIMESTATIC: currentDateTime,
  GETCURRENTTICKS: currentTicks,
  GETCURRENTTICKSSTATIC: currentTicks,
  GETCURRENTTIMESTAMP: currentTimestamp,
  GETCURRENTTIMESTAMPSTATIC: currentTimestamp,
  TICKSTODATETIME: exactly(1, ([value]) => {
    const ticks = ofNumber(value);
    return ticks === undefined ? undefined : formatDateTime(ticks);
  }),
  TIMESTAMPTODATETIME: exactly(1, ([value]) => {
    const ms = ofNumber(value);
    return ms === undefined ? undefined : formatDateTime(ms * ticksPerMs);
  }),
};
