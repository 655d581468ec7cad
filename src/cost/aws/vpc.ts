import { amount, charged, defineService, use } from '../service.ts';

/** Public addresses and interface endpoints (PrivateLink). */
export const vpc = defineService({
  cloud: 'aws',
  service: 'vpc',
  title: 'Amazon VPC',
  page: 'https://aws.amazon.com/vpc/pricing/',
  inputs: {
    publicIpv4Addresses: amount('addresses', 'public IPv4 addresses, all month'),
    interfaceEndpoints: amount('endpoints', 'interface endpoints, all month'),
    availabilityZones: amount('zones', 'availability zones of each endpoint', { default: 1 }),
    endpointDataGb: charged(
      'interface_endpoint_data',
      'Endpoint data',
      'GB',
      'data through interface endpoints',
    ),
  },
  usages: ({ publicIpv4Addresses, interfaceEndpoints, availabilityZones }, { hours }) => [
    use('Public IPv4 addresses', 'public_ipv4', publicIpv4Addresses.times(hours)),
    use(
      'Interface endpoints',
      'interface_endpoint_hour',
      interfaceEndpoints.times(availabilityZones).times(hours),
    ),
  ],
});
