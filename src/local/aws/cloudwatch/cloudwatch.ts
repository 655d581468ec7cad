import * as z from 'zod';
import type { MetricPoint, MetricStore } from '../../engine/metric-store.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { AwsError, type AwsOperation, type AwsRuntime, type AwsScope, type AwsService } from '../service.ts';

const Dimensions = z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]);

const ListInput = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
});

const timestamp = z.union([z.string(), z.number()]).transform((value) => {
  const epochSeconds = Number(value);
  return Number.isNaN(epochSeconds) ? Date.parse(String(value)) : epochSeconds * 1000;
});

const StatisticsInput = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions,
  StartTime: timestamp,
  EndTime: timestamp,
  Period: z.coerce.number().int().min(60),
  Statistics: z.array(z.enum(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'])).min(1),
});

const PutInput = z.object({
  Namespace: z.string().min(1),
  MetricData: z
    .array(
      z.object({
        MetricName: z.string().min(1),
        Value: z.coerce.number(),
        Unit: z.string().default('None'),
        Timestamp: timestamp.optional(),
        Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
      }),
    )
    .min(1)
    .max(1000),
});

/** CloudWatch metrics: what the stack's functions and gateways have produced. */
export function createCloudWatch(runtime: AwsRuntime, metrics: MetricStore): AwsService {
  const operations: Record<string, AwsOperation> = {
    ListMetrics: {
      access: () => [{ action: 'cloudwatch:ListMetrics', resource: '*' }],
      run(input) {
        const wanted = parse(ListInput, input);
        return {
          Metrics: metrics
            .series()
            .filter((series) => wanted.Namespace === undefined || series.namespace === wanted.Namespace)
            .filter((series) => wanted.MetricName === undefined || series.name === wanted.MetricName)
            .filter((series) =>
              wanted.Dimensions.every(
                ({ Name, Value }) =>
                  Name in series.dimensions && (Value === undefined || series.dimensions[Name] === Value),
              ),
            )
            .map((series) => ({
              Namespace: series.namespace,
              MetricName: series.name,
              Dimensions: Object.entries(series.dimensions).map(([Name, Value]) => ({ Name, Value })),
            })),
        };
      },
    },
    GetMetricStatistics: {
      access: () => [{ action: 'cloudwatch:GetMetricStatistics', resource: '*' }],
      run(input) {
        const wanted = parse(StatisticsInput, input);
        const dimensions = Object.fromEntries(wanted.Dimensions.map(({ Name, Value }) => [Name, Value]));
        const series = metrics
          .series()
          .find(
            (candidate) =>
              candidate.namespace === wanted.Namespace &&
              candidate.name === wanted.MetricName &&
              JSON.stringify(Object.entries(candidate.dimensions).sort()) ===
                JSON.stringify(Object.entries(dimensions).sort()),
          );
        const periodMs = wanted.Period * 1000;
        const periods = new Map<number, MetricPoint>();
        for (const point of series?.points ?? []) {
          if (point.minuteMs < wanted.StartTime || point.minuteMs >= wanted.EndTime) continue;
          const start = Math.floor(point.minuteMs / periodMs) * periodMs;
          const sum = periods.get(start);
          periods.set(start, sum ? combine(sum, point) : { ...point, minuteMs: start });
        }
        return {
          Label: wanted.MetricName,
          Datapoints: [...periods].map(([start, point]) => ({
            Timestamp: start / 1000,
            Unit: series?.unit ?? 'None',
            ...Object.fromEntries(wanted.Statistics.map((name) => [name, statistic(name, point)])),
          })),
        };
      },
    },
    PutMetricData: {
      access: (input) => [
        {
          action: 'cloudwatch:PutMetricData',
          resource: '*',
          context: { 'cloudwatch:namespace': [parse(PutInput, input).Namespace] },
        },
      ],
      run(input) {
        const { Namespace, MetricData } = parse(PutInput, input);
        for (const datum of MetricData) {
          metrics.add({
            namespace: Namespace,
            name: datum.MetricName,
            unit: datum.Unit,
            dimensions: Object.fromEntries(datum.Dimensions.map(({ Name, Value }) => [Name, Value])),
            value: datum.Value,
            atMs: datum.Timestamp ?? runtime.clock.now(),
          });
        }
        runtime.meter.add('cloudwatch', 'api-requests', Namespace, 1);
        return {};
      },
    },
  };
  return {
    signingName: 'monitoring',
    protocol: { kind: 'json', version: '1.0', target: 'GraniteServiceVersion20100801' },
    operations,
  };
}

function combine(a: MetricPoint, b: MetricPoint): MetricPoint {
  return {
    minuteMs: a.minuteMs,
    count: a.count + b.count,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
}

function statistic(name: z.output<typeof StatisticsInput>['Statistics'][number], point: MetricPoint): number {
  switch (name) {
    case 'Sum':
      return point.sum;
    case 'Average':
      return point.sum / point.count;
    case 'Minimum':
      return point.minimum;
    case 'Maximum':
      return point.maximum;
    case 'SampleCount':
      return point.count;
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AwsError('InvalidParameterValue', `${issue?.path.join('.')}: ${issue?.message}`);
}

export const cloudWatchResourceTypes: ResourceTypes<AwsScope, undefined> = {
  aws_cloudwatch_metric_alarm: {
    attributes: (values, { partition, region, accountId }) => ({
      id: String(values.alarm_name),
      arn: `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${String(values.alarm_name)}`,
      actions_enabled: true,
      tags_all: values.tags ?? {},
    }),
    declaredOnly: 'the metrics that alarms watch are kept, but nobody is on call for a laptop',
  },
};
