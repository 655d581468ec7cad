import path from 'node:path';
import * as z from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { AwsScope } from '../service.ts';
import type { Lambda } from './lambda.ts';

/** What unpacking a function's package needs. */
export interface LambdaDeployment {
  lambda: Lambda;
  /** Directory against which Terraform resolves `filename`. */
  rootDirectory: string;
  /** Unpacks an archive into a directory that its content names, and returns it. */
  unpack(archiveFile: string): Promise<string>;
}

const FunctionArguments = z.object({
  arn: z.string(),
  function_name: z.string().regex(/^[\w-]{1,64}$/),
  role: z.string(),
  filename: z.string('is needed: only functions from a local file run locally'),
  handler: z.string(),
  runtime: z.string(),
  package_type: z.literal('Zip').default('Zip'),
  description: z.string().default(''),
  architectures: z
    .array(z.enum(['arm64', 'x86_64']))
    .length(1)
    .default(['x86_64']),
  memory_size: z.coerce.number().int().min(128).max(10_240).default(128),
  timeout: z.coerce.number().int().min(1).max(900).default(3),
  reserved_concurrent_executions: z.coerce.number().int().min(-1).default(-1),
  version: z.string(),
  environment: z
    .array(z.object({ variables: z.record(z.string(), z.coerce.string()).nullish() }))
    .default([]),
  logging_config: z
    .array(
      z.object({
        log_format: z.enum(['JSON', 'Text']),
        application_log_level: z.string().nullish(),
        system_log_level: z.enum(['DEBUG', 'INFO', 'WARN']).nullish(),
        log_group: z.string().nullish(),
      }),
    )
    .default([]),
  tracing_config: z.array(z.object({ mode: z.enum(['Active', 'PassThrough']) })).default([]),
  layers: z.array(z.string()).max(0, 'layers do not run locally').default([]),
  dead_letter_config: z
    .array(z.object({ target_arn: z.string() }))
    .max(1)
    .default([]),
});

const destination = z
  .array(z.object({ destination: z.string() }))
  .max(1)
  .default([]);

const InvokeConfigArguments = z.object({
  function_name: z.string(),
  qualifier: z.string().optional(),
  maximum_retry_attempts: z.coerce.number().int().min(0).max(2).default(2),
  maximum_event_age_in_seconds: z.coerce.number().int().min(60).max(21_600).default(21_600),
  destination_config: z
    .array(z.object({ on_success: destination, on_failure: destination }))
    .max(1)
    .default([]),
});

