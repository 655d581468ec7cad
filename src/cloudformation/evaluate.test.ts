import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { templateAt } from './find-template.ts';
import { evaluate, fixture, valuesOf } from './template-fixture.ts';

/** The value of an output of a template with these lines, indented as they stand. */
function resultOf(expression: string, before = ''): unknown {
  const text = `${before}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: work}
Outputs:
  Result:
    Value: ${expression}
`;
  return evaluate(text).outputs.result?.value;
}

const parameters = `
Parameters:
  Stage: {Type: String, Default: dev}
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
Mappings:
  Days:
    dev: {Keep: 7}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [!Condition IsDev]
  Either: !Or [!Condition IsProd, !Equals [!Select [1, !Ref Names], b]]
  Both: !And [!Condition IsDev, !Condition Either]
`;
const arn = 'arn:aws:sqs:us-east-1:123456789012:work';

describe('functions', () => {
  test.each([
    ['!Ref Queue', 'https://sqs.us-east-1.amazonaws.com/123456789012/work'],
    ['!GetAtt Queue.Arn', arn],
    ['{"Fn::GetAtt": ["Queue", "Arn"]}', arn],
    ['{"Fn::GetAtt": "Queue.QueueName"}', 'work'],
    ['!Ref Stage', 'dev'],
    ['!Sub "${Stage}-${Queue.Arn}-${!Literal}-${AWS::Region}"', `dev-${arn}-\${Literal}-us-east-1`],
    ['!Sub ["${x}/${Queue.QueueName}", {x: !Select [0, !Ref Names]}]', 'a/work'],
    ['!Join ["/", [!Ref Stage, !GetAtt Queue.QueueName]]', 'dev/work'],
    ['!Join [":", !Ref Names]', 'a:b:c'],
    ['!Select [5, !Split [":", !GetAtt Queue.Arn]]', 'work'],
    ['!FindInMap [Days, !Ref Stage, Keep]', 7],
    ['!If [IsDev, yes-dev, no-dev]', 'yes-dev'],
    ['!If [IsProd, !Ref Nowhere, other]', 'other'],
    ['!If [Both, both, none]', 'both'],
    ['!Base64 hello', 'aGVsbG8='],
    ['!Select [1, !GetAZs ""]', 'us-east-1b'],
    ['!Ref AWS::AccountId', '123456789012'],
    ['!Sub "${AWS::StackName} ${AWS::Partition} ${AWS::URLSuffix}"', 'local aws amazonaws.com'],
  ])('%s is %s', (expression, expected) => {
    expect(resultOf(expression, parameters)).toBe(expected);
  });

  test('AWS::NoValue leaves a property out', () => {
    const stack = evaluate(`
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Ref AWS::NoValue
      VisibilityTimeout: 40
`);
    const { name, visibility_timeout_seconds } = valuesOf(stack, 'aws_sqs_queue.Queue');
    expect(name).toMatch(/^local-Queue-[A-Z0-9]{12}$/);
    expect(visibility_timeout_seconds).toBe(40);
  });
});

describe('parameters', () => {
  const text = `
Parameters:
  ProjectName: {Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: letters only}
  Count: {Type: Number, Default: 3, MaxValue: 5}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref ProjectName, DelaySeconds: !Ref Count}}
`;
  test('are given by their own names or as Terraform writes them', () => {
    const stack = evaluate(text, { project_name: 'acme', Count: 4 });
    expect(valuesOf(stack, 'aws_sqs_queue.Queue')).toMatchObject({ name: 'acme', delay_seconds: 4 });
    expect(stack.variables).toEqual({ ProjectName: 'acme', Count: '4' });
  });

  test.each<[Record<string, unknown>, string]>([
    [
      {},
      'template.yaml:3 Parameters.ProjectName: Parameters: [ProjectName] must have values. Give it: --var ProjectName=...',
    ],
    [
      { project_name: 'A1' },
      "template.yaml:3 Parameters.ProjectName: failed to satisfy constraint: letters only (it is 'A1')",
    ],
    [
      { project_name: 'a', count: 6 },
      "template.yaml:4 Parameters.Count: failed to satisfy constraint: Parameter must be at most 5 (it is '6')",
    ],
    [
      { project_name: 'a', colour: 1 },
      'the template has no parameter for colour. It has: ProjectName, Count.',
    ],
  ])('%j: %s', (given, message) => {
    expect(() => evaluate(text, given)).toThrow(message);
  });
});

