import { charged, defineService } from '../service.ts';

/** AWS Secrets Manager. */
export const secretsmanager = defineService({
  cloud: 'aws',
  service: 'secretsmanager',
  title: 'AWS Secrets Manager',
  page: 'https://aws.amazon.com/secrets-manager/pricing/',
  inputs: {
    secrets: charged('secret', 'Secrets', 'secrets', 'secrets kept all month; replicas count'),
    apiCalls: charged('api_calls', 'API calls', 'calls', 'API calls'),
  },
});
