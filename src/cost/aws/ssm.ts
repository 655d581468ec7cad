import { charged, defineService } from '../service.ts';

/** AWS Systems Manager Parameter Store. */
export const ssm = defineService({
  cloud: 'aws',
  service: 'ssm',
  title: 'AWS Systems Manager Parameter Store',
  page: 'https://aws.amazon.com/systems-manager/pricing/',
  inputs: {
    standardParameters: charged(
      'parameter_standard',
      'Standard parameters',
      'parameters',
      'standard parameters',
    ),
    advancedParameters: charged(
      'parameter_advanced',
      'Advanced parameters',
      'parameters',
      'advanced parameters',
    ),
    apiCalls: charged(
      'api_advanced_or_high_throughput',
      'API calls',
      'calls',
      'calls for advanced parameters or at higher throughput',
    ),
  },
});