/**
 * Only standard queues and topics can be destinations.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function checkDestination(resource: StackResource, arn: string, services: readonly string[]): void {
  const service = arn.split(':')[2] ?? '';
  if (!services.includes(service) || arn.endsWith('.fifo'))
    throw new ConfigurationError(
      resource,
      `InvalidParameterValueException: ${arn} is not a valid destination: it must be of ${services.join(', ')}, and no FIFO queue or topic`,
    );
}

/** Unreserved concurrency of a new account (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const accountConcurrency = 1000;

function functionAttributes(values: StackValues, { partition, region, accountId }: AwsScope): StackValues {
  const name = String(values.function_name);
  const arn = `arn:${partition}:lambda:${region}:${accountId}:function:${name}`;
  const version = values.publish === true ? '1' : '$LATEST';
  return {
    id: name,
    arn,
    version,
    invoke_arn: invokeArn(arn, { partition, region, accountId }),
    qualified_arn: `${arn}:${version}`,
    qualified_invoke_arn: invokeArn(`${arn}:${version}`, { partition, region, accountId }),
    last_modified: '2026-01-01T00:00:00.000+0000',
    code_sha256: values.source_code_hash ?? '',
    source_code_hash: '',
    source_code_size: 0,
    signing_job_arn: '',
    signing_profile_version_arn: '',
    architectures: ['x86_64'],
    description: null,
    kms_key_arn: null,
    layers: null,
    memory_size: 128,
    package_type: 'Zip',
    publish: false,
    reserved_concurrent_executions: -1,
    runtime: null,
    timeout: 3,
    tags_all: values.tags ?? {},
  };
}

const invokeArn = (arn: string, { partition, region }: AwsScope) =>
  `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`;

/** The Terraform resource types that functions are made of. */
export const lambdaResourceTypes: ResourceTypes<AwsScope, LambdaDeployment> = {
  aws_lambda_function: {
    attributes: functionAttributes,
    async realise(resource, { lambda, rootDirectory, unpack }) {
      const definition = readResource(FunctionArguments, resource);
      const archive = path.resolve(rootDirectory, definition.filename);
      const directory = await unpack(archive).catch((error: unknown) => {
        throw new ConfigurationError(resource, `filename: ${(error as Error).message}`);
      });
      const [logging] = definition.logging_config;
      const deadLetterArn = definition.dead_letter_config[0]?.target_arn;
      if (deadLetterArn !== undefined) checkDestination(resource, deadLetterArn, ['sqs', 'sns']);
      const reserved = definition.reserved_concurrent_executions;
      lambda.createFunction({
        functionName: definition.function_name,
        functionArn: definition.arn,
        publishedVersion: definition.version,
        description: definition.description,
        directory,
        handler: definition.handler,
        runtime: definition.runtime,
        roleArn: definition.role,
        architecture: definition.architectures[0] ?? 'x86_64',
        memoryMb: definition.memory_size,
        timeoutMs: definition.timeout * 1000,
        environment: definition.environment[0]?.variables ?? {},
        logFormat: logging?.log_format ?? 'Text',
        applicationLogLevel: logging?.application_log_level ?? 'INFO',
        systemLogLevel: logging?.system_log_level ?? 'INFO',
        logGroupName: logging?.log_group ?? `/aws/lambda/${definition.function_name}`,
        region: definition.arn.split(':')[3] ?? '',
        maximumConcurrency: reserved === -1 ? accountConcurrency : reserved,
        tracing: definition.tracing_config[0]?.mode === 'Active',
        ...(deadLetterArn !== undefined && { deadLetterArn }),
        source: sourceOf(resource),
      });
    },
  },
  aws_lambda_alias: {
    attributes(values, scope) {
      const arn = `arn:${scope.partition}:lambda:${scope.region}:${scope.accountId}:function:${lastPart(values.function_name)}:${String(values.name)}`;
      return { id: arn, arn, invoke_arn: invokeArn(arn, scope), description: null };
    },
    realise(resource, { lambda }) {
      const alias = readResource(
        z.object({
          function_name: z.string(),
          name: z.string(),
          function_version: z.coerce.string(),
          routing_config: z.array(z.unknown()).max(0, 'weighted aliases do not run locally').default([]),
        }),
        resource,
      );
      lambda.createAlias(
        lambda.parseArn(alias.function_name).functionName,
        alias.name,
        alias.function_version,
      );
    },
  },
  aws_lambda_provisioned_concurrency_config: {
    attributes: (values) => ({
      id: `${String(values.function_name)},${String(values.qualifier)}`,
      skip_destroy: false,
    }),
    realise(resource, { lambda }) {
      const config = readResource(
        z.object({
          function_name: z.string(),
          provisioned_concurrent_executions: z.coerce.number().int().min(1),
        }),
        resource,
      );
      lambda.provision(
        lambda.parseArn(config.function_name).functionName,
        config.provisioned_concurrent_executions,
      );
    },
  },
  aws_lambda_function_event_invoke_config: {
    attributes: (values) => ({
      id: values.qualifier
        ? `${String(values.function_name)}:${String(values.qualifier)}`
        : String(values.function_name),
      maximum_retry_attempts: 2,
      maximum_event_age_in_seconds: 21_600,
    }),
    realise(resource, { lambda }) {
      const config = readResource(InvokeConfigArguments, resource);
      const { on_success, on_failure } = config.destination_config[0] ?? {};
      const onSuccess = on_success?.[0]?.destination;
      const onFailure = on_failure?.[0]?.destination;
      for (const arn of [onSuccess, onFailure])
        if (arn !== undefined) checkDestination(resource, arn, ['sqs', 'sns', 'lambda', 'events']);
      const { functionName, qualifier } = lambda.parseArn(config.function_name);
      lambda.setAsyncPolicy(functionName, config.qualifier ?? qualifier, {
        maximumRetries: config.maximum_retry_attempts,
        maximumAgeMs: config.maximum_event_age_in_seconds * 1000,
        ...(onSuccess !== undefined && { onSuccess }),
        ...(onFailure !== undefined && { onFailure }),
      });
    },
  },
  aws_lambda_code_signing_config: {
    attributes(_values, { partition, region, accountId }, address) {
      const id = `csc-${stableId(address, 17)}`;
      const arn = `arn:${partition}:lambda:${region}:${accountId}:code-signing-config:${id}`;
      return {
        id: arn,
        arn,
        config_id: id,
        last_modified: '2026-01-01T00:00:00.000+0000',
        description: null,
      };
    },
    declaredOnly: 'signatures are checked when Lambda deploys a package, which a local run does not do',
  },
};

function lastPart(arnOrName: unknown): string {
  return String(arnOrName).split(':').at(-1) ?? '';
}
