// What the diagram and the READMEs know about the resource types of the AWS provider.
import type { StackResource, StackValue } from '../terraform/stack.ts';
import { type Alarm, clientId, numberAt, placeOf, textAt, valueAt } from './architecture.ts';
import { awsEvents } from './aws-events.ts';
import { awsMessaging } from './aws-messaging.ts';
import { policyGrants } from './iam-policy.ts';
import { leftOut, shown, type TypeTable } from './type-table.ts';

const network = 'the network is told in words';

export const aws: TypeTable = {
  operation: (action) => action.split(':')[1],
  types: {
    ...awsEvents,
    ...awsMessaging,
    aws_apigatewayv2_api: {
      service: 'API Gateway',
      box: 'entrance',
      edges: ({ address }) => [{ from: clientId, to: address, kind: 'call', labels: ['HTTPS'] }],
    },
    aws_apigatewayv2_route: {
      service: 'API Gateway route',
      edges(route, index) {
        const api = index.meant(valueAt(route.values, 'api_id'), route, 'aws_apigatewayv2_api');
        const integration = index.meant(textAt(route, 'target'), route, 'aws_apigatewayv2_integration');
        const target =
          integration && index.meant(valueAt(integration.values, 'integration_uri'), integration);
        if (!api || !target) return [];
        const waitsMs = numberAt(integration, 'timeout_milliseconds');
        return [
          {
            from: api.address,
            to: target.address,
            kind: 'call',
            labels: [textAt(route, 'route_key') ?? ''],
            delivery: {
              how: `synchronous; the API waits ${waitsMs === undefined ? '30' : waitsMs / 1000} s at most`,
              retries: 'none, repeating is up to the client',
              afterTheLastFailure: 'the client gets the error; nothing is kept for later',
            },
          },
        ];
      },
      facts: [
        {
          topic: 'security',
          label: 'Who may call',
          path: 'authorization_type',
          show: (type) => callers[shown(type) ?? 'NONE'],
        },
      ],
    },
    aws_apigatewayv2_integration: leftOut('shown by the routes that lead to it'),
    aws_apigatewayv2_authorizer: leftOut('told by the routes that it guards'),
    aws_apigatewayv2_stage: {
      service: 'API Gateway stage',
      partOf: (stage, index) =>
        index.meant(valueAt(stage.values, 'api_id'), stage, 'aws_apigatewayv2_api')?.address,
      facts: [
        {
          topic: 'limits',
          label: 'Requests per second at the entrance',
          path: 'default_route_settings.throttling_rate_limit',
          show: (value) => shown(value),
        },
        {
          topic: 'limits',
          label: 'Requests at once at the entrance',
          path: 'default_route_settings.throttling_burst_limit',
          show: (value) => shown(value),
        },
        {
          topic: 'observability',
          label: 'Access log',
          path: 'access_log_settings',
          show: (value) => (hasBlocks(value) ? 'every request, as JSON' : 'off'),
        },
        { topic: 'security', label: 'Network of the entrance', path: '', show: () => 'internet' },
        {
          topic: 'security',
          label: 'Encryption in transit',
          path: '',
          show: () => 'HTTPS only',
        },
      ],
    },

    aws_lambda_function: {
      service: 'Lambda',
      box: 'function',
      settings: ({ values }) => valueAt(values, 'environment.variables'),
      identity: (lambda, index) =>
        index.meant(valueAt(lambda.values, 'role'), lambda, 'aws_iam_role')?.address,
      telemetry: (lambda) => (textAt(lambda, 'tracing_config.mode') === 'Active' ? ['X-Ray'] : []),
      facts: [
        { topic: 'limits', label: 'Memory', path: 'memory_size', show: (value) => shown(value, 'MB') },
        { topic: 'limits', label: 'Time limit', path: 'timeout', show: (value) => shown(value, 's') },
        { topic: 'limits', label: 'Requests per instance at once', path: '', show: () => '1' },
        {
          topic: 'limits',
          label: 'Instances at most',
          path: 'reserved_concurrent_executions',
          show: (value) =>
            typeof value === 'number' && value >= 0 ? shown(value) : 'what the account allows',
        },
        {
          topic: 'limits',
          label: 'Instances kept ready',
          of: 'aws_lambda_provisioned_concurrency_config',
          path: 'provisioned_concurrent_executions',
          show: (value) => shown(value) ?? '0',
        },
        {
          topic: 'limits',
          label: 'Kept warm by a schedule',
          of: 'aws_scheduler_schedule',
          path: 'schedule_expression',
          show: (value) => shown(value) ?? 'no',
        },
        {
          topic: 'security',
          label: 'Network of the function',
          path: 'vpc_config.subnet_ids',
          show: (value) => (value === undefined ? 'no VPC' : 'in a VPC'),
        },
        { topic: 'security', label: 'Secrets and keys', path: '', show: () => 'none: it signs as its role' },
        {
          topic: 'observability',
          label: 'Traces',
          path: 'tracing_config.mode',
          show: (value) => (value === 'Active' ? 'X-Ray' : 'off'),
        },
        {
          topic: 'observability',
          label: 'Logs',
          path: 'logging_config.application_log_level',
          show: (level, lambda) =>
            `CloudWatch Logs, ${textAt(lambda, 'logging_config.log_format') ?? 'Text'} from ${shown(level)?.toLowerCase() ?? 'any level'} up`,
        },
      ],
    },
    aws_lambda_alias: {
      service: 'Lambda alias',
      partOf: (alias, index) =>
        index.meant(valueAt(alias.values, 'function_name'), alias, 'aws_lambda_function')?.address,
    },
    aws_lambda_permission: {
      service: 'Lambda permission',
      grants(permission, index) {
        const target = index.meant(
          valueAt(permission.values, 'function_name'),
          permission,
          'aws_lambda_function',
        );
        const origin = index.meant(valueAt(permission.values, 'source_arn'), permission);
        return [
          {
            effect: 'allow',
            principal: textAt(permission, 'principal') ?? 'unknown',
            actions: [textAt(permission, 'action') ?? ''],
            resource: target?.address ?? 'unknown',
            ...(origin && { condition: `for ${origin.address}` }),
            source: permission.address,
          },
        ];
      },
    },
    aws_lambda_provisioned_concurrency_config: leftOut('told with the limits of its function'),
    aws_lambda_code_signing_config: leftOut('guards deployments, not requests'),

    aws_scheduler_schedule: {
      service: 'EventBridge Scheduler',
      box: 'schedule',
      edges(schedule, index) {
        const target = index.meant(valueAt(schedule.values, 'target.arn'), schedule);
        if (!target) return [];
        const retries = numberAt(schedule, 'target.retry_policy.maximum_retry_attempts') ?? 185;
        const deadLetters = index.meant(valueAt(schedule.values, 'target.dead_letter_config.arn'), schedule);
        return [
          {
            from: schedule.address,
            to: target.address,
            kind: 'call',
            labels: [textAt(schedule, 'schedule_expression') ?? ''],
            delivery: {
              how: 'asynchronous, at least once',
              retries: retries === 0 ? 'none, the next tick is the retry' : `${retries} at most`,
              afterTheLastFailure: deadLetters ? `kept in ${deadLetters.address}` : 'dropped',
            },
          },
        ];
      },
    },

    aws_dynamodb_table: {
      service: 'DynamoDB',
      box: 'store',
      facts: [
        {
          topic: 'limits',
          label: 'Capacity of the store at most',
          path: 'on_demand_throughput',
          show: (value) =>
            valueAt(value, 'max_read_request_units') === undefined
              ? "on demand, up to the account's quota"
              : `${shown(valueAt(value, 'max_read_request_units'))} reads and ${shown(valueAt(value, 'max_write_request_units'))} writes per second`,
        },
        {
          topic: 'data',
          label: 'Billed',
          path: 'billing_mode',
          show: (value) => (value === 'PAY_PER_REQUEST' ? 'per request' : 'by provisioned capacity'),
        },
        {
          topic: 'data',
          label: 'Restore to a point in time',
          path: 'point_in_time_recovery.enabled',
          show: (value, table) =>
            value === true
              ? `last ${numberAt(table, 'point_in_time_recovery.recovery_period_in_days') ?? 35} days`
              : 'no',
        },
        {
          topic: 'data',
          label: 'Protected from deletion',
          path: 'deletion_protection_enabled',
          show: (value) => (value === true ? 'yes' : 'no'),
        },
        {
          topic: 'data',
          label: 'Records expire',
          path: 'ttl',
          show: (value) =>
            valueAt(value, 'enabled') === true ? `by \`${shown(valueAt(value, 'attribute_name'))}\`` : 'no',
        },
        {
          topic: 'security',
          label: 'Encryption at rest',
          path: 'server_side_encryption.kms_key_arn',
          show: (key, table) => {
            if (shown(key)) return 'KMS, key of the customer';
            return valueAt(table.values, 'server_side_encryption.enabled') === true
              ? 'KMS, key aws/dynamodb'
              : 'key of DynamoDB';
          },
        },
        {
          topic: 'security',
          label: 'Network of the store',
          path: '',
          show: () => 'AWS endpoint, signed requests only',
        },
      ],
    },

    aws_iam_role: {
      service: 'IAM role',
      grants: (role, index) => {
        const inline = valueAt(role.values, 'inline_policy');
        return (Array.isArray(inline) ? inline : []).flatMap((block) =>
          policyGrants(valueAt(block, 'policy'), role.address, role, index),
        );
      },
    },
    aws_iam_role_policy: {
      service: 'IAM policy',
      grants(policy, index) {
        const role = index.meant(valueAt(policy.values, 'role'), policy, 'aws_iam_role');
        return policyGrants(policy.values.policy, role?.address ?? 'unknown', policy, index);
      },
    },

    aws_cloudwatch_log_group: {
      service: 'CloudWatch Logs',
      telemetry: () => ['CloudWatch Logs'],
      facts: [
        {
          topic: 'observability',
          label: 'Logs kept',
          path: 'retention_in_days',
          show: (value) => (value === 0 ? 'for ever' : shown(value, 'days')),
        },
      ],
    },
    aws_cloudwatch_metric_alarm: { service: 'CloudWatch alarm', alarm: alarmOf },
    aws_iam_policy: leftOut('for principals outside of the stack: nothing in it runs with the policy'),
    aws_budgets_budget: leftOut('watches the bill, not the requests'),

    aws_default_security_group: leftOut(network),
    aws_route_table: leftOut(network),
    aws_route_table_association: leftOut(network),
    aws_security_group: leftOut(network),
    aws_subnet: leftOut(network),
    aws_vpc: leftOut(network),
    aws_vpc_endpoint: leftOut(network),
    aws_vpc_security_group_egress_rule: leftOut(network),
    aws_vpc_security_group_ingress_rule: leftOut(network),
  },
};

