import type { Cloud } from '../../package/clouds.ts';
import { cpuMsPerCall, cpuMsPerInvocation } from './duration-model.ts';
import { asExpress } from './express-workflows.ts';
import type { CostedStack } from './pattern-cost.ts';
import type { Projection } from './project.ts';
import type { FixedUse, FunctionFacts } from './provision.ts';

/** Another way to run the same transactions. */
export interface Variant {
  cloud: Cloud;
  /** `REST API`, as against what the Terraform says. */
  name: string;
  /**
   * The stack as this variant has it, at the scale of the given projection.
   * @returns undefined where the stack has nothing that could be replaced, or is this variant already
   */
  of(stack: CostedStack, projection: Projection): CostedStack | undefined;
}

/** A container must be there twice, or an update is an outage. */
const fewestContainers = 2;
const containerVcpu = 0.25;
const containerMemoryGb = 0.5;
/** A container is not loaded further, or its answers get slow. */
const containerUtilisation = 0.6;
/** Requests through one load balancer capacity unit, with connections that stay open: by its 1 GB an hour. */
const bytesPerCapacityUnitHour = 1024 ** 3;

export const variants: readonly Variant[] = [
  {
    cloud: 'aws',
    name: 'REST API instead of HTTP API',
    of: (stack) => replaceUse(stack, 'http-api-requests', 'rest-api-requests'),
  },
  {
    cloud: 'aws',
    name: 'Provisioned concurrency for the usual load',
    of: (stack, projection) => withReady(stack, projection, 'lambda'),
  },
  {
    cloud: 'aws',
    name: 'x86 instead of arm64',
    of: (stack) =>
      withFunctions(stack, (facts) =>
        facts.architecture === 'arm64' ? { ...facts, architecture: 'x86' } : facts,
      ),
  },
  { cloud: 'aws', name: 'Express workflows instead of Standard', of: asExpress },
  {
    cloud: 'aws',
    name: 'Containers on Fargate behind a load balancer',
    of: (stack, projection) =>
      inContainers(stack, projection, (containers) => [
        hourly('vCPU (arm64)', 'aws.fargate.vcpu_hour_arm64', containers * containerVcpu),
        hourly('Memory (arm64)', 'aws.fargate.memory_hour_arm64', containers * containerMemoryGb),
        hourly('Load balancer', 'aws.elb.application_hour', 1),
        hourly(
          'Capacity units',
          'aws.elb.application_lcu_hour',
          answeredBytesPerHour(stack, projection) / bytesPerCapacityUnitHour,
        ),
      ]),
  },
  {
    cloud: 'azure',
    name: 'Consumption plan instead of Flex Consumption',
    of: (stack) =>
      withFunctions(stack, (facts) =>
        facts.platform === 'azure-flex'
          ? { ...facts, platform: 'azure-consumption', memoryMb: 256, vcpu: 1, readyInstances: 0 }
          : facts,
      ),
  },
  {
    cloud: 'azure',
    name: 'Always-ready instances for the usual load',
    of: (stack, projection) => withReady(stack, projection, 'azure-flex'),
  },
  {
    cloud: 'azure',
    name: 'Premium plan (EP1)',
    of: (stack) =>
      withFunctions(stack, (facts) =>
        facts.platform === 'azure-premium'
          ? facts
          : {
              ...facts,
              platform: 'azure-premium',
              memoryMb: 3584,
              vcpu: 1,
              concurrency: 100,
              readyInstances: 1,
            },
      ),
  },
  {
    cloud: 'azure',
    name: 'Containers on Container Apps, always running',
    of: (stack, projection) =>
      inContainers(stack, projection, (containers) => [
        secondly('vCPU', 'azure.containerapps.vcpu_active', containers * containerVcpu),
        secondly('Memory', 'azure.containerapps.memory_active', containers * containerMemoryGb),
      ]),
  },
  {
    cloud: 'gcp',
    name: 'Minimum instances for the usual load',
    of: (stack, projection) => withReady(stack, projection, 'cloud-run-requests'),
  },
  {
    cloud: 'gcp',
    name: 'Instance-based billing',
    of: (stack) =>
      withFunctions(stack, (facts) =>
        facts.platform === 'cloud-run-requests' ? { ...facts, platform: 'cloud-run-instances' } : facts,
      ),
  },
  {
    cloud: 'gcp',
    name: 'Containers on Cloud Run, always running',
    of: (stack, projection) =>
      inContainers(stack, projection, (containers) => [
        secondly('CPU', 'gcp.run.instance_cpu', containers),
        secondly('Memory', 'gcp.run.instance_memory', containers * containerMemoryGb),
      ]),
  },
];

