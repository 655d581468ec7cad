/** Reading documents by name and listing what there is. */
import { GrpcError, type GrpcMethod, serverStream, unary } from '../grpc-server.ts';
import { authorizedDatabase, bill, type Context, wireDocument } from './access.ts';
import type { Database, StoredDocument } from './database.ts';
import { type FieldPath, parseFieldPath, project } from './field-path.ts';
import {
  batchGetDocumentsRequest,
  batchGetDocumentsResponse,
  document,
  getDocumentRequest,
  listCollectionIdsRequest,
  listCollectionIdsResponse,
  listDocumentsRequest,
  listDocumentsResponse,
} from './messages.ts';
import { type Micros, timestampOf } from './micros.ts';
import { parseQuery } from './query.ts';
import { runQuery } from './query-run.ts';
import { checkedDatabase, documentName, parseDocumentName, parseParentName } from './resource-name.ts';
import { openSnapshot, type Snapshot, snapshotPermissions } from './snapshot.ts';
import { rememberRead } from './transaction.ts';
import { compareIds, compareUtf8 } from './value.ts';

const defaultPageSize = 300;

export function documentMethods(context: Context): Record<string, GrpcMethod> {
  return {
    GetDocument: unary(getDocumentRequest, document, (request, call) => {
      const path = parseDocumentName(request.name);
      const database = authorizedDatabase(context, call, path.database, ['datastore.entities.get']);
      const found = readDocument(database, request.name, openSnapshot(context, database, request));
      bill(context, database, 'document-reads', 1);
      if (!found) throw new GrpcError('NOT_FOUND', `Document "${request.name}" not found.`);
      return masked(database, found, maskOf(request.mask));
    }),

    BatchGetDocuments: serverStream(
      batchGetDocumentsRequest,
      batchGetDocumentsResponse,
      function* (request, call) {
        const database = authorizedDatabase(context, call, checkedDatabase(request.database), [
          'datastore.entities.get',
          ...snapshotPermissions(request),
        ]);
        const names = [...new Set(request.documents)];
        for (const name of names) checkBelongs(name, database);
        const mask = maskOf(request.mask);
        const snapshot = openSnapshot(context, database, request);
        const readTime = timestampOf(snapshot.readTime);
        if (snapshot.newToken) yield { transaction: snapshot.newToken };
        bill(context, database, 'document-reads', names.length);
        for (const name of names) {
          const found = readDocument(database, name, snapshot);
          yield found ? { found: masked(database, found, mask), readTime } : { missing: name, readTime };
        }
      },
    ),

    ListDocuments: unary(listDocumentsRequest, listDocumentsResponse, (request, call) => {
      const parent = parseParentName(request.parent);
      const database = authorizedDatabase(context, call, parent.database, [
        'datastore.entities.get',
        'datastore.entities.list',
      ]);
      const { at } = openSnapshot(context, database, request);
      const pageSize = request.pageSize || defaultPageSize;
      if (pageSize < 0) throw new GrpcError('INVALID_ARGUMENT', 'page_size is negative');
      const page = { after: Buffer.from(request.pageToken, 'base64url').toString(), size: pageSize };
      const collection = parent.path ? `${parent.path}/${request.collectionId}` : request.collectionId;
      const listed = request.showMissing
        ? withMissing(database, collection, at)
        : inOrder(database, request.parent, request.collectionId, request.orderBy, at);
      if (request.showMissing && request.orderBy !== '') {
        throw new GrpcError('INVALID_ARGUMENT', 'order_by can not be combined with show_missing.');
      }
      const start = page.after === '' ? 0 : listed.findIndex(({ id }) => id === page.after) + 1;
      const items = listed.slice(start, start + pageSize);
      bill(context, database, 'document-reads', Math.max(1, items.length));
      const mask = maskOf(request.mask);
      const hasMore = listed.length > start + pageSize;
      return {
        documents: items.map((item) =>
          'fields' in item
            ? masked(database, item, mask)
            : { name: documentName(database.name, `${collection}/${item.id}`) },
        ),
        nextPageToken: hasMore ? Buffer.from(items.at(-1)?.id ?? '').toString('base64url') : '',
      };
    }),

    ListCollectionIds: unary(listCollectionIdsRequest, listCollectionIdsResponse, (request, call) => {
      const parent = parseParentName(request.parent);
      const database = authorizedDatabase(context, call, parent.database, ['datastore.entities.list']);
      const { at } = openSnapshot(context, database, request);
      bill(context, database, 'document-reads', 1);
      const after = Buffer.from(request.pageToken, 'base64url').toString();
      const ids = collectionIds(database, parent.path, at).filter((id) => compareUtf8(id, after) > 0);
      const page = ids.slice(0, request.pageSize > 0 ? request.pageSize : defaultPageSize);
      return {
        collectionIds: page,
        nextPageToken: page.length < ids.length ? Buffer.from(page.at(-1) ?? '').toString('base64url') : '',
      };
    }),
  };
}

