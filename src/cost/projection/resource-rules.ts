import type { Cloud } from '../../package/clouds.ts';
import type { Stack } from '../../terraform/stack.ts';
import { awsRules } from './aws-resources.ts';
import { azureRules } from './azure-resources.ts';
import { Facts } from './facts.ts';
import { gcpRules } from './gcp-resources.ts';
import { emptyProvision, type Provision } from './provision.ts';
import { StackIndex } from './stack-index.ts';

/** Enters what a resource costs. `find` resolves what it refers to. */
export type ResourceRule = (resource: Facts, provision: Provision, index: StackIndex) => void;

/** How the resource types of a vendor are priced. */
export interface ResourceRules {
  /** Types with a cost, or with a say in the cost of others. */
  priced: Readonly<Record<string, ResourceRule>>;
  /** Types that the vendor does not charge for. */
  free: ReadonlySet<string>;
}

const rules: Readonly<Record<Cloud, ResourceRules>> = { aws: awsRules, azure: azureRules, gcp: gcpRules };

/** Of any provider: they exist only in Terraform. */
const ownTypes = /^(terraform_data|null_resource|time_\w+|random_\w+|archive_\w+|local_\w+|tls_\w+)$/;

/** What a stack provisions. A type that no rule knows is noted as unknown, never taken for free. */
export function readProvision(stack: Pick<Stack, 'resources'>, cloud: Cloud): Provision {
  const provision = emptyProvision(cloud);
  const index = new StackIndex(stack.resources);
  const { priced, free } = rules[cloud];
  const unknown = new Map<string, string[]>();
  for (const resource of stack.resources) {
    const { type, address } = resource;
    const rule = Object.hasOwn(priced, type) ? priced[type] : undefined;
    if (rule) rule(new Facts(resource), provision, index);
    else if (!free.has(type) && !ownTypes.test(type))
      unknown.set(type, [...(unknown.get(type) ?? []), address]);
  }
  for (const [type, addresses] of unknown) provision.unknown.push({ type, addresses });
  return provision;
}
