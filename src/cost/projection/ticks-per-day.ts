/**
 * How often a schedule fires in a day, on average over a week: `rate(5 minutes)`, `cron(0 8 * * ? *)`,
 * `at(2026-01-01T00:00:00)`, and crontab lines of five fields.
 * @returns 0 for a schedule that fires once, `undefined` for what cannot be read
 */
export function ticksPerDay(expression: string): number | undefined {
  const [, kind = 'crontab', inner = expression] = /^\s*(rate|cron|at)\((.*)\)\s*$/.exec(expression) ?? [];
  if (kind === 'at') return 0;
  if (kind === 'rate') return perDayOfRate(inner);
  const fields = inner.trim().split(/\s+/);
  if (fields.length < 5) return undefined;
  const [minutes = '*', hours = '*', dayOfMonth = '*', month = '*', dayOfWeek = '*'] = fields;
  const counts = [
    matches(minutes, 60),
    matches(hours, 24),
    matches(dayOfMonth, 31),
    matches(month, 12),
    matches(dayOfWeek, 7),
  ];
  const [perHour, perDay, daysOfMonth, months, daysOfWeek] = counts;
  if (!perHour || !perDay || !daysOfMonth || !months || !daysOfWeek) return undefined;
  return perHour * perDay * (daysOfMonth / 31) * (months / 12) * (daysOfWeek / 7);
}

function perDayOfRate(text: string): number | undefined {
  const [, count = '', unit = ''] = /^\s*(\d+)\s+(minute|hour|day)s?\s*$/.exec(text) ?? [];
  const perDay: Record<string, number> = { minute: 24 * 60, hour: 24, day: 1 };
  const ticks = perDay[unit];
  return ticks === undefined || Number(count) === 0 ? undefined : ticks / Number(count);
}

/** How many of the values of a field match it. */
function matches(field: string, size: number): number | undefined {
  let count = 0;
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const every = step === undefined ? 1 : Number(step);
    if (!(every > 0)) return undefined;
    const [from, to] = range.split('-');
    if (range === '*' || range === '?') count += Math.ceil(size / every);
    else if (to !== undefined && isNumber(from) && isNumber(to))
      count += Math.floor((Number(to) - Number(from)) / every) + 1;
    // Vendors allow names of days and months, `L` and `#`: each is one value.
    else if (step !== undefined && isNumber(from)) count += Math.ceil((size - Number(from)) / every);
    else count += to === undefined ? 1 : rangeOfNames(from ?? '', to);
  }
  return count;
}

const isNumber = (text: string | undefined) => text !== undefined && /^\d+$/.test(text);
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function rangeOfNames(from: string, to: string): number {
  const [first, last] = [days.indexOf(from.toUpperCase()), days.indexOf(to.toUpperCase())];
  return first === -1 || last === -1 ? 1 : ((last - first + 7) % 7) + 1;
}
