import { charged, defineService } from '../service.ts';

/** Azure API Management, Consumption tier. */
export const apim = defineService({
  cloud: 'azure',
  service: 'apim',
  title: 'Azure API Management',
  page: 'https://azure.microsoft.com/pricing/details/api-management/',
  inputs: {
    consumptionCalls: charged('consumption_calls', 'Calls', 'calls', 'calls on the Consumption tier'),
  },
});
