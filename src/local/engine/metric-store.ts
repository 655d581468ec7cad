/** One observation of a metric. */
export interface Observation {
  namespace: string;
  name: string;
  unit: string;
  /** Not to be changed afterwards. */
  dimensions: Readonly<Record<string, string>>;
  value: number;
  atMs: number;
}

/** All observations of one metric with one set of dimensions in one minute. */
export interface MetricPoint {
  minuteMs: number;
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
}

export interface MetricSeries {
  namespace: string;
  name: string;
  unit: string;
  dimensions: Readonly<Record<string, string>>;
  points: MetricPoint[];
}

const minuteMs = 60_000;
const keptMinutes = 24 * 60;

/** Metrics by the minute, as the clouds keep them; a day of them in memory. */
export class MetricStore {
  readonly #series = new Map<string, MetricSeries>();
  /** By namespace and name, for whoever measures again and again with the same dimensions object. */
  readonly #known = new WeakMap<object, Map<string, MetricSeries>>();

  add(observation: Observation): void {
    const { value, atMs } = observation;
    const series = this.#seriesOf(observation);
    const minute = Math.floor(atMs / minuteMs) * minuteMs;
    const last = series.points.findLast((point) => point.minuteMs === minute);
    if (last) {
      last.count++;
      last.sum += value;
      last.minimum = Math.min(last.minimum, value);
      last.maximum = Math.max(last.maximum, value);
      return;
    }
    series.points.push({ minuteMs: minute, count: 1, sum: value, minimum: value, maximum: value });
    if (series.points.length > keptMinutes) series.points.shift();
  }

  #seriesOf({ namespace, name, unit, dimensions }: Observation): MetricSeries {
    const shortName = `${namespace}\n${name}`;
    const known = this.#known.get(dimensions)?.get(shortName);
    if (known) return known;
    const key = JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
    let series = this.#series.get(key);
    if (!series) {
      series = { namespace, name, unit, dimensions, points: [] };
      this.#series.set(key, series);
    }
    let names = this.#known.get(dimensions);
    if (!names) {
      names = new Map();
      this.#known.set(dimensions, names);
    }
    names.set(shortName, series);
    return series;
  }

  /** Every series, sorted by namespace, name and dimensions. */
  series(): MetricSeries[] {
    return [...this.#series.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series);
  }
}
