import type { TemplateObject, TemplateValue } from '../../template-value.ts';
import { membersOf, present } from '../serverless.ts';
import { type Event, permit } from './event.ts';

export function topic(event: Event): void {
  const { id, properties, target, transform } = event;
  const given = membersOf(properties, [
    'FilterPolicy',
    'FilterPolicyScope',
    'RedrivePolicy',
    'SqsSubscription',
    'Topic',
  ]);
  const { FilterPolicy, FilterPolicyScope, RedrivePolicy, SqsSubscription, Topic } = given;
  if (Topic === undefined) throw properties.refuse('Topic is missing');
  const subscribe = (Protocol: string, Endpoint: TemplateValue) =>
    transform.generate(
      properties,
      id,
      'AWS::SNS::Subscription',
      present({ Endpoint, FilterPolicy, FilterPolicyScope, Protocol, RedrivePolicy, TopicArn: Topic }),
    );
  if (SqsSubscription === undefined || SqsSubscription === false) {
    subscribe('lambda', target.arn);
    permit(event, 'sns.amazonaws.com', { SourceArn: Topic });
    return;
  }
  const queue = queueOf(event, SqsSubscription);
  subscribe('sqs', queue.arn);
  transform.generate(properties, queue.policyId, 'AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'sqs:SendMessage',
          Effect: 'Allow',
          Principal: '*',
          Resource: queue.arn,
          Condition: { ArnEquals: { 'aws:SourceArn': Topic } },
        },
      ],
    },
    Queues: [queue.url],
  });
  transform.generate(properties, `${id}EventSourceMapping`, 'AWS::Lambda::EventSourceMapping', {
    BatchSize: 10,
    Enabled: true,
    ...queue.mapping,
    EventSourceArn: queue.arn,
    FunctionName: target.reference,
  });
  target.needsManagedPolicy('AWSLambdaSQSQueueExecutionRole');
}

/** `SqsSubscription: true` makes a queue between topic and function; an object names one. */
function queueOf(
  { id, properties, transform }: Event,
  subscription: TemplateValue,
): { arn: TemplateValue; url: TemplateValue; policyId: string; mapping: TemplateObject } {
  if (subscription === true) {
    const url = transform.generate(properties, `${id}Queue`, 'AWS::SQS::Queue', {});
    return { arn: { 'Fn::GetAtt': [`${id}Queue`, 'Arn'] }, url, policyId: `${id}QueuePolicy`, mapping: {} };
  }
  const inner = properties.member('SqsSubscription', subscription);
  const { QueueArn, QueuePolicyLogicalId, QueueUrl, ...mapping } = membersOf(inner, [
    'BatchSize',
    'Enabled',
    'QueueArn',
    'QueuePolicyLogicalId',
    'QueueUrl',
  ]);
  if (QueueArn === undefined || QueueUrl === undefined) throw inner.refuse('needs QueueArn and QueueUrl');
  const policyId = QueuePolicyLogicalId === undefined ? `${id}QueuePolicy` : String(QueuePolicyLogicalId);
  return { arn: QueueArn, url: QueueUrl, policyId, mapping: present(mapping) };
}
