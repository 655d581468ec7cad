// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
import { createHash } from 'node:crypto';
import type { Given } from '../property.ts';
import type { TemplateResource } from '../template-resource.ts';
import { isObject, type TemplateObject, type TemplateValue } from '../template-value.ts';
import { type EventTarget, expandEvent } from './events.ts';
import { managedPolicyArn, rolePolicies } from './policies.ts';
import { membersOf, present, type Transform, tagList } from './serverless.ts';

/** What a function has in common with that of CloudFormation. */
const sameProperties = [
  'Architectures',
  'CodeSigningConfigArn',
  'Description',
  'Environment',
  'EphemeralStorage',
  'FileSystemConfigs',
  'FunctionName',
  'Handler',
  'ImageConfig',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'ReservedConcurrentExecutions',
  'Runtime',
  'SnapStart',
  'Timeout',
  'VpcConfig',
] as const;

const ownProperties = [
  'AssumeRolePolicyDocument',
  'AutoPublishAlias',
  'AutoPublishAliasAllProperties',
  'AutoPublishCodeSha256',
  'CodeUri',
  'DeadLetterQueue',
  'EventInvokeConfig',
  'Events',
  'InlineCode',
  'PermissionsBoundary',
  'Policies',
  'PropagateTags',
  'ProvisionedConcurrencyConfig',
  'Role',
  'RolePath',
  'Tags',
  'Tracing',
  'VersionDeletionPolicy',
  'VersionDescription',
] as const;

type Properties = Partial<
  Record<(typeof sameProperties)[number] | (typeof ownProperties)[number], TemplateValue>
>;

/** What is added to the role for the sake of other properties. */
interface Needs {
  managedArns: TemplateValue[];
  inline: TemplateObject[];
}

export function expandFunction(resource: TemplateResource, given: Given, transform: Transform): void {
  const { logicalId } = resource;
  const properties: Properties = membersOf(given, [...sameProperties, ...ownProperties]);
  if (properties.PropagateTags === true)
    throw given
      .member('PropagateTags', true)
      .refuse('write the tags at each resource: PropagateTags does not run locally');
  const needs: Needs = { managedArns: [], inline: [] };
  const tags = tagList('lambda:createdBy', properties.Tags);

  const code = codeOf(given, properties);
  const deadLetters = deadLettersOf(given, properties.DeadLetterQueue, needs, transform);
  const roleId = `${logicalId}Role`;
  transform.resources.set(logicalId, {
    ...resource,
    type: 'AWS::Lambda::Function',
    properties: {
      ...present(Object.fromEntries(sameProperties.map((name) => [name, properties[name]]))),
      ...present({
        Code: code,
        DeadLetterConfig: deadLetters,
        Role: properties.Role ?? { 'Fn::GetAtt': [roleId, 'Arn'] },
        Tags: tags,
        TracingConfig: tracingOf(given, properties.Tracing),
      }),
    },
  });
  transform.places.inherit(transform.resources.get(logicalId)?.properties ?? {}, resource.properties);

  const aliasId = publish(logicalId, given, properties, code, transform);
  invokeConfigOf(logicalId, given, properties, aliasId, needs, transform);
  const target: EventTarget = {
    logicalId,
    reference: { Ref: aliasId ?? logicalId },
    arn: aliasId === undefined ? { 'Fn::GetAtt': [logicalId, 'Arn'] } : { Ref: aliasId },
    invocationArn: aliasId === undefined ? `\${${logicalId}.Arn}` : `\${${aliasId}}`,
    needsManagedPolicy(name) {
      const arn = managedPolicyArn(name);
      if (!needs.managedArns.includes(arn)) needs.managedArns.push(arn);
    },
  };
  const events = given.member('Events', properties.Events ?? {});
  if (!isObject(events.value)) throw events.refuse('must be an object of events');
  for (const [name, event] of Object.entries(events.value))
    expandEvent(name, events.member(name, event), target, transform);

  if (properties.Role === undefined) addRole(roleId, given, properties, needs, transform);
}

function codeOf(given: Given, { CodeUri, InlineCode, PackageType }: Properties): TemplateValue {
  if (PackageType === 'Image') throw given.refuse('container images do not run locally');
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (CodeUri === undefined) throw given.refuse('CodeUri or InlineCode is missing');
  if (isObject(CodeUri)) {
    const { Bucket, Key, Version } = CodeUri;
    return present({ S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: Version });
  }
  return CodeUri;
}

