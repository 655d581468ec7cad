import { charged, defineService } from '../service.ts';

/** Cloud Monitoring. Metrics of Google Cloud itself are free. */
export const monitoring = defineService({
  cloud: 'gcp',
  service: 'monitoring',
  title: 'Cloud Monitoring',
  page: 'https://cloud.google.com/stackdriver/pricing',
  inputs: {
    metricsMib: charged('metrics', 'Metrics ingested', 'MiB', 'custom and log-based metrics ingested'),
    apiCalls: charged('api_calls', 'API calls', 'calls', 'read calls of the API'),
  },
});
