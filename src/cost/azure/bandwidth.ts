import { charged, defineService } from '../service.ts';

/** Data transfer out of Azure. */
export const bandwidth = defineService({
  cloud: 'azure',
  service: 'bandwidth',
  title: 'Azure bandwidth',
  page: 'https://azure.microsoft.com/pricing/details/bandwidth/',
  inputs: {
    internetOutGb: charged('internet_out', 'To the internet', 'GB', 'data sent to the internet'),
  },
});
