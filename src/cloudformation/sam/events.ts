// What the events of a function stand for.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
import type { Given } from '../property.ts';
import { intrinsicOf, isObject, type TemplateObject, type TemplateValue } from '../template-value.ts';
import { anyMethod, implicitApiId } from './http-api.ts';
import { membersOf, present, type Transform } from './serverless.ts';

/** The function, or its alias, that events call. */
export interface EventTarget {
  logicalId: string;
  /** Its name, which permissions are given on. */
  reference: TemplateValue;
  arn: TemplateValue;
  /** Its ARN as a part of an `Fn::Sub`. */
  invocationArn: string;
  /** Lets the role have a policy that AWS keeps. */
  needsManagedPolicy(name: string): void;
}

interface Event {
  /** Beginning of the logical ids of what is generated: function and event. */
  id: string;
  properties: Given;
  target: EventTarget;
  transform: Transform;
}

const expansions: Record<string, (event: Event) => void> = {
  CloudWatchEvent: eventRule,
  DynamoDB: stream('Stream', 'AWSLambdaDynamoDBExecutionRole'),
  EventBridgeRule: eventRule,
  HttpApi: httpApi,
  Kinesis: stream('Stream', 'AWSLambdaKinesisExecutionRole'),
  S3: bucket,
  SNS: topic,
  SQS: stream('Queue', 'AWSLambdaSQSQueueExecutionRole'),
  Schedule: scheduledRule,
  ScheduleV2: schedule,
};

export function expandEvent(name: string, given: Given, target: EventTarget, transform: Transform): void {
  const { Properties = {}, Type } = membersOf(given, ['Properties', 'Type']);
  const expand = expansions[String(Type)];
  if (Type === 'Api')
    throw given.refuse('REST APIs (Type: Api) do not run locally: use an HTTP API (Type: HttpApi)');
  if (!expand)
    throw given.refuse(
      `events of Type ${String(Type)} do not run locally; those of ${Object.keys(expansions).join(', ')} do`,
    );
  expand({
    id: `${target.logicalId}${name}`,
    properties: given.member('Properties', Properties),
    target,
    transform,
  });
}

function permit(
  { id, properties, target, transform }: Event,
  principal: string,
  source: TemplateObject,
): string {
  const permissionId = `${id}Permission`;
  transform.generate(properties, permissionId, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: target.reference,
    Principal: principal,
    ...source,
  });
  return permissionId;
}

/** An event source that Lambda polls. */
function stream(source: 'Queue' | 'Stream', managedPolicy: string): (event: Event) => void {
  return ({ id, properties, target, transform }) => {
    const given = membersOf(properties, [
      'BatchSize',
      'BisectBatchOnFunctionError',
      'DestinationConfig',
      'Enabled',
      'FilterCriteria',
      'FunctionResponseTypes',
      'KmsKeyArn',
      'MaximumBatchingWindowInSeconds',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'MetricsConfig',
      'ParallelizationFactor',
      'ProvisionedPollerConfig',
      'Queue',
      'ScalingConfig',
      'StartingPosition',
      'Stream',
      'TumblingWindowInSeconds',
    ]);
    const { Queue, Stream, ...same } = given;
    const arn = source === 'Queue' ? Queue : Stream;
    if (arn === undefined) throw properties.refuse(`${source} is missing`);
    transform.generate(properties, id, 'AWS::Lambda::EventSourceMapping', {
      ...present(same),
      EventSourceArn: arn,
      FunctionName: target.reference,
    });
    target.needsManagedPolicy(managedPolicy);
  };
}

/** The rule becomes a part of the bucket, which can be made only when it is permitted. */
function bucket(event: Event): void {
  const { properties, target, transform } = event;
  const { Bucket, Events, Filter } = membersOf(properties, ['Bucket', 'Events', 'Filter']);
  const reference = intrinsicOf(Bucket);
  const bucketId = reference?.name === 'Ref' ? String(reference.argument) : '';
  const resource = transform.resources.get(bucketId);
  if (resource?.type !== 'AWS::S3::Bucket')
    throw properties.refuse('Bucket must be the !Ref of a bucket in the same template');
  if (Events === undefined) throw properties.refuse('Events is missing');
  const permissionId = permit(event, 's3.amazonaws.com', { SourceAccount: { Ref: 'AWS::AccountId' } });
  const before = resource.properties.NotificationConfiguration;
  const notification = isObject(before) ? before : {};
  const rules = Array.isArray(notification.LambdaConfigurations) ? notification.LambdaConfigurations : [];
  const added = (Array.isArray(Events) ? Events : [Events]).map((name) =>
    present({ Event: name, Filter, Function: target.arn }),
  );
  transform.resources.set(bucketId, {
    ...resource,
    properties: transform.places.inherit(
      {
        ...resource.properties,
        NotificationConfiguration: { ...notification, LambdaConfigurations: [...rules, ...added] },
      },
      resource.properties,
    ),
    dependsOn: [...resource.dependsOn, permissionId],
  });
}

