import { describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { AwsError, type AwsPrincipal } from '../service.ts';
import { createIam } from './iam.ts';
import { resourceTypes } from './resource-types.ts';

const scope = { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' };
const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/items';
const roleArn = 'arn:aws:iam::123456789012:role/worker';
const start = Date.parse('2026-01-01T00:00:00Z');
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const lambdaTrust = document({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: 'lambda.amazonaws.com' },
});

function resource(type: string, name: string, values: StackValues, line = 1): StackResource {
  const address = `${type}.${name}`;
  const computed = resourceTypes[type]?.attributes(values, scope, address) ?? {};
  return {
    address,
    mode: 'managed',
    type,
    name,
    modulePath: [],
    provider: 'aws',
    values: { ...computed, ...values },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line, column: 1 },
  };
}

async function stack(resources: StackResource[], clock = virtualClock(start)) {
  const iam = createIam({
    ...scope,
    clock,
    meter: new Meter(),
    course: quietCourse(),
    random: seededRandom(1),
  });
  for (const one of resources) await resourceTypes[one.type]?.realise?.(one, iam);
  return iam;
}

const role = (more: StackValues = {}) =>
  resource('aws_iam_role', 'worker', { name: 'worker', assume_role_policy: lambdaTrust, ...more }, 1);
const inline = (...statements: object[]) =>
  resource(
    'aws_iam_role_policy',
    'worker',
    { name: 'data', role: 'worker', policy: document(...statements) },
    10,
  );
const worker: AwsPrincipal = { kind: 'role', arn: roleArn, sessionName: 'fn', accountId: scope.accountId };

const readWrite = {
  Sid: 'Data',
  Effect: 'Allow',
  Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
  Resource: table,
};

