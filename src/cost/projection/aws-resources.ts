import type { Facts } from './facts.ts';
import { fix, type Provision } from './provision.ts';
import type { ResourceRules } from './resource-rules.ts';
import type { StackIndex } from './stack-index.ts';
import { ticksPerDay } from './ticks-per-day.ts';

/** Memory at which a function has one whole vCPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const mbPerVcpu = 1769;
/** Pollers of a queue that run while nothing comes. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const idlePollers = 5;

const functionTypes = ['aws_lambda_function', 'aws_lambda_alias'];

function lambdaFunction(facts: Facts, { functions }: Provision): void {
  const memoryMb = facts.number('memory_size', 128);
  functions.push({
    address: facts.address,
    platform: 'lambda',
    memoryMb,
    vcpu: memoryMb / mbPerVcpu,
    concurrency: 1,
    readyInstances: 0,
    architecture: facts.list('architectures').includes('arm64') ? 'arm64' : 'x86',
    ephemeralMb: facts.block('ephemeral_storage')?.number('size', 512) ?? 512,
    traced: facts.block('tracing_config')?.text('mode', '') === 'Active',
  });
}

/** Comes after the function, as everything that a resource refers to. */
function provisionedConcurrency(facts: Facts, provision: Provision, index: StackIndex): void {
  const owner = functionAddress(facts, 'function_name', index);
  const found = provision.functions.find(({ address }) => address === owner);
  if (found) found.readyInstances += facts.number('provisioned_concurrent_executions', 0);
}

function functionAddress(facts: Facts, attribute: string, index: StackIndex): string | undefined {
  const named = index.find(facts.value(attribute), functionTypes);
  if (named?.type !== 'aws_lambda_alias') return named?.address;
  return index.find(named.values.function_name, ['aws_lambda_function'])?.address;
}

function eventSourceMapping(facts: Facts, provision: Provision, index: StackIndex): void {
  if (!facts.flag('enabled', true)) return;
  const owner = functionAddress(facts, 'function_name', index);
  const source = facts.value('event_source_arn');
  const from = index.find(source, ['aws_sqs_queue', 'aws_kinesis_stream', 'aws_dynamodb_table']);
  const table =
    from ??
    index
      .ofType('aws_dynamodb_table')
      .find(({ values }) => values.stream_arn !== undefined && values.stream_arn === source);
  if (!owner || !table) return;
  const kinds: Record<string, 'sqs' | 'kinesis' | 'dynamodb'> = {
    aws_sqs_queue: 'sqs',
    aws_kinesis_stream: 'kinesis',
  };
  const kind = kinds[table.type] ?? 'dynamodb';
  const isFifo = table.values.fifo_queue === true;
  const mostConcurrent = facts
    .block('scaling_config')
    ?.number('maximum_concurrency', Number.POSITIVE_INFINITY);
  const poller = facts.block('provisioned_poller_config');
  provision.eventSources.push({
    address: facts.address,
    source: kind === 'sqs' && isFifo ? 'sqs-fifo' : kind,
    from: table.address,
    function: owner,
    batchSize: facts.number('batch_size', kind === 'sqs' ? 10 : 100),
    windowSeconds: facts.number('maximum_batching_window_in_seconds', 0),
    pollers: kind === 'sqs' ? Math.min(idlePollers, mostConcurrent ?? idlePollers) : 0,
  });
  if (poller && kind === 'sqs')
    fix(provision, facts, 'SQS event pollers', 'aws.lambda.esm_poller_sqs', {
      quantity: poller.number('minimum_pollers', 2),
      per: 'hour',
    });
}

function table(facts: Facts, provision: Provision): void {
  const provisioned = facts.text('billing_mode', 'PROVISIONED') === 'PROVISIONED';
  const infrequent = facts.text('table_class', 'STANDARD') === 'STANDARD_INFREQUENT_ACCESS';
  const mode = infrequent ? 'on-demand-infrequent' : 'on-demand';
  provision.stores.push({ address: facts.address, mode: provisioned ? 'provisioned' : mode });
  if (!provisioned) return;
  // Indexes have capacity of their own.
  for (const owner of [facts, ...facts.blocks('global_secondary_index')]) {
    fix(provision, facts, 'Provisioned write capacity', 'aws.dynamodb.provisioned_wcu', {
      quantity: owner.number('write_capacity', 0),
      per: 'hour',
    });
    fix(provision, facts, 'Provisioned read capacity', 'aws.dynamodb.provisioned_rcu', {
      quantity: owner.number('read_capacity', 0),
      per: 'hour',
    });
  }
}

