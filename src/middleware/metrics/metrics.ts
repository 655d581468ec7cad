/** Units that all three clouds know. */
export type MetricUnit = 'Count' | 'Milliseconds' | 'Bytes';

/** Business metrics: what the application counts, besides what the platform counts by itself. */
export interface Metrics {
  /** Adds one observation. Dimensions have few distinct values (a route, an outcome), never an id. */
  add(name: string, value: number, unit: MetricUnit, dimensions?: Record<string, string>): void;
}
