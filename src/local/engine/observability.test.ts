import { describe, expect, test } from 'vitest';
import { LogStore } from './log-store.ts';
import { Meter } from './meter.ts';
import { MetricStore } from './metric-store.ts';
import { TokenBucket } from './token-bucket.ts';
import { type Span, TraceStore } from './trace-store.ts';

describe('LogStore', () => {
  test('keeps the order over groups, filters, and tells listeners', () => {
    const store = new LogStore();
    const told: string[] = [];
    const stop = store.onAppend((entry) => told.push(entry.message));
    store.createGroup('empty');
    for (const [group, message] of [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ] as const) {
      store.append({ atMs: 0, group, stream: 's', message });
    }
    stop();
    store.append({ atMs: 0, group: 'a', stream: 's', message: '4' });
    expect(store.groups).toEqual(['a', 'b', 'empty']);
    expect(store.entries().map((entry) => entry.message)).toEqual(['1', '2', '3', '4']);
    expect(store.entries({ group: 'a', afterSequence: 1 }).map((entry) => entry.message)).toEqual(['3', '4']);
    expect(told).toEqual(['1', '2', '3']);
  });

  test('forgets the oldest entries of a group that writes too much, not those of others', () => {
    const store = new LogStore({ entriesPerGroup: 100 });
    store.append({ atMs: 0, group: 'quiet', stream: 's', message: 'kept' });
    for (let index = 0; index < 1000; index++)
      store.append({ atMs: 0, group: 'loud', stream: 's', message: String(index) });
    const loud = store.entries({ group: 'loud' });
    expect(loud.length).toBeLessThanOrEqual(125);
    expect(loud.at(-1)?.message).toBe('999');
    expect(store.entries({ group: 'quiet' })).toHaveLength(1);
  });
});

test('MetricStore sums by minute and by dimensions, whatever their order', () => {
  const store = new MetricStore();
  const add = (value: number, atMs: number, dimensions: Record<string, string>) =>
    store.add({ namespace: 'n', name: 'm', unit: 'Count', dimensions, value, atMs });
  add(1, 0, { a: '1', b: '2' });
  add(5, 59_999, { b: '2', a: '1' });
  add(2, 60_000, { a: '1', b: '2' });
  add(9, 0, { a: '2', b: '2' });
  expect(store.series().map((series) => series.points)).toEqual([
    [
      { minuteMs: 0, count: 2, sum: 6, minimum: 1, maximum: 5 },
      { minuteMs: 60_000, count: 1, sum: 2, minimum: 2, maximum: 2 },
    ],
    [{ minuteMs: 0, count: 1, sum: 9, minimum: 9, maximum: 9 }],
  ]);
});

test('TraceStore keeps the spans of a trace by start, and the latest traces only', () => {
  const store = new TraceStore({ keptTraces: 2 });
  const span = (traceId: string, spanId: string, startMs: number): Span => ({
    traceId,
    spanId,
    service: 's',
    name: 'n',
    startMs,
    durationMs: 1,
    failed: false,
    attributes: {},
  });
  store.add(span('first', 'x', 0));
  store.add(span('second', 'inner', 5));
  store.add(span('second', 'outer', 1));
  store.add(span('third', 'y', 9));
  expect(store.traces().map(({ traceId, spans }) => [traceId, spans.map((each) => each.spanId)])).toEqual([
    ['second', ['outer', 'inner']],
    ['third', ['y']],
  ]);
});

test('Meter sums per unit and resource', () => {
  const meter = new Meter();
  meter.add('s', 'requests', 'b', 1);
  meter.add('s', 'requests', 'a', 2);
  meter.add('s', 'requests', 'b', 0.5);
  expect(meter.readings()).toEqual([
    { service: 's', unit: 'requests', resource: 'a', quantity: 2 },
    { service: 's', unit: 'requests', resource: 'b', quantity: 1.5 },
  ]);
  expect(meter.total('s', 'requests')).toBe(3.5);
  meter.reset();
  expect(meter.readings()).toEqual([]);
});

test('TokenBucket lets through its burst, then its rate', () => {
  const bucket = new TokenBucket({ ratePerSecond: 10, burst: 3, nowMs: 0 });
  expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
  expect(bucket.take(99)).toBe(false);
  expect(bucket.take(100)).toBe(true);
  expect(bucket.take(100)).toBe(false);
  expect([1, 2, 3, 4].map(() => bucket.take(60_000))).toEqual([true, true, true, false]);
});
