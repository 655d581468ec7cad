import { formatDate } from './date-format.ts';
import { define, str } from './define.ts';
import { parseDuration } from './duration.ts';
import { FunctionError, type TerraformFunction } from './function.ts';
import { formatTimestamp, parseTimestamp, type Timestamp, TimestampError } from './timestamp.ts';

/** https://developer.hashicorp.com/terraform/language/functions, "Date and Time Functions". */
export const dateFunctions: Record<string, TerraformFunction> = {
  formatdate: define([str('format'), str('time')], ([format, time]) => formatDate(format, read(time, 1))),
  plantimestamp: define([], (_, { now }) => utc(now())),
  timeadd: define([str('timestamp'), str('duration')], ([timestamp, duration]) => {
    const time = read(timestamp);
    return formatTimestamp({ ...time, epochNanoseconds: time.epochNanoseconds + parseDuration(duration) });
  }),
  timecmp: define([str('timestamp_a'), str('timestamp_b')], ([first, second]) => {
    const a = read(first, 0).epochNanoseconds;
    const b = read(second, 1).epochNanoseconds;
    return a === b ? 0 : a < b ? -1 : 1;
  }),
  timestamp: define([], (_, { now }) => utc(now())),
};

function read(text: string, argument?: number): Timestamp {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error;
    throw new FunctionError(`not a valid RFC3339 timestamp: ${error.message}`, argument);
  }
}

function utc(date: Date): string {
  return formatTimestamp({ epochNanoseconds: BigInt(date.getTime()) * 1_000_000n, offsetMinutes: 0 });
}