function stream(facts: Facts, provision: Provision): void {
  const onDemand = facts.block('stream_mode_details')?.text('stream_mode', '') === 'ON_DEMAND';
  provision.stores.push({ address: facts.address, mode: onDemand ? 'on-demand' : 'provisioned' });
  if (onDemand) {
    fix(provision, facts, 'Streams', 'aws.kinesis.ondemand_stream_hour', { quantity: 1, per: 'hour' });
    return;
  }
  const shards = { quantity: facts.number('shard_count', 1), per: 'hour' } as const;
  fix(provision, facts, 'Shards', 'aws.kinesis.provisioned_shard_hour', shards);
  if (facts.number('retention_period', 24) > 24)
    fix(provision, facts, 'Extended retention', 'aws.kinesis.extended_retention_shard_hour', shards);
}

function alarm(facts: Facts, provision: Provision): void {
  const isHighResolution = facts.number('period', 60) < 60;
  // Of a metric math alarm each metric that it reads counts.
  const metrics = facts.blocks('metric_query').filter((query) => query.block('metric')).length;
  fix(
    provision,
    facts,
    isHighResolution ? 'High-resolution alarms' : 'Alarms',
    isHighResolution ? 'aws.cloudwatch.alarm_highres' : 'aws.cloudwatch.alarm_standard',
    { quantity: Math.max(metrics, 1), per: 'month' },
  );
}

function schedule(facts: Facts, provision: Provision, index: StackIndex): void {
  if (facts.text('state', 'ENABLED') !== 'ENABLED') return;
  const target = facts.block('target');
  const perDay = ticksPerDay(facts.text('schedule_expression', ''));
  if (perDay === undefined) return;
  provision.schedules.push({
    address: facts.address,
    function: target && functionAddress(target, 'arn', index),
    perDay,
    price: 'aws.eventbridge.scheduler',
  });
}

/** Scheduled rules are free. */
function eventRule(facts: Facts, provision: Provision, index: StackIndex): void {
  const expression = facts.text('schedule_expression', '');
  const perDay = expression === '' ? undefined : ticksPerDay(expression);
  if (perDay === undefined) return;
  const target = index
    .ofType('aws_cloudwatch_event_target')
    .find(({ values }) => index.find(values.rule, ['aws_cloudwatch_event_rule'])?.address === facts.address);
  const named = target && index.find(target.values.arn, functionTypes);
  provision.schedules.push({ address: facts.address, function: named?.address, perDay });
}

function endpoint(facts: Facts, provision: Provision): void {
  if (facts.text('vpc_endpoint_type', 'Gateway') !== 'Interface') return;
  fix(provision, facts, 'Interface endpoints', 'aws.vpc.interface_endpoint_hour', {
    quantity: Math.max(facts.list('subnet_ids').length, 1),
    per: 'hour',
  });
}

function natGateway(facts: Facts, provision: Provision): void {
  fix(provision, facts, 'NAT gateways', 'aws.nat.gateway_hour', { quantity: 1, per: 'hour' });
}

function parameter(facts: Facts, provision: Provision): void {
  if (facts.text('tier', 'Standard') === 'Advanced')
    fix(provision, facts, 'Advanced parameters', 'aws.ssm.parameter_advanced', {
      quantity: 1,
      per: 'month',
    });
}

function apiStage(facts: Facts, provision: Provision): void {
  if (facts.flag('cache_cluster_enabled')) {
    const size = facts.text('cache_cluster_size', '0.5');
    fix(provision, facts, `Cache of ${size} GB`, `aws.apigateway.cache_${size}gb`, {
      quantity: 1,
      per: 'hour',
    });
  }
}

const monthly = (name: string, price: string) => (facts: Facts, provision: Provision) =>
  fix(provision, facts, name, price, { quantity: 1, per: 'month' });

