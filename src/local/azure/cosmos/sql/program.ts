import { type Accumulator, accumulator } from './aggregate.ts';
import {
  type AggregateCall,
  compileExpression,
  type Evaluate,
  makeObject,
  type Row,
  type Scope,
} from './compile.ts';
import type { FunctionContext } from './functions.ts';
import { QueryError } from './query-error.ts';
import { checkQuery } from './rules.ts';
import type { Expression, Query, Selection, Source } from './syntax.ts';
import { canonicalText, compareForSorting, type Json, type Value } from './value.ts';

/** A query made ready to run over documents. */
export interface Program {
  /** How many results to leave out at the start, and how many to give at most. */
  readonly offset: number;
  readonly limit: number;
  /**
   * `stream`: each document gives its results on its own; `sort`: all have to be seen before the first result;
   * `gather`: results come from all documents together (DISTINCT, GROUP BY, aggregates).
   */
  readonly mode: 'stream' | 'sort' | 'gather';
  /** `SELECT *`: the result is the document as it is. */
  readonly wholeDocument: boolean;
  /** Sort directions, first key first. */
  readonly descending: readonly boolean[];
  /** The rows that a row gives after FROM and WHERE. A document is the row `{ values: [document] }`. */
  rowsOf(row: Row): Iterable<Row>;
  /** The result of one row; undefined when it has none. */
  project(row: Row): Value;
  /** The sort keys of one row. */
  keys(row: Row): Value[];
  /** The results of all rows together, in mode `gather`, without offset and limit. */
  gather(rows: Iterable<Row>): Generator<Json>;
}

/** Checks a query and compiles it. Throws `QueryError`. */
export function compileQuery(
  query: Query,
  parameters: ReadonlyMap<string, Json>,
  context: FunctionContext,
): Program {
  const scope: Scope = { slots: new Map(), parameters, context, subquery: runSubquery };
  return compileIn(query, scope, true);
}

function compileIn(query: Query, outer: Scope, outermost: boolean): Program {
  checkQuery(query);
  const { slots, expand } = compileSources(query, outer, outermost);
  const { aggregates: _outerAggregates, ...rest } = outer;
  const scope: Scope = { ...rest, slots };
  const where = query.where && compileExpression(query.where, scope);
  const aggregates: AggregateCall[] = [];
  const project = compileSelection(query, { ...scope, aggregates });
  const groupKeys = query.groupBy.map((expression) => compileExpression(expression, scope));
  const sortKeys = query.orderBy.map((item) => compileExpression(item.expression, scope));
  const gathers = query.distinct || groupKeys.length > 0 || aggregates.length > 0;

  function* rowsOf(outerRow: Row): Generator<Row> {
    for (const row of expand(outerRow)) if (!where || where(row) === true) yield row;
  }
  const keys = (row: Row) => sortKeys.map((key) => key(row));
  const descending = query.orderBy.map((item) => item.descending);

  function* gather(all: Iterable<Row>): Generator<Json> {
    const results =
      groupKeys.length > 0 || aggregates.length > 0
        ? grouped(all, groupKeys, aggregates, project)
        : sorted(all, keys, descending).map(project);
    const seen = new Set<string>();
    for (const value of results) {
      if (value === undefined) continue;
      if (query.distinct) {
        const text = canonicalText(value);
        if (seen.has(text)) continue;
        seen.add(text);
      }
      yield value;
    }
  }
  return {
    offset: query.offset ? countOf(query.offset, scope) : 0,
    limit: Math.min(limitOf(query.top, scope), limitOf(query.limit, scope)),
    mode: gathers ? 'gather' : sortKeys.length > 0 ? 'sort' : 'stream',
    wholeDocument: query.selection.kind === 'all' && isWholeRoot(query),
    descending,
    rowsOf,
    project,
    keys,
    gather,
  };
}

const isWholeRoot = ({ sources: [first] }: Query) =>
  first !== undefined &&
  !first.each &&
  first.collection.kind === 'path' &&
  first.collection.path.kind === 'name';

const limitOf = (count: Expression | undefined, scope: Scope) =>
  count ? countOf(count, scope) : Number.POSITIVE_INFINITY;

function countOf(expression: Expression, scope: Scope): number {
  const value = compileExpression(expression, scope)({ values: [] });
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new QueryError('SC2062', 'TOP, OFFSET and LIMIT need a number that is 0 or more.', expression);
}

/** All rows in sort order; rows that are equal keep their order. Used inside subqueries and for DISTINCT. */
function sorted(all: Iterable<Row>, keys: (row: Row) => Value[], descending: readonly boolean[]): Row[] {
  if (descending.length === 0) return [...all];
  return [...all]
    .map((row) => ({ row, keys: keys(row) }))
    .sort((a, b) => compareKeys(a.keys, b.keys, descending))
    .map(({ row }) => row);
}

