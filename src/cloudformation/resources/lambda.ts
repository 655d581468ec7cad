// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { StackValues } from '../../terraform/stack.ts';
import {
  block,
  blocks,
  flag,
  type Given,
  json,
  number,
  record,
  refused,
  tags,
  text,
  texts,
} from '../property.ts';
import { type MappingContext, type ResourceMapping, the } from '../resource-mapping.ts';
import { isObject } from '../template-value.ts';

const destination = (argument: string) => block(argument, { Destination: text('destination') });

/** A package that is a file, a folder as `sam build` leaves it, or code in the template itself. */
function codeFile(code: Given, handler: string, context: MappingContext): string {
  if (typeof code.value === 'string') {
    if (code.value.startsWith('s3://'))
      throw code.refuse('code in S3 does not run locally: name a local zip file or folder');
    const file = context.pathOf(code.value);
    if (existsSync(file) && statSync(file).isDirectory()) checkHandler(file, handler, code);
    return file;
  }
  if (isObject(code.value) && typeof code.value.ZipFile === 'string')
    return context.inlineCode({ 'index.js': code.value.ZipFile });
  if (isObject(code.value) && 'ImageUri' in code.value)
    throw code.refuse('container images do not run locally');
  throw code.refuse('code in S3 does not run locally: name a local zip file or folder');
}

/** A folder of sources is not what Lambda runs. */
function checkHandler(folder: string, handler: string, code: Given): void {
  const module = handler.slice(0, handler.lastIndexOf('.'));
  if (['.js', '.mjs', '.cjs'].some((extension) => existsSync(path.join(folder, `${module}${extension}`))))
    return;
  throw code.refuse(
    `the folder ${String(code.value)} has no ${module}.mjs, .js or .cjs for the handler ${handler}. Where it is made by a build, run that first (sam build) and then the built template (.aws-sam/build/template.yaml).`,
  );
}

const functionMapping: ResourceMapping = {
  properties: {
    Architectures: texts('architectures'),
    // The package is found by `make`, which knows the handler.
    Code: () => ({}),
    CodeSigningConfigArn: text('code_signing_config_arn'),
    DeadLetterConfig: block('dead_letter_config', { TargetArn: text('target_arn') }),
    Description: text('description'),
    Environment: block('environment', { Variables: record('variables') }),
    EphemeralStorage: block('ephemeral_storage', { Size: number('size') }),
    FileSystemConfigs: refused('file systems do not run locally'),
    FunctionName: text('function_name'),
    Handler: text('handler'),
    ImageConfig: refused('container images do not run locally'),
    KmsKeyArn: text('kms_key_arn'),
    Layers: texts('layers'),
    LoggingConfig: block('logging_config', {
      ApplicationLogLevel: text('application_log_level'),
      LogFormat: text('log_format'),
      LogGroup: text('log_group'),
      SystemLogLevel: text('system_log_level'),
    }),
    MemorySize: number('memory_size'),
    PackageType: text('package_type'),
    ReservedConcurrentExecutions: number('reserved_concurrent_executions'),
    Role: text('role'),
    Runtime: text('runtime'),
    SnapStart: refused('SnapStart does not run locally'),
    Tags: tags('tags'),
    Timeout: number('timeout'),
    TracingConfig: block('tracing_config', { Mode: text('mode') }),
    VpcConfig: block('vpc_config', {
      Ipv6AllowedForDualStack: flag('ipv6_allowed_for_dual_stack'),
      SecurityGroupIds: texts('security_group_ids'),
      SubnetIds: texts('subnet_ids'),
    }),
  },
  required: ['Code', 'Handler', 'Role', 'Runtime'],
  make(values, context, given) {
    const code = isObject(given.value) ? given.value.Code : undefined;
    if (code === undefined) throw given.refuse('Code is missing');
    const [logging] = Array.isArray(values.logging_config) ? values.logging_config : [];
    return [
      {
        type: 'aws_lambda_function',
        values: {
          function_name: context.madeUpName(64),
          ...values,
          filename: codeFile(given.member('Code', code), String(values.handler), context),
          ...(isObject(logging as never) && {
            logging_config: [{ log_format: 'Text', ...(logging as StackValues) }],
          }),
          ...(context.isPublished && { publish: true }),
        },
      },
    ];
  },
  ref: the('function_name'),
  attributes: { Arn: the('arn') },
};

const nameOfFunction = (arnOrName: unknown) => {
  const parts = String(arnOrName).split(':');
  return parts[0] === 'arn' ? (parts[6] ?? '') : (parts[0] ?? '');
};

/** The version is an attribute of the function that the provider publishes. */
const versionMapping: ResourceMapping = {
  properties: {
    CodeSha256: () => ({}),
    Description: () => ({}),
    FunctionName: text('function_name'),
    ProvisionedConcurrencyConfig: refused('give provisioned concurrency to an alias of the version'),
  },
  required: ['FunctionName'],
  make: () => [],
  ref: (values, { partition, region, accountId }) =>
    `arn:${partition}:lambda:${region}:${accountId}:function:${nameOfFunction(values.function_name)}:1`,
  attributes: { Version: () => '1' },
};