/** A template with one resource `It`, the type on line 4 and the properties from line 6 on. */
const one = (type: string, ...properties: string[]) =>
  `Transform: AWS::Serverless-2016-10-31
Resources:
  It:
    Type: ${type}
    Properties:
${properties.map((line) => `      ${line}`).join('\n')}
`;
const aFunction = (...properties: string[]) =>
  one(
    'AWS::Serverless::Function',
    'CodeUri: .',
    'Handler: index.handler',
    'Runtime: nodejs24.x',
    ...properties,
  );

describe('what is refused says where and what', () => {
  test.each<[string, string, string]>([
    [
      'a property',
      one('AWS::SQS::Queue', 'QueueName: a', 'Colour: red'),
      'template.yaml:7 Resources.It.Properties.Colour: this property is not supported by the local cloud',
    ],
    [
      'a nested property',
      one('AWS::S3::Bucket', 'VersioningConfiguration:', '  Colour: red'),
      'template.yaml:7 Resources.It.Properties.VersioningConfiguration.Colour: this property is not supported',
    ],
    [
      'a type',
      one('AWS::Kinesis::Stream', 'ShardCount: 1'),
      'template.yaml:3 Resources.It: the local cloud does not support AWS::Kinesis::Stream',
    ],
    [
      'a type of SAM',
      one('AWS::Serverless::StateMachine', 'Name: a'),
      'AWS::Serverless::StateMachine is not supported by the local cloud',
    ],
    [
      'a value',
      one('AWS::SQS::Queue', 'DelaySeconds: soon'),
      'template.yaml:6 Resources.It.Properties.DelaySeconds: must be a number',
    ],
    [
      'a missing property',
      one('AWS::SNS::Subscription', 'Protocol: sqs'),
      'template.yaml:6 Resources.It.Properties: Endpoint is missing',
    ],
    [
      'an attribute',
      one('AWS::SQS::Queue', 'QueueName: !GetAtt Topic.Name').concat('  Topic: {Type: AWS::SNS::Topic}\n'),
      'template.yaml:6 Resources.It.Properties.QueueName: Topic has no attribute Name; it has TopicArn, TopicName',
    ],
    [
      'a reference',
      one('AWS::SQS::Queue', 'QueueName: !Ref Nothing'),
      'template.yaml:6 Resources.It.Properties.QueueName: Unresolved resource dependencies [Nothing]',
    ],
    [
      'an export of another stack',
      one('AWS::SQS::Queue', 'QueueName: !ImportValue other'),
      'template.yaml:6 Resources.It.Properties.QueueName: Fn::ImportValue needs another stack',
    ],
    [
      'a function',
      one('AWS::SQS::Queue', 'QueueName: !Upper a'),
      'template.yaml:6 Resources.It.Properties.QueueName: there is no function !Upper',
    ],
    [
      'a macro',
      'Transform: Own\nResources: {}\n',
      'template.yaml:1 Transform: the transform Own does not run locally',
    ],
    [
      'a circle',
      one('AWS::SQS::Queue', 'QueueName: !GetAtt B.QueueName').concat(
        '  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt It.QueueName}}\n',
      ),
      'template.yaml:3 Resources.It: Circular dependency between resources: [It, B]',
    ],
    [
      'an event',
      aFunction('Events:', '  Get:', '    Type: Api'),
      'template.yaml:10 Resources.It.Properties.Events.Get: REST APIs (Type: Api) do not run locally',
    ],
    [
      'a policy template',
      aFunction('Policies:', '  - S3ReadOnly: {BucketName: a}'),
      'template.yaml:10 Resources.It.Properties.Policies.0.S3ReadOnly: there is no policy template S3ReadOnly',
    ],
    [
      'its parameters',
      aFunction('Policies:', '  - S3ReadPolicy: {Bucket: a}'),
      "template.yaml:10 Resources.It.Properties.Policies.0.S3ReadPolicy: Must specify valid parameter values for policy template 'S3ReadPolicy': BucketName",
    ],
    [
      'policies without an effect',
      aFunction('Role: arn:aws:iam::123456789012:role/a', 'Policies: AWSLambdaRole'),
      'template.yaml:10 Resources.It.Properties.Policies: policies beside a Role have no effect',
    ],
    [
      'a function of SAM',
      aFunction('FunctionUrlConfig: {AuthType: NONE}'),
      'template.yaml:9 Resources.It.Properties.FunctionUrlConfig: this property is not supported',
    ],
    [
      'a folder without the handler',
      one('AWS::Serverless::Function', 'CodeUri: .', 'Handler: other.handler', 'Runtime: nodejs24.x'),
      'template.yaml:6 Resources.It.Properties.Code: the folder . has no other.mjs, .js or .cjs for the handler other.handler',
    ],
    [
      'an attribute of a resource',
      'Resources:\n  It:\n    Type: AWS::SQS::Queue\n    Colour: red\n',
      'template.yaml:4 Resources.It.Colour: a resource has no such attribute',
    ],
    ['a section', 'Resources: {}\nThings: {}\n', 'template.yaml:2 Things: a template has no section Things'],
    ['broken YAML', 'Resources:\n  It: [\n', 'template.yaml:3'],
    [
      'a condition',
      one('AWS::SQS::Queue', 'QueueName: !If [Nope, a, b]'),
      'template.yaml:6 Resources.It.Properties.QueueName: there is no condition Nope',
    ],
  ])('%s', (_, text, message) => {
    expect(() => evaluate(text)).toThrow(message);
  });
});

