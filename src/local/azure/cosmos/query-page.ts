import { z } from 'zod';
import type { Container, ItemEntry, ItemScope } from './container.ts';
import { badRequest } from './errors.ts';
import { queryCharge } from './request-units.ts';
import { filterUsesIndex, itemPath } from './sql/analysis.ts';
import type { Row } from './sql/compile.ts';
import type { FunctionContext } from './sql/functions.ts';
import { compareKeys, compileQuery, type Program } from './sql/program.ts';
import type { Query } from './sql/syntax.ts';
import type { Json, Value } from './sql/value.ts';

export interface QueryRequest {
  query: Query;
  parameters: ReadonlyMap<string, Json>;
  scope: ItemScope;
  maxItems: number;
  /** From the page before. */
  continuation?: string;
  context: FunctionContext;
}

export interface QueryPage {
  /** The results as JSON texts. */
  results: string[];
  /** Absent when there are no more. */
  continuation?: string;
  requestUnits: number;
}

/** A response holds 4 MB at most: learn.microsoft.com/azure/cosmos-db/nosql/query/pagination */
const maxPageBytes = 4 * 1024 * 1024;

/** Where the next page goes on. Opaque to clients. */
const Position = z.object({
  /** Results before it, also those that OFFSET leaves out. */
  n: z.int().min(0),
  /** Partition and row of the item, and how many rows of it are done. */
  p: z.string().optional(),
  r: z.int().optional(),
  s: z.int().optional(),
  /** Sort keys of the last result; each in an array that is empty for undefined. */
  k: z.array(z.array(z.json()).max(1)).optional(),
});
type Position = z.output<typeof Position>;

const encode = (position: Position) => Buffer.from(JSON.stringify(position)).toString('base64url');

function decode(continuation: string | undefined): Position {
  if (continuation === undefined) return { n: 0 };
  try {
    return Position.parse(JSON.parse(Buffer.from(continuation, 'base64url').toString()));
  } catch {
    throw badRequest('Invalid continuation token.');
  }
}

/** One page of a query's results. Throws `QueryError` and `CosmosError`. */
export function queryPage(container: Container, request: QueryRequest): QueryPage {
  const { query, parameters, context } = request;
  const program = compileQuery(query, parameters, context);
  checkSorting(container, query);
  const run: Run = {
    container,
    program,
    request,
    position: decode(request.continuation),
    loadsMatchesOnly: filterUsesIndex(query, (path) => container.indexing.isIndexed(path)),
    loaded: { items: 0, bytes: 0 },
  };
  const page = { stream: streamPage, sort: sortPage, gather: gatherPage }[program.mode](run);
  return { ...page, requestUnits: queryCharge(run.loaded) };
}

interface Run {
  container: Container;
  program: Program;
  request: QueryRequest;
  position: Position;
  loadsMatchesOnly: boolean;
  /** What the page has loaded, for its charge. */
  loaded: { items: number; bytes: number };
}

type Page = Omit<QueryPage, 'requestUnits'>;

function load({ loaded }: Run, { document }: ItemEntry): void {
  loaded.items++;
  loaded.bytes += document.sizeBytes;
}

/** Collects results up to the limits of a page. */
class PageBuilder {
  readonly results: string[] = [];
  readonly #maxItems: number;
  #bytes = 0;

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  get isFull(): boolean {
    return this.results.length >= this.#maxItems || this.#bytes >= maxPageBytes;
  }

  add(text: string): void {
    this.results.push(text);
    this.#bytes += text.length;
  }
}

const textOf = (program: Program, value: Json, entry: ItemEntry) =>
  program.wholeDocument ? entry.document.text : JSON.stringify(value);

/** Items give their results one after the other; the position is a place among the items. */
function streamPage(run: Run): Page {
  const { container, program, request, position } = run;
  const page = new PageBuilder(request.maxItems);
  const end = program.offset + program.limit;
  let { n } = position;
  const from =
    position.p !== undefined && position.r !== undefined
      ? { partition: position.p, row: position.r }
      : undefined;
  // A query without FROM has one result, whatever the container holds.
  if (request.query.sources.length === 0) {
    for (const row of program.rowsOf({ values: [] })) {
      const value = program.project(row);
      if (value !== undefined && n >= program.offset && n < end) page.add(JSON.stringify(value));
    }
    return { results: page.results };
  }
  for (const entry of container.items(request.scope, from)) {
    let skip = entry.partition === from?.partition && entry.sort === from.row ? (position.s ?? 0) : 0;
    let rowsDone = 0;
    if (!run.loadsMatchesOnly) load(run, entry);
    for (const row of program.rowsOf({ values: [entry.document.body] })) {
      rowsDone++;
      if (skip > 0) {
        skip--;
        continue;
      }
      const value = program.project(row);
      if (value === undefined) continue;
      if (n >= end) return { results: page.results };
      if (page.isFull) {
        const next: Position = { n, p: entry.partition, r: entry.sort, s: rowsDone - 1 };
        return { results: page.results, continuation: encode(next) };
      }
      if (n++ >= program.offset) page.add(textOf(program, value, entry));
      if (run.loadsMatchesOnly && rowsDone === 1) load(run, entry);
    }
  }
  return { results: page.results };
}

