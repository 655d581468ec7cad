const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** .NET's longest time span, which stands for no limit. */
export const forever = 'P10675199DT2H48M5.4775807S';
const foreverMs = 10_675_199 * dayMs;

/** An ISO 8601 duration (`PT1M`, `P14D`, `PT0.5S`) in milliseconds, infinite for no limit; `undefined` for other texts. */
export function durationMs(text: string): number | undefined {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (!match || /[PT]$/.test(text)) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const ms = weeks * 7 * dayMs + days * dayMs + hours * hourMs + minutes * minuteMs + seconds * 1000;
  return ms >= foreverMs ? Number.POSITIVE_INFINITY : ms;
}

/** .NET's form of a time span (`00:05:00`, `1.00:00:00`) in milliseconds; `undefined` for other texts. */
export function timeSpanMs(text: string): number | undefined {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(text);
  if (!match) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return days * dayMs + hours * hourMs + minutes * minuteMs + seconds * 1000;
}
