import * as z from 'zod';
import type { MetricStore } from '../../engine/metric-store.ts';

const Embedded = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string().min(1),
        Dimensions: z.array(z.array(z.string()).max(30)).min(1),
        Metrics: z.array(z.object({ Name: z.string().min(1), Unit: z.string().default('None') })).max(100),
      }),
    ),
  }),
});

/**
 * Extracts the metrics of a log event in the embedded metric format; any other event has none. Values and dimensions
 * that the format does not allow are passed over, as CloudWatch does
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export function extractEmbeddedMetrics(message: string, metrics: MetricStore): void {
  if (!message.startsWith('{') || !message.includes('"_aws"')) return;
  let event: unknown;
  try {
    event = JSON.parse(message);
  } catch {
    return;
  }
  const parsed = Embedded.safeParse(event);
  if (!parsed.success) return;
  const members = parsed.data as Record<string, unknown>;
  for (const directive of parsed.data._aws.CloudWatchMetrics) {
    for (const names of directive.Dimensions) {
      const dimensions = Object.fromEntries(names.map((name) => [name, members[name]]));
      if (!Object.values(dimensions).every((value) => typeof value === 'string')) continue;
      for (const { Name: name, Unit: unit } of directive.Metrics) {
        for (const value of [members[name]].flat()) {
          if (typeof value !== 'number') continue;
          metrics.add({
            namespace: directive.Namespace,
            name,
            unit,
            dimensions: dimensions as Record<string, string>,
            value,
            atMs: parsed.data._aws.Timestamp,
          });
        }
      }
    }
  }
}
