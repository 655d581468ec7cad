import { amount, charged, defineService, optionalAmount, use } from '../service.ts';

/** NAT gateways. */
export const nat = defineService({
  cloud: 'aws',
  service: 'nat',
  title: 'NAT gateways',
  page: 'https://aws.amazon.com/vpc/pricing/',
  inputs: {
    gateways: amount('gateways', 'NAT gateways, one per availability zone'),
    hours: optionalAmount('hours', 'how long they exist', 'the whole month'),
    processedGb: charged(
      'data_processed',
      'Data processed',
      'GB',
      'data through the gateways, in both directions',
    ),
  },
  usages: ({ gateways, hours }, month) => [
    use('NAT gateways', 'gateway_hour', gateways.times((hours ?? month.hours).ceiling())),
  ],
});
