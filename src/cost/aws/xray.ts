import { charged, defineService } from '../service.ts';

/** AWS X-Ray. */
export const xray = defineService({
  cloud: 'aws',
  service: 'xray',
  title: 'AWS X-Ray',
  page: 'https://aws.amazon.com/xray/pricing/',
  inputs: {
    tracesRecorded: charged(
      'traces_recorded',
      'Traces recorded',
      'traces',
      'traces recorded, after sampling',
    ),
    tracesRead: charged(
      'traces_retrieved_scanned',
      'Traces retrieved or scanned',
      'traces',
      'traces retrieved or scanned',
    ),
  },
});
