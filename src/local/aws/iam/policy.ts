// The JSON policy language.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import type { GrantHandle, GrantSource } from '../../engine/grants.ts';
import { type Condition, condition } from './condition.ts';
import { type Pattern, pattern } from './pattern.ts';

/** A policy document that IAM would not take; the message says where and what. */
export class MalformedPolicyError extends Error {
  override name = 'MalformedPolicyError';

  constructor(source: GrantSource, problem: string) {
    super(`${source.file}:${source.line} ${source.address}: malformed policy document: ${problem}`);
  }
}

/** `identity` also for permissions boundaries and session policies; `trust` is a role's `assume_role_policy`. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

/** A list of patterns, or all but these (`NotAction`, `NotResource`). */
export interface PatternList {
  not: boolean;
  patterns: readonly Pattern[];
}

export type PrincipalEntry =
  | { type: 'any' }
  | { type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'; value: string };

export interface Statement {
  /** `statement 2 "WriteItems"` */
  label: string;
  effect: 'Allow' | 'Deny';
  actions: PatternList;
  /** Absent in trust policies. */
  resources?: PatternList;
  principals?: { not: boolean; entries: readonly PrincipalEntry[] };
  conditions: readonly Condition[];
  /** Condition keys that it reads, in lower case. */
  keys: ReadonlySet<string>;
  /** Where its use is noted; absent for what grants nothing by itself. */
  grant?: GrantHandle;
}

export interface Policy {
  /** ARN of a managed policy. */
  arn?: string;
  source: GrantSource;
  statements: readonly Statement[];
  /** Its entries in the ledger. */
  grants?: readonly GrantHandle[];
}

const elements = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

/**
 * Reads a policy document given as JSON text.
 * Throws a `MalformedPolicyError` for what IAM would reject.
 */
export function parsePolicy(json: string, kind: PolicyKind, source: GrantSource, arn?: string): Policy {
  const fail = (problem: string): never => {
    throw new MalformedPolicyError(source, problem);
  };
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    return fail(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(document)) return fail('it must be an object');
  const { Version: version = '2008-10-17', Statement: list, ...rest } = document;
  if (version !== '2012-10-17' && version !== '2008-10-17')
    return fail('Version must be "2012-10-17" or "2008-10-17"');
  const unknownElement = Object.keys(rest).find((name) => name !== 'Id');
  if (unknownElement !== undefined) return fail(`${unknownElement} is not an element of a policy`);
  const statements = Array.isArray(list) ? list : list === undefined ? [] : [list];
  if (statements.length === 0) return fail('Statement is missing');
  return {
    ...(arn !== undefined && { arn }),
    source,
    statements: statements.map((statement: unknown, index) => {
      const number = `statement ${index + 1}`;
      if (!isObject(statement)) return fail(`${number} must be an object`);
      const label =
        typeof statement.Sid === 'string' && statement.Sid ? `${number} "${statement.Sid}"` : number;
      try {
        return parseStatement(statement, kind, label, version === '2012-10-17');
      } catch (error) {
        return fail(`${label}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  };
}

function parseStatement(
  statement: Record<string, unknown>,
  kind: PolicyKind,
  label: string,
  withVariables: boolean,
): Statement {
  const unknownElement = Object.keys(statement).find((name) => !elements.has(name));
  if (unknownElement !== undefined) throw new Error(`${unknownElement} is not an element of a statement`);
  const { Effect: effect, Condition: block } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error('Effect must be "Allow" or "Deny"');
  const actions = patternList(statement, 'Action', false);
  for (const { text } of actions.patterns)
    if (text !== '*' && !/^[a-zA-Z0-9-]+:.+$/.test(text))
      throw new Error(`action "${text}" must be "*" or "service:Action"`);
  const resources = parseResources(statement, kind, withVariables);
  const principals = parsePrincipals(statement, kind);
  const conditions = parseConditions(block, withVariables);
  const keys = new Set([
    ...conditions.flatMap((one) => one.keys),
    ...(resources?.patterns.flatMap((one) => one.variables) ?? []),
  ]);
  return {
    label,
    effect,
    actions,
    ...(resources && { resources }),
    ...(principals && { principals }),
    conditions,
    keys,
  };
}

/** Exactly one of `Name` and `NotName`, each a string or a list of strings. */
function patternList(statement: Record<string, unknown>, name: string, withVariables: boolean): PatternList {
  const not = statement[`Not${name}`] !== undefined;
  if (not === (statement[name] !== undefined))
    throw new Error(`it needs exactly one of ${name} and Not${name}`);
  const texts = strings(statement[not ? `Not${name}` : name], not ? `Not${name}` : name);
  if (texts.length === 0) throw new Error(`${name} is empty`);
  // Actions don't regard case: their patterns are compared in lower case.
  const fold = (text: string) => (name === 'Action' ? text.toLowerCase() : text);
  return { not, patterns: texts.map((text) => ({ ...pattern(fold(text), withVariables), text })) };
}

function parseResources(
  statement: Record<string, unknown>,
  kind: PolicyKind,
  withVariables: boolean,
): PatternList | undefined {
  const given = statement.Resource !== undefined || statement.NotResource !== undefined;
  if (kind === 'trust') {
    if (given) throw new Error('Resource has no place in a trust policy');
    return undefined;
  }
  const resources = patternList(statement, 'Resource', withVariables);
  for (const { text } of resources.patterns)
    if (!/^(\*|arn:|\$\{)/.test(text)) throw new Error(`resource "${text}" must be "*" or an ARN`);
  return resources;
}

function parsePrincipals(statement: Record<string, unknown>, kind: PolicyKind): Statement['principals'] {
  const { Principal: principal, NotPrincipal: notPrincipal } = statement;
  if (kind === 'identity') {
    if (principal !== undefined || notPrincipal !== undefined)
      throw new Error('Principal has no place in an identity-based policy');
    return undefined;
  }
  const not = notPrincipal !== undefined;
  if (not === (principal !== undefined))
    throw new Error('it needs exactly one of Principal and NotPrincipal');
  const value = not ? notPrincipal : principal;
  if (value === '*') return { not, entries: [{ type: 'any' }] };
  if (!isObject(value)) throw new Error('Principal must be "*" or an object');
  const entries = Object.entries(value).flatMap(([type, list]) =>
    strings(list, `Principal.${type}`).map((text): PrincipalEntry => {
      if (type === 'AWS') return text === '*' ? { type: 'any' } : { type, value: text };
      if (type === 'Service' || type === 'Federated' || type === 'CanonicalUser')
        return { type, value: text };
      throw new Error(`${type} is not a kind of principal`);
    }),
  );
  return { not, entries };
}

function parseConditions(block: unknown, withVariables: boolean): Condition[] {
  if (block === undefined) return [];
  if (!isObject(block)) throw new Error('Condition must be an object');
  return Object.entries(block).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw new Error(`Condition.${operator} must be an object`);
    return Object.entries(keys).map(([key, values]) => {
      const list = (Array.isArray(values) ? values : [values]).map((value) => {
        if (typeof value === 'string') return value;
        if (typeof value === 'number' || typeof value === 'boolean') return String(value);
        throw new Error(`Condition.${operator}.${key} must hold strings`);
      });
      return condition(operator, key, list, withVariables);
    });
  });
}

function strings(value: unknown, name: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string') throw new Error(`${name} must be a string or a list of strings`);
    return item;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