export function compareKeys(a: Value[], b: Value[], descending: readonly boolean[]): number {
  for (const [index, down] of descending.entries()) {
    const order = compareForSorting(a[index], b[index]);
    if (order !== 0) return down ? -order : order;
  }
  return 0;
}

function compileSelection(query: Query, scope: Scope): Evaluate {
  const selection: Selection = query.selection;
  switch (selection.kind) {
    case 'all': {
      const alias = query.sources[0]?.alias ?? '';
      return compileExpression({ kind: 'name', name: alias, start: query.start, end: query.end }, scope);
    }
    case 'value':
      return compileExpression(selection.expression, scope);
    case 'list': {
      const properties = selection.items.map(
        ({ name, expression }) => [name, compileExpression(expression, scope)] as const,
      );
      return (row) => makeObject(properties, row);
    }
  }
}

function* grouped(
  rows: Iterable<Row>,
  groupKeys: Evaluate[],
  aggregates: AggregateCall[],
  project: Evaluate,
): Generator<Value> {
  const groups = new Map<string, { first: Row; accumulators: Accumulator[] }>();
  const open = (first: Row) => ({ first, accumulators: aggregates.map(({ kind }) => accumulator(kind)) });
  // Aggregates without GROUP BY give one result also over no rows.
  if (groupKeys.length === 0) groups.set('', open({ values: [] }));
  for (const row of rows) {
    const key = groupKeys.map((evaluate) => canonicalText(evaluate(row))).join('\n');
    const group = groups.get(key) ?? open(row);
    groups.set(key, group);
    for (const [index, { argument }] of aggregates.entries()) group.accumulators[index]?.add(argument(row));
  }
  for (const { first, accumulators } of groups.values()) {
    yield project({ values: first.values, aggregates: accumulators.map((each) => each.result()) });
  }
}

/** Gives each alias a slot, and a function that makes the rows of one document. Slot 0 holds the document. */
function compileSources(query: Query, outer: Scope, outermost: boolean) {
  const slots = new Map(outer.slots);
  let slotCount = Math.max(0, ...slots.values()) + 1;
  const steps: ((rows: Iterable<Row>) => Iterable<Row>)[] = [];
  for (const [index, source] of query.sources.entries()) {
    const collection = compileCollection(
      source,
      { ...outer, slots: new Map(slots) },
      outermost && index === 0,
    );
    const slot = slotCount++;
    if (source.alias) slots.set(source.alias, slot);
    steps.push((rows) => join(rows, collection, slot));
  }
  return { slots, expand: (row: Row) => steps.reduce<Iterable<Row>>((rows, step) => step(rows), [row]) };
}

function* join(rows: Iterable<Row>, collection: (row: Row) => Iterable<Json>, slot: number): Generator<Row> {
  for (const row of rows) {
    for (const value of collection(row)) {
      const values = row.values.slice();
      values[slot] = value;
      yield { values };
    }
  }
}

function compileCollection(source: Source, scope: Scope, isRoot: boolean): (row: Row) => Iterable<Json> {
  const { collection, each } = source;
  if (collection.kind === 'subquery') {
    const results = scope.subquery(collection.query, scope);
    if (!each) return results;
    return function* (row) {
      for (const value of results(row)) if (Array.isArray(value)) yield* value;
    };
  }
  // The first name of the outermost FROM stands for the container, whatever it is called.
  const path = isRoot ? compileRootPath(collection.path, scope) : compileExpression(collection.path, scope);
  return (row) => {
    const value = path(row);
    if (each) return Array.isArray(value) ? value : [];
    return value === undefined ? [] : [value];
  };
}

function compileRootPath(path: Expression, scope: Scope): Evaluate {
  let root = path;
  while (root.kind === 'member' || root.kind === 'index') root = root.object;
  const name = root.kind === 'name' ? root.name : '';
  return compileExpression(path, { ...scope, slots: new Map([[name, 0]]) });
}

function runSubquery(query: Query, scope: Scope): (row: Row) => Iterable<Json> {
  const program = compileIn(query, scope, false);
  return function* (outerRow) {
    const rows = program.rowsOf(outerRow);
    const results = program.mode === 'stream' ? projected(program, rows) : program.gather(rows);
    let index = 0;
    for (const value of results) {
      if (index >= program.offset + program.limit) return;
      if (index++ >= program.offset) yield value;
    }
  };
}

function* projected(program: Program, rows: Iterable<Row>): Generator<Json> {
  for (const row of rows) {
    const value = program.project(row);
    if (value !== undefined) yield value;
  }
}
