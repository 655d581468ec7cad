import { aggregateKind } from './aggregate.ts';
import { QueryError } from './query-error.ts';
import type { Expression, Query } from './syntax.ts';

/** Refuses what the grammar allows and the service does not. Throws `QueryError`. */
export function checkQuery(query: Query): void {
  const { selection, sources, groupBy, orderBy } = query;
  if (selection.kind === 'all' && sources.length === 0) {
    throw new QueryError('SC2039', "'SELECT *' is not valid if FROM clause is omitted.", query);
  }
  if (selection.kind === 'all' && sources.length > 1) {
    throw new QueryError('SC2040', "'SELECT *' is only valid with a single input set.", query);
  }
  if (query.top && query.offset) {
    throw new QueryError('SC2064', "'TOP' cannot be used with 'OFFSET LIMIT'.", query.top);
  }
  // learn.microsoft.com/azure/cosmos-db/nosql/query/group-by#remarks
  const order = orderBy[0]?.expression;
  if (groupBy.length > 0 && order) {
    throw new QueryError('SC2110', "'ORDER BY' is not supported in presence of GROUP BY.", order);
  }
  if (groupBy.length > 0 || selectedExpressions(query).some(containsAggregate)) checkGrouping(query);
}

/** The expressions of the SELECT clause. */
export function selectedExpressions({ selection }: Query): Expression[] {
  if (selection.kind === 'all') return [];
  return selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
}

/** The expressions directly inside another one. Subqueries are not entered. */
export function children(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'parameter':
    case 'name':
    case 'subquery':
      return [];
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'between':
      return [expression.value, expression.low, expression.high];
    case 'in':
      return [expression.value, ...expression.list];
    case 'like':
      return [expression.value, expression.pattern, ...(expression.escape ? [expression.escape] : [])];
    case 'conditional':
      return [expression.condition, expression.then, expression.otherwise];
    case 'call':
      return expression.arguments;
    case 'array':
      return expression.items;
    case 'object':
      return expression.properties.map((property) => property.value);
  }
}

export const isAggregate = (expression: Expression) =>
  expression.kind === 'call' && !expression.udf && aggregateKind(expression.name) !== undefined;

export function containsAggregate(expression: Expression): boolean {
  return isAggregate(expression) || children(expression).some(containsAggregate);
}

/** The same text for expressions that mean the same, wherever they stand. */
export function shapeOf(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) =>
    key === 'start' || key === 'end' ? undefined : value,
  );
}

/** Besides aggregates and constants, a grouped SELECT may only name what it groups by. */
function checkGrouping(query: Query): void {
  const keys = new Set(query.groupBy.map(shapeOf));
  const refuse = (what: string, at: { start: number; end: number }): never => {
    throw new QueryError(
      'SC2102',
      `Property reference '${what}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
      at,
    );
  };
  const check = (expression: Expression): void => {
    if (isAggregate(expression) || keys.has(shapeOf(expression))) return;
    if (expression.kind === 'name') refuse(expression.name, expression);
    if (expression.kind === 'member') refuse(expression.name, expression);
    for (const child of children(expression)) check(child);
  };
  if (query.selection.kind === 'all') refuse('*', query);
  for (const expression of selectedExpressions(query)) check(expression);
}
