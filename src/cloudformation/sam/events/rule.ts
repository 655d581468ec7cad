import { isObject, type TemplateValue } from '../../template-value.ts';
import { membersOf, present } from '../serverless.ts';
import { type Event, permit } from './event.ts';

/** `EventBridgeRule`, and `CloudWatchEvent`, which is its older name. */
export function eventRule(event: Event): void {
  const given = membersOf(event.properties, [
    'DeadLetterConfig',
    'Enabled',
    'EventBusName',
    'Input',
    'InputPath',
    'InputTransformer',
    'Pattern',
    'RetryPolicy',
    'RuleName',
    'State',
    'Target',
  ]);
  if (given.Pattern === undefined) throw event.properties.refuse('Pattern is missing');
  addRule(event, given, {
    EventBusName: given.EventBusName,
    EventPattern: given.Pattern,
    Name: given.RuleName,
  });
}

export function scheduledRule(event: Event): void {
  const given = membersOf(event.properties, [
    'DeadLetterConfig',
    'Description',
    'Enabled',
    'Input',
    'Name',
    'RetryPolicy',
    'Schedule',
    'State',
  ]);
  if (given.Schedule === undefined) throw event.properties.refuse('Schedule is missing');
  addRule(event, given, {
    Description: given.Description,
    Name: given.Name,
    ScheduleExpression: given.Schedule,
  });
}

function addRule(
  event: Event,
  given: Partial<Record<string, TemplateValue>>,
  rule: Record<string, TemplateValue | undefined>,
): void {
  const { id, properties, target, transform } = event;
  const { Input, InputPath, InputTransformer, RetryPolicy } = given;
  const Id = isObject(given.Target) ? given.Target.Id : undefined;
  transform.generate(
    properties,
    id,
    'AWS::Events::Rule',
    present({
      ...rule,
      State: given.State ?? stateOf(given.Enabled),
      Targets: [
        present({
          Arn: target.arn,
          DeadLetterConfig: deadLettersOf(event, given.DeadLetterConfig),
          Id: Id ?? `${id}LambdaTarget`,
          Input,
          InputPath,
          InputTransformer,
          RetryPolicy,
        }),
      ],
    }),
  );
  permit(event, 'events.amazonaws.com', { SourceArn: { 'Fn::GetAtt': [id, 'Arn'] } });
}

const stateOf = (enabled: TemplateValue | undefined): TemplateValue | undefined =>
  enabled === undefined ? undefined : String(enabled) === 'true' ? 'ENABLED' : 'DISABLED';

/** A queue that is named, or one that SAM makes and lets the rule send to. */
function deadLettersOf(
  { id, properties, transform }: Event,
  config: TemplateValue | undefined,
): TemplateValue | undefined {
  if (config === undefined) return undefined;
  const inner = properties.member('DeadLetterConfig', config);
  const { Arn, QueueLogicalId, Type } = membersOf(inner, ['Arn', 'QueueLogicalId', 'Type']);
  if (Arn !== undefined) return { Arn };
  if (Type !== 'SQS') throw inner.refuse('needs an Arn, or SQS as Type');
  const queueId = QueueLogicalId === undefined ? `${id}Queue` : String(QueueLogicalId);
  const arn = { 'Fn::GetAtt': [queueId, 'Arn'] };
  transform.generate(inner, queueId, 'AWS::SQS::Queue', {});
  transform.generate(inner, `${id}QueuePolicy`, 'AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'sqs:SendMessage',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: arn,
          Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [id, 'Arn'] } } },
        },
      ],
    },
    Queues: [{ Ref: queueId }],
  });
  return { Arn: arn };
}
