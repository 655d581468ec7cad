// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_rule and its neighbours
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { Iam } from '../iam/iam.ts';
import { AwsError, type AwsScope } from '../service.ts';
import type { BusStore } from './bus-store.ts';
import type { TargetOptions } from './target.ts';

export interface EventBridgeDeployment {
  store: BusStore;
  iam: Iam;
}

const absent = (what: string) => z.array(z.unknown()).max(0, `${what} does not run locally`).default([]);
const busName = z.string().default('default');
const dayMs = 86_400_000;

const BusArguments = z.object({
  name: z.string().regex(/^[\w./-]{1,256}$/),
  dead_letter_config: absent('dead_letter_config of a bus'),
  event_source_name: z.undefined('event sources of SaaS partners do not run locally').optional(),
  log_config: absent('log_config'),
});

const RuleArguments = z.object({
  name: z.string().regex(/^[\w.-]{1,64}$/),
  description: z.string().optional(),
  event_bus_name: busName,
  event_pattern: z.string().optional(),
  schedule_expression: z.string().optional(),
  is_enabled: z.boolean().optional(),
  state: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
});

const TargetArguments = z.object({
  rule: z.string(),
  target_id: z.string(),
  arn: z.string(),
  event_bus_name: busName,
  input: z.string().optional(),
  input_path: z.string().optional(),
  input_transformer: z
    .array(z.object({ input_paths: z.record(z.string(), z.string()).nullish(), input_template: z.string() }))
    .max(1)
    .default([]),
  role_arn: z.string().optional(),
  retry_policy: z
    .array(
      z.object({
        maximum_event_age_in_seconds: z.coerce.number().int().min(60).max(86_400).nullish(),
        maximum_retry_attempts: z.coerce.number().int().min(0).max(185).nullish(),
      }),
    )
    .max(1)
    .default([]),
  dead_letter_config: z
    .array(z.object({ arn: z.string() }))
    .max(1)
    .default([]),
  sqs_target: z
    .array(z.object({ message_group_id: z.string().nullish() }))
    .max(1)
    .default([]),
  appsync_target: absent('an AppSync target'),
  batch_target: absent('a Batch target'),
  ecs_target: absent('an ECS target'),
  http_target: absent('an API target'),
  kinesis_target: absent('a Kinesis target'),
  redshift_target: absent('a Redshift target'),
  run_command_targets: absent('a Run Command target'),
  sagemaker_pipeline_target: absent('a SageMaker target'),
});

const eventsArn = ({ partition, region, accountId }: AwsScope, resource: string) =>
  `arn:${partition}:events:${region}:${accountId}:${resource}`;
const nameOfBus = (value: unknown) =>
  typeof value === 'string' ? (value.split('/').at(-1) ?? value) : 'default';

function generatedName(values: StackValues, address: string): string {
  if (typeof values.name === 'string' && values.name !== '') return values.name;
  const prefix =
    typeof values.name_prefix === 'string' && values.name_prefix ? values.name_prefix : 'terraform-';
  return `${prefix}${stableId(address, 26, '0123456789')}`;
}

