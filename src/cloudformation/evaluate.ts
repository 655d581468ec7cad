import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defaultScope } from '../terraform/default-scope.ts';
import type { ProviderModel, Stack, StackOutput, StackProvider } from '../terraform/stack.ts';
import { conditionOf, referencesIn, resolve } from './intrinsics.ts';
import { readParameters } from './parameters.ts';
import { madeUpId } from './physical-name.ts';
import { TemplateError } from './places.ts';
import { readTemplate, type Template } from './read-template.ts';
import { expandServerless } from './sam/serverless.ts';
import type { Scope } from './scope.ts';
import { StackBuilder } from './stack-builder.ts';
import { inOrder, readResources, type TemplateResource } from './template-resource.ts';
import { isObject, type TemplateObject, type TemplateValue } from './template-value.ts';

export interface EvaluateTemplateOptions {
  /** Values of parameters, by their names or as Terraform writes them: `project_name` for `ProjectName`. */
  variables?: Readonly<Record<string, unknown>>;
  /** What fills in parameters that have no default and get no value, where the template has them. */
  defaultVariables?: Readonly<Record<string, string>>;
  provider: ProviderModel;
  /** `local` by default. */
  stackName?: string;
  region?: string;
  /** Where code that stands in the template itself is put, for the function packages to be read from. */
  inlineCodeDirectory: string;
}

const serverlessTransform = 'AWS::Serverless-2016-10-31';

/**
 * Evaluates a template: what deploying it would make, with every function in it computed.
 *
 * Outputs have the names that Terraform would give them: `BucketName` is `bucket_name`.
 *
 * @throws TemplateError for a template that CloudFormation would refuse, or that asks for what is not supported here
 */
export function evaluateTemplate(file: string, options: EvaluateTemplateOptions): Stack {
  const template = readTemplate(file);
  const { root, places } = template;
  const { Conditions, Globals, Mappings, Outputs, Parameters, Resources, Rules } = root;
  if (Rules !== undefined) throw places.error('Rules do not run locally', root, 'Rules');
  const isServerless = readTransforms(template);
  if (Globals !== undefined && !isServerless)
    throw places.error(`Globals need Transform: ${serverlessTransform}`, root, 'Globals');

  const provider = awsProvider(options.region);
  const given = { variables: options.variables ?? {}, defaults: options.defaultVariables ?? {} };
  const variables = readParameters(Parameters, given, places);
  const early: Scope = {
    places,
    parameters: { ...variables, ...pseudoParameters(provider, options.stackName ?? 'local') },
    mappings: isObject(Mappings) ? Mappings : {},
    condition: conditions(Conditions, () => early, template),
    has: () => false,
    attribute: () => undefined,
  };

  const written = readResources(Resources, places, early.condition).map((resource) => ({
    ...resource,
    properties: resolved(resource.properties, early),
  }));
  const { resources, referable } = isServerless
    ? expandServerless(written, Globals === undefined ? undefined : resolve(Globals, early), places)
    : {
        resources: new Map(written.map((each) => [each.logicalId, each])),
        referable: new Map<string, string>(),
      };

  const builder = new StackBuilder({
    provider: options.provider,
    providerBlock: provider,
    parameters: early.parameters,
    places,
    published: publishedFunctions(resources),
    rootDirectory: path.dirname(template.file),
    inlineCode: (files) => writeInlineCode(options.inlineCodeDirectory, files),
  });
  const idOf = (name: string) => referable.get(name) ?? name;
  const isKnown = (name: string) => resources.has(idOf(name));
  const late: Scope = {
    ...early,
    has: isKnown,
    attribute(name, attribute, at) {
      const logicalId = idOf(name);
      if (!resources.has(logicalId)) throw unresolved(name, at, template);
      return builder.attribute(logicalId, attribute, at);
    },
  };
  const declared = new Set([...Object.keys(isObject(Resources) ? Resources : {}), ...resources.keys()]);
  const needs = (resource: TemplateResource): string[] => {
    for (const id of resource.dependsOn)
      if (!declared.has(id))
        throw new TemplateError(
          `Unresolved resource dependencies [${id}] in the Resources block of the template`,
          resource.place.position,
          `${resource.place.path}.DependsOn`,
        );
    return [...[...referencesIn(resource.properties, isKnown)].map(idOf), ...resource.dependsOn];
  };
  for (const resource of inOrder([...resources.values()], needs))
    builder.add({ ...resource, properties: resolved(resource.properties, late) }, needs(resource));

  return {
    rootDirectory: path.dirname(template.file),
    workspace: 'default',
    variables,
    providers: [provider],
    resources: builder.resources,
    dataSources: [],
    outputs: readOutputs(Outputs, late),
    warnings: [],
    files: [template.file],
  };
}

