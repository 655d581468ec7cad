import { crc32 } from 'node:zlib';
import { type StackValues, Unknown } from '../stack.ts';
import { blocksOf, firstUnknown, goJson, ProviderError, textOf, textsOf } from './arguments.ts';

/** A statement in the order in which the provider writes its members. */
interface Statement {
  Sid?: string;
  Effect?: string;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Principal?: unknown;
  NotPrincipal?: unknown;
  Condition?: unknown;
}
interface PolicyDocument {
  Version: string;
  Id: string;
  statements: Statement[];
}

/**
 * The data source `aws_iam_policy_document`: its arguments as the JSON text that the provider makes of them. Unknown
 * as soon as any argument is. Throws `ProviderError` for repeated Sids and documents that are no JSON.
 * Source: terraform-provider-aws, internal/service/iam/policy_document_data_source.go and policy_model.go
 */
export function iamPolicyDocument(values: StackValues): StackValues {
  const unknown = firstUnknown(values);
  if (unknown !== undefined) {
    const text = new Unknown(unknown.from, 'string');
    return { id: text, json: text, minified_json: text };
  }
  const merged: PolicyDocument = { Version: '', Id: '', statements: [] };
  const sids = new Set<string>();
  for (const text of textsOf(values.source_policy_documents)) {
    const source = parseDocument(text, 'source_policy_documents');
    for (const { Sid } of source.statements) requireNewSid(sids, Sid);
    merge(merged, source);
  }
  merge(merged, ownDocument(values));
  for (const text of textsOf(values.override_policy_documents)) {
    merge(merged, parseDocument(text, 'override_policy_documents'));
  }
  const document = {
    Version: merged.Version || undefined,
    Id: merged.Id || undefined,
    Statement: merged.statements.length === 0 ? undefined : merged.statements,
  };
  const json = goJson(document, 2);
  return { id: String(crc32(json)), json, minified_json: goJson(document) };
}

function requireNewSid(sids: Set<string>, sid: string | undefined): void {
  if (sid === undefined || sid === '') return;
  if (sids.has(sid)) {
    throw new ProviderError(`duplicate Sid (${sid}). Remove the Sid or ensure the Sid is unique.`);
  }
  sids.add(sid);
}

function ownDocument(values: StackValues): PolicyDocument {
  const sids = new Set<string>();
  const statements = blocksOf(values.statement).map((block) => {
    const statement = statementFrom(block);
    requireNewSid(sids, statement.Sid);
    return statement;
  });
  return {
    Version: textOf(values.version) ?? '2012-10-17',
    Id: textOf(values.policy_id) ?? '',
    statements,
  };
}

/** Later statements replace earlier ones with the same Sid. */
function merge(into: PolicyDocument, other: PolicyDocument): void {
  if (other.Id !== '') into.Id = other.Id;
  if (other.Version > into.Version) into.Version = other.Version;
  for (const statement of other.statements) {
    const same = statement.Sid ? into.statements.findIndex(({ Sid }) => Sid === statement.Sid) : -1;
    if (same === -1) into.statements.push(statement);
    else into.statements[same] = statement;
  }
}

function statementFrom(block: StackValues): Statement {
  return orderedStatement({
    Sid: textOf(block.sid),
    Effect: textOf(block.effect) ?? 'Allow',
    Action: stringOrList(textsOf(block.actions)),
    NotAction: stringOrList(textsOf(block.not_actions)),
    Resource: stringOrList(textsOf(block.resources)),
    NotResource: stringOrList(textsOf(block.not_resources)),
    Principal: principals(blocksOf(block.principals).map(principalFrom)),
    NotPrincipal: principals(blocksOf(block.not_principals).map(principalFrom)),
    Condition: conditions(
      blocksOf(block.condition).map((condition) => ({
        test: textOf(condition.test) ?? '',
        variable: variableOf(textOf(condition.variable) ?? ''),
        values: textsOf(condition.values).map(variableOf),
      })),
    ),
  });
}

