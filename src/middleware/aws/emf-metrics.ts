import type { Metrics } from '../metrics/metrics.ts';

/**
 * Metrics in CloudWatch's embedded metric format: a log line that CloudWatch turns into a metric, without an API
 * call (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export function emfMetrics(options: {
  namespace: string;
  service: string;
  now: () => number;
  writeLine: (line: string) => void;
}): Metrics {
  return {
    add(name, value, unit, dimensions = {}) {
      const all = { service: options.service, ...dimensions };
      options.writeLine(
        JSON.stringify({
          _aws: {
            Timestamp: options.now(),
            CloudWatchMetrics: [
              {
                Namespace: options.namespace,
                Dimensions: [Object.keys(all)],
                Metrics: [{ Name: name, Unit: unit }],
              },
            ],
          },
          ...all,
          [name]: value,
        }),
      );
    },
  };
}
