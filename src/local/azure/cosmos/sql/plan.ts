import { type AggregateKind, aggregateKind } from './aggregate.ts';
import { rootAlias } from './analysis.ts';
import { compileExpression } from './compile.ts';
import { QueryError } from './query-error.ts';
import { containsAggregate, isAggregate, selectedExpressions } from './rules.ts';
import type { Expression, Query, SelectItem, Span } from './syntax.ts';
import type { Json } from './value.ts';

/** What the SDK needs to run a query over all partitions by itself: the `queryInfo` of a query plan. */
export interface QueryInfo {
  distinctType: 'None' | 'Ordered' | 'Unordered';
  top: number | null;
  offset: number | null;
  limit: number | null;
  orderBy: ('Ascending' | 'Descending')[];
  orderByExpressions: string[];
  groupByExpressions: string[];
  groupByAliases: string[];
  aggregates: string[];
  groupByAliasToAggregateType: Record<string, string | null>;
  rewrittenQuery: string;
  hasSelectValue: boolean;
  dCountInfo: null;
  hasNonStreamingOrderBy: false;
}

const aggregateTypes: Record<AggregateKind, string> = {
  AVG: 'Average',
  COUNT: 'Count',
  COUNTIF: 'CountIf',
  MAX: 'Max',
  MIN: 'Min',
  SUM: 'Sum',
};

/** The place where the SDK puts the condition that resumes a sorted query; `true` on the first page. */
const filterPlaceholder = '{documentdb-formattableorderbyquery-filter}';

/**
 * Plans a query as the gateway does: which work is left to the client, and the query that each partition has to
 * answer so that it can do it. `text` is the query's own text, of which the rewritten query keeps the pieces.
 * Throws `QueryError` for aggregates that cannot be combined over partitions.
 */
export function planQuery(query: Query, text: string, parameters: ReadonlyMap<string, Json>): QueryInfo {
  const count = (expression: Expression | undefined) =>
    expression ? constantNumber(expression, parameters) : null;
  const offset = count(query.offset);
  const limit = count(query.limit);
  const aliases = query.groupBy.length > 0 || hasAggregate(query) ? listItems(query) : [];
  return {
    distinctType: distinctType(query, text),
    top: count(query.top),
    offset,
    limit,
    orderBy: query.orderBy.map((item) => (item.descending ? 'Descending' : 'Ascending')),
    orderByExpressions: query.orderBy.map((item) => slice(text, item.expression)),
    groupByExpressions: query.groupBy.map((expression) => slice(text, expression)),
    groupByAliases: aliases.map((item) => item.name),
    aggregates: query.selection.kind === 'value' ? selectedExpressions(query).flatMap(typeOfAggregate) : [],
    groupByAliasToAggregateType: Object.fromEntries(
      aliases.map((item) => [item.name, typeOfAggregate(item.expression)[0] ?? null]),
    ),
    rewrittenQuery: rewrite(query, text, offset, limit),
    hasSelectValue: query.selection.kind === 'value',
    dCountInfo: null,
    hasNonStreamingOrderBy: false,
  };
}

const slice = (text: string, { start, end }: Span) => text.slice(start, end);
const hasAggregate = (query: Query) => selectedExpressions(query).some(containsAggregate);
const listItems = (query: Query): SelectItem[] =>
  query.selection.kind === 'list' ? query.selection.items : [];

function constantNumber(expression: Expression, parameters: ReadonlyMap<string, Json>): number {
  const scope = {
    slots: new Map<string, number>(),
    parameters,
    context: { nowMs: 0, random: () => 0 },
    subquery: () => () => [],
  };
  return Number(compileExpression(expression, scope)({ values: [] }));
}

/** The client's DISTINCT need only look at the last value when the results are sorted by what they are. */
function distinctType(query: Query, text: string): QueryInfo['distinctType'] {
  if (!query.distinct) return 'None';
  const [first, second] = query.orderBy;
  const sortedByResult =
    first &&
    !second &&
    selectedExpressions(query).every((each) => slice(text, each) === slice(text, first.expression));
  return sortedByResult ? 'Ordered' : 'Unordered';
}

