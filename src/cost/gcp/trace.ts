import { charged, defineService } from '../service.ts';

/** Cloud Trace. */
export const trace = defineService({
  cloud: 'gcp',
  service: 'trace',
  title: 'Cloud Trace',
  page: 'https://cloud.google.com/stackdriver/pricing',
  inputs: {
    spans: charged('spans', 'Spans', 'spans', 'spans ingested'),
  },
});
