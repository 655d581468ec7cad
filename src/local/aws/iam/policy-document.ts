// `data.aws_iam_policy_document`: a policy written in blocks.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StackValues } from '../../../terraform/stack.ts';

const texts = z.array(z.string()).nullish();
const principals = z.array(z.object({ type: z.string(), identifiers: z.array(z.string()) })).nullish();

const Statement = z.object({
  sid: z.string().nullish(),
  effect: z.string().nullish(),
  actions: texts,
  not_actions: texts,
  resources: texts,
  not_resources: texts,
  principals,
  not_principals: principals,
  condition: z
    .array(z.object({ test: z.string(), variable: z.string(), values: z.array(z.string()) }))
    .nullish(),
});

const Arguments = z.object({
  version: z.string().nullish(),
  policy_id: z.string().nullish(),
  source_policy_documents: texts,
  override_policy_documents: texts,
  statement: z.array(Statement).nullish(),
});

const Document = z.object({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z
    .union([z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())])
    .optional(),
});
type JsonStatement = Record<string, unknown>;

/**
 * The attributes of the data source: `json` (two spaces of indentation, lists of one as a plain string, longer
 * lists of actions and resources from Z to A, as the provider writes them), `minified_json` and `id`.
 * Throws an error that names the argument that it can't use.
 */
export function policyDocument(values: StackValues): StackValues {
  const result = Arguments.safeParse(values);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(`data.aws_iam_policy_document: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const given = result.data;
  const sources = (given.source_policy_documents ?? []).map(parse);
  const overrides = (given.override_policy_documents ?? []).map(parse);
  const version = given.version ?? sources.at(-1)?.Version ?? '2012-10-17';
  const id = given.policy_id ?? sources.at(-1)?.Id;
  let statements = sources.flatMap(statementsOf);
  const own = (given.statement ?? []).map((statement) => statementJson(statement, version));
  const sids = [...statements, ...own].map((statement) => statement.Sid).filter((sid) => sid);
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (twice !== undefined) throw new Error(`data.aws_iam_policy_document: duplicate Sid (${twice})`);
  statements = merged(statements, [...own, ...overrides.flatMap(statementsOf)]);
  const document = {
    Version: version,
    ...(id && { Id: id }),
    ...(statements.length > 0 && { Statement: statements }),
  };
  const json = JSON.stringify(document, null, 2);
  return {
    json,
    minified_json: JSON.stringify(document),
    id: createHash('sha256').update(json).digest('hex').slice(0, 10),
  };
}

/** A later statement replaces the earlier one of the same Sid. */
function merged(statements: JsonStatement[], more: JsonStatement[]): JsonStatement[] {
  const result = [...statements];
  for (const statement of more) {
    const index = statement.Sid ? result.findIndex((one) => one.Sid === statement.Sid) : -1;
    if (index >= 0) result[index] = statement;
    else result.push(statement);
  }
  return result;
}

function parse(json: string): z.output<typeof Document> {
  return json === '' ? {} : Document.parse(JSON.parse(json));
}

function statementsOf({ Statement: list }: z.output<typeof Document>): JsonStatement[] {
  return list === undefined ? [] : Array.isArray(list) ? list : [list];
}

function statementJson(statement: z.output<typeof Statement>, version: string): JsonStatement {
  const variables = (text: string) => (version === '2012-10-17' ? text.replaceAll('&{', '${') : text);
  const list = (items: readonly string[] | null | undefined) =>
    items?.length ? collapsed(items.map(variables).sort().reverse()) : undefined;
  const entries: [string, unknown][] = [
    ['Sid', statement.sid || undefined],
    ['Effect', statement.effect || 'Allow'],
    ['Action', list(statement.actions)],
    ['NotAction', list(statement.not_actions)],
    ['Resource', list(statement.resources)],
    ['NotResource', list(statement.not_resources)],
    ['Principal', principalJson(statement.principals, variables)],
    ['NotPrincipal', principalJson(statement.not_principals, variables)],
    ['Condition', conditionJson(statement.condition, variables)],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function principalJson(blocks: z.output<typeof principals>, variables: (text: string) => string): unknown {
  if (!blocks?.length) return undefined;
  const byType = new Map<string, string[]>();
  for (const { type, identifiers } of blocks)
    byType.set(type, [...(byType.get(type) ?? []), ...identifiers.map(variables)]);
  if (byType.size === 1 && byType.get('*')?.join() === '*') return '*';
  return Object.fromEntries([...byType].map(([type, list]) => [type, collapsed(list.sort().reverse())]));
}

function conditionJson(
  blocks: z.output<typeof Statement>['condition'],
  variables: (text: string) => string,
): unknown {
  if (!blocks?.length) return undefined;
  const tests: Record<string, Record<string, string | string[]>> = {};
  for (const { test, variable, values } of blocks) {
    const keys = tests[test] ?? {};
    const earlier = keys[variable] ?? [];
    keys[variable] = collapsed([...(Array.isArray(earlier) ? earlier : [earlier]), ...values.map(variables)]);
    tests[test] = keys;
  }
  return tests;
}

const collapsed = (list: string[]): string | string[] =>
  list.length === 1 && list[0] !== undefined ? list[0] : list;