function orderedStatement(
  members: { [Member in keyof Statement]: Statement[Member] | undefined },
): Statement {
  const statement: Statement = {};
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && value !== '') Object.assign(statement, { [name]: value });
  }
  return statement;
}

/** `&{aws:username}` is how an IAM variable is written in Terraform, where `${` would be an interpolation. */
function variableOf(text: string): string {
  return text.replaceAll('&{', '${');
}

/** The provider writes a single string as such and several in descending order. */
function stringOrList(texts: readonly string[]): string | string[] | undefined {
  const distinct = [...new Set(texts.map(variableOf))];
  return distinct.length < 2 ? distinct[0] : descending(distinct);
}

function descending(texts: readonly string[]): string[] {
  return [...texts].sort((a, b) => Buffer.compare(Buffer.from(b), Buffer.from(a)));
}

interface Principal {
  type: string;
  identifiers: string[];
  /** Whether the source of it was a plain string. */
  single: boolean;
}

function principalFrom(block: StackValues): Principal {
  const identifiers = [...new Set(textsOf(block.identifiers).map(variableOf))];
  return { type: textOf(block.type) ?? '', identifiers, single: identifiers.length === 1 };
}

function principals(list: readonly Principal[]): unknown {
  const [only, second] = list;
  if (only === undefined) return undefined;
  if (
    second === undefined &&
    only.type === '*' &&
    only.identifiers.length === 1 &&
    only.identifiers[0] === '*'
  ) {
    return '*';
  }
  const byType = new Map<string, string | string[]>();
  for (const { type, identifiers, single } of list) {
    const earlier = byType.get(type);
    if (single && earlier === undefined) byType.set(type, identifiers[0] ?? '');
    else byType.set(type, [...(earlier === undefined ? [] : [earlier].flat()), ...descending(identifiers)]);
  }
  return sortedObject(byType);
}

function conditions(list: readonly { test: string; variable: string; values: string[] }[]): unknown {
  const tests = new Map<string, Map<string, string[]>>();
  for (const { test, variable, values } of list) {
    const variables = tests.get(test) ?? new Map<string, string[]>();
    tests.set(test, variables.set(variable, [...(variables.get(variable) ?? []), ...values]));
  }
  if (tests.size === 0) return undefined;
  return sortedObject(
    [...tests].map(([test, variables]) => [
      test,
      sortedObject([...variables].map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
    ]),
  );
}

/** Go writes maps in the order of their keys. */
function sortedObject(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries([...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

function parseDocument(text: string, argument: string): PolicyDocument {
  if (text === '') return { Version: '', Id: '', statements: [] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ProviderError(
      `${argument} contains a document that is no JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!isRecord(parsed)) throw new ProviderError(`${argument} contains a document that is no JSON object.`);
  const statements = [parsed.Statement ?? []].flat().filter(isRecord);
  return {
    Version: String(parsed.Version ?? ''),
    Id: String(parsed.Id ?? ''),
    statements: statements.map(normalizedStatement),
  };
}

function normalizedStatement(source: Record<string, unknown>): Statement {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return orderedStatement({
    Sid: text(source.Sid),
    Effect: text(source.Effect),
    Action: source.Action,
    NotAction: source.NotAction,
    Resource: source.Resource,
    NotResource: source.NotResource,
    Principal: principals(principalsFromJson(source.Principal)),
    NotPrincipal: principals(principalsFromJson(source.NotPrincipal)),
    Condition: conditions(conditionsFromJson(source.Condition)),
  });
}

function principalsFromJson(value: unknown): Principal[] {
  if (typeof value === 'string') return [{ type: '*', identifiers: ['*'], single: false }];
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([type, identifiers]) => ({
    type,
    identifiers: [identifiers].flat().map(String),
    single: typeof identifiers === 'string',
  }));
}

function conditionsFromJson(value: unknown) {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([test, variables]) =>
    Object.entries(isRecord(variables) ? variables : {}).map(([variable, values]) => ({
      test,
      variable,
      values: [values].flat().map(String),
    })),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
