// Roles, their policies, sessions and decisions: what the IAM of one account knows.
import { createHash } from 'node:crypto';
import { type GrantFinding, GrantLedger, type GrantSource } from '../../engine/grants.ts';
import { type AccessRequest, AwsError, type AwsPrincipal, type AwsRuntime } from '../service.ts';
import { accessDenied } from './access-denied.ts';
import { type Caller, type Decision, evaluate } from './evaluate.ts';
import { managedPolicyDocument } from './managed-policies.ts';
import { MalformedPolicyError, type Policy, parsePolicy } from './policy.ts';
import { enterPolicy } from './policy-grants.ts';
import {
  accountOf,
  anonymousContext,
  clockKeys,
  principalContext,
  serviceContext,
} from './request-context.ts';

/** A role as `aws_iam_role` configures it. */
export interface RoleInput {
  arn: string;
  name: string;
  /** `AROA...` */
  uniqueId: string;
  trustPolicy: string;
  boundaryArn?: string;
  maxSessionDurationSeconds: number;
  tags: Record<string, string>;
  source: GrantSource;
}

/** What the AWS SDKs sign with. */
export interface Credentials {
  /** `ASIA...` */
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

export interface SessionOptions {
  /** Service that takes the role, `lambda.amazonaws.com`: the trust policy must allow it. */
  service?: string;
  /** ARN of the resource for which the service takes the role. */
  sourceArn?: string;
  /** Milliseconds since the epoch; without it the session does not end. */
  expiresAtMs?: number;
  /** Session tags. */
  tags?: Record<string, string>;
  /** Session policies, as JSON. */
  policies?: readonly string[];
}

/** A role session; the key tells sessions of the same role and name apart. */
export type SessionPrincipal = Extract<AwsPrincipal, { kind: 'role' }> & { accessKeyId: string };

interface Role extends RoleInput {
  trust: Policy;
  boundary?: Policy;
  inline: Map<string, Policy>;
  attached: Map<string, Policy>;
}

interface Session {
  principal: SessionPrincipal;
  role: Role;
  secretAccessKey: string;
  expiresAtMs?: number;
  tags: Record<string, string>;
  policies?: readonly Policy[];
}

/** Of all callers together. Calls repeat themselves on a few queues and tables; objects in buckets are too many to keep. */
const decisionCacheSize = 1_000;

export class Iam {
  readonly ledger: GrantLedger;
  readonly runtime: AwsRuntime;
  readonly #roles = new Map<string, Role>();
  readonly #rolesByName = new Map<string, Role>();
  readonly #managed = new Map<string, { document: string; source: GrantSource }>();
  readonly #resourcePolicies = new Map<string, Policy[]>();
  readonly #sessions = new Map<string, Session>();
  #decisions = new Map<string, Map<string, Decision>>();
  #decisionCount = 0;
  /** Whether any policy reads a clock, which rules out remembering decisions. */
  #readsClock = false;

  constructor(runtime: AwsRuntime, ledger: GrantLedger = new GrantLedger()) {
    this.runtime = runtime;
    this.ledger = ledger;
  }

  /** Enters a role. Throws when its trust policy is malformed or its boundary is not known. */
  addRole(input: RoleInput): void {
    const trust = this.#read(parsePolicy(input.trustPolicy, 'trust', input.source));
    const boundary =
      input.boundaryArn === undefined ? undefined : this.#managedPolicy(input.boundaryArn, input.source);
    const role: Role = {
      ...input,
      trust,
      ...(boundary && { boundary }),
      inline: new Map(),
      attached: new Map(),
    };
    this.#roles.set(role.arn, role);
    this.#rolesByName.set(role.name, role);
    this.#forgetDecisions();
  }

  roleByName(name: string): RoleInput | undefined {
    return this.#rolesByName.get(name);
  }

  /**
   * Sets an inline policy of a role. `policyTemplate` names what its statements were made from, when they cannot be
   * changed one by one. Throws a `MalformedPolicyError`, or when there is no such role.
   */
  putRolePolicy(
    roleName: string,
    policyName: string,
    document: string,
    source: GrantSource,
    policyTemplate?: string,
  ): void {
    const role = this.#role(roleName, source);
    const policy = this.#read(parsePolicy(document, 'identity', source));
    enterPolicy(this.ledger, policy, role.arn, policyTemplate);
    role.inline.set(policyName, policy);
    this.#forgetDecisions();
  }

