import { describe, expect, it } from 'vitest';
import { type ApplicablePolicies, type Caller, evaluate } from './evaluate.ts';
import { matchesArn, matchesWildcards, pattern } from './pattern.ts';
import { type PolicyKind, parsePolicy } from './policy.ts';

const source = { address: 'aws_iam_role_policy.worker', file: 'iam.tf', line: 3 };
const caller: Caller = {
  kind: 'role',
  accountId: '123456789012',
  roleArn: 'arn:aws:iam::123456789012:role/worker',
  sessionArn: 'arn:aws:sts::123456789012:assumed-role/worker/s1',
};
const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/items';

function policy(kind: PolicyKind, ...statements: object[]) {
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind, source);
}
const allow = (more: object = {}) => ({
  Effect: 'Allow',
  Action: 'dynamodb:GetItem',
  Resource: table,
  ...more,
});
const deny = (more: object = {}) => ({ ...allow(more), Effect: 'Deny' });

function decide(policies: Partial<ApplicablePolicies>, request: { action?: string; resource?: string } = {}) {
  const decision = evaluate(
    caller,
    { action: request.action ?? 'dynamodb:GetItem', resource: request.resource ?? table },
    {
      identity: [],
      resource: [],
      resourceKind: 'resource',
      resourceAccountId: '123456789012',
      ...policies,
    },
    (key) => (key === 'aws:principaltag/team' ? ['blue'] : undefined),
  );
  return decision.allowed ? 'allowed' : `${decision.reason} ${decision.policyType}`;
}

describe('wildcards', () => {
  const matches = (wanted: string, text: string) =>
    matchesWildcards(pattern(wanted, true).resolve(() => undefined) ?? '', text);
  it.each([
    ['*', 'anything', true],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbbd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['abc', 'abcd', false],
    ['', '', true],
    ['a${*}c', 'a*c', true],
    ['a${*}c', 'abc', false],
    ['cost ${$}5', 'cost $5', true],
  ])('%s against %s: %s', (wanted, text, expected) => {
    expect(matches(wanted, text)).toBe(expected);
  });

  const matchesAnArn = (wanted: string, arn: string) =>
    matchesArn(pattern(wanted, true).resolve(() => undefined) ?? '', arn);
  it.each([
    ['*', table, true],
    ['arn:aws:dynamodb:*:*:table/items', table, true],
    ['arn:aws:dynamodb:*:table/items', table, false],
    ['arn:aws:dynamodb:*', table, true],
    ['arn:aws:dynamodb:eu-west-1:123456789012:table/*/index/*', `${table}/index/by-date`, true],
    [
      'arn:aws:logs:*:*:log-group:/aws/lambda/*',
      'arn:aws:logs:r:1:log-group:/aws/lambda/f:log-stream:x',
      true,
    ],
    ['arn:aws:s3:::Bucket/*', 'arn:aws:s3:::bucket/a', false],
  ])('ARN %s against %s: %s', (wanted, arn, expected) => {
    expect(matchesAnArn(wanted, arn)).toBe(expected);
  });
});

