import { charged, defineService } from '../service.ts';

/** Amazon CloudWatch: logs, metrics, alarms, dashboards. */
export const cloudwatch = defineService({
  cloud: 'aws',
  service: 'cloudwatch',
  title: 'Amazon CloudWatch',
  page: 'https://aws.amazon.com/cloudwatch/pricing/',
  inputs: {
    logsGb: charged('logs_ingest_standard', 'Logs ingested', 'GB', 'logs ingested into the standard class'),
    infrequentAccessLogsGb: charged(
      'logs_ingest_ia',
      'Infrequent-access logs ingested',
      'GB',
      'logs ingested into the infrequent-access class',
    ),
    lambdaLogsGb: charged(
      'logs_ingest_lambda_vended',
      'Lambda logs ingested',
      'GB',
      'logs that Lambda sends (vended logs, cheaper at volume)',
    ),
    logsStoredGb: charged('logs_storage', 'Logs stored', 'GB-months', 'logs kept, in compressed size'),
    logsScannedGb: charged('logs_insights', 'Logs Insights', 'GB', 'logs scanned by queries'),
    customMetrics: charged(
      'custom_metrics',
      'Custom metrics',
      'metrics',
      'custom metrics, each combination of dimensions counts',
    ),
    alarms: charged('alarm_standard', 'Alarms', 'alarm metrics', 'standard alarms, per metric'),
    highResolutionAlarms: charged(
      'alarm_highres',
      'High-resolution alarms',
      'alarm metrics',
      'high-resolution alarms, per metric',
    ),
    compositeAlarms: charged('alarm_composite', 'Composite alarms', 'alarms', 'composite alarms'),
    dashboards: charged('dashboard', 'Dashboards', 'dashboards', 'custom dashboards'),
    apiRequests: charged(
      'api_requests',
      'API requests',
      'requests',
      'metric API requests, such as PutMetricData',
    ),
  },
});