function typeOfAggregate(expression: Expression): string[] {
  const kind = expression.kind === 'call' ? aggregateKind(expression.name) : undefined;
  return kind ? [aggregateTypes[kind]] : [];
}

function rewrite(query: Query, text: string, offset: number | null, limit: number | null): string {
  const from = query.fromSpan ? ` ${slice(text, query.fromSpan)}` : '';
  const where = query.where ? ` WHERE ${slice(text, query.where)}` : '';
  // Each partition has to give as many as the first page could need of it.
  const window = offset !== null && limit !== null ? ` OFFSET 0 LIMIT ${offset + limit}` : '';
  if (query.groupBy.length > 0) {
    const keys = query.groupBy.map((expression) => slice(text, expression));
    const items = keys.map((key) => `{"item": ${key}}`).join(', ');
    const payload = groupedPayload(query, text);
    return `SELECT [${items}] AS groupByItems, ${payload} AS payload${from}${where} GROUP BY ${keys.join(', ')}`;
  }
  if (hasAggregate(query)) {
    const payload = groupedPayload(query, text);
    const selection = query.selection.kind === 'value' ? `VALUE ${payload}` : `${payload} AS payload`;
    return `SELECT ${selection}${from}${where}`;
  }
  if (query.orderBy.length > 0) return rewriteSorted(query, text, from, window);
  if (!window) return '';
  const head = text.slice(query.start, query.fromSpan?.start ?? query.end).trimEnd();
  return `${head}${from}${where}${window}`;
}

function rewriteSorted(query: Query, text: string, from: string, window: string): string {
  const root = rootAlias(query) ?? query.sources[0]?.alias ?? 'root';
  const items = query.orderBy.map(({ expression }) => `{"item": ${slice(text, expression)}}`).join(', ');
  const order = query.orderBy
    .map(({ expression, descending }) => `${slice(text, expression)} ${descending ? 'DESC' : 'ASC'}`)
    .join(', ');
  const top = query.top ? `TOP ${slice(text, query.top)} ` : '';
  const own = query.where ? `(${slice(text, query.where)}) AND ` : '';
  return (
    `SELECT ${top}${root}._rid, [${items}] AS orderByItems, ${plainPayload(query, text)} AS payload${from} ` +
    `WHERE ${own}(${filterPlaceholder}) ORDER BY ${order}${window}`
  );
}

function plainPayload(query: Query, text: string): string {
  const { selection } = query;
  switch (selection.kind) {
    case 'all':
      return query.sources[0]?.alias ?? 'root';
    case 'value':
      return slice(text, selection.expression);
    case 'list':
      return objectOf(selection.items, (item) => slice(text, item.expression));
  }
}

const objectOf = (items: SelectItem[], value: (item: SelectItem) => string) =>
  `{${items.map((item) => `${JSON.stringify(item.name)}: ${value(item)}`).join(', ')}}`;

function groupedPayload(query: Query, text: string): string {
  const { selection } = query;
  if (selection.kind === 'list') return objectOf(selection.items, (item) => partial(item.expression, text));
  if (selection.kind === 'value') {
    const value = partial(selection.expression, text);
    return isAggregate(selection.expression) ? `[${value}]` : value;
  }
  return plainPayload(query, text);
}

/** What a partition gives of one selected expression, so that the client can combine it with other partitions'. */
function partial(expression: Expression, text: string): string {
  if (!containsAggregate(expression)) return slice(text, expression);
  const [argument] = expression.kind === 'call' ? expression.arguments : [];
  const kind = expression.kind === 'call' ? aggregateKind(expression.name) : undefined;
  if (!kind || !argument) {
    const message = "Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates.";
    throw new QueryError('SC2201', message, expression);
  }
  const inner = slice(text, argument);
  switch (kind) {
    case 'AVG':
      return `{"item": {"sum": SUM(${inner}), "count": COUNT(${inner})}}`;
    case 'MIN':
    case 'MAX': {
      const own = `${kind}(${inner})`;
      return `{"item": ${own}, "item2": {"${kind.toLowerCase()}": ${own}, "count": COUNT(${inner})}}`;
    }
    default:
      return `{"item": ${kind}(${inner})}`;
  }
}
