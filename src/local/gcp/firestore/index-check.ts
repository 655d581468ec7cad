/**
 * Whether an index serves a query. Firestore never scans: a query without its index fails.
 * https://cloud.google.com/firestore/docs/query-data/index-overview
 */
import { GrpcError } from '../grpc-server.ts';
import type { Database } from './database.ts';
import { formatFieldPath, isNamePath } from './field-path.ts';
import { disjunctionsOf } from './filter.ts';
import { adminIndex } from './messages.ts';
import { isInequality, type Query } from './query.ts';

export type QueryScope = 'COLLECTION' | 'COLLECTION_GROUP';
export type IndexMode = 'ASCENDING' | 'DESCENDING' | 'CONTAINS';

export interface IndexField {
  /** As in Terraform: `a.b`. */
  path: string;
  mode: IndexMode;
}

export interface CompositeIndex {
  collectionGroup: string;
  scope: QueryScope;
  /** Without the trailing `__name__`, unless its direction differs from that of the field before it. */
  fields: readonly IndexField[];
}

/** Replaces the automatic indexes of one field in all collections with that id. */
export interface FieldOverride {
  collectionGroup: string;
  path: string;
  indexes: readonly { scope: QueryScope; mode: IndexMode }[];
}

/** What one alternative of a query needs: fields with one value, in any order, then fields in the given order. */
interface Need {
  points: IndexField[];
  sequence: IndexField[];
}

/** @throws FAILED_PRECONDITION naming the missing index, with the link and the Terraform that create it */
export function checkIndex(database: Database, query: Query): void {
  if (query.collectionId === undefined) return;
  if (database.indexCheck === 'unchecked') {
    checkKeyScan(query);
    return;
  }
  for (const filters of disjunctionsOf(query.filter)) {
    const points = new Map<string, IndexField>();
    for (const filter of filters) {
      if (isInequality(filter) || isNamePath(filter.path)) continue;
      const path = formatFieldPath(filter.path);
      const mode = filter.op === 'array-contains' ? 'CONTAINS' : 'ASCENDING';
      points.set(`${path} ${mode === 'CONTAINS'}`, { path, mode });
    }
    const need = { points: [...points.values()], sequence: sequenceOf(query, points.size > 0) };
    need.sequence = need.sequence.filter(
      ({ path }) => !need.points.some((point) => point.path === path && point.mode !== 'CONTAINS'),
    );
    if (!isServed(database, query, need)) throw missingIndex(database, query, need);
  }
}

/** Also the emulator, which needs no indexes, refuses to walk the names of documents backwards. */
function checkKeyScan(query: Query): void {
  const [order, ...others] = query.orders;
  if (!order?.descending || others.length > 0) return;
  const isScan = disjunctionsOf(query.filter).some((filters) =>
    filters.every(({ path }) => isNamePath(path)),
  );
  if (!isScan) return;
  throw new GrpcError('FAILED_PRECONDITION', 'Firestore does not support descending key scans');
}

/** The orders without the final name where its direction goes without saying. */
function sequenceOf({ orders }: Query, hasPoints: boolean): IndexField[] {
  const sequence = orders.map(({ path, descending }): IndexField => {
    return { path: formatFieldPath(path), mode: descending ? 'DESCENDING' : 'ASCENDING' };
  });
  const name = sequence.at(-1);
  const implied = sequence.at(-2)?.mode ?? (hasPoints ? name?.mode : 'ASCENDING');
  if (name?.mode === implied) sequence.pop();
  return sequence;
}

/**
 * Several indexes can be joined when all end in the same sequence: then each of them covers some of the
 * fields with one value, and together they must cover all.
 */
function isServed(database: Database, query: Query, { points, sequence }: Need): boolean {
  if (points.length === 0 && sequence.length === 0) return true;
  const scope: QueryScope = query.allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION';
  const candidates: (readonly IndexField[])[] = database.indexes
    .filter((index) => index.collectionGroup === query.collectionId && index.scope === scope)
    .map((index) => index.fields);
  for (const field of [...points, ...sequence]) {
    if (!isNameField(field) && hasSingleFieldIndex(database, query, field, scope)) candidates.push([field]);
  }
  const covered = new Set<IndexField>();
  let usable = false;
  for (const fields of candidates) {
    const split = fields.length - sequence.length;
    if (split < 0 || !sequence.every((field, index) => sameField(field, fields[split + index]))) continue;
    const heads = fields.slice(0, split).map((head) => points.find((point) => coversPoint(head, point)));
    if (heads.includes(undefined)) continue;
    usable = true;
    for (const head of heads) if (head) covered.add(head);
  }
  return usable && covered.size === points.length;
}