export const awsRules: ResourceRules = {
  priced: {
    aws_api_gateway_stage: apiStage,
    aws_cloudwatch_composite_alarm: monthly('Composite alarms', 'aws.cloudwatch.alarm_composite'),
    aws_cloudwatch_dashboard: monthly('Dashboards', 'aws.cloudwatch.dashboard'),
    aws_cloudwatch_event_rule: eventRule,
    aws_cloudwatch_log_group: (facts, { logs }) =>
      logs.push({ address: facts.address, days: facts.number('retention_in_days', 0) }),
    aws_cloudwatch_metric_alarm: alarm,
    aws_dynamodb_table: table,
    aws_eip: (facts, provision) =>
      fix(provision, facts, 'Public IPv4 addresses', 'aws.vpc.public_ipv4', { quantity: 1, per: 'hour' }),
    aws_kinesis_stream: stream,
    aws_kms_key: monthly('Keys', 'aws.kms.key'),
    aws_kms_replica_key: monthly('Keys', 'aws.kms.key'),
    aws_lambda_event_source_mapping: eventSourceMapping,
    aws_lambda_function: lambdaFunction,
    aws_lambda_provisioned_concurrency_config: provisionedConcurrency,
    aws_nat_gateway: natGateway,
    aws_scheduler_schedule: schedule,
    aws_secretsmanager_secret: monthly('Secrets', 'aws.secretsmanager.secret'),
    aws_ssm_parameter: parameter,
    aws_vpc_endpoint: endpoint,
  },
  // Free by themselves: what goes through them is metered, or the vendor charges nothing for it.
  free: new Set([
    'aws_api_gateway_account',
    'aws_api_gateway_deployment',
    'aws_api_gateway_integration',
    'aws_api_gateway_method',
    'aws_api_gateway_method_settings',
    'aws_api_gateway_resource',
    'aws_api_gateway_rest_api',
    'aws_apigatewayv2_api',
    'aws_apigatewayv2_authorizer',
    'aws_apigatewayv2_deployment',
    'aws_apigatewayv2_integration',
    'aws_apigatewayv2_integration_response',
    'aws_apigatewayv2_route',
    'aws_apigatewayv2_route_response',
    'aws_apigatewayv2_stage',
    'aws_appautoscaling_policy',
    'aws_appautoscaling_target',
    'aws_budgets_budget',
    'aws_cloudwatch_event_api_destination',
    'aws_cloudwatch_event_archive',
    'aws_cloudwatch_event_bus',
    'aws_cloudwatch_event_bus_policy',
    'aws_cloudwatch_event_connection',
    'aws_cloudwatch_event_permission',
    'aws_cloudwatch_event_target',
    'aws_cloudwatch_log_metric_filter',
    'aws_cloudwatch_log_resource_policy',
    'aws_cloudwatch_log_subscription_filter',
    'aws_default_security_group',
    'aws_dynamodb_resource_policy',
    'aws_dynamodb_table_item',
    'aws_iam_instance_profile',
    'aws_iam_policy',
    'aws_iam_policy_attachment',
    'aws_iam_role',
    'aws_iam_role_policies_exclusive',
    'aws_iam_role_policy',
    'aws_iam_role_policy_attachment',
    'aws_iam_role_policy_attachments_exclusive',
    'aws_internet_gateway',
    'aws_kinesis_stream_consumer',
    'aws_kms_alias',
    'aws_kms_grant',
    'aws_kms_key_policy',
    'aws_lambda_alias',
    'aws_lambda_code_signing_config',
    'aws_lambda_function_event_invoke_config',
    'aws_lambda_function_recursion_config',
    'aws_lambda_function_url',
    'aws_lambda_layer_version',
    'aws_lambda_permission',
    'aws_network_acl',
    'aws_pipes_pipe',
    'aws_route',
    'aws_route_table',
    'aws_route_table_association',
    'aws_s3_bucket',
    'aws_s3_bucket_acl',
    'aws_s3_bucket_cors_configuration',
    'aws_s3_bucket_lifecycle_configuration',
    'aws_s3_bucket_logging',
    'aws_s3_bucket_notification',
    'aws_s3_bucket_ownership_controls',
    'aws_s3_bucket_policy',
    'aws_s3_bucket_public_access_block',
    'aws_s3_bucket_server_side_encryption_configuration',
    'aws_s3_bucket_versioning',
    'aws_s3_object',
    'aws_scheduler_schedule_group',
    'aws_secretsmanager_secret_policy',
    'aws_secretsmanager_secret_rotation',
    'aws_secretsmanager_secret_version',
    'aws_security_group',
    'aws_security_group_rule',
    'aws_sfn_state_machine',
    'aws_sns_topic',
    'aws_sns_topic_data_protection_policy',
    'aws_sns_topic_policy',
    'aws_sns_topic_subscription',
    'aws_sqs_queue',
    'aws_sqs_queue_policy',
    'aws_sqs_queue_redrive_allow_policy',
    'aws_sqs_queue_redrive_policy',
    'aws_subnet',
    'aws_vpc',
    'aws_vpc_security_group_egress_rule',
    'aws_vpc_security_group_ingress_rule',
    'aws_xray_group',
    'aws_xray_sampling_rule',
  ]),
};
