import { beforeEach, describe, expect, test } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { LogStore } from '../../engine/log-store.ts';
import { Meter } from '../../engine/meter.ts';
import { MetricStore } from '../../engine/metric-store.ts';
import { seededRandom } from '../../engine/random.ts';
import { createLogs, type Logs } from './logs.ts';

const principal = {
  kind: 'administrator' as const,
  arn: 'arn:aws:iam::123456789012:root',
  accountId: '123456789012',
};
const call = { principal, requestId: 'r' };
const clock = virtualClock(1_000_000);
let metrics: MetricStore;
let meter: Meter;
let logs: Logs;

beforeEach(() => {
  metrics = new MetricStore();
  meter = new Meter();
  const runtime = {
    accountId: '123456789012',
    region: 'us-east-1',
    partition: 'aws',
    clock,
    meter,
    course: quietCourse(),
    random: seededRandom(1),
  };
  logs = createLogs(runtime, new LogStore(), metrics);
  logs.createGroup('/aws/lambda/f', 30);
});

const run = (operation: string, input: unknown) =>
  logs.operations[operation]?.run(input, call) as Record<string, unknown>;
const messages = (filterPattern?: string) =>
  (
    run('FilterLogEvents', { logGroupName: '/aws/lambda/f', filterPattern }).events as { message: string }[]
  ).map((event) => event.message);

describe('reading', () => {
  test('filters by terms, phrases and exclusions, and pages', () => {
    for (const message of ['ERROR one', 'ERROR two words', 'INFO two words'])
      logs.put('/aws/lambda/f', 's', message);
    expect(messages('ERROR')).toEqual(['ERROR one', 'ERROR two words']);
    expect(messages('"two words" -INFO')).toEqual(['ERROR two words']);
    const first = run('FilterLogEvents', { logGroupName: '/aws/lambda/f', limit: 2 });
    expect(first.events).toHaveLength(2);
    const second = run('FilterLogEvents', {
      logGroupName: '/aws/lambda/f',
      limit: 2,
      nextToken: first.nextToken,
    });
    expect(second.events).toHaveLength(1);
    expect(second).not.toHaveProperty('nextToken');
  });

  test('says what it does not know', () => {
    expect(() => run('FilterLogEvents', { logGroupName: 'nothing' })).toThrow(
      'The specified log group does not exist.',
    );
    expect(() => messages('{ $.level = "ERROR" }')).toThrow('Only patterns of terms');
    expect(() => run('FilterLogEvents', { logGroupName: '/aws/lambda/f', limit: 0 })).toThrow('limit');
  });

  test('groups show their ARN and retention', () => {
    expect(run('DescribeLogGroups', {}).logGroups).toEqual([
      expect.objectContaining({
        logGroupName: '/aws/lambda/f',
        retentionInDays: 30,
        arn: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f:*',
      }),
    ]);
  });
});

test('ingestion is metered with the 26 bytes that CloudWatch adds to an event', () => {
  logs.put('/aws/lambda/f', 's', 'żółć');
  expect(meter.total('logs', 'ingested-bytes')).toBe(8 + 26);
});

describe('the embedded metric format', () => {
  const directive = (change: object = {}) => ({
    Timestamp: 60_000,
    CloudWatchMetrics: [
      {
        Namespace: 'shop',
        Dimensions: [['service'], ['service', 'route']],
        Metrics: [{ Name: 'Sold', Unit: 'Count' }],
        ...change,
      },
    ],
  });
  const put = (event: unknown) => logs.put('/aws/lambda/f', 's', JSON.stringify(event));

  test('becomes a metric for each set of dimensions, also of several values', () => {
    put({ _aws: directive(), service: 'a', route: 'POST', Sold: [1, 2] });
    expect(metrics.series().map(({ dimensions, points }) => [dimensions, points[0]?.sum])).toEqual([
      [{ service: 'a', route: 'POST' }, 3],
      [{ service: 'a' }, 3],
    ]);
  });

  test.each([
    ['a missing dimension', { _aws: directive({ Dimensions: [['nowhere']] }), Sold: 1 }],
    ['a value that is no number', { _aws: directive(), service: 'a', route: 'b', Sold: 'many' }],
    ['no namespace', { _aws: directive({ Namespace: '' }), service: 'a', route: 'b', Sold: 1 }],
    ['something else', { _aws: 'x', Sold: 1 }],
  ])('%s is passed over', (_what, event) => {
    put(event);
    expect(metrics.series()).toEqual([]);
  });
});