function withFunctions(
  stack: CostedStack,
  change: (facts: FunctionFacts) => FunctionFacts,
): CostedStack | undefined {
  const functions = stack.provision.functions.map(change);
  const isSame = functions.every((facts, index) => facts === stack.provision.functions[index]);
  return isSame ? undefined : { ...stack, provision: { ...stack.provision, functions } };
}

/** As many instances around the clock as the load usually needs. */
function withReady(
  stack: CostedStack,
  { functions: loads }: Projection,
  platform: FunctionFacts['platform'],
): CostedStack | undefined {
  return withFunctions(stack, (facts) => {
    const load = loads.find(({ address }) => address === facts.address);
    if (facts.platform !== platform || facts.readyInstances > 0 || !load) return facts;
    return { ...facts, readyInstances: Math.max(1, load.neededInstances) };
  });
}

function replaceUse(stack: CostedStack, unit: string, by: string): CostedStack | undefined {
  const { profile } = stack;
  if (!profile.uses.some((use) => use.unit === unit)) return undefined;
  const uses = profile.uses.map((use) => (use.unit === unit ? { ...use, unit: by } : use));
  return { ...stack, profile: { ...profile, uses } };
}

/** The functions and their gateway replaced by containers that always run. */
function inContainers(
  stack: CostedStack,
  projection: Projection,
  fixed: (containers: number) => Omit<FixedUse, 'address'>[],
): CostedStack | undefined {
  const { profile, provision } = stack;
  // What a queue or a clock calls is no steady load of requests.
  if (provision.functions.length === 0 || provision.eventSources.length > 0) return undefined;
  let processors = 0;
  for (const { address, invocationsPerSecond } of projection.functions) {
    const used = profile.functions.find((each) => each.function === address);
    const calls = Object.values(used?.calls ?? {}).reduce<number>((sum, count) => sum + first(count), 0);
    processors += (invocationsPerSecond * (cpuMsPerInvocation + profile.cpuMs + calls * cpuMsPerCall)) / 1000;
  }
  const needed = Math.ceil(processors / (containerVcpu * containerUtilisation));
  const containers = Math.max(fewestContainers, needed);
  const uses = profile.uses.filter(({ service }) => service !== 'api-gateway');
  return {
    ...stack,
    profile: { ...profile, functions: [], uses },
    provision: {
      ...provision,
      functions: [],
      fixed: [...provision.fixed, ...fixed(containers).map((use) => ({ ...use, address: 'containers' }))],
    },
  };
}

function answeredBytesPerHour({ profile }: CostedStack, { scale }: Projection): number {
  const answered = profile.uses.find(({ unit }) => unit === 'internet-out-bytes');
  return answered ? (first(answered.quantity) * scale.dailyTransactions) / 24 : 0;
}

function first(quantity: number | number[]): number {
  return typeof quantity === 'number' ? quantity : (quantity[0] ?? 0);
}

function hourly(name: string, price: string, quantity: number): Omit<FixedUse, 'address'> {
  return { name, price, quantity, per: 'hour' };
}

/** For prices by the second. */
function secondly(name: string, price: string, quantity: number): Omit<FixedUse, 'address'> {
  return hourly(name, price, quantity * 3600);
}
