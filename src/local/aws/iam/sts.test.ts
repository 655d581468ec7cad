import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { answerQuery } from '../protocol-query.ts';
import type { AwsPrincipal } from '../service.ts';
import { createIam, type Iam } from './iam.ts';
import { sts } from './sts.ts';

const accountId = '123456789012';
const arn = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const bucket = 'arn:aws:s3:::data';
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const source = { address: 'aws_iam_role.x', file: 'main.tf', line: 1 };
const caller: AwsPrincipal = { kind: 'role', arn: arn('caller'), sessionName: 'fn', accountId };

function account(trust: object, clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'))): Iam {
  const iam = createIam({
    accountId,
    region: 'eu-west-1',
    partition: 'aws',
    clock,
    meter: new Meter(),
    course: quietCourse(),
    random: seededRandom(7),
  });
  const add = (name: string, statement: object) =>
    iam.addRole({
      arn: arn(name),
      name,
      uniqueId: `AROA${name.toUpperCase()}`,
      trustPolicy: document(statement),
      maxSessionDurationSeconds: 3600,
      tags: {},
      source,
    });
  add('caller', {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: 'lambda.amazonaws.com' },
  });
  add('tenant', trust);
  iam.putRolePolicy(
    'tenant',
    'data',
    document({ Effect: 'Allow', Action: 's3:*', Resource: `${bucket}/\${aws:PrincipalTag/Tenant}/*` }),
    source,
  );
  return iam;
}

async function call(iam: Iam, form: Record<string, string>, principal: AwsPrincipal = caller) {
  const response = await answerQuery(
    sts(iam),
    {
      method: 'POST',
      host: 'sts.eu-west-1.amazonaws.com',
      path: '/',
      query: '',
      headers: {},
      body: Buffer.from(new URLSearchParams({ Version: '2011-06-15', ...form }).toString()),
    },
    { principal, requestId: 'r1' },
    (requests) => iam.authorize(principal, requests),
  );
  return { status: response.status, body: String(response.body) };
}

const text = (xml: string, element: string) => new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
const trusting = {
  Effect: 'Allow',
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  Principal: { AWS: arn('caller') },
};
const assume = { Action: 'AssumeRole', RoleArn: arn('tenant'), RoleSessionName: 'acme' };
const tagged = { ...assume, 'Tags.member.1.Key': 'Tenant', 'Tags.member.1.Value': 'acme' };

describe('GetCallerIdentity', () => {
  it('answers with the session, as XML', async () => {
    expect(await call(account(trusting), { Action: 'GetCallerIdentity' })).toEqual({
      status: 200,
      body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/caller/fn</Arn><UserId>AROACALLER:fn</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    });
  });
});

describe('AssumeRole', () => {
  it('gives credentials whose session tags fill policy variables', async () => {
    const iam = account(trusting);
    const { status, body } = await call(iam, tagged);
    expect(status).toBe(200);
    expect(text(body, 'Expiration')).toBe('2026-01-01T01:00:00Z');
    expect(text(body, 'AssumedRoleId')).toBe('AROATENANT:acme');
    const principal = iam.principalOf(text(body, 'AccessKeyId') ?? '');
    if (!principal) throw new Error('not issued');
    iam.authorize(principal, [{ action: 's3:GetObject', resource: `${bucket}/acme/a` }]);
    expect(() =>
      iam.authorize(principal, [{ action: 's3:GetObject', resource: `${bucket}/other/a` }]),
    ).toThrow('no identity-based policy allows');
  });

  it('narrows the session by a session policy', async () => {
    const iam = account(trusting);
    const Policy = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });
    const { body } = await call(iam, { ...tagged, Policy });
    const principal = iam.principalOf(text(body, 'AccessKeyId') ?? '');
    if (!principal) throw new Error('not issued');
    iam.authorize(principal, [{ action: 's3:GetObject', resource: `${bucket}/acme/a` }]);
    expect(() =>
      iam.authorize(principal, [{ action: 's3:PutObject', resource: `${bucket}/acme/a` }]),
    ).toThrow('because no session policy allows the s3:PutObject action');
    expect((await call(iam, { ...assume, Policy: '{' })).body).toContain(
      '<Code>MalformedPolicyDocument</Code>',
    );
  });

  it('ends the session in time', async () => {
    const clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'));
    const iam = account(trusting, clock);
    const { body } = await call(iam, { ...assume, DurationSeconds: '900' });
    const accessKeyId = text(body, 'AccessKeyId') ?? '';
    clock.advance(899_999);
    expect(iam.principalOf(accessKeyId)).toBeDefined();
    clock.advance(1);
    expect(() => iam.principalOf(accessKeyId)).toThrow(
      'The security token included in the request is expired',
    );
  });

  it.each([
    [
      'a role that trusts another',
      { ...trusting, Principal: { AWS: arn('other') } },
      assume,
      'because no role trust policy allows the sts:AssumeRole action',
    ],
    [
      'tags without the right to tag',
      { ...trusting, Action: 'sts:AssumeRole' },
      tagged,
      'because no role trust policy allows the sts:TagSession action',
    ],
    [
      'a wrong external id',
      { ...trusting, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } },
      { ...assume, ExternalId: 'y' },
      'because no role trust policy allows',
    ],
    [
      'a denying trust policy',
      { ...trusting, Effect: 'Deny' },
      assume,
      'with an explicit deny in the role trust policy',
    ],
    [
      'the account only, without a policy of its own',
      { ...trusting, Principal: { AWS: accountId } },
      assume,
      'because no identity-based policy allows the sts:AssumeRole action',
    ],
  ])('is refused for %s', async (_name, trust, form, reason) => {
    const { status, body } = await call(account(trust), form);
    expect(status).toBe(403);
    expect(body).toContain('<Type>Sender</Type><Code>AccessDenied</Code>');
    expect(body).toContain(reason);
  });

  it('refuses a longer session than the role permits, and malformed input', async () => {
    expect((await call(account(trusting), { ...assume, DurationSeconds: '7200' })).body).toContain(
      '1 hour session limit',
    );
    expect((await call(account(trusting), { ...assume, RoleSessionName: 'a b' })).body).toContain(
      '<Code>ValidationError</Code>',
    );
    expect((await call(account(trusting), { Action: 'GetFederationToken' })).body).toContain(
      '<Code>InvalidAction</Code><Message>Could not find operation GetFederationToken for version 2011-06-15</Message>',
    );
  });
});
