import { charged, defineService } from '../service.ts';

/** Workflows. */
export const workflows = defineService({
  cloud: 'gcp',
  service: 'workflows',
  title: 'Workflows',
  page: 'https://cloud.google.com/workflows/pricing',
  inputs: {
    internalSteps: charged('internal_step', 'Internal steps', 'steps', 'steps within Google Cloud'),
    externalSteps: charged(
      'external_step',
      'External steps',
      'steps',
      'HTTP requests to elsewhere, and callbacks',
    ),
  },
});
