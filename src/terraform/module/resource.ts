import { renderDiagnostic, terraformError } from '../diagnostics.ts';
import { bind, type Scope } from '../evaluate/scope.ts';
import { mergeComputed, toStackValues } from '../export.ts';
import { ProviderError } from '../providers/arguments.ts';
import { readBuiltInData, readBuiltInResource } from '../providers/index.ts';
import {
  type ProviderRequest,
  type StackProvider,
  type StackResource,
  type StackValues,
  Unknown,
} from '../stack.ts';
import type { ObjectValue } from '../value.ts';
import { evaluateBody } from './body.ts';
import { providerLabel, type ResourceConfiguration, resourceAddress } from './configuration.ts';
import { expand, type Instance, keyText } from './expansion.ts';
import type { ModuleInstance } from './instance.ts';
import { enforceRules } from './rules.ts';

export interface ResourceInstance {
  key: string | number | undefined;
  address: string;
  value: ObjectValue;
}

/** Evaluates all instances of a resource or data source of a module and adds them to the evaluation. */
export function evaluateResource(
  module: ModuleInstance,
  resource: ResourceConfiguration,
): ResourceInstance[] {
  const { tracker } = module.evaluation;
  // What the provider block refers to is needed first, but is no dependency of the resource itself.
  const provider = tracker.collect(() => module.provider(resource.provider, resource.range)).result;
  const expansion = tracker.collect(() => {
    module.noteDependencies(resource.dependsOn);
    return expand(resource, module.scope);
  });
  if (expansion.result.length > 0) warnOfProvisioners(module, resource);
  return expansion.result.map((instance) =>
    evaluateInstance(module, resource, instance, provider, expansion.addresses),
  );
}

/** What a provisioner does on this or another machine is no part of the stack. */
function warnOfProvisioners(module: ModuleInstance, resource: ResourceConfiguration): void {
  for (const provisioner of resource.provisioners) {
    const detail = `The ${provisioner.labels.join(' ')} provisioner of ${module.prefix}${resourceAddress(resource)} is not run: the stack contains what providers create, not what commands do.`;
    const range = provisioner.headerRange;
    module.evaluation.warnings.push(
      renderDiagnostic({ summary: 'Provisioner not run', detail, range }, 'Warning'),
    );
  }
}

function evaluateInstance(
  module: ModuleInstance,
  resource: ResourceConfiguration,
  { key, scope }: Instance,
  provider: StackProvider,
  expansionAddresses: ReadonlySet<string>,
): ResourceInstance {
  const { evaluation } = module;
  const address = `${module.prefix}${resourceAddress(resource)}${keyText(key)}`;
  const { result: value, addresses } = evaluation.tracker.collect(() => {
    enforceRules(resource.preconditions, scope, 'Resource precondition failed');
    return evaluateBody(resource.body, scope, address, evaluation.planning);
  });
  const configured = Object.keys(toStackValues(value, evaluation.context.resources));
  supplyComputed(module, resource, address, value, provider);
  enforcePostconditions(resource, value, scope);
  const sensitive: string[] = [];
  const stackResource: StackResource = {
    address,
    mode: resource.mode,
    type: resource.type,
    name: resource.name,
    modulePath: module.pathNames,
    ...(key === undefined ? {} : { instanceKey: key }),
    provider: providerLabel({ name: provider.name, alias: provider.alias }),
    values: toStackValues(value, evaluation.context.resources, sensitive),
    configured,
    sensitive,
    dependsOn: [...new Set([...expansionAddresses, ...addresses])].filter((other) => other !== address),
    source: resource.range.file.position(resource.range.start),
  };
  (resource.mode === 'data' ? evaluation.dataSources : evaluation.resources).push(stackResource);
  return { key, address, value };
}

function enforcePostconditions(resource: ResourceConfiguration, value: ObjectValue, scope: Scope): void {
  if (resource.postconditions.length === 0) return;
  enforceRules(resource.postconditions, bind(scope, 'self', value), 'Resource postcondition failed');
}

/** Adds the attributes that the provider computes: from the model, or, while planning, as unknowns when asked for. */
function supplyComputed(
  module: ModuleInstance,
  resource: ResourceConfiguration,
  address: string,
  value: ObjectValue,
  provider: StackProvider,
): void {
  const { evaluation } = module;
  const { resources } = evaluation.context;
  const request: ProviderRequest = {
    type: resource.type,
    address,
    values: toStackValues(value, resources),
    provider,
  };
  const computed = computedAttributes(module, resource, request);
  if (computed !== undefined) mergeComputed(value, computed, resources);
  else if (!evaluation.planning) {
    const kind = resource.mode === 'data' ? 'data source' : 'resource type';
    throw terraformError(
      `Unsupported ${kind}`,
      `${address} is of the ${kind} "${resource.type}", which is not supported here.`,
      resource.range,
    );
  }
  // Nearly every resource has an id that only creating it gives. As a known part of the value it keeps
  // expressions over the whole resource, as `jsonencode(aws_x.y)`, unknown.
  if (evaluation.planning && !Object.hasOwn(value, 'id')) value.id = new Unknown(`${address}.id`);
}

function computedAttributes(
  module: ModuleInstance,
  resource: ResourceConfiguration,
  request: ProviderRequest,
): StackValues | undefined {
  const { deployment, options, planning } = module.evaluation;
  if (resource.mode === 'managed') {
    return options.provider === undefined
      ? undefined
      : (options.provider.resource(request) ?? readBuiltInResource(request));
  }
  // A data source that depends on a resource is only read when that exists.
  if (planning && module.waitsForResources(resource.dependsOn)) return undefined;
  try {
    return readBuiltInData(request, deployment) ?? options.provider?.data(request);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw terraformError(`Cannot read ${request.address}`, error.message, resource.range);
  }
}
