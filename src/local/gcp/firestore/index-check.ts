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
  const collection = query.collectionId ?? '';
  const [, projectId = '', , databaseId = ''] = database.name.split('/');
  const [first, ...others] = fields;
  // An index of one field is a setting of that field, except for the name, which has no settings.
  const single = first && others.length === 0 && !isNameField(first) ? first : undefined;
  const said = single
    ? `The query requires a ${scope} index for collection ${collection} and field ${single.path}.`
    : 'The query requires an index.';
  const action = single ? 'create_exemption' : 'create_composite';
  const link = `https://console.firebase.google.com/v1/r/project/${projectId}/firestore/indexes?${action}=${indexToken(database, collection, scope, fields)}`;
  const terraform = single
    ? fieldInTerraform(databaseId, collection, scope, single)
    : indexInTerraform(databaseId, collection, scope, fields);
  return new GrpcError(
    'FAILED_PRECONDITION',
    `${said} You can create it here: ${link}\nIn Terraform:\n${terraform}`,
  );
}

const argument = (name: string, value: string): string => `${name} = ${JSON.stringify(value)}`;
const modeArgument = ({ mode }: IndexField): string =>
  mode === 'CONTAINS' ? argument('array_config', 'CONTAINS') : argument('order', mode);

const fieldInTerraform = (
  database: string,
  collection: string,
  scope: QueryScope,
  field: IndexField,
): string =>
  `resource "google_firestore_field" "..." {
  ${argument('database', database)}
  ${argument('collection', collection)}
  ${argument('field', field.path)}
  index_config {
    indexes {
      ${argument('query_scope', scope)}
      ${modeArgument(field)}
    }
  }
}`;

const indexInTerraform = (
  database: string,
  collection: string,
  scope: QueryScope,
  fields: readonly IndexField[],
): string =>
  `resource "google_firestore_index" "..." {
  ${argument('database', database)}
  ${argument('collection', collection)}
  ${argument('query_scope', scope)}
${fields
  .map(
    (field) => `  fields {
    ${argument('field_path', field.path)}
    ${modeArgument(field)}
  }`,
  )
  .join('\n')}
}`;

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
