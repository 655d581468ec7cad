import { aggregateKind } from './aggregate.ts';
import { children, containsAggregate, selectedExpressions } from './rules.ts';
import type { Expression, Query } from './syntax.ts';
import type { Json } from './value.ts';

/** `c.address["city"]` as its first name and the property names after it; undefined for other expressions. */
export function propertyPath(expression: Expression): { root: string; names: string[] } | undefined {
  if (expression.kind === 'name') return { root: expression.name, names: [] };
  if (expression.kind === 'member') {
    const inner = propertyPath(expression.object);
    return inner && { root: inner.root, names: [...inner.names, expression.name] };
  }
  if (expression.kind !== 'index' || expression.index.kind !== 'constant') return undefined;
  const inner = propertyPath(expression.object);
  const { value } = expression.index;
  if (!inner || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  return { root: inner.root, names: [...inner.names, String(value)] };
}

/** The alias that stands for the whole item; undefined when FROM starts inside the item. */
export function rootAlias({ sources: [first] }: Query): string | undefined {
  if (!first || first.each || first.collection.kind !== 'path') return undefined;
  return first.collection.path.kind === 'name' ? first.alias : undefined;
}

/** Property names of an expression that reads the item itself, as `['address', 'city']`. */
export function itemPath(expression: Expression, query: Query): string[] | undefined {
  const path = propertyPath(expression);
  return path && path.root === rootAlias(query) ? path.names : undefined;
}

/** The conditions that must all hold. */
function conjuncts(expression: Expression | undefined): Expression[] {
  if (!expression) return [];
  if (expression.kind !== 'binary' || expression.operator !== 'AND') return [expression];
  return [...conjuncts(expression.left), ...conjuncts(expression.right)];
}

/**
 * The partition key that the WHERE clause fixes by equality, for as many of the key's paths as it does, first
 * path first. A complete one routes the query to one partition:
 * learn.microsoft.com/azure/cosmos-db/nosql/how-to-query-container#in-partition-query
 */
export function pinnedPartitionKey(
  query: Query,
  keyPaths: readonly (readonly string[])[],
  parameters: ReadonlyMap<string, Json>,
): Json[] {
  const fixed = new Map<string, Json>();
  for (const condition of conjuncts(query.where)) {
    if (condition.kind !== 'binary' || condition.operator !== '=') continue;
    for (const [path, value] of [
      [condition.left, condition.right],
      [condition.right, condition.left],
    ] as const) {
      const names = itemPath(path, query);
      const constant = value.kind === 'constant' ? value.value : undefined;
      const known = value.kind === 'parameter' ? parameters.get(value.name) : constant;
      if (names && known !== undefined) fixed.set(names.join('/'), known);
    }
  }
  const key: Json[] = [];
  for (const path of keyPaths) {
    const value = fixed.get(path.join('/'));
    if (value === undefined) break;
    key.push(value);
  }
  return key;
}

/**
 * Whether results depend on state that only a client that talks to every partition can hold. The gateway does
 * not serve such queries across partitions:
 * learn.microsoft.com/rest/api/cosmos-db/querying-cosmosdb-resources-using-the-rest-api#queries-that-cannot-be-served-by-gateway
 */
export function needsClient(query: Query): boolean {
  const { distinct, top, offset, orderBy, groupBy } = query;
  if (distinct || top || offset || orderBy.length > 0 || groupBy.length > 0) return true;
  return selectedExpressions(query).some(containsAggregate);
}

/** Built-ins that the index can answer: learn.microsoft.com/azure/cosmos-db/index-overview#index-usage */
const indexedFunctions = new Set([
  'ARRAY_CONTAINS',
  'CONTAINS',
  'ENDSWITH',
  'IS_ARRAY',
  'IS_BOOL',
  'IS_DEFINED',
  'IS_NULL',
  'IS_NUMBER',
  'IS_OBJECT',
  'IS_PRIMITIVE',
  'IS_STRING',
  'REGEXMATCH',
  'STARTSWITH',
  'STRINGEQUALS',
]);

/**
 * Whether the index finds the items that match, so that only those are loaded. `isIndexed` tells it for one path.
 * Without it the query has to load every item of its partitions.
 */
export function filterUsesIndex(query: Query, isIndexed: (path: string[]) => boolean): boolean {
  const { where } = query;
  return where === undefined || indexServes(where);

  function indexServes(expression: Expression): boolean {
    switch (expression.kind) {
      case 'binary':
        if (expression.operator === 'AND' || expression.operator === 'OR') {
          return indexServes(expression.left) && indexServes(expression.right);
        }
        return ['=', '!=', '<', '<=', '>', '>='].includes(expression.operator) && comparesPath(expression);
      case 'unary':
        return expression.operator === 'NOT' && indexServes(expression.operand);
      case 'between':
      case 'in':
      case 'like':
      case 'call':
        if (expression.kind === 'call' && !indexedFunctions.has(expression.name.toUpperCase())) return false;
        return comparesPath(expression);
      default:
        return propertyPath(expression) !== undefined || isConstant(expression);
    }
  }

  /** Every operand is an indexed path or a constant. */
  function comparesPath(expression: Expression): boolean {
    return children(expression).every((operand) => {
      const path = itemPath(operand, query);
      return path ? isIndexed(path) : isConstant(operand) || propertyPath(operand) !== undefined;
    });
  }
}

function isConstant(expression: Expression): boolean {
  if (expression.kind === 'name' || expression.kind === 'subquery') return false;
  if (expression.kind === 'call' && aggregateKind(expression.name)) return false;
  return children(expression).every(isConstant);
}
