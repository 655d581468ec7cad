// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html and AWS_Logs.html
import {
  apply,
  blocks,
  flag,
  listOf,
  number,
  type Property,
  refused,
  tags,
  text,
  texts,
} from '../property.ts';
import { type ResourceMapping, the } from '../resource-mapping.ts';

const dimensions: Property = (given) => ({
  dimensions: Object.fromEntries(
    listOf(given).map((item) => {
      const { name, value } = apply({ Name: text('name'), Value: text('value') }, item);
      return [String(name), value ?? null];
    }),
  ),
});

const metric: Property = (given) => ({
  metric: [
    apply(
      {
        Metric: (inner) =>
          apply(
            { Dimensions: dimensions, MetricName: text('metric_name'), Namespace: text('namespace') },
            inner,
          ),
        Period: number('period'),
        Stat: text('stat'),
        Unit: text('unit'),
      },
      given,
    ),
  ],
});

const alarm: ResourceMapping = {
  properties: {
    ActionsEnabled: flag('actions_enabled'),
    AlarmActions: texts('alarm_actions'),
    AlarmDescription: text('alarm_description'),
    AlarmName: text('alarm_name'),
    ComparisonOperator: text('comparison_operator'),
    DatapointsToAlarm: number('datapoints_to_alarm'),
    Dimensions: dimensions,
    EvaluateLowSampleCountPercentile: text('evaluate_low_sample_count_percentiles'),
    EvaluationPeriods: number('evaluation_periods'),
    ExtendedStatistic: text('extended_statistic'),
    InsufficientDataActions: texts('insufficient_data_actions'),
    MetricName: text('metric_name'),
    Metrics: blocks('metric_query', {
      AccountId: text('account_id'),
      Expression: text('expression'),
      Id: text('id'),
      Label: text('label'),
      MetricStat: metric,
      Period: number('period'),
      ReturnData: flag('return_data'),
    }),
    Namespace: text('namespace'),
    OKActions: texts('ok_actions'),
    Period: number('period'),
    Statistic: text('statistic'),
    Tags: tags('tags'),
    Threshold: number('threshold'),
    ThresholdMetricId: text('threshold_metric_id'),
    TreatMissingData: text('treat_missing_data'),
    Unit: text('unit'),
  },
  required: ['ComparisonOperator', 'EvaluationPeriods'],
  make: (values, context) => [
    { type: 'aws_cloudwatch_metric_alarm', values: { alarm_name: context.madeUpName(255), ...values } },
  ],
  ref: the('alarm_name'),
  attributes: { Arn: the('arn') },
};

const logGroup: ResourceMapping = {
  properties: {
    DataProtectionPolicy: refused('data protection policies do not run locally'),
    FieldIndexPolicies: refused('field indexes do not run locally'),
    KmsKeyId: text('kms_key_id'),
    LogGroupClass: text('log_group_class'),
    LogGroupName: text('name'),
    RetentionInDays: number('retention_in_days'),
    Tags: tags('tags'),
  },
  make: (values, context) => [
    { type: 'aws_cloudwatch_log_group', values: { name: context.madeUpName(512), ...values } },
  ],
  ref: the('name'),
  // Unlike Terraform's, this ARN ends in `:*`.
  attributes: { Arn: ({ arn }) => `${String(arn)}:*` },
};

export const cloudWatchMappings: Record<string, ResourceMapping> = {
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::Logs::LogGroup': logGroup,
};
