import type { Container } from './container.ts';
import { badRequest, CosmosError, tooLarge } from './errors.ts';
import { defaultPageSize, pageReply, pageSizeOf, scopeOf } from './feed.ts';
import { queryPage } from './query-page.ts';
import type { Reply, RequestContext } from './request-context.ts';
import type { Route } from './route.ts';
import { needsClient, pinnedPartitionKey } from './sql/analysis.ts';
import { parseQuery } from './sql/parser.ts';
import { planQuery } from './sql/plan.ts';
import { compileQuery } from './sql/program.ts';
import type { QueryError } from './sql/query-error.ts';
import type { Query } from './sql/syntax.ts';
import { isObject, type Json } from './sql/value.ts';

type ItemsRoute = Extract<Route, { kind: 'items' }>;

/** learn.microsoft.com/azure/cosmos-db/concepts-limits#sql-query-limits */
const maxQueryBytes = 512 * 1024;
const maxParsedQueries = 500;

/** Reads queries, and remembers the recent ones: a program sends the same texts again and again. */
export class QueryAnalyzer {
  readonly #parsed = new Map<string, Query>();

  /** Throws `QueryError`. */
  parse(text: string): Query {
    const known = this.#parsed.get(text);
    if (known) return known;
    const query = parseQuery(text);
    const [oldest] = this.#parsed.keys();
    if (this.#parsed.size >= maxParsedQueries && oldest !== undefined) this.#parsed.delete(oldest);
    this.#parsed.set(text, query);
    return query;
  }
}

interface QueryBody {
  text: string;
  parameters: Map<string, Json>;
}

/** `{ query, parameters: [{ name, value }] }`. Throws a 400. */
export function parseQueryBody(body: Json | undefined): QueryBody {
  const text = isObject(body) ? body.query : undefined;
  if (!isObject(body) || typeof text !== 'string') throw badRequest('The query request needs a query text.');
  if (text.length * 3 > maxQueryBytes && Buffer.byteLength(text) > maxQueryBytes) throw tooLarge();
  const parameters = new Map<string, Json>();
  for (const parameter of Array.isArray(body.parameters) ? body.parameters : []) {
    const { name, value } = isObject(parameter) ? parameter : {};
    if (typeof name !== 'string') throw badRequest('A query parameter needs a name.');
    if (value !== undefined) parameters.set(name, value);
  }
  return { text, parameters };
}

/** A query error as the gateway words it. */
export const queryErrorReply = (error: QueryError) =>
  new CosmosError(400, 'BadRequest', `Message: ${error.toErrorList()}`);

/**
 * Queries over an SDK need both permissions:
 * learn.microsoft.com/azure/cosmos-db/how-to-setup-rbac#permission-model
 */
const queryActions = ['executeQuery', 'readChangeFeed'] as const;

/** Answers what the client has to do itself when the query goes to several partitions. */
export function queryPlan(
  context: RequestContext,
  { database, container: name }: ItemsRoute,
  queries: QueryAnalyzer,
): Reply {
  const container = context.useContainer(database, name, queryActions);
  const body = parseQueryBody(context.json());
  return { status: 200, text: JSON.stringify(planOf(context, container, body, queries.parse(body.text))) };
}

function planOf(
  context: RequestContext,
  container: Container,
  { text, parameters }: QueryBody,
  query: Query,
) {
  compileQuery(query, parameters, functionContext(context));
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: planQuery(query, text, parameters),
    // The one physical partition that every container has holds all keys.
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
    partitionKey: container.definition.partitionKey.paths,
  };
}

const functionContext = (context: RequestContext) => ({
  nowMs: context.nowMs,
  random: () => context.random(),
});

/** Runs a query: in the partition that the headers or the WHERE clause name, or over all. */
export function queryItems(
  context: RequestContext,
  { database, container: name }: ItemsRoute,
  queries: QueryAnalyzer,
): Reply {
  const container = context.useContainer(database, name, queryActions);
  container.admit();
  const body = parseQueryBody(context.json());
  const query = queries.parse(body.text);
  const headerScope = scopeOf(context, container);
  const { paths } = container.partitionKeys;
  const pinned = pinnedPartitionKey(query, paths, body.parameters).filter((part) => typeof part !== 'object');
  const isPinned = pinned.length === paths.length;
  const scope =
    headerScope.kind === 'all' && isPinned ? ({ kind: 'key', parts: pinned } as const) : headerScope;
  if (scope.kind === 'all') checkCrossPartition(context, container, body, query);
  const continuation = context.header('x-ms-continuation');
  const page = queryPage(container, {
    query,
    parameters: body.parameters,
    scope,
    maxItems: pageSizeOf(context) ?? defaultPageSize,
    ...(continuation !== undefined && { continuation }),
    context: functionContext(context),
  });
  container.charge(page.requestUnits);
  return pageReply(container, page);
}

function checkCrossPartition(
  context: RequestContext,
  container: Container,
  body: QueryBody,
  query: Query,
): void {
  const range = context.header('x-ms-documentdb-partitionkeyrangeid');
  if (range !== undefined) {
    if (range === '0' || range === `${container.rid},0`) return;
    throw new CosmosError(410, 'Gone', `The partition key range '${range}' does not exist.`, {
      substatus: 1002,
    });
  }
  if (!context.flag('x-ms-documentdb-query-enablecrosspartition')) {
    throw badRequest(
      'Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception.',
    );
  }
  if (!needsClient(query)) return;
  throw new CosmosError(
    400,
    'BadRequest',
    'The provided cross partition query can not be directly served by the gateway. This is a first chance (internal) exception that all newer clients will know how to handle gracefully. This exception is traced, but unless you see it bubble up as an exception (which only happens on older SDK clients), then you can safely ignore this message.',
    {
      substatus: 1004,
      members: { additionalErrorInfo: JSON.stringify(planOf(context, container, body, query)) },
    },
  );
}