function readTransforms({ root, places }: Template): boolean {
  const { Transform = [] } = root;
  const names = Array.isArray(Transform) ? Transform : [Transform];
  const other = names.find((name) => name !== serverlessTransform);
  if (other !== undefined)
    throw places.error(`the transform ${String(other)} does not run locally`, root, 'Transform');
  return names.length > 0;
}

function awsProvider(region: string = defaultScope.aws.region): StackProvider {
  return { name: 'aws', values: { region } };
}

function pseudoParameters({ values: { region } }: StackProvider, stackName: string): TemplateObject {
  const { accountId, partition } = defaultScope.aws;
  const id = madeUpId(stackName, 12).toLowerCase();
  return {
    'AWS::AccountId': accountId,
    'AWS::NotificationARNs': [],
    'AWS::Partition': partition,
    'AWS::Region': String(region),
    'AWS::StackId': `arn:${partition}:cloudformation:${String(region)}:${accountId}:stack/${stackName}/${id}`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}

/** Each condition is decided once, when it is asked for. */
function conditions(
  section: TemplateValue | undefined,
  scope: () => Scope,
  { places }: Template,
): Scope['condition'] {
  const all = isObject(section) ? section : {};
  const decided = new Map<string, boolean | undefined>();
  return (name, at) => {
    const known = decided.get(name);
    if (known !== undefined) return known;
    const condition = all[name];
    if (condition === undefined) throw places.error(`there is no condition ${name}`, at);
    if (decided.has(name)) throw places.error(`the condition ${name} depends on itself`, all, name);
    decided.set(name, undefined);
    const result = conditionOf(condition, all, scope());
    decided.set(name, result);
    return result;
  };
}

function resolved(properties: TemplateObject, scope: Scope): TemplateObject {
  const result = resolve(properties, scope);
  return isObject(result) ? result : {};
}

/** Functions of which the template publishes a version: the provider does that with an argument of the function. */
function publishedFunctions(resources: ReadonlyMap<string, TemplateResource>): Set<string> {
  const published = new Set<string>();
  for (const { type, properties, place } of resources.values()) {
    if (type !== 'AWS::Lambda::Version') continue;
    const [logicalId] = referencesIn(properties.FunctionName ?? null, (name) => resources.has(name));
    if (logicalId === undefined)
      throw new TemplateError(
        'FunctionName must be the !Ref of a function in the same template',
        place.position,
        `${place.path}.Properties.FunctionName`,
      );
    published.add(logicalId);
  }
  return published;
}

function unresolved(name: string, at: TemplateObject, { places }: Template): TemplateError {
  return places.error(
    `Unresolved resource dependencies [${name}]: there is no resource or parameter of that name, or its condition does not hold`,
    at,
  );
}

/** `ApiUrl` is `api_url`: what outputs are called in the Terraform of the same stack. */
function readOutputs(section: TemplateValue | undefined, scope: Scope): Record<string, StackOutput> {
  const { places } = scope;
  const outputs: Record<string, StackOutput> = {};
  for (const [name, output] of Object.entries(isObject(section) ? section : {})) {
    const owner = isObject(section) ? section : {};
    if (!isObject(output)) throw places.error('an output is an object with a Value', owner, name);
    const { Condition, Description, Export: _, Value, ...others } = output;
    const [other] = Object.keys(others);
    if (other !== undefined) throw places.error('an output has no such member', output, other);
    if (Condition !== undefined && !scope.condition(String(Condition), output)) continue;
    if (Value === undefined) throw places.error('Value is missing', owner, name);
    const value = resolve(Value, scope);
    if (typeof value === 'object') throw places.error('the Value of an output is a text', output, 'Value');
    outputs[snakeCase(name)] = {
      value,
      sensitive: false,
      ...(Description !== undefined && { description: String(Description) }),
    };
  }
  return outputs;
}

const snakeCase = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();

function writeInlineCode(directory: string, files: Record<string, string>): string {
  const folder = path.join(directory, madeUpId(JSON.stringify(files), 16).toLowerCase());
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}
