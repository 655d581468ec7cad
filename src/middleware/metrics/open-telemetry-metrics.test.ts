import { type Meter, metrics as openTelemetry } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Metrics } from './metrics.ts';
import { openTelemetryMetrics } from './open-telemetry-metrics.ts';

let exporter: InMemoryMetricExporter;
let provider: MeterProvider;
let metrics: Metrics;

beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  // So long an interval that only a flush exports.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  provider = new MeterProvider({ readers: [reader] });
  metrics = openTelemetryMetrics(provider.getMeter('orders'));
});
afterEach(() => provider.shutdown());

async function exported() {
  await provider.forceFlush();
  return exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics);
}

it('sums what counts, by its dimensions', async () => {
  metrics.add('OrdersBooked', 1, 'Count', { channel: 'web' });
  metrics.add('OrdersBooked', 2, 'Count', { channel: 'web' });
  metrics.add('OrdersBooked', 5, 'Count', { channel: 'shop' });
  const [metric, ...others] = await exported();
  expect(others).toEqual([]);
  expect(metric).toMatchObject({
    descriptor: { name: 'OrdersBooked', unit: '1' },
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: [
      { attributes: { channel: 'web' }, value: 3 },
      { attributes: { channel: 'shop' }, value: 5 },
    ],
  });
});

it('keeps the distribution of durations', async () => {
  for (const value of [3, 40, 900]) metrics.add('BookingTime', value, 'Milliseconds');
  expect(await exported()).toMatchObject([
    {
      descriptor: { name: 'BookingTime', unit: 'ms' },
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [{ attributes: {}, value: { count: 3, sum: 943, min: 3, max: 900 } }],
    },
  ]);
});

it('tells sizes apart up to a gigabyte', async () => {
  for (const value of [200, 70_000, 300 * 1024 ** 2]) metrics.add('ObjectSize', value, 'Bytes');
  const [metric] = await exported();
  expect(metric?.descriptor).toMatchObject({ name: 'ObjectSize', unit: 'By' });
  const buckets =
    metric?.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints[0]?.value.buckets : undefined;
  expect(buckets?.boundaries.at(0)).toBe(256);
  expect(buckets?.boundaries.at(-1)).toBe(1024 ** 3);
  expect(buckets?.counts.filter((count) => count > 0)).toEqual([1, 1, 1]);
});

it('makes each instrument once', () => {
  const made: string[] = [];
  const meter = new Proxy<Meter>(provider.getMeter('orders'), {
    get(target, method: keyof Meter) {
      made.push(method);
      return target[method].bind(target);
    },
  });
  const counting = openTelemetryMetrics(meter);
  for (let round = 0; round < 3; round++) {
    counting.add('OrdersBooked', 1, 'Count');
    counting.add('BookingTime', 1, 'Milliseconds');
  }
  expect(made).toEqual(['createCounter', 'createHistogram']);
});

it('records nothing with a meter from before the provider was registered', async () => {
  const early = openTelemetryMetrics(openTelemetry.getMeter('orders'));
  openTelemetry.setGlobalMeterProvider(provider);
  early.add('OrdersBooked', 1, 'Count');
  openTelemetryMetrics(openTelemetry.getMeter('orders')).add('OrdersBooked', 10, 'Count');
  openTelemetry.disable();
  expect(await exported()).toMatchObject([{ dataPoints: [{ value: 10 }] }]);
});
