import type { Database, StoredDocument } from './database.ts';
import { type FieldPath, isNamePath, project, valueAt } from './field-path.ts';
import { matches } from './filter.ts';
import type { Micros } from './micros.ts';
import type { Cursor, Query } from './query.ts';
import { documentName } from './resource-name.ts';
import { compareIds, comparePaths, compareValues, type Value } from './value.ts';

/** The documents that a query selects, in its order, and how many the offset skipped (they are billed). */
export interface QueryResult {
  documents: StoredDocument[];
  skipped: number;
}

/** A document with the values of its orders; for the name order the value is absent and the path counts. */
interface Candidate {
  document: StoredDocument;
  keys: (Value | undefined)[];
}

/** Runs a query against the present, or against a time `at` that `checkReadTime` accepted. */
export function runQuery(database: Database, query: Query, at?: Micros): QueryResult {
  const byNameOnly = query.orders.length === 1;
  const end = query.limit === undefined ? undefined : query.offset + query.limit;
  const selected = byNameOnly
    ? inNameOrder(database, query, at, end)
    : sorted(database, query, at).map(({ document }) => document);
  const documents = selected.slice(query.offset, end);
  const { select } = query;
  return {
    skipped: Math.min(query.offset, selected.length),
    documents: select
      ? documents.map((document) => ({ ...document, fields: project(document.fields, select) }))
      : documents,
  };
}

/** The documents come out of the store in this order, so the walk can begin at the cursor and stop at the limit. */
function inNameOrder(database: Database, query: Query, at: Micros | undefined, end: number | undefined) {
  const selected: StoredDocument[] = [];
  if (end === 0) return selected;
  for (const document of scan(database, query, at)) {
    if (!isMatch(database, query, document)) continue;
    const candidate = candidateOf(query, document);
    if (!candidate || !isWithinCursors(database, query, candidate)) continue;
    selected.push(document);
    if (selected.length === end) break;
  }
  return selected;
}

function sorted(database: Database, query: Query, at: Micros | undefined): Candidate[] {
  const candidates: Candidate[] = [];
  for (const document of scan(database, query, at)) {
    if (!isMatch(database, query, document)) continue;
    const candidate = candidateOf(query, document);
    if (candidate && isWithinCursors(database, query, candidate)) candidates.push(candidate);
  }
  return candidates.sort((a, b) => compareCandidates(query, a, b));
}

function* scan(database: Database, query: Query, at: Micros | undefined): Generator<StoredDocument> {
  const { parent, collectionId, allDescendants, orders } = query;
  const reverse = orders.length === 1 && orders[0]?.descending === true;
  if (collectionId !== undefined && !allDescendants) {
    const collection = parent.path === '' ? collectionId : `${parent.path}/${collectionId}`;
    const from = firstId(query, documentName(database.name, collection));
    yield* database.collection(collection, { at, reverse, ...(from !== undefined && { from }) });
    return;
  }
  const depth = parent.path === '' ? 0 : parent.path.split('/').length;
  const isSelected = (collection: string) => {
    const segments = collection.split('/');
    return (
      (collectionId === undefined || segments.at(-1) === collectionId) &&
      (allDescendants || segments.length === depth + 1)
    );
  };
  const collections = [...database.collectionsBeneath(parent.path, at)].filter(isSelected);
  const documents = collections.flatMap((collection) => [...database.collection(collection, { at })]);
  // A document stands before those beneath it, so the order of the whole is not that of the collections.
  documents.sort(comparePlaces);
  yield* reverse ? documents.reverse() : documents;
}

/** Where a walk by name may begin, as the start cursor tells. */
function firstId(query: Query, collectionName: string): string | undefined {
  const value = query.orders.length === 1 ? query.startAt?.values[0] : undefined;
  if (value?.kind !== 'reference' || !value.value.startsWith(`${collectionName}/`)) return undefined;
  const id = value.value.slice(collectionName.length + 1);
  return id.includes('/') ? undefined : id;
}

function isMatch(database: Database, { filter }: Query, document: StoredDocument): boolean {
  return !filter || matches(filter, (path) => fieldOf(database, document, path));
}

function fieldOf(database: Database, document: StoredDocument, path: FieldPath): Value | undefined {
  if (!isNamePath(path)) return valueAt(document.fields, path);
  return { kind: 'reference', value: documentName(database.name, `${document.collection}/${document.id}`) };
}

/** `undefined` when the document lacks a field of the order: it is then in no index that serves the query. */
function candidateOf({ orders }: Query, document: StoredDocument): Candidate | undefined {
  const keys: (Value | undefined)[] = [];
  for (const { path } of orders) {
    if (isNamePath(path)) {
      keys.push(undefined);
      continue;
    }
    const value = valueAt(document.fields, path);
    if (!value) return undefined;
    keys.push(value);
  }
  return { document, keys };
}

export function comparePlaces(a: StoredDocument, b: StoredDocument): number {
  if (a.collection === b.collection) return compareIds(a.id, b.id);
  return comparePaths(`${a.collection}/${a.id}`, `${b.collection}/${b.id}`);
}

function compareCandidates({ orders }: Query, a: Candidate, b: Candidate): number {
  for (let index = 0; index < orders.length; index++) {
    const left = a.keys[index];
    const right = b.keys[index];
    const order = left && right ? compareValues(left, right) : comparePlaces(a.document, b.document);
    if (order !== 0) return orders[index]?.descending ? -order : order;
  }
  return 0;
}

function isWithinCursors(database: Database, query: Query, candidate: Candidate): boolean {
  const { startAt, endAt } = query;
  if (startAt) {
    const order = compareToCursor(database, query, candidate, startAt);
    if (order < 0 || (order === 0 && !startAt.before)) return false;
  }
  if (endAt) {
    const order = compareToCursor(database, query, candidate, endAt);
    if (order > 0 || (order === 0 && endAt.before)) return false;
  }
  return true;
}

/** Where a document stands to a cursor, by as many orders as the cursor has values. */
function compareToCursor(
  database: Database,
  { orders }: Query,
  candidate: Candidate,
  cursor: Cursor,
): number {
  for (const [index, value] of cursor.values.entries()) {
    const path = orders[index]?.path ?? [];
    const key = candidate.keys[index] ?? fieldOf(database, candidate.document, path);
    const order = key ? compareValues(key, value) : 0;
    if (order !== 0) return orders[index]?.descending ? -order : order;
  }
  return 0;
}