function topic(event: Event): void {
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

function httpApi({ id, properties, target, transform }: Event): void {
  const given = membersOf(properties, [
    'ApiId',
    'Auth',
    'Method',
    'Path',
    'PayloadFormatVersion',
    'RouteSettings',
    'TimeoutInMillis',
  ]);
  const { ApiId, Path, Method, PayloadFormatVersion, TimeoutInMillis } = given;
  if ((Path === undefined) !== (Method === undefined))
    throw properties.refuse('Path and Method belong together');
  const reference = intrinsicOf(ApiId);
  const apiId =
    ApiId === undefined ? implicitApiId : reference?.name === 'Ref' ? String(reference.argument) : '';
  if (ApiId !== undefined && transform.resources.get(apiId)?.type !== 'AWS::Serverless::HttpApi')
    throw properties.refuse('ApiId must be the !Ref of an AWS::Serverless::HttpApi in the same template');
  const isDefault = Path === undefined;
  const path = isDefault ? '$default' : String(Path);
  const named = String(Method ?? 'any').toLowerCase();
  const isAny = named === 'any' || named === anyMethod || named === '*';
  const security = securityOf(properties, given.Auth);
  const routes = transform.routes.get(apiId) ?? [];
  routes.push({
    path,
    method: isAny ? anyMethod : named,
    given: properties,
    ...(given.RouteSettings !== undefined && { routeSettings: given.RouteSettings }),
    operation: present({
      isDefaultRoute: isDefault ? true : undefined,
      responses: {},
      security,
      'x-amazon-apigateway-integration': present({
        httpMethod: 'POST',
        payloadFormatVersion: PayloadFormatVersion ?? '2.0',
        timeoutInMillis: TimeoutInMillis,
        type: 'aws_proxy',
        uri: {
          'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/${target.invocationArn}/invocations`,
        },
      }),
    }),
  });
  transform.routes.set(apiId, routes);
  const route = isDefault ? '' : `${isAny ? '*' : named.toUpperCase()}${path.replace(/\{[^}]+\}/g, '*')}`;
  permit({ id, properties, target, transform }, 'apigateway.amazonaws.com', {
    SourceArn: {
      'Fn::Sub': [
        `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/*/${route === '' ? '*' : route}`,
        { __ApiId__: { Ref: apiId } },
      ],
    },
  });
}

function securityOf(properties: Given, auth: TemplateValue | undefined): TemplateValue | undefined {
  if (auth === undefined) return undefined;
  const inner = properties.member('Auth', auth);
  const { Authorizer = '', AuthorizationScopes = [] } = membersOf(inner, [
    'AuthorizationScopes',
    'Authorizer',
  ]);
  if (Authorizer === 'AWS_IAM')
    throw inner.refuse('IAM authorization of HTTP events does not run locally: use a JWT authorizer');
  return [{ [String(Authorizer)]: AuthorizationScopes }];
}

/** `EventBridgeRule`, and `CloudWatchEvent`, which is its older name. */
function eventRule(event: Event): void {
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

function scheduledRule(event: Event): void {
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

/** A schedule of EventBridge Scheduler, which calls the function in a role of its own. */
function schedule({ id, properties, target, transform }: Event): void {
  const given = membersOf(properties, [
    'Description',
    'EndDate',
    'FlexibleTimeWindow',
    'GroupName',
    'Input',
    'KmsKeyArn',
    'Name',
    'OmitName',
    'PermissionsBoundary',
    'RetryPolicy',
    'RoleArn',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'StartDate',
    'State',
  ]);
  const { Input, Name, OmitName, PermissionsBoundary, RetryPolicy, RoleArn, ...same } = given;
  const roleId = `${id}Role`;
  if (RoleArn === undefined)
    transform.generate(
      properties,
      roleId,
      'AWS::IAM::Role',
      present({
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Action: ['sts:AssumeRole'],
              Effect: 'Allow',
              Principal: { Service: ['scheduler.amazonaws.com'] },
            },
          ],
        },
        PermissionsBoundary,
        Policies: [
          {
            PolicyName: `${id}LambdaPolicy`,
            PolicyDocument: {
              Statement: [{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: target.arn }],
            },
          },
        ],
      }),
    );
  transform.generate(
    properties,
    id,
    'AWS::Scheduler::Schedule',
    present({
      FlexibleTimeWindow: { Mode: 'OFF' },
      ...present(same),
      Name: OmitName === true ? undefined : (Name ?? id),
      Target: present({
        Arn: target.arn,
        Input,
        RetryPolicy,
        RoleArn: RoleArn ?? { 'Fn::GetAtt': [roleId, 'Arn'] },
      }),
    }),
  );
}