function tracingOf(given: Given, tracing: TemplateValue | undefined): TemplateValue | undefined {
  if (tracing === undefined || tracing === 'Disabled') return undefined;
  if (tracing !== 'Active' && tracing !== 'PassThrough')
    throw given.member('Tracing', tracing).refuse('must be Active, PassThrough or Disabled');
  return { Mode: tracing };
}

const sendActions: Record<string, string> = { SNS: 'sns:Publish', SQS: 'sqs:SendMessage' };

function deadLettersOf(
  given: Given,
  queue: TemplateValue | undefined,
  needs: Needs,
  { places }: Transform,
): TemplateValue | undefined {
  if (queue === undefined) return undefined;
  const inner = given.member('DeadLetterQueue', queue);
  const { TargetArn, Type } = membersOf(inner, ['TargetArn', 'Type']);
  const action = sendActions[String(Type)];
  if (TargetArn === undefined || action === undefined)
    throw inner.refuse('needs a TargetArn, and SQS or SNS as Type');
  const Statement = [{ Action: action, Resource: TargetArn, Effect: 'Allow' }];
  const policy = {
    PolicyName: 'DeadLetterQueuePolicy',
    PolicyDocument: { Version: '2012-10-17', Statement },
  };
  needs.inline.push(places.stand(policy, inner));
  return { TargetArn };
}

/** @returns the logical id of the alias */
function publish(
  logicalId: string,
  given: Given,
  properties: Properties,
  code: TemplateValue,
  { generate, referable }: Transform,
): string | undefined {
  const { AutoPublishAlias: name, ProvisionedConcurrencyConfig, VersionDescription } = properties;
  if (name === undefined) {
    if (ProvisionedConcurrencyConfig === undefined) return undefined;
    throw given.refuse('ProvisionedConcurrencyConfig needs AutoPublishAlias');
  }
  if (typeof name !== 'string') throw given.member('AutoPublishAlias', name).refuse('must be a text');
  const versionId = `${logicalId}Version${createHash('sha256').update(JSON.stringify(code)).digest('hex').slice(0, 10)}`;
  const aliasId = `${logicalId}Alias${name.replace(/[^A-Za-z0-9]/g, '')}`;
  generate(
    given,
    versionId,
    'AWS::Lambda::Version',
    present({ Description: VersionDescription, FunctionName: { Ref: logicalId } }),
  );
  generate(
    given,
    aliasId,
    'AWS::Lambda::Alias',
    present({
      FunctionName: { Ref: logicalId },
      FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
      Name: name,
      ProvisionedConcurrencyConfig,
    }),
  );
  referable.set(`${logicalId}.Alias`, aliasId);
  referable.set(`${logicalId}.Version`, versionId);
  return aliasId;
}

const destinationPolicies: Record<string, string> = {
  EventBridge: 'events:PutEvents',
  Lambda: 'lambda:InvokeFunction',
  SNS: 'sns:publish',
  SQS: 'sqs:SendMessage',
};

function invokeConfigOf(
  logicalId: string,
  given: Given,
  { EventInvokeConfig: config }: Properties,
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

function addRole(
  roleId: string,
  given: Given,
  properties: Properties,
  needs: Needs,
  { generate, places }: Transform,
): void {
  const { AssumeRolePolicyDocument, PermissionsBoundary, Policies, RolePath, Tags, Tracing, VpcConfig } =
    properties;
  const own =
    Policies === undefined
      ? { managedArns: [], inline: [] }
      : rolePolicies(given.member('Policies', Policies), roleId, (made, at) => places.stand(made, at));
  const managedArns = [
    managedPolicyArn('AWSLambdaBasicExecutionRole'),
    ...(Tracing === 'Active' || Tracing === 'PassThrough'
      ? [managedPolicyArn('AWSXrayWriteOnlyAccess')]
      : []),
    ...(VpcConfig === undefined ? [] : [managedPolicyArn('AWSLambdaVPCAccessExecutionRole')]),
    ...own.managedArns,
    ...needs.managedArns,
  ];
  const inline = [...needs.inline, ...own.inline];
  generate(
    given,
    roleId,
    'AWS::IAM::Role',
    present({
      AssumeRolePolicyDocument: AssumeRolePolicyDocument ?? {
        Version: '2012-10-17',
        Statement: [
          { Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] } },
        ],
      },
      ManagedPolicyArns: [...new Set(managedArns)],
      Path: RolePath,
      PermissionsBoundary,
      Policies: inline.length > 0 ? inline : undefined,
      Tags: tagList('lambda:createdBy', Tags),
    }),
  );
}
