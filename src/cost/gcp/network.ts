import { amount, charged, defineService, use } from '../service.ts';

/** Data transfer (premium tier) and Cloud NAT. */
export const network = defineService({
  cloud: 'gcp',
  service: 'network',
  title: 'Google Cloud networking',
  page: 'https://cloud.google.com/vpc/network-pricing',
  inputs: {
    internetOutGib: charged('internet_out_premium', 'To the internet', 'GiB', 'data sent to the internet'),
    natGateways: amount('gateways', 'Cloud NAT gateways, all month'),
    natProcessedGib: charged('nat_data', 'NAT data', 'GiB', 'data through Cloud NAT'),
  },
  usages: ({ natGateways }, { hours }) => [use('NAT gateways', 'nat_gateway_hour', natGateways.times(hours))],
});
