// How IAM decides.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { AccessRequest } from '../service.ts';
import { type ContextLookup, matchesArn, matchesWildcards } from './pattern.ts';
import type { PatternList, Policy, PrincipalEntry, Statement } from './policy.ts';

/** Who asks, as policies can name it. */
export type Caller =
  | {
      kind: 'role';
      accountId: string;
      roleArn: string;
      /** `arn:aws:sts::123456789012:assumed-role/worker/session` */
      sessionArn: string;
    }
  | { kind: 'service'; service: string }
  | { kind: 'anonymous' };

/** The policies that apply to one request. */
export interface ApplicablePolicies {
  identity: readonly Policy[];
  boundary?: Policy;
  /** Absent when the session has none; an empty list never occurs. */
  session?: readonly Policy[];
  resource: readonly Policy[];
  /** What the resource's own policy has to say: for role trust policies it must allow, for others it may. */
  resourceKind: 'resource' | 'trust';
  /** Account that owns the resource. */
  resourceAccountId: string;
}

export type PolicyType =
  | 'identity-based'
  | 'resource-based'
  | 'permissions boundary'
  | 'session'
  | 'role trust';

export type Decision =
  | { allowed: true; uses: GrantUse[] }
  | { allowed: false; reason: 'implicit'; policyType: PolicyType }
  | { allowed: false; reason: 'explicit'; policyType: PolicyType; policy: Policy; statement: Statement };

/** A pattern of a statement that allowed the request. */
export interface GrantUse {
  statement: Statement;
  actionIndex: number;
  resourceIndex: number;
}

/** Decides one request. Pure: it notes no use of a grant. */
export function evaluate(
  caller: Caller,
  request: AccessRequest,
  policies: ApplicablePolicies,
  lookup: ContextLookup,
): Decision {
  const denied = explicitDeny(caller, request, policies, lookup);
  if (denied) return denied;
  const resourceType: PolicyType = policies.resourceKind === 'trust' ? 'role trust' : 'resource-based';
  const byResource = policies.resource.flatMap((policy) => allowing(policy, caller, request, lookup));
  if (caller.kind !== 'role') return decide(byResource, resourceType);

  const byIdentity = policies.identity.flatMap((policy) => allowing(policy, undefined, request, lookup));
  const isCrossAccount = policies.resourceAccountId !== caller.accountId;
  const delegating = byResource.filter((use) => delegatesTo(use.statement, caller));
  const naming = byResource.filter((use) => !delegating.includes(use));
  // A policy that names the session itself is not limited by the role's boundary or the session policy.
  const sessionGrants = naming.filter((use) => namesSession(use.statement, caller));
  if (!isCrossAccount && sessionGrants.length > 0)
    return { allowed: true, uses: [...byIdentity, ...byResource] };

  const isTrust = policies.resourceKind === 'trust';
  if ((isTrust || isCrossAccount) && byResource.length === 0)
    return { allowed: false, reason: 'implicit', policyType: resourceType };
  const needsIdentity = isCrossAccount || naming.length === 0;
  if (needsIdentity && byIdentity.length === 0)
    return { allowed: false, reason: 'implicit', policyType: 'identity-based' };
  const { boundary, session } = policies;
  if (boundary && allowing(boundary, undefined, request, lookup).length === 0)
    return { allowed: false, reason: 'implicit', policyType: 'permissions boundary' };
  if (session && !session.some((policy) => allowing(policy, undefined, request, lookup).length > 0))
    return { allowed: false, reason: 'implicit', policyType: 'session' };
  return { allowed: true, uses: [...byIdentity, ...byResource] };
}

function decide(uses: GrantUse[], policyType: PolicyType): Decision {
  return uses.length > 0 ? { allowed: true, uses } : { allowed: false, reason: 'implicit', policyType };
}