const callers: Record<string, string> = {
  NONE: 'everybody',
  AWS_IAM: 'IAM principals of the account',
  CUSTOM: 'whom a Lambda function admits',
  JWT: 'callers with a token of the issuer',
};

const hasBlocks = (value: StackValue | undefined): boolean => Array.isArray(value) && value.length > 0;

const comparisons: Record<string, string> = {
  GreaterThanOrEqualToThreshold: '≥',
  GreaterThanThreshold: '>',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '≤',
};

function alarmOf(alarm: StackResource): Alarm {
  const queries = valueArray(alarm.values.metric_query);
  const returned = queries.find((query) => valueAt(query, 'return_data') === true);
  const metric = returned
    ? shown(valueAt(returned, 'label'))
    : [textAt(alarm, 'statistic') ?? textAt(alarm, 'extended_statistic'), textAt(alarm, 'metric_name')].join(
        ' of ',
      );
  const periodSeconds =
    numberAt(alarm, 'period') ??
    queries.map((query) => valueAt(query, 'metric.period')).find((period) => typeof period === 'number') ??
    60;
  const periods = numberAt(alarm, 'evaluation_periods') ?? 1;
  const toAlarm = numberAt(alarm, 'datapoints_to_alarm') ?? periods;
  const unit = /Latency|Duration/.test(textAt(alarm, 'metric_name') ?? '') ? ' ms' : '';
  const comparison = comparisons[textAt(alarm, 'comparison_operator') ?? ''] ?? '?';
  return {
    address: alarm.address,
    name: textAt(alarm, 'alarm_name') ?? alarm.address,
    meaning: textAt(alarm, 'alarm_description') ?? '',
    threshold: `${metric} ${comparison} ${shown(valueAt(alarm.values, 'threshold'))}${unit} in ${toAlarm} of ${periods} periods of ${periodSeconds} s`,
    notifies: placeOf(alarm, 'alarm_actions'),
  };
}

const valueArray = (value: StackValue | undefined): StackValue[] => (Array.isArray(value) ? value : []);
