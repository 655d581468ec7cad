import { GrpcError } from '../grpc-server.ts';

/** A document's place: its collection (`users/u1/orders`) and its id, relative to the database. */
export interface DocumentPath {
  /** `projects/p/databases/(default)` */
  database: string;
  collection: string;
  id: string;
}

/** A document, or (empty `path`) the root of a database. */
export interface ParentPath {
  database: string;
  /** `users/u1`, or empty for the root. */
  path: string;
}

const maxIdBytes = 1500;
const maxDepth = 100;

/**
 * Splits `projects/p/databases/d/documents/users/u1`.
 * Rules for ids: https://cloud.google.com/firestore/quotas#collections_documents_and_fields
 * @throws INVALID_ARGUMENT
 */
export function parseDocumentName(name: string): DocumentPath {
  const { database, path } = splitName(name, 'Document name');
  const segments = checkedSegments(name, path);
  if (segments.length % 2 !== 0) {
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `Document name "${name}" has an odd number of segments after "documents": it names a collection. A document is collection/id.`,
    );
  }
  const slash = path.lastIndexOf('/');
  return { database, collection: path.slice(0, slash), id: path.slice(slash + 1) };
}

/** The parent of a query or listing: a document name, or `projects/p/databases/d/documents`. */
export function parseParentName(name: string): ParentPath {
  if (name.endsWith('/documents') && name.split('/').length === 5) {
    return { database: checkedDatabase(name.slice(0, -'/documents'.length)), path: '' };
  }
  const { database, collection, id } = parseDocumentName(name);
  return { database, path: `${collection}/${id}` };
}

export function checkedDatabase(name: string): string {
  if (/^projects\/[^/]+\/databases\/[^/]+$/.test(name)) return name;
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `"${name}" is not a database name. Expected projects/{project}/databases/{database}.`,
  );
}

export const documentName = (database: string, path: string): string => `${database}/documents/${path}`;

export function checkCollectionId(id: string): void {
  checkId(id, id, 'Collection id');
  if (id.includes('/')) {
    throw new GrpcError('INVALID_ARGUMENT', `Collection id "${id}" is invalid because it contains "/".`);
  }
}

function splitName(name: string, label: string): { database: string; path: string } {
  const match = /^(projects\/[^/]+\/databases\/[^/]+)\/documents\/(.+)$/s.exec(name);
  const [, database, path] = match ?? [];
  if (database !== undefined && path !== undefined) return { database, path };
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `${label} "${name}" is not of the form projects/{project}/databases/{database}/documents/{path}.`,
  );
}

function checkedSegments(name: string, path: string): string[] {
  const segments = path.split('/');
  for (const [index, segment] of segments.entries()) {
    checkId(name, segment, index % 2 === 0 ? 'Collection id' : 'Resource id');
  }
  if (segments.length > maxDepth * 2) {
    throw new GrpcError('INVALID_ARGUMENT', `Document name "${name}" has more than ${maxDepth} levels.`);
  }
  return segments;
}

function checkId(name: string, id: string, label: string): void {
  if (id === '')
    throw new GrpcError('INVALID_ARGUMENT', `"${name}" contains an empty ${label.toLowerCase()}.`);
  if (id === '.' || id === '..') {
    const index = name.split('/').indexOf(id);
    const position = name.split('/').slice(0, index).join('/').length + 1;
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `Document name "${name}" contains a resource id "${id}" at index ${position}.`,
    );
  }
  if (id.startsWith('__') && id.endsWith('__') && !/^__id-?\d+__$/.test(id)) {
    throw new GrpcError('INVALID_ARGUMENT', `${label} "${id}" is invalid because it is reserved.`);
  }
  if (id.length * 3 > maxIdBytes && Buffer.byteLength(id) > maxIdBytes) {
    throw new GrpcError('INVALID_ARGUMENT', `The key path element name is longer than ${maxIdBytes} bytes.`);
  }
}