function explicitDeny(
  caller: Caller,
  request: AccessRequest,
  policies: ApplicablePolicies,
  lookup: ContextLookup,
): Decision | undefined {
  const resourceType: PolicyType = policies.resourceKind === 'trust' ? 'role trust' : 'resource-based';
  const layers: [PolicyType, readonly Policy[]][] = [
    ['identity-based', policies.identity],
    ['permissions boundary', policies.boundary ? [policies.boundary] : []],
    ['session', policies.session ?? []],
    [resourceType, policies.resource],
  ];
  for (const [policyType, list] of layers)
    for (const policy of list)
      for (const statement of policy.statements)
        if (statement.effect === 'Deny' && applies(statement, caller, request, lookup))
          return { allowed: false, reason: 'explicit', policyType, policy, statement };
  return undefined;
}

function allowing(
  policy: Policy,
  caller: Caller | undefined,
  request: AccessRequest,
  lookup: ContextLookup,
): GrantUse[] {
  return policy.statements.flatMap((statement) => {
    const use = statement.effect === 'Allow' ? applies(statement, caller, request, lookup) : undefined;
    return use ? [use] : [];
  });
}

/** The patterns by which the statement speaks of this request, if it does. */
function applies(
  statement: Statement,
  caller: Caller | undefined,
  request: AccessRequest,
  lookup: ContextLookup,
): GrantUse | undefined {
  const action = request.action.toLowerCase();
  const actionIndex = find(statement.actions, lookup, (resolved) => matchesWildcards(resolved, action));
  if (actionIndex < 0) return undefined;
  const resourceIndex = statement.resources
    ? find(statement.resources, lookup, (resolved) => matchesArn(resolved, request.resource))
    : 0;
  if (resourceIndex < 0) return undefined;
  if (statement.principals && !(caller && namesCaller(statement.principals, caller))) return undefined;
  if (!statement.conditions.every((condition) => condition.holds(lookup))) return undefined;
  return { statement, actionIndex, resourceIndex };
}

/** Index of the pattern that matches, or -1. For a `Not...` list that matches nothing it is 0. */
function find(list: PatternList, lookup: ContextLookup, matches: (resolved: string) => boolean): number {
  let hasUnresolved = false;
  const index = list.patterns.findIndex((pattern) => {
    const resolved = pattern.resolve(lookup);
    if (resolved === undefined) hasUnresolved = true;
    return resolved !== undefined && matches(resolved);
  });
  if (!list.not) return index;
  return index < 0 && !hasUnresolved ? 0 : -1;
}

function namesCaller(principals: NonNullable<Statement['principals']>, caller: Caller): boolean {
  const isNamed = principals.entries.some((entry) => entryNames(entry, caller));
  return isNamed !== principals.not;
}

function entryNames(entry: PrincipalEntry, caller: Caller): boolean {
  if (entry.type === 'any') return true;
  if (caller.kind === 'anonymous') return false;
  if (caller.kind === 'service') return entry.type === 'Service' && entry.value === caller.service;
  if (entry.type !== 'AWS') return false;
  return (
    entry.value === caller.roleArn || entry.value === caller.sessionArn || isAccount(entry, caller.accountId)
  );
}

/** `123456789012` or `arn:aws:iam::123456789012:root`: the account may pass the right on to its own. */
function isAccount(entry: PrincipalEntry, accountId: string): boolean {
  if (entry.type !== 'AWS') return false;
  return entry.value === accountId || new RegExp(`^arn:[a-z-]+:iam::${accountId}:root$`).test(entry.value);
}

/** Whether the statement names only the caller's account, so that an identity-based policy must allow as well. */
function delegatesTo({ principals }: Statement, caller: Extract<Caller, { kind: 'role' }>): boolean {
  if (!principals || principals.not) return false;
  const named = principals.entries.filter((entry) => entryNames(entry, caller));
  return named.every((entry) => isAccount(entry, caller.accountId));
}

function namesSession({ principals }: Statement, caller: Extract<Caller, { kind: 'role' }>): boolean {
  return (
    principals !== undefined &&
    !principals.not &&
    principals.entries.some((entry) => entry.type === 'AWS' && entry.value === caller.sessionArn)
  );
}