interface Sorted {
  entry: ItemEntry;
  row: Row;
  /** Number of the row among those of its item. */
  sub: number;
  keys: Value[];
}

/** All items are looked at, and the position is the sort keys of the last result. */
function sortPage(run: Run): Page {
  const { program, request, position } = run;
  const page = new PageBuilder(request.maxItems);
  const end = program.offset + program.limit;
  let { n } = position;
  let last: Sorted | undefined;
  for (const candidate of sortedRows(run)) {
    const value = program.project(candidate.row);
    if (value === undefined) continue;
    if (n >= end) break;
    if (page.isFull && last) {
      const next: Position = {
        n,
        p: last.entry.partition,
        r: last.entry.sort,
        s: last.sub,
        k: last.keys.map((key) => (key === undefined ? [] : [key])),
      };
      return { results: page.results, continuation: encode(next) };
    }
    if (n++ >= program.offset) page.add(textOf(program, value, candidate.entry));
    if (run.loadsMatchesOnly) load(run, candidate.entry);
    last = candidate;
  }
  return { results: page.results };
}

function sortedRows(run: Run): Sorted[] {
  const { container, program, request, position } = run;
  const dropUndefined = program.descending.length === 1 && !isIndexedExplicitly(container, request.query);
  const found: Sorted[] = [];
  const compare = (a: Pick<Sorted, 'keys' | 'sub'> & Place, b: Pick<Sorted, 'keys' | 'sub'> & Place) =>
    compareKeys(a.keys, b.keys, program.descending) || comparePlaces(a, b) * (program.descending[0] ? -1 : 1);
  const resume = resumePoint(position);
  for (const entry of container.items(request.scope)) {
    if (!run.loadsMatchesOnly) load(run, entry);
    let sub = 0;
    for (const row of program.rowsOf({ values: [entry.document.body] })) {
      const candidate = { entry, row, sub: sub++, keys: program.keys(row) };
      if (dropUndefined && candidate.keys[0] === undefined) continue;
      if (!resume || compare(placed(candidate), resume) > 0) found.push(candidate);
    }
  }
  return found.sort((a, b) => compare(placed(a), placed(b)));
}

interface Place {
  partition: string;
  row: number;
  sub: number;
}

const placed = ({ entry, sub, keys }: Sorted) => ({ partition: entry.partition, row: entry.sort, sub, keys });

function comparePlaces(a: Place, b: Place): number {
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1;
  return a.row - b.row || a.sub - b.sub;
}

function resumePoint({ p, r, s, k }: Position): (Place & { keys: Value[] }) | undefined {
  if (p === undefined || r === undefined || s === undefined || !k) return undefined;
  return { partition: p, row: r, sub: s, keys: k.map(([key]) => key) };
}

/** Results come from all items together; the position is their number. */
function gatherPage(run: Run): Page {
  const { program, request, position } = run;
  const page = new PageBuilder(request.maxItems);
  const end = program.offset + program.limit;
  let n = 0;
  for (const value of program.gather(allRows(run))) {
    if (n >= end) break;
    if (n >= position.n && page.isFull) return { results: page.results, continuation: encode({ n }) };
    if (n >= position.n && n >= program.offset) page.add(JSON.stringify(value));
    n++;
  }
  return { results: page.results };
}

function* allRows(run: Run): Generator<Row> {
  const { container, program, request, position } = run;
  if (request.query.sources.length === 0) {
    yield* program.rowsOf({ values: [] });
    return;
  }
  // Later pages are served from what the first one has loaded.
  const counts = position.n === 0;
  for (const entry of container.items(request.scope)) {
    let matched = false;
    for (const row of program.rowsOf({ values: [entry.document.body] })) {
      matched = true;
      yield row;
    }
    if (counts && (matched || !run.loadsMatchesOnly)) load(run, entry);
  }
}

/** Refuses what the container's indexes cannot sort: learn.microsoft.com/azure/cosmos-db/index-policy#order-by-queries-on-multiple-properties */
function checkSorting(container: Container, query: Query): void {
  if (query.orderBy.length === 0) return;
  const order = query.orderBy.map(({ expression, descending }) => {
    const path = itemPath(expression, query);
    if (path && path.length > 0) return { path, descending };
    throw badRequest(
      'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.',
    );
  });
  if (order.some(({ path }) => !container.indexing.isIndexed(path))) {
    throw badRequest('The index path corresponding to the specified order-by item is excluded.');
  }
  if (order.length > 1 && !container.indexing.hasComposite(order)) {
    throw badRequest(
      'The order by query does not have a corresponding composite index that it can be served from.',
    );
  }
}

/**
 * Items without the sort property are found only when its path is indexed by name:
 * learn.microsoft.com/azure/cosmos-db/nosql/query/order-by#remarks
 */
function isIndexedExplicitly(container: Container, query: Query): boolean {
  const path = query.orderBy[0] && itemPath(query.orderBy[0].expression, query);
  return path !== undefined && container.indexing.names(path);
}
