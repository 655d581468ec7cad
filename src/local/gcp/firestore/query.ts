/** A structured query, read from the wire and checked: what it asks, with every implied order written out. */
import { GrpcError } from '../grpc-server.ts';
import { type FieldPath, formatFieldPath, isNamePath, parseFieldPath, samePath } from './field-path.ts';
import { type FieldFilter, type Filter, fieldFiltersOf, parseFilter } from './filter.ts';
import type { WireCursor, WireStructuredQuery } from './messages.ts';
import { checkCollectionId, type ParentPath } from './resource-name.ts';
import { compareUtf8, type Value } from './value.ts';

export interface Order {
  path: FieldPath;
  descending: boolean;
}

export interface Cursor {
  values: Value[];
  /** The cursor stands just before the position of its values, otherwise just after. */
  before: boolean;
}

export interface Query {
  parent: ParentPath;
  /** `undefined`: the documents of all collections. */
  collectionId: string | undefined;
  /** All collections beneath the parent with that id, at any depth. */
  allDescendants: boolean;
  filter: Filter | undefined;
  /** Complete: also fields of inequalities, and last the name. */
  orders: readonly Order[];
  startAt: Cursor | undefined;
  endAt: Cursor | undefined;
  offset: number;
  limit: number | undefined;
  /** The fields to return; `undefined` means all, empty means only the name. */
  select: readonly FieldPath[] | undefined;
}

const ascending = 1;
const descending = 2;

/**
 * @param aggregatedPaths fields of `sum` and `avg`: they are ordered by like the fields of inequalities, so that a
 * document without them does not count
 * @throws INVALID_ARGUMENT, and UNIMPLEMENTED for vector search
 */
export function parseQuery(
  parent: ParentPath,
  wire: WireStructuredQuery | undefined,
  aggregatedPaths: readonly FieldPath[] = [],
): Query {
  if (!wire) throw new GrpcError('INVALID_ARGUMENT', 'A structured query is required.');
  if (wire.findNearest) throw new GrpcError('UNIMPLEMENTED', 'findNearest (vector search) is not supported.');
  const [from, ...others] = wire.from;
  if (others.length > 0) throw new GrpcError('INVALID_ARGUMENT', 'Only one collection selector is allowed.');
  if (from?.collectionId) checkCollectionId(from.collectionId);
  if (wire.offset < 0) throw new GrpcError('INVALID_ARGUMENT', 'offset is negative');
  if (wire.limit && wire.limit.value < 0) throw new GrpcError('INVALID_ARGUMENT', 'limit is negative');
  const filter = wire.where && parseFilter(wire.where);
  const orders = completeOrders(explicitOrders(wire), filter, aggregatedPaths);
  return {
    parent,
    collectionId: from?.collectionId || undefined,
    allDescendants: from?.allDescendants ?? false,
    filter,
    orders,
    startAt: cursorOf(wire.startAt, orders),
    endAt: cursorOf(wire.endAt, orders),
    offset: wire.offset,
    limit: wire.limit?.value,
    select: selectOf(wire),
  };
}

function selectOf(wire: WireStructuredQuery): FieldPath[] | undefined {
  if (!wire.select) return undefined;
  return wire.select.fields
    .map(({ fieldPath }) => parseFieldPath(fieldPath))
    .filter((path) => !isNamePath(path));
}

function explicitOrders(wire: WireStructuredQuery): Order[] {
  const orders: Order[] = [];
  for (const { field, direction } of wire.orderBy) {
    if (!field) throw new GrpcError('INVALID_ARGUMENT', 'An order by clause has no field.');
    if (direction !== 0 && direction !== ascending && direction !== descending) {
      throw new GrpcError('INVALID_ARGUMENT', `Unknown direction ${direction} in an order by clause.`);
    }
    const path = parseFieldPath(field.fieldPath);
    if (orders.some((order) => samePath(order.path, path))) {
      throw new GrpcError(
        'INVALID_ARGUMENT',
        `order by clause cannot contain duplicate fields ${formatFieldPath(path)}`,
      );
    }
    const last = orders.at(-1);
    if (last && isNamePath(last.path)) throw fieldAfterName();
    orders.push({ path, descending: direction === descending });
  }
  return orders;
}

const fieldAfterName = (): GrpcError =>
  new GrpcError('INVALID_ARGUMENT', 'order by clause cannot contain more fields after the key');

/**
 * Adds what the caller left to the service: the fields of inequality filters in lexicographical order, then
 * the name, all in the direction of the last given order. Rule: `StructuredQuery.order_by` in the API reference.
 */
function completeOrders(
  explicit: readonly Order[],
  filter: Filter | undefined,
  aggregatedPaths: readonly FieldPath[],
): Order[] {
  const orders = [...explicit];
  const last = explicit.at(-1);
  const isDescending = last?.descending ?? false;
  const compared = fieldFiltersOf(filter)
    .filter(isInequality)
    .map(({ path }) => path)
    .filter((path) => !isNamePath(path))
    .sort((a, b) => compareUtf8(formatFieldPath(a), formatFieldPath(b)));
  for (const path of [...compared, ...aggregatedPaths]) {
    if (orders.some((order) => samePath(order.path, path))) continue;
    if (last && isNamePath(last.path)) throw fieldAfterName();
    orders.push({ path, descending: isDescending });
  }
  if (!last || !isNamePath(last.path)) orders.push({ path: ['__name__'], descending: isDescending });
  return orders;
}

export const isInequality = ({ op }: FieldFilter): boolean =>
  op === '<' || op === '<=' || op === '>' || op === '>=' || op === '!=' || op === 'not-in';

function cursorOf(wire: WireCursor | undefined, orders: readonly Order[]): Cursor | undefined {
  if (!wire || wire.values.length === 0) return undefined;
  if (wire.values.length > orders.length) {
    throw new GrpcError('INVALID_ARGUMENT', 'Cursor has too many values.');
  }
  for (const [index, value] of wire.values.entries()) {
    const order = orders[index];
    if (order && isNamePath(order.path) && value.kind !== 'reference') {
      throw new GrpcError('INVALID_ARGUMENT', 'The cursor value for __name__ must be a document reference.');
    }
  }
  return { values: wire.values, before: wire.before };
}
