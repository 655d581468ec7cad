// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventinvokeconfiguration.html
import type { Given } from '../property.ts';
import type { TemplateObject, TemplateValue } from '../template-value.ts';
import type { Needs } from './execution-role.ts';
import { membersOf, present, type Transform } from './serverless.ts';

const destinationPolicies: Record<string, string> = {
  EventBridge: 'events:PutEvents',
  Lambda: 'lambda:InvokeFunction',
  SNS: 'sns:publish',
  SQS: 'sqs:SendMessage',
};

export function addInvokeConfig(
  logicalId: string,
  given: Given,
  config: TemplateValue | undefined,
  aliasId: string | undefined,
  needs: Needs,
  transform: Transform,
): void {
  if (config === undefined) return;
  const inner = given.member('EventInvokeConfig', config);
  const { DestinationConfig, MaximumEventAgeInSeconds, MaximumRetryAttempts } = membersOf(inner, [
    'DestinationConfig',
    'MaximumEventAgeInSeconds',
    'MaximumRetryAttempts',
  ]);
  const configId = `${logicalId}EventInvokeConfig`;
  let destinations: TemplateObject | undefined;
  if (DestinationConfig !== undefined) {
    const all = inner.member('DestinationConfig', DestinationConfig);
    const kinds = membersOf(all, ['OnFailure', 'OnSuccess']);
    destinations = {};
    for (const kind of ['OnSuccess', 'OnFailure'] as const) {
      const value = kinds[kind];
      if (value === undefined) continue;
      const Destination = destinationOf(`${configId}${kind}`, all.member(kind, value), needs, transform);
      destinations[kind] = { Destination };
    }
  }
  transform.generate(
    inner,
    configId,
    'AWS::Lambda::EventInvokeConfig',
    present({
      DestinationConfig: destinations,
      FunctionName: { Ref: logicalId },
      MaximumEventAgeInSeconds,
      MaximumRetryAttempts,
      Qualifier: aliasId === undefined ? '$LATEST' : aliasNameOf(aliasId, transform),
    }),
    aliasId === undefined ? [] : [aliasId],
  );
}

const aliasNameOf = (aliasId: string, { resources }: Transform): TemplateValue =>
  resources.get(aliasId)?.properties.Name ?? '';

/** A destination that is given, or a queue or topic that SAM makes; and the permission to send there. */
function destinationOf(
  id: string,
  given: Given,
  needs: Needs,
  { generate, places }: Transform,
): TemplateValue {
  const { Destination, Type } = membersOf(given, ['Destination', 'Type']);
  const type = String(Type);
  const action = destinationPolicies[type];
  if (action === undefined)
    throw given.refuse(`Type must be one of ${Object.keys(destinationPolicies).join(', ')}`);
  const made = (): TemplateValue => {
    if (type === 'SQS') {
      generate(given, `${id}Queue`, 'AWS::SQS::Queue', {});
      return { 'Fn::GetAtt': [`${id}Queue`, 'Arn'] };
    }
    if (type === 'SNS') return generate(given, `${id}Topic`, 'AWS::SNS::Topic', {});
    throw given.refuse(`Destination is required when Type is ${type}`);
  };
  const arn = Destination ?? made();
  const Statement = [{ Action: action, Effect: 'Allow', Resource: arn }];
  needs.inline.push(places.stand({ PolicyName: `${id}${type}Policy`, PolicyDocument: { Statement } }, given));
  return arn;
}
