/** Commits, transactions and single-document writes. */
import { type GrpcCall, GrpcError, type GrpcMethod, unary } from '../grpc-server.ts';
import { authorizedDatabase, billWrites, type Context, type Permission, permissionsOf } from './access.ts';
import type { Database } from './database.ts';
import { masked, maskOf } from './document-methods.ts';
import {
  batchWriteRequest,
  batchWriteResponse,
  beginTransactionRequest,
  beginTransactionResponse,
  commitRequest,
  commitResponse,
  createDocumentRequest,
  deleteDocumentRequest,
  document,
  empty,
  rollbackRequest,
  updateDocumentRequest,
  type WireWrite,
} from './messages.ts';
import { timestampOf } from './micros.ts';
import {
  checkCollectionId,
  checkedDatabase,
  documentName,
  parseDocumentName,
  parseParentName,
} from './resource-name.ts';
import { checkUnchanged } from './transaction.ts';
import { commitWrites, parseWrite, type Write } from './write.ts';

const maxBatchWrites = 500;
const autoIdAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const noWrite: WireWrite = {
  update: undefined,
  delete: undefined,
  transform: undefined,
  updateMask: undefined,
  updateTransforms: [],
  currentDocument: undefined,
};

export function writeMethods(context: Context): Record<string, GrpcMethod> {
  /** Runs one write as a commit of its own. */
  const single = (wire: WireWrite, name: string, call: GrpcCall, permissions?: Permission[]): Database => {
    const write = parseWrite(wire, parseDocumentName(name).database);
    const needed = permissions ?? permissionsOf([write]);
    const database = authorizedDatabase(context, call, write.path.database, needed);
    commitWrites(database, [write]);
    billWrites(context, database, [write]);
    return database;
  };
  const stored = (database: Database, name: string, mask: { fieldPaths: string[] } | undefined) => {
    const { collection, id } = parseDocumentName(name);
    const found = database.get(collection, id);
    if (!found) throw new GrpcError('INTERNAL', `${name} is gone right after it was written.`);
    return masked(database, found, maskOf(mask));
  };

  return {
    Commit: unary(commitRequest, commitResponse, (request, call) => {
      const writes = request.writes.map((wire) => parseWrite(wire, request.database));
      const name = checkedDatabase(request.database);
      const database = authorizedDatabase(context, call, name, permissionsOf(writes));
      if (request.transaction.length > 0) endTransaction(context, database, request.transaction, writes);
      const { results, commitTime } = commitWrites(database, writes);
      billWrites(context, database, writes);
      return { writeResults: results, commitTime: timestampOf(commitTime) };
    }),

    BatchWrite: unary(batchWriteRequest, batchWriteResponse, (request, call) => {
      if (request.writes.length > maxBatchWrites) {
        throw new GrpcError(
          'INVALID_ARGUMENT',
          `A batch has ${request.writes.length} writes; the maximum is ${maxBatchWrites}.`,
        );
      }
      const writes = request.writes.map((wire) => parseWrite(wire, request.database));
      checkDistinct(writes);
      const name = checkedDatabase(request.database);
      const database = authorizedDatabase(context, call, name, permissionsOf(writes));
      const outcomes = writes.map((write) => batchOutcome(context, database, write));
      return {
        writeResults: outcomes.map(({ result }) => result),
        status: outcomes.map(({ status }) => status),
      };
    }),

    BeginTransaction: unary(beginTransactionRequest, beginTransactionResponse, (request, call) => {
      const name = checkedDatabase(request.database);
      const database = authorizedDatabase(context, call, name, ['datastore.databases.get']);
      return { transaction: context.transactions.begin(database, request.options).token };
    }),

    Rollback: unary(rollbackRequest, empty, (request, call) => {
      const name = checkedDatabase(request.database);
      const database = authorizedDatabase(context, call, name, ['datastore.databases.get']);
      context.transactions.end(context.transactions.get(request.transaction, database));
      return {};
    }),

    CreateDocument: unary(createDocumentRequest, document, (request, call) => {
      const parent = parseParentName(request.parent);
      checkCollectionId(request.collectionId);
      const id = request.documentId || context.runtime.random.text(20, autoIdAlphabet);
      const collection = parent.path ? `${parent.path}/${request.collectionId}` : request.collectionId;
      const name = documentName(parent.database, `${collection}/${id}`);
      const update = { ...(request.document ?? document.decode(Buffer.alloc(0))), name };
      const currentDocument = { exists: false, updateTime: undefined };
      return stored(single({ ...noWrite, update, currentDocument }, name, call), name, request.mask);
    }),

    UpdateDocument: unary(updateDocumentRequest, document, (request, call) => {
      const update = request.document;
      if (!update) throw new GrpcError('INVALID_ARGUMENT', 'A document is required.');
      const { updateMask, currentDocument } = request;
      const wire = { ...noWrite, update, updateMask, currentDocument };
      return stored(single(wire, update.name, call), update.name, request.mask);
    }),

    DeleteDocument: unary(deleteDocumentRequest, empty, ({ name, currentDocument }, call) => {
      single({ ...noWrite, delete: name, currentDocument }, name, call);
      return {};
    }),
  };
}

/** Ends a transaction with its commit, whether or not that succeeds. */
function endTransaction(
  context: Context,
  database: Database,
  token: Uint8Array,
  writes: readonly Write[],
): void {
  const transaction = context.transactions.get(token, database);
  context.transactions.end(transaction);
  if (!transaction.isReadOnly) checkUnchanged(transaction);
  else if (writes.length > 0) {
    throw new GrpcError('INVALID_ARGUMENT', 'Cannot modify entities in a read-only transaction.');
  }
}

function batchOutcome(context: Context, database: Database, write: Write) {
  try {
    const [result] = commitWrites(database, [write]).results;
    billWrites(context, database, [write]);
    return { result: result ?? {}, status: { code: 0 } };
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error;
    return { result: {}, status: { code: error.number, message: error.message } };
  }
}

function checkDistinct(writes: readonly Write[]): void {
  const names = writes.map(({ path }) => `${path.collection}/${path.id}`);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate === undefined) return;
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `Cannot write to the document ${duplicate} multiple times in a single batch.`,
  );
}
