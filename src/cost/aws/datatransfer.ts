import { amount, charged, defineService, use } from '../service.ts';

/** Data transfer between AWS and elsewhere. Data in is free. */
export const datatransfer = defineService({
  cloud: 'aws',
  service: 'datatransfer',
  title: 'AWS data transfer',
  page: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  inputs: {
    internetOutGb: charged(
      'internet_out',
      'To the internet',
      'GB',
      'data sent to the internet, of all services and regions together',
    ),
    interRegionGb: charged('inter_region', 'To other regions', 'GB', 'data sent to other AWS regions'),
    crossZoneGb: amount('GB', 'data between availability zones, which is charged on both sides'),
  },
  usages: ({ crossZoneGb }) => [use('Between zones', 'cross_az_each_way', crossZoneGb.times(2))],
});