const aliasMapping: ResourceMapping = {
  properties: {
    Description: text('description'),
    FunctionName: text('function_name'),
    FunctionVersion: text('function_version'),
    Name: text('name'),
    ProvisionedConcurrencyConfig: block('provisioned', {
      ProvisionedConcurrentExecutions: number('provisioned_concurrent_executions'),
    }),
    RoutingConfig: refused('weighted aliases do not run locally'),
  },
  required: ['FunctionName', 'FunctionVersion', 'Name'],
  make({ provisioned, ...values }) {
    const [concurrency] = Array.isArray(provisioned) ? provisioned : [];
    return [
      { type: 'aws_lambda_alias', values },
      ...(concurrency === undefined
        ? []
        : [
            {
              type: 'aws_lambda_provisioned_concurrency_config',
              values: {
                function_name: nameOfFunction(values.function_name),
                qualifier: values.name ?? null,
                ...(concurrency as StackValues),
              },
            },
          ]),
    ];
  },
  ref: the('arn'),
  attributes: { AliasArn: the('arn') },
};

const permissionMapping: ResourceMapping = {
  properties: {
    Action: text('action'),
    EventSourceToken: text('event_source_token'),
    FunctionName: text('function_name'),
    FunctionUrlAuthType: text('function_url_auth_type'),
    InvokedViaFunctionUrl: flag('invoked_via_function_url'),
    Principal: text('principal'),
    PrincipalOrgID: text('principal_org_id'),
    SourceAccount: text('source_account'),
    SourceArn: text('source_arn'),
  },
  required: ['Action', 'FunctionName', 'Principal'],
  make(values, context) {
    const [, qualified, qualifier] =
      /^(arn:[^:]+:lambda:[^:]+:\d+:function:[^:]+):(.+)$/.exec(String(values.function_name)) ?? [];
    return [
      {
        type: 'aws_lambda_permission',
        values: {
          statement_id: context.madeUpName(100),
          ...values,
          ...(qualified && qualifier && { function_name: qualified, qualifier }),
        },
      },
    ];
  },
  ref: the('statement_id'),
  attributes: { Id: the('statement_id') },
};

const mappingMapping: ResourceMapping = {
  properties: {
    BatchSize: number('batch_size'),
    BisectBatchOnFunctionError: flag('bisect_batch_on_function_error'),
    DestinationConfig: block('destination_config', { OnFailure: destination('on_failure') }),
    Enabled: flag('enabled'),
    EventSourceArn: text('event_source_arn'),
    FilterCriteria: block('filter_criteria', { Filters: blocks('filter', { Pattern: json('pattern') }) }),
    FunctionName: text('function_name'),
    FunctionResponseTypes: texts('function_response_types'),
    KmsKeyArn: text('kms_key_arn'),
    MaximumBatchingWindowInSeconds: number('maximum_batching_window_in_seconds'),
    MaximumRecordAgeInSeconds: number('maximum_record_age_in_seconds'),
    MaximumRetryAttempts: number('maximum_retry_attempts'),
    MetricsConfig: refused('MetricsConfig does not run locally'),
    ParallelizationFactor: number('parallelization_factor'),
    ProvisionedPollerConfig: refused('ProvisionedPollerConfig does not run locally'),
    ScalingConfig: block('scaling_config', { MaximumConcurrency: number('maximum_concurrency') }),
    StartingPosition: text('starting_position'),
    Tags: tags('tags'),
    TumblingWindowInSeconds: number('tumbling_window_in_seconds'),
  },
  required: ['EventSourceArn', 'FunctionName'],
  make: (values) => [{ type: 'aws_lambda_event_source_mapping', values }],
  ref: the('uuid'),
  attributes: { EventSourceMappingArn: the('arn'), Id: the('uuid') },
};

const invokeConfigMapping: ResourceMapping = {
  properties: {
    DestinationConfig: block('destination_config', {
      OnFailure: destination('on_failure'),
      OnSuccess: destination('on_success'),
    }),
    FunctionName: text('function_name'),
    MaximumEventAgeInSeconds: number('maximum_event_age_in_seconds'),
    MaximumRetryAttempts: number('maximum_retry_attempts'),
    Qualifier: text('qualifier'),
  },
  required: ['FunctionName', 'Qualifier'],
  make: ({ qualifier, ...values }) => [
    {
      type: 'aws_lambda_function_event_invoke_config',
      // The provider names the unpublished version by leaving the qualifier out.
      values: { ...values, ...(qualifier !== '$LATEST' && { qualifier: qualifier ?? null }) },
    },
  ],
  ref: the('id'),
  attributes: {},
};

export const lambdaMappings: Record<string, ResourceMapping> = {
  'AWS::Lambda::Alias': aliasMapping,
  'AWS::Lambda::EventInvokeConfig': invokeConfigMapping,
  'AWS::Lambda::EventSourceMapping': mappingMapping,
  'AWS::Lambda::Function': functionMapping,
  'AWS::Lambda::Permission': permissionMapping,
  'AWS::Lambda::Version': versionMapping,
};
