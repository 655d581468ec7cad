import { gbSeconds } from '../arithmetic.ts';
import { amount, charged, defineService, use } from '../service.ts';

/** AWS Step Functions: standard workflows by transition, express workflows by request and duration. */
export const stepfunctions = defineService({
  cloud: 'aws',
  service: 'stepfunctions',
  title: 'AWS Step Functions',
  page: 'https://aws.amazon.com/step-functions/pricing/',
  inputs: {
    standardTransitions: amount(
      'state transitions',
      'transitions of standard workflows, with start and retries',
    ),
    standardExecutions: amount(
      'executions',
      'standard executions, where transitions are given per execution',
    ),
    transitionsPerExecution: amount('state transitions', 'average transitions of one standard execution'),
    expressRequests: charged(
      'express_request',
      'Express requests',
      'requests',
      'executions of express workflows',
    ),
    expressDurationMs: amount('ms', 'average duration of an express execution, rounded up to 100 ms'),
    expressMemoryMb: amount('MB', 'average memory of an express execution, rounded up to 64 MB', {
      default: 64,
    }),
  },
  usages(input) {
    const transitions = input.standardTransitions.plus(
      input.standardExecutions.times(input.transitionsPerExecution),
    );
    const duration = gbSeconds(
      input.expressRequests,
      input.expressDurationMs.roundedUpTo(100),
      input.expressMemoryMb.roundedUpTo(64),
    );
    return [
      use('State transitions', 'standard_transition', transitions),
      use('Express duration', 'express_duration', duration),
    ];
  },
});
