import { charged, defineService } from '../service.ts';

/** Cloud Logging. */
export const logging = defineService({
  cloud: 'gcp',
  service: 'logging',
  title: 'Cloud Logging',
  page: 'https://cloud.google.com/stackdriver/pricing',
  inputs: {
    ingestedGib: charged('ingest', 'Logs ingested', 'GiB', 'logs ingested, with 30 days of storage'),
    retainedGibMonths: charged('retention', 'Retention', 'GiB-months', 'logs kept beyond 30 days'),
  },
});