const isNameField = ({ path }: IndexField): boolean => path === '__name__';
const sameField = (a: IndexField, b: IndexField | undefined): boolean =>
  a.path === b?.path && a.mode === b.mode;
const coversPoint = (head: IndexField, point: IndexField): boolean =>
  head.path === point.path && (head.mode === 'CONTAINS') === (point.mode === 'CONTAINS');

/** Automatic indexes: ascending, descending and array membership of each field, for single collections. */
function hasSingleFieldIndex(
  database: Database,
  query: Query,
  field: IndexField,
  scope: QueryScope,
): boolean {
  const override = database.fieldOverrides
    .filter(({ collectionGroup }) => collectionGroup === query.collectionId)
    .filter(({ path }) => path === '*' || path === field.path || field.path.startsWith(`${path}.`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (!override) return scope === 'COLLECTION';
  return override.indexes.some((index) => index.scope === scope && index.mode === field.mode);
}

function missingIndex(database: Database, query: Query, { points, sequence }: Need): GrpcError {
  const fields = [...points, ...sequence];
  const scope: QueryScope = query.allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION';
  const collectionGroup = query.collectionId ?? '';
  const isSingle = fields.length === 1;
  const [, projectId = '', , databaseId = ''] = database.name.split('/');
  const link = isSingle
    ? `https://console.firebase.google.com/v1/r/project/${projectId}/firestore/indexes?create_exemption=${indexToken(database, collectionGroup, scope, fields)}`
    : `https://console.firebase.google.com/v1/r/project/${projectId}/firestore/indexes?create_composite=${indexToken(database, collectionGroup, scope, fields)}`;
  const said = isSingle
    ? `The query requires a ${scope} index for collection ${collectionGroup} and field ${fields[0]?.path}.`
    : 'The query requires an index.';
  return new GrpcError(
    'FAILED_PRECONDITION',
    `${said} You can create it here: ${link}\nIn Terraform:\n${terraformOf(databaseId, collectionGroup, scope, fields)}`,
  );
}

function terraformOf(
  database: string,
  collection: string,
  scope: QueryScope,
  fields: readonly IndexField[],
): string {
  const attribute = (name: string, value: string) => `${name} = ${JSON.stringify(value)}`;
  const mode = (field: IndexField) =>
    field.mode === 'CONTAINS' ? attribute('array_config', 'CONTAINS') : attribute('order', field.mode);
  const [first] = fields;
  const head = [attribute('  database', database), attribute('  collection', collection)];
  const lines =
    fields.length === 1 && first
      ? [
          'resource "google_firestore_field" "..." {',
          ...head,
          attribute('  field', first.path),
          '  index_config {',
          `    indexes {\n      ${attribute('query_scope', scope)}\n      ${mode(first)}\n    }`,
          '  }',
          '}',
        ]
      : [
          'resource "google_firestore_index" "..." {',
          ...head,
          attribute('  query_scope', scope),
          ...fields.map(
            (field) => `  fields {\n    ${attribute('field_path', field.path)}\n    ${mode(field)}\n  }`,
          ),
          '}',
        ];
  return lines.join('\n');
}

/** The console's link carries the index as a serialised `google.firestore.admin.v1.Index`. */
function indexToken(
  database: Database,
  collectionGroup: string,
  scope: QueryScope,
  fields: readonly IndexField[],
): string {
  const last = fields.at(-1);
  const name: IndexField = {
    path: '__name__',
    mode: last?.mode === 'DESCENDING' ? 'DESCENDING' : 'ASCENDING',
  };
  const all = last && isNameField(last) ? fields : [...fields, name];
  return adminIndex
    .encode({
      name: `${database.name}/collectionGroups/${collectionGroup}/indexes/_`,
      queryScope: scope === 'COLLECTION' ? 1 : 2,
      fields: all.map(({ path, mode }) => ({
        fieldPath: path,
        ...(mode === 'CONTAINS' ? { arrayConfig: 1 } : { order: mode === 'ASCENDING' ? 1 : 2 }),
      })),
    })
    .toString('base64url');
}