export const maskOf = (mask: { fieldPaths: string[] } | undefined): FieldPath[] | undefined =>
  mask?.fieldPaths.map(parseFieldPath);

export function masked(database: Database, found: StoredDocument, mask: readonly FieldPath[] | undefined) {
  return wireDocument(database, mask ? { ...found, fields: project(found.fields, mask) } : found);
}

function readDocument(database: Database, name: string, snapshot: Snapshot): StoredDocument | undefined {
  const { collection, id } = parseDocumentName(name);
  const found = database.get(collection, id, snapshot.at);
  rememberRead(snapshot.transaction, collection, id, found);
  return found;
}

function checkBelongs(name: string, database: Database): void {
  const path = parseDocumentName(name);
  if (path.database === database.name) return;
  throw new GrpcError('INVALID_ARGUMENT', `Document "${name}" is not in the database ${database.name}.`);
}

function inOrder(
  database: Database,
  parent: string,
  collectionId: string,
  orderBy: string,
  at: Micros | undefined,
): StoredDocument[] {
  const query = parseQuery(parseParentName(parent), {
    select: undefined,
    from: [{ collectionId, allDescendants: false }],
    where: undefined,
    orderBy: orderBy === '' ? [] : orderBy.split(',').map(parseOrder),
    startAt: undefined,
    endAt: undefined,
    offset: 0,
    limit: undefined,
    findNearest: undefined,
  });
  return runQuery(database, query, at).documents;
}

/** `priority desc` */
function parseOrder(clause: string) {
  const [fieldPath = '', direction = 'asc', ...rest] = clause.trim().split(/\s+/);
  if (rest.length > 0 || !/^(asc|desc)$/i.test(direction)) {
    throw new GrpcError('INVALID_ARGUMENT', `order_by has an invalid part "${clause.trim()}".`);
  }
  return { field: { fieldPath }, direction: direction.toLowerCase() === 'desc' ? 2 : 1 };
}

/** Also the ids of documents that do not exist but have collections beneath them. */
function withMissing(
  database: Database,
  collection: string,
  at: Micros | undefined,
): (StoredDocument | { id: string })[] {
  const items = new Map<string, StoredDocument | { id: string }>();
  for (const found of database.collection(collection, { at })) items.set(found.id, found);
  for (const nested of existingCollections(database, collection, at)) {
    const id = nested.slice(collection.length + 1).split('/')[0] ?? '';
    if (!items.has(id)) items.set(id, { id });
  }
  return [...items.values()].sort((a, b) => compareIds(a.id, b.id));
}

function collectionIds(database: Database, parent: string, at: Micros | undefined): string[] {
  const depth = parent === '' ? 0 : parent.split('/').length;
  const ids = new Set<string>();
  for (const collection of existingCollections(database, parent, at))
    ids.add(collection.split('/')[depth] ?? '');
  return [...ids].sort(compareUtf8);
}

function* existingCollections(database: Database, parent: string, at: Micros | undefined): Generator<string> {
  for (const collection of database.collectionsBeneath(parent, at)) {
    if (at === undefined || !database.collection(collection, { at }).next().done) yield collection;
  }
}
