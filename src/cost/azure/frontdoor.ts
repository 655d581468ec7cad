import { charged, defineService } from '../service.ts';

/** Azure Front Door, Standard tier. */
export const frontdoor = defineService({
  cloud: 'azure',
  service: 'frontdoor',
  title: 'Azure Front Door',
  page: 'https://azure.microsoft.com/pricing/details/frontdoor/',
  inputs: {
    profiles: charged('standard_base', 'Base fee', 'profiles', 'profiles, all month'),
    dataOutGb: charged('standard_out', 'Data out', 'GB', 'data sent to clients'),
    requests: charged('standard_requests', 'Requests', 'requests', 'requests from clients'),
  },
});
