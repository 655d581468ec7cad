// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html and AWS_Scheduler.html
import type { StackValue, StackValues } from '../../terraform/stack.ts';
import {
  apply,
  block,
  blocks,
  json,
  number,
  type Property,
  record,
  refused,
  tags,
  text,
} from '../property.ts';
import { type Made, type ResourceMapping, the } from '../resource-mapping.ts';

const deadLetters = block('dead_letter_config', { Arn: text('arn') });
const retryPolicy = block('retry_policy', {
  MaximumEventAgeInSeconds: number('maximum_event_age_in_seconds'),
  MaximumRetryAttempts: number('maximum_retry_attempts'),
});

const targets: Property = blocks('targets', {
  Arn: text('arn'),
  DeadLetterConfig: deadLetters,
  Id: text('target_id'),
  Input: text('input'),
  InputPath: text('input_path'),
  InputTransformer: block('input_transformer', {
    InputPathsMap: record('input_paths'),
    InputTemplate: text('input_template'),
  }),
  RetryPolicy: retryPolicy,
  RoleArn: text('role_arn'),
  SqsParameters: block('sqs_target', { MessageGroupId: text('message_group_id') }),
});

const rule: ResourceMapping = {
  properties: {
    Description: text('description'),
    EventBusName: text('event_bus_name'),
    EventPattern: json('event_pattern'),
    Name: text('name'),
    RoleArn: text('role_arn'),
    ScheduleExpression: text('schedule_expression'),
    State: text('state'),
    Tags: tags('tags'),
    Targets: targets,
  },
  make({ targets: given, ...values }, context) {
    const name = values.name ?? context.madeUpName(64);
    return [
      { type: 'aws_cloudwatch_event_rule', values: { ...values, name } },
      ...(Array.isArray(given) ? given : []).map((target): Made => {
        const own = target as StackValues;
        return {
          type: 'aws_cloudwatch_event_target',
          key: String(own.target_id),
          values: {
            rule: name,
            ...(values.event_bus_name !== undefined && { event_bus_name: values.event_bus_name }),
            ...own,
          },
        };
      }),
    ];
  },
  ref: (values) =>
    values.event_bus_name === undefined || values.event_bus_name === 'default'
      ? (values.name ?? null)
      : `${busNameOf(values.event_bus_name)}|${String(values.name)}`,
  attributes: { Arn: the('arn') },
};

const busNameOf = (nameOrArn: StackValue) => String(nameOrArn).split('/').at(-1) ?? '';

const bus: ResourceMapping = {
  properties: {
    DeadLetterConfig: refused('a dead-letter queue of a bus does not run locally'),
    Description: text('description'),
    EventSourceName: refused('event sources of SaaS partners do not run locally'),
    KmsKeyIdentifier: text('kms_key_identifier'),
    LogConfig: refused('logs of a bus do not run locally'),
    Name: text('name'),
    Policy: refused('write the policy as an AWS::Events::EventBusPolicy'),
    Tags: tags('tags'),
  },
  required: ['Name'],
  make: (values) => [{ type: 'aws_cloudwatch_event_bus', values }],
  ref: the('name'),
  attributes: { Arn: the('arn'), Name: the('name') },
};

const busPolicy: ResourceMapping = {
  properties: {
    Action: refused('write the permission as a Statement'),
    EventBusName: text('event_bus_name'),
    Statement: json('statement'),
    StatementId: text('sid'),
  },
  required: ['Statement', 'StatementId'],
  make({ statement, sid, ...values }) {
    const document = {
      Version: '2012-10-17',
      Statement: [{ Sid: sid, ...(JSON.parse(String(statement)) as object) }],
    };
    return [
      { type: 'aws_cloudwatch_event_bus_policy', values: { ...values, policy: JSON.stringify(document) } },
    ];
  },
  ref: the('id'),
  attributes: {},
};

const archive: ResourceMapping = {
  properties: {
    ArchiveName: text('name'),
    Description: text('description'),
    EventPattern: json('event_pattern'),
    KmsKeyIdentifier: text('kms_key_identifier'),
    RetentionDays: number('retention_days'),
    SourceArn: text('event_source_arn'),
  },
  required: ['SourceArn'],
  make: (values, context) => [
    { type: 'aws_cloudwatch_event_archive', values: { name: context.madeUpName(48), ...values } },
  ],
  ref: the('name'),
  attributes: { ArchiveName: the('name'), Arn: the('arn') },
};

const schedule: ResourceMapping = {
  properties: {
    Description: text('description'),
    EndDate: refused('the end of a schedule does not run locally'),
    FlexibleTimeWindow: block('flexible_time_window', {
      MaximumWindowInMinutes: number('maximum_window_in_minutes'),
      Mode: text('mode'),
    }),
    GroupName: refused('schedule groups do not run locally'),
    KmsKeyArn: text('kms_key_arn'),
    Name: text('name'),
    ScheduleExpression: text('schedule_expression'),
    ScheduleExpressionTimezone: text('schedule_expression_timezone'),
    StartDate: refused('the start of a schedule does not run locally'),
    State: text('state'),
    Target: (given) => {
      const target = apply(
        {
          Arn: text('arn'),
          DeadLetterConfig: refused('a dead-letter queue of a schedule does not run locally'),
          Input: text('input'),
          RetryPolicy: retryPolicy,
          RoleArn: text('role_arn'),
        },
        given,
      );
      return { target: [target] };
    },
  },
  required: ['FlexibleTimeWindow', 'ScheduleExpression', 'Target'],
  make: (values, context) => [
    { type: 'aws_scheduler_schedule', values: { name: context.madeUpName(64), ...values } },
  ],
  ref: the('name'),
  attributes: { Arn: the('arn') },
};

export const eventsMappings: Record<string, ResourceMapping> = {
  'AWS::Events::Archive': archive,
  'AWS::Events::EventBus': bus,
  'AWS::Events::EventBusPolicy': busPolicy,
  'AWS::Events::Rule': rule,
  'AWS::Scheduler::Schedule': schedule,
};
