import type { Attribute, Block, Body, Expression, ReferenceExpression } from '../ast.ts';
import type { SourceRange } from '../source.ts';
import type { TypeConstraint } from '../types/index.ts';

/** `condition` and `error_message` of a validation, precondition, postcondition or assertion. */
export interface CheckRule {
  condition: Expression;
  errorMessage: Expression;
  range: SourceRange;
}

export interface VariableConfiguration {
  name: string;
  type: TypeConstraint;
  /** How a text given for it is read. */
  textMode: 'literal' | 'expression';
  default: Expression | undefined;
  sensitive: boolean;
  nullable: boolean;
  validations: CheckRule[];
  range: SourceRange;
}

export interface OutputConfiguration {
  name: string;
  value: Expression;
  description: string | undefined;
  sensitive: boolean;
  dependsOn: ReferenceExpression[];
  preconditions: CheckRule[];
  range: SourceRange;
}

/** A provider configuration as a module names it: `aws`, or `aws.east`. */
export interface ProviderName {
  name: string;
  alias: string | undefined;
}

/** What resources and module calls have in common. */
export interface Repetition {
  count: Attribute | undefined;
  forEach: Attribute | undefined;
}

export interface ResourceConfiguration extends Repetition {
  mode: 'managed' | 'data';
  type: string;
  name: string;
  /** The arguments that the provider gets: without `count`, `lifecycle` and the like. */
  body: Body;
  provider: ProviderName;
  dependsOn: ReferenceExpression[];
  preconditions: CheckRule[];
  postconditions: CheckRule[];
  /** Commands to run when the resource is created. They are not run, which is a warning. */
  provisioners: Block[];
  range: SourceRange;
}

export interface ModuleCallConfiguration extends Repetition {
  name: string;
  source: string;
  /** Values for the variables of the module. */
  body: Body;
  /** From the name inside of the module to the one outside. */
  providers: Map<string, ProviderName> | undefined;
  dependsOn: ReferenceExpression[];
  range: SourceRange;
}

export interface ProviderConfiguration extends ProviderName {
  body: Body;
  range: SourceRange;
}

export interface CheckConfiguration {
  name: string;
  /** The data source that only the assertions of this block see. */
  data: ResourceConfiguration | undefined;
  assertions: CheckRule[];
  range: SourceRange;
}

/** What the files of one module directory declare. */
export interface ModuleConfiguration {
  variables: Map<string, VariableConfiguration>;
  locals: Map<string, Attribute>;
  outputs: Map<string, OutputConfiguration>;
  /** By `type.name`. */
  managed: Map<string, ResourceConfiguration>;
  data: Map<string, ResourceConfiguration>;
  modules: Map<string, ModuleCallConfiguration>;
  /** By `name` or `name.alias`. */
  providers: Map<string, ProviderConfiguration>;
  checks: Map<string, CheckConfiguration>;
}

/** `aws_sqs_queue.jobs` or `data.aws_region.current`, without module and key. */
export function resourceAddress({
  mode,
  type,
  name,
}: Pick<ResourceConfiguration, 'mode' | 'type' | 'name'>): string {
  return mode === 'data' ? `data.${type}.${name}` : `${type}.${name}`;
}

export function providerLabel({ name, alias }: ProviderName): string {
  return alias === undefined ? name : `${name}.${alias}`;
}
