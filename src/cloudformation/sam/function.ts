// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
import { createHash } from 'node:crypto';
import type { Given } from '../property.ts';
import type { TemplateResource } from '../template-resource.ts';
import { isObject, type TemplateValue } from '../template-value.ts';
import type { EventTarget } from './events/event.ts';
import { expandEvent } from './events/expand-event.ts';
import { addRole, type Needs } from './execution-role.ts';
import { addInvokeConfig } from './invoke-config.ts';
import { managedPolicyArn } from './policies.ts';
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

export type Properties = Partial<
  Record<(typeof sameProperties)[number] | (typeof ownProperties)[number], TemplateValue>
>;

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
  addInvokeConfig(logicalId, given, properties.EventInvokeConfig, aliasId, needs, transform);
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

  if (properties.Role !== undefined && properties.Policies !== undefined)
    throw given
      .member('Policies', properties.Policies)
      .refuse('policies beside a Role have no effect: put them into the role');
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