  /** Enters a customer managed policy. Throws a `MalformedPolicyError`. */
  addPolicy(arn: string, document: string, source: GrantSource): void {
    parsePolicy(document, 'identity', source, arn);
    this.#managed.set(arn, { document, source });
  }

  /** Attaches a managed policy. Throws when AWS has no such managed policy here, or the stack none. */
  attachPolicy(roleName: string, policyArn: string, source: GrantSource): void {
    const role = this.#role(roleName, source);
    const policy = this.#managedPolicy(policyArn, source);
    const isOwn = this.#managed.has(policyArn);
    enterPolicy(
      this.ledger,
      policy,
      role.arn,
      isOwn ? undefined : (policyArn.split('/').at(-1) ?? policyArn),
    );
    role.attached.set(policyArn, policy);
    this.#forgetDecisions();
  }

  /** Removes every inline policy that is not listed. */
  keepOnlyRolePolicies(roleName: string, policyNames: readonly string[], source: GrantSource): void {
    this.#keepOnly(this.#role(roleName, source).inline, policyNames);
  }

  /** Detaches every managed policy that is not listed. */
  keepOnlyAttachedPolicies(roleName: string, policyArns: readonly string[], source: GrantSource): void {
    this.#keepOnly(this.#role(roleName, source).attached, policyArns);
  }

  /**
   * Gives a resource a policy of its own (queue, topic, bucket, function permission). It counts for the resource
   * and what lies below it. Several policies add up. Throws a `MalformedPolicyError`.
   */
  attachResourcePolicy(resourceArn: string, document: string, source: GrantSource): void {
    const policy = this.#read(parsePolicy(document, 'resource', source));
    enterPolicy(this.ledger, policy);
    this.#resourcePolicies.set(resourceArn, [...(this.#resourcePolicies.get(resourceArn) ?? []), policy]);
    this.#forgetDecisions();
  }

  /** Throws the service's access-denied error for the first request that is not granted; notes what is used. */
  authorize(principal: AwsPrincipal, requests: readonly AccessRequest[]): void {
    for (const request of requests) {
      const decision = this.decide(principal, request);
      if (!decision.allowed)
        throw accessDenied(callerArn(principal, this.runtime.partition), request, decision);
    }
  }

  /** The same for a service that acts on its own behalf (`events.amazonaws.com`): only resource policies count. */
  authorizeService(service: string, requests: readonly AccessRequest[]): void {
    for (const request of requests) {
      const decision = this.#note(
        evaluate(
          { kind: 'service', service },
          request,
          {
            identity: [],
            resource: this.#policiesOf(request.resource),
            resourceKind: 'resource',
            resourceAccountId: accountOf(request.resource, this.runtime),
          },
          serviceContext(this.runtime, request, service),
        ),
        request,
      );
      if (!decision.allowed) throw accessDenied(service, request, decision);
    }
  }

  /** What IAM says to one request; a grant that it rests on is noted as used. */
  decide(principal: AwsPrincipal, request: AccessRequest): Decision {
    const session = this.#session(principal);
    const who =
      session?.principal.accessKeyId ??
      (principal.kind === 'role' ? `${principal.arn}/${principal.sessionName}` : principal.arn);
    let known = this.#decisions.get(who);
    if (!known) {
      known = new Map();
      this.#decisions.set(who, known);
    }
    const what = request.context
      ? `${request.action}\n${request.resource}\n${JSON.stringify(request.context)}`
      : `${request.action}\n${request.resource}`;
    const cached = known.get(what);
    if (cached) return cached;
    const decision = this.#note(this.#evaluate(principal, session, request), request);
    if (!this.#readsClock) {
      if (this.#decisionCount++ >= decisionCacheSize) this.#forgetDecisions();
      known.set(what, decision);
    }
    return decision;
  }

  /**
   * Credentials of a new role session. Throws when the role is not known or its trust policy does not let
   * `options.service` assume it.
   */
  issueCredentials(roleArn: string, sessionName: string, options: SessionOptions = {}): Credentials {
    const role = this.#roles.get(roleArn);
    if (!role)
      throw new AwsError('NoSuchEntity', `The role with name ${nameOf(roleArn)} cannot be found.`, 404);
    if (options.service !== undefined) this.#requireTrust(role, options.service, options.sourceArn);
    const { random, accountId } = this.runtime;
    const accessKeyId = `ASIA${random.text(16, base32)}`;
    const principal: SessionPrincipal = { kind: 'role', arn: roleArn, sessionName, accountId, accessKeyId };
    const policies = options.policies?.map((document) => this.#sessionPolicy(document, role));
    const secretAccessKey = random.text(40, `${base64}/+`);
    this.#sessions.set(accessKeyId, {
      principal,
      role,
      secretAccessKey,
      tags: options.tags ?? {},
      ...(options.expiresAtMs !== undefined && { expiresAtMs: options.expiresAtMs }),
      ...(policies && policies.length > 0 && { policies }),
    });
    return {
      accessKeyId,
      secretAccessKey,
      sessionToken: `IQoJb3JpZ2luX2Vj${random.text(340, `${base64}/+`)}==`,
    };
  }

