import { charged, defineService } from '../service.ts';

/** Azure Monitor: Log Analytics and Application Insights. A GB is 10^9 bytes. */
export const monitor = defineService({
  cloud: 'azure',
  service: 'monitor',
  title: 'Azure Monitor',
  page: 'https://azure.microsoft.com/pricing/details/monitor/',
  inputs: {
    logsGb: charged(
      'logs_ingest',
      'Analytics logs ingested',
      'GB',
      'logs, traces and metrics ingested as analytics logs',
    ),
    retainedGbMonths: charged(
      'logs_retention',
      'Retention',
      'GB-months',
      'logs kept beyond the included 31 days (Application Insights: 90)',
    ),
    metricAlertSeries: charged(
      'metric_alert_series',
      'Metric alerts',
      'time series',
      'time series that metric alert rules watch',
    ),
    basicLogsGb: charged('basic_logs_ingest', 'Basic logs ingested', 'GB', 'logs ingested as basic logs'),
  },
});
