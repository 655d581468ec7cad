import { amount, choice, defineService, onlyWith, use } from '../service.ts';
import { requestBasedInputs, requestBasedUsages } from './request-time.ts';

/** Cloud Run services under request-based or instance-based billing. */
export const run = defineService({
  cloud: 'gcp',
  service: 'run',
  title: 'Cloud Run',
  page: 'https://cloud.google.com/run/pricing',
  inputs: {
    billing: choice(['request-based', 'instance-based'], 'billing setting of the service'),
    ...requestBasedInputs,
    requests: onlyWith('billing', ['request-based'], requestBasedInputs.requests),
    durationMs: onlyWith('billing', ['request-based'], requestBasedInputs.durationMs),
    concurrency: onlyWith('billing', ['request-based'], requestBasedInputs.concurrency),
    minInstances: onlyWith('billing', ['request-based'], requestBasedInputs.minInstances),
    instanceSeconds: onlyWith(
      'billing',
      ['instance-based'],
      amount('seconds', 'lifetime of all instances, rounded up to 100 ms'),
    ),
  },
  usages(input, month) {
    if (input.billing === 'request-based') return requestBasedUsages(input, month);
    const seconds = input.instanceSeconds.roundedUpTo(0.1);
    return [
      use('CPU', 'instance_cpu', seconds.times(input.vcpu)),
      use('Memory', 'instance_memory', seconds.times(input.memoryMib).dividedBy(1024)),
    ];
  },
});
