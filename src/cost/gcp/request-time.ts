import type { Month } from '../arithmetic.ts';
import type { Usage } from '../bill.ts';
import type { Decimal } from '../decimal.ts';
import { amount, use } from '../service.ts';

/** The quantities of request-based billing, which Cloud Run and Cloud Run functions share. */
export const requestBasedInputs = {
  requests: amount('requests', 'requests'),
  durationMs: amount('ms', 'average time of a request, rounded up to 100 ms'),
  vcpu: amount('vCPU', 'vCPU of an instance', { default: 1 }),
  memoryMib: amount('MiB', 'memory of an instance', { default: 512 }),
  concurrency: amount('requests', 'average requests at the same time on an active instance', {
    default: 1,
    atLeast: 1,
  }),
  minInstances: amount('instances', 'minimum instances; their idle time has its own price'),
};

type RequestBased = { [Name in keyof typeof requestBasedInputs]: Decimal };

/**
 * Usage under request-based billing. Instance time is rounded up to 100 ms; requests that share an instance share
 * its time, so rounding applies to each request only where they come one at a time.
 * https://cloud.google.com/run/pricing
 */
export function requestBasedUsages(input: RequestBased, month: Month): Usage[] {
  const perRequestMs = input.concurrency.equals(1) ? input.durationMs.roundedUpTo(100) : input.durationMs;
  const activeSeconds = input.requests
    .times(perRequestMs)
    .dividedBy(input.concurrency)
    .roundedUpTo(100)
    .dividedBy(1000);
  const idleSeconds = input.minInstances.times(month.seconds).minus(activeSeconds).max(0);
  const memoryGib = input.memoryMib.dividedBy(1024);
  return [
    use('Requests', 'gcp.run.requests', input.requests),
    use('CPU', 'gcp.run.request_cpu', activeSeconds.times(input.vcpu)),
    use('Memory', 'gcp.run.request_memory', activeSeconds.times(memoryGib)),
    use('Idle minimum instances, CPU', 'gcp.run.min_instance_cpu', idleSeconds.times(input.vcpu)),
    use('Idle minimum instances, memory', 'gcp.run.min_instance_memory', idleSeconds.times(memoryGib)),
  ];
}
