import { gbSeconds } from '../arithmetic.ts';
import { CostError } from '../cost-error.ts';
import { amount, charged, choice, defineService, onlyWith, use } from '../service.ts';
import { requestBasedInputs, requestBasedUsages } from './request-time.ts';

/** GHz that a function of the 1st generation has at each memory size in MB. */
const firstGenerationGhz: Readonly<Record<string, number>> = {
  128: 0.2,
  256: 0.4,
  512: 0.8,
  1024: 1.4,
  2048: 2.4,
  4096: 4.8,
  8192: 4.8,
};

/** Cloud Run functions, which bill at Cloud Run's rates, and functions of the 1st generation. */
export const functions = defineService({
  cloud: 'gcp',
  service: 'functions',
  title: 'Cloud Run functions',
  page: 'https://cloud.google.com/functions/pricing-1stgen',
  inputs: {
    generation: choice(['2nd', '1st'], 'generation'),
    ...requestBasedInputs,
    vcpu: onlyWith('generation', ['2nd'], requestBasedInputs.vcpu),
    concurrency: onlyWith('generation', ['2nd'], requestBasedInputs.concurrency),
    minInstances: onlyWith('generation', ['2nd'], requestBasedInputs.minInstances),
    memoryMib: amount(
      'MiB',
      'memory of an instance; 1st generation: 128, 256, 512, 1024, 2048, 4096 or 8192',
      {
        default: 256,
      },
    ),
    idleInstanceSeconds: onlyWith('generation', ['1st'], amount('seconds', 'idle time of minimum instances')),
    egressGb: onlyWith(
      'generation',
      ['1st'],
      charged('v1_egress', 'Data out (1st generation)', 'GB', 'data sent to the internet'),
    ),
  },
  usages(input, month) {
    if (input.generation === '2nd') return requestBasedUsages(input, month);
    const ghz = firstGenerationGhz[input.memoryMib.toString()];
    if (ghz === undefined) {
      throw new CostError(
        `A function of the 1st generation can't have ${input.memoryMib} MiB. "memoryMib" must be one of ${Object.keys(firstGenerationGhz).join(', ')}.`,
      );
    }
    const durationMs = input.durationMs.roundedUpTo(100);
    const seconds = input.requests.times(durationMs).dividedBy(1000);
    return [
      use('Invocations', 'v1_invocations', input.requests),
      use('Memory', 'v1_memory', gbSeconds(input.requests, durationMs, input.memoryMib)),
      use('CPU', 'v1_cpu', seconds.times(ghz)),
      use('Idle minimum instances, CPU', 'v1_idle_cpu', input.idleInstanceSeconds.times(ghz)),
    ];
  },
});