describe('identity-based policies', () => {
  const identity = (...statements: object[]) => ({ identity: [policy('identity', ...statements)] });
  it.each([
    ['nothing allows', [], {}, 'implicit identity-based'],
    ['an allow', [allow()], {}, 'allowed'],
    ['actions regardless of case', [allow({ Action: 'DynamoDB:getitem' })], {}, 'allowed'],
    ['action wildcards', [allow({ Action: 'dynamodb:*Item' })], {}, 'allowed'],
    ['another resource', [allow({ Resource: `${table}/index/*` })], {}, 'implicit identity-based'],
    [
      'a deny beats the allow',
      [allow(), deny({ Action: '*', Resource: '*' })],
      {},
      'explicit identity-based',
    ],
    ['a deny elsewhere', [allow(), deny({ Action: 'dynamodb:PutItem' })], {}, 'allowed'],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], {}, 'allowed'],
    [
      'NotAction excludes',
      [{ Effect: 'Allow', NotAction: ['dynamodb:Get*'], Resource: '*' }],
      {},
      'implicit identity-based',
    ],
    ['NotResource', [{ Effect: 'Deny', Action: '*', NotResource: table }, allow()], {}, 'allowed'],
    [
      'NotResource excludes',
      [{ Effect: 'Deny', Action: '*', NotResource: `${table}2` }, allow()],
      {},
      'explicit identity-based',
    ],
    [
      'a variable in the resource',
      [allow({ Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/team}/*', Action: 's3:GetObject' })],
      { action: 's3:GetObject', resource: 'arn:aws:s3:::data/blue/x' },
      'allowed',
    ],
    [
      'a variable without a value',
      [allow({ Resource: 'arn:aws:s3:::data/${aws:username}/*', Action: 's3:GetObject' })],
      { action: 's3:GetObject', resource: 'arn:aws:s3:::data/blue/x' },
      'implicit identity-based',
    ],
    [
      'a condition that fails',
      [allow({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })],
      {},
      'implicit identity-based',
    ],
  ])('%s', (_name, statements, request, expected) => {
    const policies = statements.length > 0 ? identity(...statements) : {};
    expect(decide(policies, request)).toBe(expected);
  });
});

describe('policies that limit', () => {
  const identity = [policy('identity', allow())];
  it('needs the permissions boundary to allow as well', () => {
    expect(decide({ identity, boundary: policy('identity', allow()) })).toBe('allowed');
    expect(decide({ identity, boundary: policy('identity', allow({ Action: 's3:*' })) })).toBe(
      'implicit permissions boundary',
    );
    expect(decide({ identity, boundary: policy('identity', deny()) })).toBe('explicit permissions boundary');
  });

  it('needs one of the session policies to allow as well', () => {
    const other = policy('identity', allow({ Action: 's3:*' }));
    expect(decide({ identity, session: [other] })).toBe('implicit session');
    expect(decide({ identity, session: [other, policy('identity', allow())] })).toBe('allowed');
    expect(decide({ identity: [], session: [policy('identity', allow())] })).toBe('implicit identity-based');
  });
});

describe('resource-based policies', () => {
  const by = (Principal: unknown, effect: object = allow()) => [policy('resource', { ...effect, Principal })];
  it.each([
    ['the role', { AWS: 'arn:aws:iam::123456789012:role/worker' }, 'allowed'],
    ['the session', { AWS: 'arn:aws:sts::123456789012:assumed-role/worker/s1' }, 'allowed'],
    ['everyone', '*', 'allowed'],
    ['another role', { AWS: 'arn:aws:iam::123456789012:role/other' }, 'implicit identity-based'],
    ['a service', { Service: 'lambda.amazonaws.com' }, 'implicit identity-based'],
    [
      'only the account, which delegates',
      { AWS: 'arn:aws:iam::123456789012:root' },
      'implicit identity-based',
    ],
  ])('names %s', (_name, principal, expected) => {
    expect(decide({ resource: by(principal) })).toBe(expected);
  });

  it('is not limited by a boundary when it names the session, but when it names the role', () => {
    const boundary = policy('identity', allow({ Action: 's3:*' }));
    const sessionArn = 'arn:aws:sts::123456789012:assumed-role/worker/s1';
    expect(decide({ resource: by({ AWS: sessionArn }), boundary })).toBe('allowed');
    expect(decide({ resource: by({ AWS: 'arn:aws:iam::123456789012:role/worker' }), boundary })).toBe(
      'implicit permissions boundary',
    );
  });

  it('denies, also with NotPrincipal', () => {
    const identity = [policy('identity', allow())];
    expect(decide({ identity, resource: by('*', deny()) })).toBe('explicit resource-based');
    const exceptOther = [
      policy('resource', { ...deny(), NotPrincipal: { AWS: 'arn:aws:iam::123456789012:role/other' } }),
    ];
    expect(decide({ identity, resource: exceptOther })).toBe('explicit resource-based');
  });

  it('needs both sides across accounts', () => {
    const identity = [policy('identity', allow())];
    const resource = by({ AWS: '123456789012' });
    expect(decide({ identity, resourceAccountId: '210987654321' })).toBe('implicit resource-based');
    expect(decide({ resource, resourceAccountId: '210987654321' })).toBe('implicit identity-based');
    expect(decide({ identity, resource, resourceAccountId: '210987654321' })).toBe('allowed');
  });
});

describe('malformed documents', () => {
  it.each([
    ['{', 'identity', 'it is not JSON'],
    ['{"Version":"2013-01-01","Statement":[]}', 'identity', 'Version must be'],
    ['{"Version":"2012-10-17"}', 'identity', 'Statement is missing'],
    ['{"Statement":[],"Statements":1}', 'identity', 'Statements is not an element of a policy'],
    [{ ...allow(), Effect: 'allow' }, 'identity', 'statement 1: Effect must be "Allow" or "Deny"'],
    [{ ...allow(), Actions: [] }, 'identity', 'statement 1: Actions is not an element of a statement'],
    [{ Effect: 'Allow', Resource: '*' }, 'identity', 'exactly one of Action and NotAction'],
    [{ Effect: 'Allow', Action: '*' }, 'identity', 'exactly one of Resource and NotResource'],
    [allow({ NotAction: 's3:*' }), 'identity', 'exactly one of Action and NotAction'],
    [allow({ Action: 'GetItem', Sid: 'Read' }), 'identity', 'statement 1 "Read": action "GetItem"'],
    [allow({ Resource: 'items' }), 'identity', 'resource "items" must be'],
    [allow({ Principal: '*' }), 'identity', 'Principal has no place'],
    [allow(), 'resource', 'exactly one of Principal and NotPrincipal'],
    [allow({ Principal: { Account: '1' } }), 'resource', 'Account is not a kind of principal'],
    [allow({ Principal: '*' }), 'trust', 'Resource has no place in a trust policy'],
    [allow({ Condition: { StringIs: { a: 'b' } } }), 'identity', 'StringIs is not a condition operator'],
  ] as const)('%j as %s policy', (document, kind, problem) => {
    const text =
      typeof document === 'string'
        ? document
        : JSON.stringify({ Version: '2012-10-17', Statement: document });
    expect(() => parsePolicy(text, kind, source)).toThrow(problem);
    expect(() => parsePolicy(text, kind, source)).toThrow('iam.tf:3 aws_iam_role_policy.worker: malformed');
  });
});
