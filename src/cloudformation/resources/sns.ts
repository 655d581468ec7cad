// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
import type { StackValues } from '../../terraform/stack.ts';
import { blocks, flag, json, refused, tags, text, texts } from '../property.ts';
import { type Made, type ResourceMapping, the } from '../resource-mapping.ts';

const topic: ResourceMapping = {
  properties: {
    ArchivePolicy: refused('archives of FIFO topics do not run locally'),
    ContentBasedDeduplication: flag('content_based_deduplication'),
    DataProtectionPolicy: refused('data protection policies do not run locally'),
    DeliveryStatusLogging: refused('delivery status logging does not run locally'),
    DisplayName: text('display_name'),
    FifoThroughputScope: text('fifo_throughput_scope'),
    FifoTopic: flag('fifo_topic'),
    KmsMasterKeyId: text('kms_master_key_id'),
    SignatureVersion: text('signature_version'),
    Subscription: blocks('subscriptions', { Endpoint: text('endpoint'), Protocol: text('protocol') }),
    Tags: tags('tags'),
    TopicName: text('name'),
    TracingConfig: text('tracing_config'),
  },
  make({ subscriptions, ...values }, context) {
    const fifo = values.fifo_topic === true;
    const name = String(values.name ?? `${context.madeUpName(250)}${fifo ? '.fifo' : ''}`);
    const { partition, region, accountId } = context;
    return [
      { type: 'aws_sns_topic', values: { ...values, name } },
      ...(Array.isArray(subscriptions) ? subscriptions : []).map(
        (subscription, index): Made => ({
          type: 'aws_sns_topic_subscription',
          key: String(index),
          values: {
            topic_arn: `arn:${partition}:sns:${region}:${accountId}:${name}`,
            ...(subscription as StackValues),
          },
        }),
      ),
    ];
  },
  ref: the('arn'),
  attributes: { TopicArn: the('arn'), TopicName: the('name') },
};

const subscription: ResourceMapping = {
  properties: {
    DeliveryPolicy: json('delivery_policy'),
    Endpoint: text('endpoint'),
    FilterPolicy: json('filter_policy'),
    FilterPolicyScope: text('filter_policy_scope'),
    Protocol: text('protocol'),
    RawMessageDelivery: flag('raw_message_delivery'),
    RedrivePolicy: json('redrive_policy'),
    Region: refused('topics of other regions do not run locally'),
    ReplayPolicy: refused('replay from the archive of a topic does not run locally'),
    SubscriptionRoleArn: text('subscription_role_arn'),
    TopicArn: text('topic_arn'),
  },
  required: ['Endpoint', 'Protocol', 'TopicArn'],
  make: (values) => [{ type: 'aws_sns_topic_subscription', values }],
  ref: the('arn'),
  attributes: { Arn: the('arn') },
};

const topicPolicy: ResourceMapping = {
  properties: { PolicyDocument: json('policy'), Topics: texts('topics') },
  required: ['PolicyDocument', 'Topics'],
  make: ({ topics, policy }) =>
    (Array.isArray(topics) ? topics : []).map((arn) => ({
      type: 'aws_sns_topic_policy',
      key: String(arn).split(':').at(-1) ?? '',
      values: { arn, policy: policy ?? null },
    })),
  ref: the('id'),
  attributes: { Id: the('id') },
};

export const snsMappings: Record<string, ResourceMapping> = {
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
};