function ruleAttributes(values: StackValues, scope: AwsScope, address: string): StackValues {
  const name = generatedName(values, address);
  const bus = nameOfBus(values.event_bus_name);
  return {
    id: bus === 'default' ? name : `${String(values.event_bus_name)}/${name}`,
    arn: eventsArn(scope, bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`),
    name,
    name_prefix: values.name_prefix ?? '',
    event_bus_name: 'default',
    force_destroy: false,
    region: values.region ?? scope.region,
    state: 'ENABLED',
    tags_all: values.tags_all ?? values.tags ?? {},
  };
}

function targetAttributes(values: StackValues, scope: AwsScope, address: string): StackValues {
  const id =
    typeof values.target_id === 'string'
      ? values.target_id
      : `terraform-${stableId(address, 26, '0123456789')}`;
  const bus = nameOfBus(values.event_bus_name);
  return {
    id: bus === 'default' ? `${String(values.rule)}-${id}` : `${bus}-${String(values.rule)}-${id}`,
    target_id: id,
    event_bus_name: 'default',
    force_destroy: false,
    region: values.region ?? scope.region,
  };
}

function realiseTarget(resource: StackResource, { store }: EventBridgeDeployment): void {
  const given = readResource(TargetArguments, resource);
  const [transformer] = given.input_transformer;
  const [retry] = given.retry_policy;
  const deadLetterArn = given.dead_letter_config[0]?.arn;
  const group = given.sqs_target[0]?.message_group_id;
  const service = given.arn.split(':')[2];
  if (deadLetterArn !== undefined && !/^arn:[^:]+:sqs:.*(?<!\.fifo)$/.test(deadLetterArn))
    throw new ConfigurationError(resource, 'dead_letter_config: arn must be that of a standard SQS queue');
  if (service === 'events' && (given.input ?? given.input_path ?? transformer) !== undefined)
    throw new ConfigurationError(resource, 'an event goes to another bus as it is: no input can be given');
  if (service === 'sqs' && given.arn.endsWith('.fifo') && !group)
    throw new ConfigurationError(
      resource,
      `ValidationException: Parameter(s) SqsParameters must be specified for target: ${given.target_id}.`,
    );
  const options: TargetOptions = {
    id: given.target_id,
    arn: given.arn,
    ...(given.role_arn && { roleArn: given.role_arn }),
    ...(given.input && { input: given.input }),
    ...(given.input_path && { inputPath: given.input_path }),
    ...(transformer && {
      transformer: { paths: transformer.input_paths ?? {}, template: transformer.input_template },
    }),
    ...(group && { messageGroupId: group }),
    ...(typeof retry?.maximum_retry_attempts === 'number' && {
      maximumRetries: retry.maximum_retry_attempts,
    }),
    ...(retry?.maximum_event_age_in_seconds && {
      maximumAgeMs: retry.maximum_event_age_in_seconds * 1000,
    }),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
  };
  explained(resource, () => store.rule(given.event_bus_name, given.rule).putTarget(options));
}

function explained<Result>(resource: StackResource, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof AwsError) throw new ConfigurationError(resource, `${error.code}: ${error.message}`);
    throw error;
  }
}

export const eventBridgeResourceTypes: ResourceTypes<AwsScope, EventBridgeDeployment> = {
  aws_cloudwatch_event_bus: {
    attributes: (values, scope) => ({
      id: values.name ?? null,
      arn: eventsArn(scope, `event-bus/${String(values.name)}`),
      region: values.region ?? scope.region,
      tags_all: values.tags_all ?? values.tags ?? {},
    }),
    realise(resource, { store }) {
      const { name } = readResource(BusArguments, resource);
      explained(resource, () => store.create(name));
    },
  },
  aws_cloudwatch_event_rule: {
    attributes: ruleAttributes,
    realise(resource, { store }) {
      const given = readResource(RuleArguments, resource);
      const bus = explained(resource, () => store.bus(given.event_bus_name));
      if (bus.rules.has(given.name))
        throw new ConfigurationError(resource, `there is another rule with the name ${given.name}`);
      explained(resource, () =>
        store.putRule({
          name: given.name,
          busName: bus.name,
          isEnabled: given.is_enabled ?? given.state === 'ENABLED',
          ...(given.event_pattern && { pattern: given.event_pattern }),
          ...(given.schedule_expression && { schedule: given.schedule_expression }),
          ...(given.description && { description: given.description }),
        }),
      );
    },
  },
  aws_cloudwatch_event_target: { attributes: targetAttributes, realise: realiseTarget },
  aws_cloudwatch_event_archive: {
    attributes: (values, scope) => ({
      id: values.name ?? null,
      arn: eventsArn(scope, `archive/${String(values.name)}`),
      region: values.region ?? scope.region,
      retention_days: 0,
    }),
    realise(resource, { store }) {
      const given = readResource(
        z.object({
          name: z.string(),
          event_source_arn: z.string(),
          event_pattern: z.string().optional(),
          retention_days: z.coerce.number().int().min(0).default(0),
        }),
        resource,
      );
      explained(resource, () =>
        store.archive(
          store.bus(given.event_source_arn),
          given.name,
          given.event_pattern,
          given.retention_days === 0 ? undefined : given.retention_days * dayMs,
        ),
      );
    },
  },
  aws_cloudwatch_event_bus_policy: {
    attributes: (values, scope) => ({
      id: values.event_bus_name ?? 'default',
      event_bus_name: 'default',
      region: values.region ?? scope.region,
    }),
    realise(resource, { store, iam }) {
      const given = readResource(z.object({ event_bus_name: busName, policy: z.string() }), resource);
      const bus = explained(resource, () => store.bus(given.event_bus_name));
      iam.attachResourcePolicy(bus.arn, given.policy, sourceOf(resource));
    },
  },
  aws_cloudwatch_event_permission: {
    attributes: (values, scope) => ({
      id: `${nameOfBus(values.event_bus_name)}-${String(values.statement_id)}`,
      action: 'events:PutEvents',
      event_bus_name: 'default',
      region: values.region ?? scope.region,
    }),
    realise(resource, { store, iam }) {
      const given = readResource(
        z.object({
          action: z.string().default('events:PutEvents'),
          condition: z.array(z.object({ key: z.string(), type: z.string(), value: z.string() })).default([]),
          event_bus_name: busName,
          principal: z.string(),
          statement_id: z.string(),
        }),
        resource,
      );
      const bus = explained(resource, () => store.bus(given.event_bus_name));
      const [condition] = given.condition;
      const statement = {
        Sid: given.statement_id,
        Effect: 'Allow',
        Principal:
          given.principal === '*'
            ? '*'
            : { AWS: `arn:${store.runtime.partition}:iam::${given.principal}:root` },
        Action: given.action,
        Resource: bus.arn,
        ...(condition && { Condition: { [condition.type]: { [condition.key]: condition.value } } }),
      };
      iam.attachResourcePolicy(
        bus.arn,
        JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        sourceOf(resource),
      );
    },
  },
};