function refusal(run: () => void): AwsError {
  try {
    run();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('authorize', () => {
  it('allows what the inline policy allows and refuses the rest in the words of AWS', async () => {
    const iam = await stack([role(), inline(readWrite)]);
    iam.authorize(worker, [{ action: 'dynamodb:GetItem', resource: table }]);
    const error = refusal(() => iam.authorize(worker, [{ action: 'dynamodb:DeleteItem', resource: table }]));
    expect(error).toMatchObject({ code: 'AccessDeniedException', status: 400 });
    expect(error.message).toBe(
      `User: arn:aws:sts::123456789012:assumed-role/worker/fn is not authorized to perform: dynamodb:DeleteItem on resource: ${table} because no identity-based policy allows the dynamodb:DeleteItem action`,
    );
  });

  it.each([
    [
      'sqs:SendMessage',
      'arn:aws:sqs:eu-west-1:123456789012:q',
      'AccessDeniedException',
      403,
      'sqs:sendmessage on resource: arn:aws:sqs:eu-west-1:123456789012:q because no identity-based policy allows the sqs:sendmessage action',
    ],
    [
      'sns:Publish',
      'arn:aws:sns:eu-west-1:123456789012:t',
      'AuthorizationError',
      403,
      'SNS:Publish on resource: arn:aws:sns:eu-west-1:123456789012:t because no identity-based policy allows the SNS:Publish action',
    ],
    [
      's3:GetObject',
      'arn:aws:s3:::b/k',
      'AccessDenied',
      403,
      's3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action',
    ],
    [
      'lambda:InvokeFunction',
      'arn:aws:lambda:eu-west-1:123456789012:function:f',
      'AccessDeniedException',
      403,
      'lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:f because no identity-based policy allows the lambda:InvokeFunction action',
    ],
  ])('words the refusal of %s as its service does', async (action, arn, code, status, text) => {
    const iam = await stack([role()]);
    const error = refusal(() => iam.authorize(worker, [{ action, resource: arn }]));
    expect(error).toMatchObject({ code, status });
    expect(error.message).toBe(
      `User: arn:aws:sts::123456789012:assumed-role/worker/fn is not authorized to perform: ${text}`,
    );
  });

  it('names the managed policy that denies', async () => {
    const arn = 'arn:aws:iam::123456789012:policy/guard';
    const iam = await stack([
      role(),
      inline(readWrite),
      resource('aws_iam_policy', 'guard', {
        name: 'guard',
        policy: document({ Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' }),
      }),
      resource('aws_iam_role_policy_attachment', 'guard', { role: 'worker', policy_arn: arn }),
    ]);
    expect(
      refusal(() => iam.authorize(worker, [{ action: 'dynamodb:GetItem', resource: table }])).message,
    ).toBe(
      `User: arn:aws:sts::123456789012:assumed-role/worker/fn is not authorized to perform: dynamodb:GetItem on resource: ${table} with an explicit deny in an identity-based policy: ${arn}`,
    );
  });

  it('enforces a permissions boundary', async () => {
    const boundary = resource('aws_iam_policy', 'edge', {
      name: 'edge',
      policy: document({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }),
    });
    const iam = await stack([
      boundary,
      role({ permissions_boundary: 'arn:aws:iam::123456789012:policy/edge' }),
      inline(readWrite),
    ]);
    iam.authorize(worker, [{ action: 'dynamodb:GetItem', resource: table }]);
    expect(
      refusal(() => iam.authorize(worker, [{ action: 'dynamodb:PutItem', resource: table }])).message,
    ).toContain('because no permissions boundary allows the dynamodb:PutItem action');
  });

  it('does not remember a decision that depends on the time or on another context', async () => {
    const clock = virtualClock(start);
    const until = { DateLessThan: { 'aws:CurrentTime': '2026-01-01T01:00:00Z' } };
    const owned = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['me'] } };
    const timed = await stack([role(), inline({ ...readWrite, Condition: until })], clock);
    timed.authorize(worker, [{ action: 'dynamodb:GetItem', resource: table }]);
    clock.advance(3_600_000);
    refusal(() => timed.authorize(worker, [{ action: 'dynamodb:GetItem', resource: table }]));

    const keyed = await stack([role(), inline({ ...readWrite, Condition: owned })]);
    const request = (key: string) => [
      { action: 'dynamodb:GetItem', resource: table, context: { 'dynamodb:leadingkeys': [key] } },
    ];
    keyed.authorize(worker, request('me'));
    refusal(() => keyed.authorize(worker, request('you')));
    keyed.authorize(worker, request('me'));
  });

  it('lets the administrator do everything', async () => {
    const iam = await stack([]);
    const admin: AwsPrincipal = {
      kind: 'administrator',
      arn: 'arn:aws:iam::123456789012:user/admin',
      accountId: scope.accountId,
    };
    iam.authorize(admin, [{ action: 'dynamodb:DeleteTable', resource: table }]);
  });
});

describe('attachments', () => {
  const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  const logs = {
    action: 'logs:PutLogEvents',
    resource: 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:log-stream:s',
  };

  it.each([
    ['aws_iam_role_policy_attachment', { role: 'worker', policy_arn: basic }],
    ['aws_iam_policy_attachment', { name: 'logs', roles: ['worker'], policy_arn: basic }],
  ])('%s grants an AWS managed policy', async (type, values) => {
    const iam = await stack([role(), resource(type, 'logs', values)]);
    iam.authorize(worker, [logs]);
  });

  it('takes managed_policy_arns and inline_policy of the role', async () => {
    const iam = await stack([
      role({ managed_policy_arns: [basic], inline_policy: [{ name: 'data', policy: document(readWrite) }] }),
    ]);
    iam.authorize(worker, [logs, { action: 'dynamodb:PutItem', resource: table }]);
  });

  it('removes what the exclusive resources do not list', async () => {
    const iam = await stack([
      role({ managed_policy_arns: [basic] }),
      inline(readWrite),
      resource('aws_iam_role_policy_attachments_exclusive', 'x', { role_name: 'worker', policy_arns: [] }),
      resource('aws_iam_role_policies_exclusive', 'x', { role_name: 'worker', policy_names: ['other'] }),
    ]);
    refusal(() => iam.authorize(worker, [logs]));
    refusal(() => iam.authorize(worker, [{ action: 'dynamodb:GetItem', resource: table }]));
    expect(iam.unused()).toEqual([]);
  });

  it('says which managed policy it does not know, and which argument is not usable', async () => {
    const unknown = { role: 'worker', policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
    await expect(
      stack([role(), resource('aws_iam_role_policy_attachment', 'a', unknown, 7)]),
    ).rejects.toThrow(
      'main.tf:7 aws_iam_role_policy_attachment.a: the managed policy arn:aws:iam::aws:policy/AdministratorAccess is neither',
    );
    await expect(
      stack([
        role(),
        resource('aws_iam_policy_attachment', 'a', { name: 'x', users: ['u'], policy_arn: basic }, 8),
      ]),
    ).rejects.toThrow('main.tf:8 aws_iam_policy_attachment.a: IAM users and groups are not supported');
    await expect(stack([inline(readWrite)])).rejects.toThrow('there is no role "worker" in this stack');
  });
});

describe('computed attributes', () => {
  it('have the true forms and follow from the configuration', () => {
    const attributes = resourceTypes.aws_iam_role?.attributes(
      { name: 'worker', path: '/app/' },
      scope,
      'aws_iam_role.w',
    );
    expect(attributes).toMatchObject({ arn: 'arn:aws:iam::123456789012:role/app/worker', id: 'worker' });
    expect(attributes?.unique_id).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(attributes?.create_date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(attributes).toEqual(
      resourceTypes.aws_iam_role?.attributes({ name: 'worker', path: '/app/' }, scope, 'aws_iam_role.w'),
    );
    const prefixed = resourceTypes.aws_iam_role?.attributes({ name_prefix: 'w-' }, scope, 'aws_iam_role.w');
    expect(prefixed?.name).toMatch(/^w-\d{26}$/);
    const policy = resourceTypes.aws_iam_policy?.attributes({ name: 'p' }, scope, 'aws_iam_policy.p');
    expect(policy).toMatchObject({
      id: 'arn:aws:iam::123456789012:policy/p',
      arn: 'arn:aws:iam::123456789012:policy/p',
    });
  });
});

describe('resource policies and services', () => {
  const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
  const rule = 'arn:aws:events:eu-west-1:123456789012:rule/nightly';
  const permission = (more: StackValues = {}) =>
    resource(
      'aws_lambda_permission',
      'p',
      {
        action: 'lambda:InvokeFunction',
        function_name: 'f',
        principal: 'events.amazonaws.com',
        source_arn: rule,
        ...more,
      },
      20,
    );
  const invoke = (sourceArn: string) => [
    { action: 'lambda:InvokeFunction', resource: functionArn, context: { 'aws:sourcearn': [sourceArn] } },
  ];

  it('lets a service in by aws_lambda_permission, from the named source only', async () => {
    const iam = await stack([permission()]);
    expect(iam.unused()).toMatchObject([{ kind: 'unused-action', principal: 'events.amazonaws.com' }]);
    iam.authorizeService('events.amazonaws.com', invoke(rule));
    expect(iam.unused()).toEqual([]);
    refusal(() => iam.authorizeService('events.amazonaws.com', invoke(`${rule}2`)));
    expect(refusal(() => iam.authorizeService('s3.amazonaws.com', invoke(rule))).message).toBe(
      `User: s3.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} because no resource-based policy allows the lambda:InvokeFunction action`,
    );
  });

  it('adds the permissions of one function up and keeps qualifiers apart', async () => {
    const iam = await stack([
      permission({ qualifier: 'live' }),
      permission({ principal: 's3.amazonaws.com', source_arn: 'arn:aws:s3:::b' }),
    ]);
    refusal(() => iam.authorizeService('events.amazonaws.com', invoke(rule)));
    iam.authorizeService('events.amazonaws.com', [
      {
        action: 'lambda:InvokeFunction',
        resource: `${functionArn}:live`,
        context: { 'aws:sourcearn': [rule] },
      },
    ]);
    iam.authorizeService('s3.amazonaws.com', invoke('arn:aws:s3:::b'));
  });

  it('counts a bucket policy for its objects', async () => {
    const iam = await stack([role()]);
    iam.attachResourcePolicy(
      'arn:aws:s3:::data',
      document({
        Effect: 'Allow',
        Principal: { AWS: roleArn },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::data/*',
      }),
      { address: 'aws_s3_bucket_policy.data', file: 'main.tf', line: 4 },
    );
    iam.authorize(worker, [{ action: 's3:GetObject', resource: 'arn:aws:s3:::data/a/b' }]);
    refusal(() => iam.authorize(worker, [{ action: 's3:GetObject', resource: 'arn:aws:s3:::data2/a' }]));
  });
});

describe('unused grants', () => {
  it('names the one action, the wildcard and the managed policy that were not needed as they are', async () => {
    const iam = await stack([
      role(),
      inline(
        { ...readWrite, Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] },
        { Effect: 'Allow', Action: 'sqs:*', Resource: 'arn:aws:sqs:eu-west-1:123456789012:q' },
      ),
      resource(
        'aws_iam_role_policy_attachment',
        'xray',
        { role: 'worker', policy_arn: 'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess' },
        30,
      ),
    ]);
    iam.authorize(worker, [
      { action: 'dynamodb:GetItem', resource: table },
      { action: 'dynamodb:PutItem', resource: table },
      { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:123456789012:q' },
    ]);
    const source = { address: 'aws_iam_role_policy.worker', file: 'main.tf', line: 10 };
    expect(iam.unused()).toEqual([
      {
        kind: 'unused-action',
        principal: roleArn,
        action: 'dynamodb:DeleteItem',
        resource: table,
        source,
        part: 'statement 1 "Data"',
      },
      {
        kind: 'wide-action',
        principal: roleArn,
        action: 'sqs:*',
        resource: 'arn:aws:sqs:eu-west-1:123456789012:q',
        source,
        part: 'statement 2',
        usedActions: ['sqs:SendMessage'],
        usedResources: ['arn:aws:sqs:eu-west-1:123456789012:q'],
      },
      {
        kind: 'unused-role',
        principal: roleArn,
        role: 'AWSXRayDaemonWriteAccess',
        resource: '*',
        source: { address: 'aws_iam_role_policy_attachment.xray', file: 'main.tf', line: 30 },
      },
    ]);
  });
});

describe('sessions', () => {
  it('issues credentials to a service that the trust policy names', async () => {
    const iam = await stack([role(), inline(readWrite)]);
    const credentials = iam.issueCredentials(roleArn, 'fn', { service: 'lambda.amazonaws.com' });
    expect(credentials.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(credentials.secretAccessKey).toHaveLength(40);
    const principal = iam.principalOf(credentials.accessKeyId);
    expect(principal).toMatchObject({ kind: 'role', arn: roleArn, sessionName: 'fn' });
    expect(iam.principalOf('ASIAUNKNOWN')).toBeUndefined();
    expect(
      refusal(() => iam.issueCredentials(roleArn, 'x', { service: 'states.amazonaws.com' })).message,
    ).toContain(
      'cannot be assumed by states.amazonaws.com: its assume_role_policy (main.tf:1 aws_iam_role.worker)',
    );
  });
});

describe('an AWS managed policy with several statements', () => {
  it('is reported once, with what was used of it', async () => {
    const policy_arn = 'arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited';
    const iam = await stack([
      role(),
      resource('aws_iam_role_policy_attachment', 'x', { role: 'worker', policy_arn }),
    ]);
    const hook = 'arn:aws:lambda:eu-west-1:123456789012:function:CodeDeployHook_a';
    iam.authorize(worker, [{ action: 'lambda:InvokeFunction', resource: hook }]);
    expect(iam.unused()).toMatchObject([
      {
        kind: 'wide-role',
        usedActions: ['lambda:InvokeFunction'],
        unusedActions: [
          'cloudwatch:DescribeAlarms',
          'lambda:UpdateAlias',
          'lambda:GetAlias',
          'lambda:GetProvisionedConcurrencyConfig',
          's3:GetObject',
          's3:GetObjectVersion',
        ],
      },
    ]);
  });
});
