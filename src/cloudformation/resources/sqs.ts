// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html
import { flag, json, number, tags, text, texts } from '../property.ts';
import { type ResourceMapping, the } from '../resource-mapping.ts';

const queue: ResourceMapping = {
  properties: {
    ContentBasedDeduplication: flag('content_based_deduplication'),
    DeduplicationScope: text('deduplication_scope'),
    DelaySeconds: number('delay_seconds'),
    FifoQueue: flag('fifo_queue'),
    FifoThroughputLimit: text('fifo_throughput_limit'),
    KmsDataKeyReusePeriodSeconds: number('kms_data_key_reuse_period_seconds'),
    KmsMasterKeyId: text('kms_master_key_id'),
    MaximumMessageSize: number('max_message_size'),
    MessageRetentionPeriod: number('message_retention_seconds'),
    QueueName: text('name'),
    ReceiveMessageWaitTimeSeconds: number('receive_wait_time_seconds'),
    RedriveAllowPolicy: json('redrive_allow_policy'),
    RedrivePolicy: json('redrive_policy'),
    SqsManagedSseEnabled: flag('sqs_managed_sse_enabled'),
    Tags: tags('tags'),
    VisibilityTimeout: number('visibility_timeout_seconds'),
  },
  make(values, context) {
    const fifo = values.fifo_queue === true;
    const name = fifo ? `${context.madeUpName(75)}.fifo` : context.madeUpName(80);
    return [{ type: 'aws_sqs_queue', values: { name, ...values } }];
  },
  ref: the('url'),
  attributes: { Arn: the('arn'), QueueName: the('name'), QueueUrl: the('url') },
};

const queuePolicy: ResourceMapping = {
  properties: { PolicyDocument: json('policy'), Queues: texts('queues') },
  required: ['PolicyDocument', 'Queues'],
  make: ({ queues, policy }) =>
    (Array.isArray(queues) ? queues : []).map((queue_url) => ({
      type: 'aws_sqs_queue_policy',
      key: String(queue_url).split('/').at(-1) ?? '',
      values: { queue_url, policy: policy ?? null },
    })),
  ref: the('id'),
  attributes: { Id: the('id') },
};

const inlinePolicy: ResourceMapping = {
  properties: { PolicyDocument: json('policy'), Queue: text('queue_url') },
  required: ['PolicyDocument', 'Queue'],
  make: (values) => [{ type: 'aws_sqs_queue_policy', values }],
  ref: the('id'),
  attributes: {},
};

export const sqsMappings: Record<string, ResourceMapping> = {
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueueInlinePolicy': inlinePolicy,
  'AWS::SQS::QueuePolicy': queuePolicy,
};