  /**
   * Who signs with this access key; `undefined` when it was not issued here.
   * Throws `ExpiredTokenException` when the session has ended.
   */
  principalOf(accessKeyId: string): SessionPrincipal | undefined {
    const session = this.#sessions.get(accessKeyId);
    if (session?.expiresAtMs !== undefined && session.expiresAtMs <= this.runtime.clock.now())
      throw new AwsError(
        'ExpiredTokenException',
        'The security token included in the request is expired',
        400,
      );
    return session?.principal;
  }

  /** What an access key signs with; `undefined` when it was not issued here. */
  secretOf(accessKeyId: string): string | undefined {
    return this.#sessions.get(accessKeyId)?.secretAccessKey;
  }

  /** What resource policies say to a request that nobody has signed; a grant that it rests on is noted as used. */
  decideAnonymous(request: AccessRequest): Decision {
    const decision = evaluate(
      { kind: 'anonymous' },
      request,
      {
        identity: [],
        resource: this.#policiesOf(request.resource),
        resourceKind: 'resource',
        resourceAccountId: accountOf(request.resource, this.runtime),
      },
      anonymousContext(this.runtime, request),
    );
    return this.#note(decision, request);
  }

  /** `AROA...:session` for a role, the account for its administrator. */
  userIdOf(principal: AwsPrincipal): string {
    if (principal.kind === 'administrator') return principal.accountId;
    return `${this.#roles.get(principal.arn)?.uniqueId ?? uniqueId('AROA', principal.arn)}:${principal.sessionName}`;
  }

  /** The same, or of a service that sends messages by itself the id of its own user (`AIDA...`). */
  senderId(sender: AwsPrincipal | string): string {
    return typeof sender === 'string' ? uniqueId('AIDA', sender) : this.userIdOf(sender);
  }

  /** JSON of a managed policy of this stack or of AWS. */
  managedDocument(arn: string): string | undefined {
    return this.#managed.get(arn)?.document ?? managedPolicyDocument(arn);
  }

  roleOf(arn: string): RoleInput | undefined {
    return this.#roles.get(arn);
  }

  /** What the configuration grants and no call needed. */
  unused(): GrantFinding[] {
    return this.ledger.unused();
  }

  #evaluate(principal: AwsPrincipal, session: Session | undefined, request: AccessRequest): Decision {
    const role = principal.kind === 'role' ? (session?.role ?? this.#roles.get(principal.arn)) : undefined;
    const assumed = isAssumption(request.action) ? this.#roles.get(request.resource) : undefined;
    const isTrust = isAssumption(request.action);
    return evaluate(
      callerOf(principal, this.runtime.partition),
      request,
      {
        identity: principal.kind === 'administrator' ? [administratorAccess] : policiesOfRole(role),
        ...(role?.boundary && { boundary: role.boundary }),
        ...(session?.policies && { session: session.policies }),
        resource: isTrust ? (assumed ? [assumed.trust] : []) : this.#policiesOf(request.resource),
        resourceKind: isTrust ? 'trust' : 'resource',
        resourceAccountId: accountOf(request.resource, this.runtime),
      },
      principalContext(this.runtime, request, principal, this.userIdOf(principal), {
        ...role?.tags,
        ...session?.tags,
      }),
    );
  }

