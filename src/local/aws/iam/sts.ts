// Security Token Service. https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
import { z } from 'zod';
import { type AccessRequest, AwsError, type AwsPrincipal, type AwsService } from '../service.ts';
import { callerArn, type Iam } from './iam.ts';

const Tag = z.object({ Key: z.string(), Value: z.string() });

const AssumeRoleInput = z.object({
  RoleArn: z.string().min(20),
  RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/),
  DurationSeconds: z.coerce.number().int().min(900).max(43200).default(3600),
  ExternalId: z.string().optional(),
  Policy: z.string().max(2048).optional(),
  PolicyArns: z
    .array(z.object({ arn: z.string() }))
    .max(10)
    .default([]),
  Tags: z.array(Tag).max(50).default([]),
});
type AssumeRoleInput = z.output<typeof AssumeRoleInput>;

/** STS of the account that `iam` keeps: `GetCallerIdentity` and `AssumeRole`. */
export function sts(iam: Iam): AwsService {
  const { runtime } = iam;
  return {
    signingName: 'sts',
    protocol: { kind: 'query', xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/', version: '2011-06-15' },
    operations: {
      GetCallerIdentity: {
        // No permission is needed, and none can be denied.
        access: () => [],
        run: (_input: unknown, { principal }) => ({
          Arn: callerArn(principal, runtime.partition),
          UserId: iam.userIdOf(principal),
          Account: principal.accountId,
        }),
      },
      AssumeRole: {
        access: (input: unknown) => assumption(parse(input)),
        run: (input: unknown, { principal }) => assumeRole(iam, parse(input), principal),
      },
    },
  };
}

function parse(input: unknown): AssumeRoleInput {
  const result = AssumeRoleInput.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: ${issue?.path.join('.')}: ${issue?.message}`,
    400,
  );
}

function assumption(input: AssumeRoleInput): AccessRequest[] {
  const context = Object.fromEntries([
    ['sts:rolesessionname', [input.RoleSessionName]],
    ...(input.ExternalId === undefined ? [] : [['sts:externalid', [input.ExternalId]]]),
    ...(input.Tags.length > 0 ? [['aws:tagkeys', input.Tags.map((tag) => tag.Key)]] : []),
    ...input.Tags.map((tag) => [`aws:requesttag/${tag.Key.toLowerCase()}`, [tag.Value]]),
  ]);
  const actions = input.Tags.length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'];
  return actions.map((action) => ({ action, resource: input.RoleArn, context }));
}

function assumeRole(iam: Iam, input: AssumeRoleInput, principal: AwsPrincipal) {
  const role = iam.roleOf(input.RoleArn);
  if (!role) throw new AwsError('NoSuchEntity', `The role ${input.RoleArn} cannot be found.`, 404);
  if (principal.kind === 'role' && input.DurationSeconds > 3600)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      400,
    );
  if (input.DurationSeconds > role.maxSessionDurationSeconds)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      400,
    );
  const expiresAtMs = iam.runtime.clock.now() + input.DurationSeconds * 1000;
  const policies = [
    ...(input.Policy === undefined ? [] : [input.Policy]),
    ...input.PolicyArns.map(({ arn }) => iam.managedDocument(arn) ?? noSuchPolicy(arn)),
  ];
  const credentials = iam.issueCredentials(role.arn, input.RoleSessionName, {
    expiresAtMs,
    tags: Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])),
    policies,
  });
  const assumed: AwsPrincipal = {
    kind: 'role',
    arn: role.arn,
    sessionName: input.RoleSessionName,
    accountId: iam.runtime.accountId,
  };
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(expiresAtMs),
    },
    AssumedRoleUser: {
      AssumedRoleId: iam.userIdOf(assumed),
      Arn: callerArn(assumed, iam.runtime.partition),
    },
    ...(policies.length > 0 && { PackedPolicySize: Math.ceil((policies.join('').length / 2048) * 100) }),
  };
}

function noSuchPolicy(arn: string): never {
  throw new AwsError('MalformedPolicyDocument', `The policy ${arn} cannot be found.`, 400);
}
