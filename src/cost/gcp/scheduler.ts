import { charged, defineService } from '../service.ts';

/** Cloud Scheduler: by job, not by execution. */
export const scheduler = defineService({
  cloud: 'gcp',
  service: 'scheduler',
  title: 'Cloud Scheduler',
  page: 'https://cloud.google.com/scheduler/pricing',
  inputs: {
    jobs: charged('job', 'Jobs', 'jobs', 'jobs that exist all month'),
  },
});
