import type { Meter } from '@opentelemetry/api';
import type { Metrics, MetricUnit } from './metrics.ts';

/**
 * Metrics as instruments of an OpenTelemetry meter: a counter for each name that counts, a histogram for each that
 * measures. The meter comes from a provider that already has its exporter: what the API hands out before one is
 * registered records nothing, also later. Whoever makes the provider flushes it before the instance is frozen.
 */
export function openTelemetryMetrics(meter: Meter): Metrics {
  const instruments = new Map<string, Instrument>();
  return {
    add(name, value, unit, dimensions = {}) {
      const key = `${unit} ${name}`;
      const known = instruments.get(key);
      const record = known ?? instrumentOf(meter, name, unit);
      if (!known) instruments.set(key, record);
      record(value, dimensions);
    },
  };
}

type Instrument = (value: number, dimensions: Record<string, string>) => void;

/** 256 bytes to 1 GiB by factors of four: the default boundaries end at 10,000, which suits milliseconds. */
const byteBoundaries = Array.from({ length: 12 }, (_, step) => 256 * 4 ** step);

/** Units as UCUM writes them. https://opentelemetry.io/docs/specs/semconv/general/metrics/#instrument-units */
function instrumentOf(meter: Meter, name: string, unit: MetricUnit): Instrument {
  switch (unit) {
    case 'Count': {
      const counter = meter.createCounter(name, { unit: '1' });
      return (value, dimensions) => counter.add(value, dimensions);
    }
    case 'Milliseconds': {
      const histogram = meter.createHistogram(name, { unit: 'ms' });
      return (value, dimensions) => histogram.record(value, dimensions);
    }
    case 'Bytes': {
      const advice = { explicitBucketBoundaries: byteBoundaries };
      const histogram = meter.createHistogram(name, { unit: 'By', advice });
      return (value, dimensions) => histogram.record(value, dimensions);
    }
  }
}