  #note(decision: Decision, request: AccessRequest): Decision {
    if (decision.allowed)
      for (const { statement, actionIndex, resourceIndex } of decision.uses)
        statement.grant?.use(actionIndex, resourceIndex, request.action, request.resource);
    return decision;
  }

  #policiesOf(resourceArn: string): Policy[] {
    const found: Policy[] = [];
    for (const [owner, policies] of this.#resourcePolicies)
      if (resourceArn === owner || resourceArn.startsWith(`${owner}/`) || resourceArn.startsWith(`${owner}:`))
        found.push(...policies);
    return found;
  }

  #session(principal: AwsPrincipal): Session | undefined {
    if (principal.kind !== 'role' || !('accessKeyId' in principal)) return undefined;
    return typeof principal.accessKeyId === 'string' ? this.#sessions.get(principal.accessKeyId) : undefined;
  }

  /** A service that acts for a resource says whose it is, which trust policies compare against a confused deputy. */
  #requireTrust(role: Role, service: string, sourceArn: string | undefined): void {
    const context = {
      'aws:sourceaccount': [this.runtime.accountId],
      ...(sourceArn !== undefined && { 'aws:sourcearn': [sourceArn] }),
    };
    const request = { action: 'sts:AssumeRole', resource: role.arn, context };
    const decision = evaluate(
      { kind: 'service', service },
      request,
      {
        identity: [],
        resource: [role.trust],
        resourceKind: 'trust',
        resourceAccountId: this.runtime.accountId,
      },
      serviceContext(this.runtime, request, service),
    );
    if (!decision.allowed)
      throw new AwsError(
        'InvalidParameterValueException',
        `The role ${role.name} cannot be assumed by ${service}: its assume_role_policy (${role.source.file}:${role.source.line} ${role.source.address}) does not allow it.`,
      );
  }

  #sessionPolicy(document: string, role: Role): Policy {
    try {
      return this.#read(parsePolicy(document, 'identity', role.source));
    } catch (error) {
      if (!(error instanceof MalformedPolicyError)) throw error;
      throw new AwsError('MalformedPolicyDocument', error.message, 400);
    }
  }

  #role(name: string, source: GrantSource): Role {
    const role = this.#rolesByName.get(name);
    if (!role)
      throw new Error(
        `${source.file}:${source.line} ${source.address}: there is no role "${name}" in this stack`,
      );
    return role;
  }

  #managedPolicy(arn: string, source: GrantSource): Policy {
    const own = this.#managed.get(arn);
    const document = this.managedDocument(arn);
    if (document === undefined)
      throw new Error(
        `${source.file}:${source.line} ${source.address}: the managed policy ${arn} is neither part of this stack nor one of the AWS managed policies known here`,
      );
    return this.#read(parsePolicy(document, 'identity', own?.source ?? source, arn));
  }

  #read(policy: Policy): Policy {
    if (policy.statements.some((statement) => clockKeys.some((key) => statement.keys.has(key))))
      this.#readsClock = true;
    return policy;
  }

  #keepOnly(policies: Map<string, Policy>, kept: readonly string[]): void {
    for (const [name, policy] of policies) {
      if (kept.includes(name)) continue;
      policies.delete(name);
      for (const grant of policy.grants ?? []) this.ledger.remove(grant);
    }
    this.#forgetDecisions();
  }

  #forgetDecisions(): void {
    this.#decisions = new Map();
    this.#decisionCount = 0;
  }
}

/** The IAM of the account that `runtime` describes; grants go to `ledger`. */
export const createIam = (runtime: AwsRuntime, ledger?: GrantLedger): Iam => new Iam(runtime, ledger);

/** The ARN that AWS names in messages and `GetCallerIdentity`. */
export function callerArn(principal: AwsPrincipal, partition: string): string {
  if (principal.kind === 'administrator') return principal.arn;
  return `arn:${partition}:sts::${principal.accountId}:assumed-role/${nameOf(principal.arn)}/${principal.sessionName}`;
}

/** An IAM unique id (`AROA...`, `ANPA...`) that the same ARN always gets. */
export function uniqueId(prefix: string, arn: string): string {
  const bytes = createHash('sha256').update(arn).digest().subarray(0, 17);
  return prefix + Array.from(bytes, (byte) => base32[byte % 32]).join('');
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const administratorAccess: Policy = parsePolicy(
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }),
  'identity',
  { address: 'administrator', file: 'outside the stack', line: 0 },
);

const nameOf = (roleArn: string) => roleArn.slice(roleArn.lastIndexOf('/') + 1);
const isAssumption = (action: string) => /^sts:(AssumeRole|TagSession|SetSourceIdentity)$/i.test(action);
const policiesOfRole = (role: Role | undefined): Policy[] =>
  role ? [...role.inline.values(), ...role.attached.values()] : [];

function callerOf(principal: AwsPrincipal, partition: string): Caller {
  return {
    kind: 'role',
    accountId: principal.accountId,
    roleArn: principal.arn,
    sessionArn: callerArn(principal, partition),
  };
}
