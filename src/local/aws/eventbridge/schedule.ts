// When scheduled rules fire.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html

/** The next time after another, both in milliseconds since the epoch; `undefined` when there is none. */
export type Schedule = (afterMs: number) => number | undefined;

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const dayMs = 86_400_000;

/** Reads `rate(5 minutes)` or `cron(0 12 * * ? *)`. @throws Error for what is neither */
export function parseSchedule(expression: string): Schedule {
  const [, count, unit = '', plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const everyMs = Number(count) * (unitMs[unit] ?? 0);
  if (everyMs > 0 && (Number(count) === 1) === (plural === '')) return (afterMs) => afterMs + everyMs;
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length === 6) return cron(fields);
  throw new Error(`Parameter ScheduleExpression is not valid: ${expression}`);
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function cron(fields: readonly string[]): Schedule {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new Error(
      'Parameter ScheduleExpression is not valid: one of day-of-month and day-of-week must be ?',
    );
  const minutes = field(minute, 0, 59);
  const hours = field(hour, 0, 23);
  const days = field(dayOfMonth, 1, 31);
  const months = field(month, 1, 12, monthNames, 1);
  const weekdays = field(dayOfWeek, 1, 7, dayNames, 1);
  const years = field(year, 1970, 2199);
  const isDay = (date: Date) =>
    years(date.getUTCFullYear()) &&
    months(date.getUTCMonth() + 1) &&
    days(date.getUTCDate()) &&
    weekdays(date.getUTCDay() + 1);
  return (afterMs) => {
    const firstMs = (Math.floor(afterMs / 60_000) + 1) * 60_000;
    const firstDay = Math.floor(firstMs / dayMs);
    // Leap days are up to eight years apart.
    for (let day = firstDay; day < firstDay + 366 * 9; day++) {
      if (!isDay(new Date(day * dayMs))) continue;
      for (let minuteOfDay = 0; minuteOfDay < 1440; minuteOfDay++) {
        const atMs = day * dayMs + minuteOfDay * 60_000;
        if (atMs >= firstMs && hours(Math.floor(minuteOfDay / 60)) && minutes(minuteOfDay % 60)) return atMs;
      }
    }
    return undefined;
  };
}

/** A test whether a number is in a list of `*`, `?`, numbers or names, ranges and steps. */
function field(
  text: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  firstName = 0,
): (value: number) => boolean {
  const numberOf = (part: string): number => {
    const index = names.indexOf(part.toUpperCase());
    const value = index < 0 ? Number(part) : index + firstName;
    if (!/^(\d+|[A-Za-z]{3})$/.test(part) || !(value >= least && value <= most))
      throw new Error(
        `Parameter ScheduleExpression is not valid: ${text} (L, W and # do not run locally; numbers are from ${least} to ${most})`,
      );
    return value;
  };
  const tests = text.split(',').map((part) => {
    const [range = '', stepText] = part.split('/');
    const [from = '', to] = range.split('-');
    const isAny = range === '*' || range === '?';
    const first = isAny ? least : numberOf(from);
    const last = to === undefined ? (isAny || stepText !== undefined ? most : first) : numberOf(to);
    const step = stepText === undefined ? 1 : Number(stepText);
    if (!(step >= 1)) throw new Error(`Parameter ScheduleExpression is not valid: ${text}`);
    return (value: number) => value >= first && value <= last && (value - first) % step === 0;
  });
  return (value) => tests.some((test) => test(value));
}
