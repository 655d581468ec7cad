import { gbSeconds } from '../arithmetic.ts';
import {
  amount,
  choice,
  defineService,
  type Input,
  onlyWith,
  optionalAmount,
  sizeChoice,
  use,
} from '../service.ts';

/** vCPU and GiB of an instance of the Premium plan. */
const premiumSizes = {
  EP1: { vcpu: 1, memoryGib: 3.5 },
  EP2: { vcpu: 2, memoryGib: 7 },
  EP3: { vcpu: 4, memoryGib: 14 },
} as const;

const onDemand = <Value>(input: Input<Value>) => onlyWith('plan', ['consumption', 'flex'], input);
const consumption = <Value>(input: Input<Value>) => onlyWith('plan', ['consumption'], input);
const flex = <Value>(input: Input<Value>) => onlyWith('plan', ['flex'], input);
const premium = <Value>(input: Input<Value>) => onlyWith('plan', ['premium'], input);

/** Azure Functions on the Consumption, Flex Consumption and Premium plans. */
export const functions = defineService({
  cloud: 'azure',
  service: 'functions',
  title: 'Azure Functions',
  page: 'https://azure.microsoft.com/pricing/details/functions/',
  inputs: {
    plan: choice(['consumption', 'flex', 'premium'], 'hosting plan'),
    executions: onDemand(amount('executions', 'executions')),
    durationMs: onDemand(
      amount('ms', 'average duration; at least 100 ms (consumption) or 1000 ms (flex, then in 100 ms)'),
    ),
    memoryMb: consumption(
      amount('MB', 'average memory used, rounded up to 128 MB, at most 1536 MB', {
        default: 128,
      }),
    ),
    instanceMemoryMb: flex(sizeChoice('MB', [2048, 512, 4096], 'memory of an instance')),
    concurrency: flex(
      amount('executions', 'average executions at the same time on an active instance', {
        default: 1,
        atLeast: 1,
      }),
    ),
    alwaysReadyInstances: flex(amount('instances', 'always-ready instances; they have no free grant')),
    alwaysReadyHours: flex(optionalAmount('hours', 'how long they are ready', 'the whole month')),
    alwaysReadyExecutions: flex(amount('executions', 'executions on always-ready instances')),
    alwaysReadyDurationMs: flex(optionalAmount('ms', 'their average duration', 'durationMs')),
    premiumSize: premium(choice(['EP1', 'EP2', 'EP3'], 'instance size')),
    premiumInstances: premium(amount('instances', 'average instances, at least one')),
    premiumHours: premium(optionalAmount('hours', 'how long the plan exists', 'the whole month')),
  },
  usages(input, month) {
    switch (input.plan) {
      case 'consumption': {
        const durationMs = input.durationMs.ceiling().max(100);
        const memoryMb = input.memoryMb.roundedUpTo(128).max(128).min(1536);
        return [
          use('Executions', 'consumption_executions', input.executions),
          use('Execution time', 'consumption_duration', gbSeconds(input.executions, durationMs, memoryMb)),
        ];
      }
      case 'flex': {
        const activeMs = input.durationMs.roundedUpTo(100).max(1000);
        const readyMs = (input.alwaysReadyDurationMs ?? input.durationMs).roundedUpTo(100).max(1000);
        const seconds = (input.alwaysReadyHours ?? month.hours).times(3600);
        const { instanceMemoryMb, concurrency } = input;
        return [
          use('Executions', 'flex_ondemand_executions', input.executions),
          use(
            'Execution time',
            'flex_ondemand_duration',
            gbSeconds(input.executions, activeMs, instanceMemoryMb).dividedBy(concurrency),
          ),
          use(
            'Always-ready baseline',
            'flex_always_ready_baseline',
            input.alwaysReadyInstances.times(instanceMemoryMb).dividedBy(1024).times(seconds),
          ),
          use('Always-ready executions', 'flex_always_ready_executions', input.alwaysReadyExecutions),
          use(
            'Always-ready execution time',
            'flex_always_ready_duration',
            gbSeconds(input.alwaysReadyExecutions, readyMs, instanceMemoryMb).dividedBy(concurrency),
          ),
        ];
      }
      case 'premium': {
        const { vcpu, memoryGib } = premiumSizes[input.premiumSize];
        const instanceHours = input.premiumInstances.times(input.premiumHours ?? month.hours);
        return [
          use(`vCPU (${input.premiumSize})`, 'premium_vcpu', instanceHours.times(vcpu)),
          use(`Memory (${input.premiumSize})`, 'premium_memory', instanceHours.times(memoryGib)),
        ];
      }
    }
  },
});
