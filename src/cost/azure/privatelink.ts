import { amount, defineService, use } from '../service.ts';

/** Azure Private Link. */
export const privatelink = defineService({
  cloud: 'azure',
  service: 'privatelink',
  title: 'Azure Private Link',
  page: 'https://azure.microsoft.com/pricing/details/private-link/',
  inputs: {
    endpoints: amount('endpoints', 'private endpoints, all month'),
  },
  usages: ({ endpoints }, { hours }) => [use('Private endpoints', 'endpoint_hour', endpoints.times(hours))],
});
