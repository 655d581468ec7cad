import { charged, defineService } from '../service.ts';

/** Google Cloud API Gateway. */
export const apigateway = defineService({
  cloud: 'gcp',
  service: 'apigateway',
  title: 'Google Cloud API Gateway',
  page: 'https://cloud.google.com/api-gateway/pricing',
  inputs: {
    calls: charged('calls', 'Calls', 'calls', 'calls of APIs'),
  },
});
