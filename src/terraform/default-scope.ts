import type { DeploymentScope } from './stack.ts';

/** Where a stack is deployed to when nothing else is said. */
export const defaultScope: DeploymentScope = {
  aws: { accountId: '123456789012', region: 'us-east-1', partition: 'aws' },
  azure: {
    subscriptionId: '00000000-0000-0000-0000-000000000001',
    tenantId: '00000000-0000-0000-0000-000000000002',
    clientId: '00000000-0000-0000-0000-000000000003',
    objectId: '00000000-0000-0000-0000-000000000004',
  },
  google: { projectId: 'local-project', projectNumber: '123456789012', region: 'us-central1' },
};