test('a bucket that calls a function which may read it is a circle, as SAM warns of', () => {
  const text = aFunction(
    'Policies:',
    '  - S3ReadPolicy: {BucketName: !Ref Bucket}',
    'Events:',
    '  Upload: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*"}}',
  ).concat('  Bucket: {Type: AWS::S3::Bucket}\n');
  expect(() => evaluate(text)).toThrow(
    /Circular dependency between resources: \[It, ItRole, Bucket(, ItUploadPermission)?\]/,
  );
});

test('a folder means its template, unless there is Terraform in it', () => {
  const folder = path.dirname(fixture('orders'));
  expect(templateAt(folder)).toBe(fixture('orders'));
  expect(templateAt(fixture('orders'))).toBe(fixture('orders'));
  expect(templateAt(path.join(folder, 'app'))).toBeUndefined();
  expect(templateAt(path.resolve('src/patterns/05-s3-event-processor/aws'))).toBeUndefined();
});

test('a template in JSON, with code in it, is the same', () => {
  const stack = evaluate(
    JSON.stringify({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } },
        It: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: { ZipFile: 'exports.handler = async () => {};' },
            Handler: 'index.handler',
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            Runtime: 'nodejs24.x',
          },
        },
      },
    }),
  );
  const { name } = valuesOf(stack, 'aws_iam_role.Role');
  expect(valuesOf(stack, 'aws_lambda_function.It').role).toBe(
    `arn:aws:iam::123456789012:role/${String(name)}`,
  );
});

const installed = spawnSync('cfn-lint', ['--version']).status === 0;
if (!installed) console.log('skipped: cfn-lint is not installed');

test.skipIf(!installed)('cfn-lint accepts the templates that these tests use', { timeout: 60_000 }, () => {
  const files = ['orders', 'serverless'].map(fixture);
  const { status, stdout } = spawnSync('cfn-lint', files, { encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
