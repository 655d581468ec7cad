import { amount, defineService, use } from '../service.ts';

/** Application Load Balancers. */
export const elb = defineService({
  cloud: 'aws',
  service: 'elb',
  title: 'Elastic Load Balancing',
  page: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  inputs: {
    loadBalancers: amount('load balancers', 'application load balancers, all month'),
    newConnectionsPerSecond: amount('connections/s', 'average of new connections; 25 are one LCU'),
    activeConnections: amount('connections', 'average of open connections; 3,000 are one LCU'),
    processedGbPerHour: amount('GB/hour', 'requests and answers; 1 GB is one LCU'),
  },
  usages(input, { hours }) {
    const units = input.newConnectionsPerSecond
      .dividedBy(25)
      .max(input.activeConnections.dividedBy(3000))
      .max(input.processedGbPerHour);
    return [
      use('Load balancers', 'application_hour', input.loadBalancers.times(hours)),
      use('Capacity units', 'application_lcu_hour', units.times(hours)),
    ];
  },
});
