/** A position in a configuration file. `line` and `column` count from 1. */
export interface SourcePosition {
  /** Path relative to the root directory of the stack, with forward slashes. */
  file: string;
  line: number;
  column: number;
}

/**
 * A value that only the cloud can supply, with its provenance: which attribute of which resource it
 * waits for (`aws_dynamodb_table.items.arn`).
 */
export class Unknown {
  readonly from: string;
  /** The type, where the configuration tells it (`string`, `list(string)`, ...); otherwise `dynamic`. */
  readonly type: string;

  constructor(from: string, type = 'dynamic') {
    this.from = from;
    this.type = type;
  }
}

/** A resolved value: JSON, with `Unknown` where a value is known only after apply. */
export type StackValue =
  | null
  | boolean
  | number
  | string
  | Unknown
  | StackValue[]
  | { [key: string]: StackValue };
export type StackValues = Record<string, StackValue>;

/** One instance of a resource or data source (each `count` or `for_each` key is an instance of its own). */
export interface StackResource {
  /** `module.api.aws_lambda_function.this[0]` */
  address: string;
  mode: 'managed' | 'data';
  type: string;
  name: string;
  /** Names of the modules around it, outermost first, with their instance keys: `['api', 'worker["a"]']`. */
  modulePath: string[];
  instanceKey?: string | number;
  /** Local name of the provider configuration: `aws`, `aws.us_east_1`, `google`. */
  provider: string;
  /** Configured arguments and computed attributes. A nested block is an array of objects, also a single one. */
  values: StackValues;
  /** Top-level names of `values` that the configuration sets (the others were computed). */
  configured: string[];
  /** Paths into `values` that are sensitive, as `password` or `set[0].value`. */
  sensitive: string[];
  /** Addresses of the resources and data sources that this one refers to, in its arguments or `depends_on`. */
  dependsOn: string[];
  source: SourcePosition;
}

export interface StackOutput {
  value: StackValue;
  sensitive: boolean;
  description?: string;
}

/** A provider block, evaluated. */
export interface StackProvider {
  /** `aws`, `azurerm`, `google` */
  name: string;
  alias?: string;
  values: StackValues;
}

/** A Terraform configuration, evaluated: what it would create, with every expression resolved. */
export interface Stack {
  /** Absolute path. */
  rootDirectory: string;
  workspace: string;
  variables: StackValues;
  providers: StackProvider[];
  /** Managed resources; whatever a resource refers to stands before it. */
  resources: StackResource[];
  dataSources: StackResource[];
  outputs: Record<string, StackOutput>;
  /** What Terraform would only warn about, rendered: failed `check` assertions, values for undeclared variables. */
  warnings: string[];
  /** Every file that the evaluation read (configuration, tfvars, `file()` and `templatefile()` targets), absolute. */
  files: string[];
}

/** What the evaluator asks a provider: one resource or data source with its arguments evaluated. */
export interface ProviderRequest {
  type: string;
  address: string;
  values: StackValues;
  provider: StackProvider;
}

/**
 * Stands for the providers. Without one the evaluator behaves like `terraform plan`: computed attributes
 * are `Unknown`. With one it behaves like `terraform apply`.
 */
export interface ProviderModel {
  /** The attributes that creating the resource computes; `undefined` when the type is not supported. */
  resource(request: ProviderRequest): StackValues | undefined;
  /** The attributes that reading the data source yields; `undefined` when it is not supported. */
  data(request: ProviderRequest): StackValues | undefined;
}

/** Where the stack would be deployed: what data sources such as `aws_caller_identity` answer. */
export interface DeploymentScope {
  aws: { accountId: string; region: string; partition: string };
  azure: { subscriptionId: string; tenantId: string; clientId: string; objectId: string };
  google: { projectId: string; projectNumber: string; region: string };
}

export interface EvaluateOptions {
  /** `-var` values: strings are parsed as Terraform does for the declared type, other values are taken as they are. */
  variables?: Record<string, unknown>;
  /** `-var-file` paths, after `terraform.tfvars` and `*.auto.tfvars`, which are always read. */
  variableFiles?: string[];
  /** Environment in which `TF_VAR_name` is looked up; none by default. */
  environment?: Record<string, string | undefined>;
  workspace?: string;
  provider?: ProviderModel;
  /** Differences from `defaultScope`. A region, project or subscription of a provider block goes before it. */
  scope?: { [Cloud in keyof DeploymentScope]?: Partial<DeploymentScope[Cloud]> };
  /** For `plantimestamp()`, and in an apply for `timestamp()`, which a plan leaves unknown. */
  now?: () => Date;
  /** For `uuid()` in an apply; a plan leaves it unknown. */
  newUuid?: () => string;
}
