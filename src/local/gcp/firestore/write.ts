import { GrpcError } from '../grpc-server.ts';
import type { Database, DocumentUpdate, StoredDocument } from './database.ts';
import { checkedDocumentSize } from './document-size.ts';
import { type FieldPath, parseFieldPath, valueAt, withValueAt } from './field-path.ts';
import type { WireFieldTransform, WirePrecondition, WireWrite } from './messages.ts';
import { type Micros, microsOf, timestampOf } from './micros.ts';
import { type DocumentPath, documentName, parseDocumentName } from './resource-name.ts';
import { applyTransform } from './transform.ts';
import { type Fields, identicalFields, type Timestamp, type Value } from './value.ts';

/** One write of a commit, with its name and paths read. */
export interface Write {
  path: DocumentPath;
  operation:
    | { kind: 'delete' }
    | { kind: 'update'; fields: Fields; mask: readonly FieldPath[] | undefined }
    | { kind: 'transform' };
  transforms: readonly WireFieldTransform[];
  precondition: WirePrecondition | undefined;
}

export interface WriteResult {
  updateTime: Timestamp | undefined;
  transformResults: Value[];
}

/** https://cloud.google.com/firestore/quotas#writes_and_transactions */
const maxTransformsPerDocument = 500;

/** @throws INVALID_ARGUMENT */
export function parseWrite(wire: WireWrite, database: string): Write {
  const write = parsedWrite(wire);
  if (write.path.database !== database) {
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `A write to ${write.path.database} can not be part of a commit to ${database}.`,
    );
  }
  if (write.transforms.length > maxTransformsPerDocument) {
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `A write has ${write.transforms.length} field transforms; the maximum for one document is ${maxTransformsPerDocument}.`,
    );
  }
  return write;
}

function parsedWrite(wire: WireWrite): Write {
  const precondition = wire.currentDocument;
  if (wire.update) {
    const mask = wire.updateMask?.fieldPaths.map(parseFieldPath);
    return {
      path: parseDocumentName(wire.update.name),
      operation: { kind: 'update', fields: wire.update.fields, mask },
      transforms: wire.updateTransforms,
      precondition,
    };
  }
  if (wire.delete !== undefined) {
    return {
      path: parseDocumentName(wire.delete),
      operation: { kind: 'delete' },
      transforms: [],
      precondition,
    };
  }
  if (wire.transform) {
    return {
      path: parseDocumentName(wire.transform.document),
      operation: { kind: 'transform' },
      transforms: wire.transform.fieldTransforms,
      precondition,
    };
  }
  throw new GrpcError('INVALID_ARGUMENT', 'A write has neither update, delete nor transform.');
}

interface Draft {
  path: DocumentPath;
  stored: StoredDocument | undefined;
  /** `undefined`: deleted, or never there. */
  fields: Fields | undefined;
}

/**
 * Applies writes in their order as one atomic step: either all, or (when a precondition or limit fails) none.
 * Several writes may meet the same document; each sees what the ones before it did.
 */
export function commitWrites(
  database: Database,
  writes: readonly Write[],
): { results: WriteResult[]; commitTime: Micros } {
  checkSequence(writes);
  const commitTime = database.commitTime();
  const drafts = new Map<string, Draft>();
  const results: { draft: Draft; isDelete: boolean; transformResults: Value[] }[] = [];
  for (const write of writes) {
    const key = `${write.path.collection}/${write.path.id}`;
    let draft = drafts.get(key);
    if (!draft) {
      const stored = database.get(write.path.collection, write.path.id);
      draft = { path: write.path, stored, fields: stored?.fields };
      drafts.set(key, draft);
    }
    checkPrecondition(write, draft, commitTime);
    const transformResults = applyWrite(write, draft, commitTime);
    results.push({ draft, isDelete: write.operation.kind === 'delete', transformResults });
  }
  const unchanged = new Set<Draft>();
  const updates: DocumentUpdate[] = [];
  for (const draft of drafts.values()) {
    const update = updateOf(draft, commitTime);
    if (update) updates.push(update);
    else unchanged.add(draft);
  }
  database.apply(updates, commitTime);
  const resultTime = (draft: Draft) =>
    unchanged.has(draft) && draft.stored ? draft.stored.updateTime : commitTime;
  return {
    commitTime,
    results: results.map(({ draft, isDelete, transformResults }) => ({
      updateTime: isDelete ? undefined : timestampOf(resultTime(draft)),
      transformResults,
    })),
  };
}

/** What a write demands or leaves, in the vendor's words. */
function verbOf({ operation, precondition }: Write): 'delete' | 'insert' | 'update' | 'upsert' {
  if (operation.kind === 'delete') return 'delete';
  if (precondition?.exists === false) return 'insert';
  return precondition?.exists === true || precondition?.updateTime ? 'update' : 'upsert';
}

/**
 * Refuses a write that can not succeed after another one to the same document in the same commit.
 * @throws INVALID_ARGUMENT
 */
function checkSequence(writes: readonly Write[]): void {
  const verbs = new Map<string, ReturnType<typeof verbOf>>();
  for (const write of writes) {
    const key = `${write.path.collection}/${write.path.id}`;
    const before = verbs.get(key);
    const verb = verbOf(write);
    const isRefused =
      before === 'delete'
        ? verb === 'update' || (verb === 'delete' && write.precondition?.exists === true)
        : before !== undefined && verb === 'insert';
    if (isRefused) {
      throw new GrpcError('INVALID_ARGUMENT', `Cannot ${before} then ${verb} an entity in the same request.`);
    }
    verbs.set(key, verb);
  }
}

function applyWrite(write: Write, draft: Draft, commitTime: Micros): Value[] {
  const { operation } = write;
  if (operation.kind === 'delete') {
    draft.fields = undefined;
    return [];
  }
  let fields = draft.fields ?? new Map();
  if (operation.kind === 'update') {
    fields = operation.mask ? merged(fields, operation.fields, operation.mask) : operation.fields;
  }
  const transformResults = write.transforms.map((transform) => {
    const step = applyTransform(fields, transform, commitTime);
    fields = step.fields;
    return step.result;
  });
  draft.fields = fields;
  return transformResults;
}

/** Fields that the mask names take the new value, or go when the new document does not have them. */
function merged(current: Fields, update: Fields, mask: readonly FieldPath[]): Fields {
  return mask.reduce((fields, path) => withValueAt(fields, path, valueAt(update, path)), current);
}

/** What is to be stored, or `undefined` when the writes leave the document as it was. */
function updateOf({ path, stored, fields }: Draft, commitTime: Micros): DocumentUpdate | undefined {
  if (!fields) return stored && { path, document: undefined };
  if (stored && (stored.fields === fields || identicalFields(stored.fields, fields))) return undefined;
  const sizeBytes = checkedDocumentSize(path, fields);
  return { path, document: { fields, sizeBytes, createTime: stored?.createTime ?? commitTime } };
}

function checkPrecondition({ path, precondition }: Write, draft: Draft, commitTime: Micros): void {
  if (!precondition) return;
  const name = documentName(path.database, `${path.collection}/${path.id}`);
  if (precondition.exists === false && draft.fields) {
    throw new GrpcError('ALREADY_EXISTS', `Document already exists: ${name}`);
  }
  const mustExist = precondition.exists === true || precondition.updateTime !== undefined;
  if (mustExist && !draft.fields) throw new GrpcError('NOT_FOUND', `No document to update: ${name}`);
  if (!precondition.updateTime) return;
  const required = microsOf(precondition.updateTime);
  const current = draft.fields === draft.stored?.fields ? draft.stored?.updateTime : commitTime;
  if (current !== required) {
    throw new GrpcError(
      'FAILED_PRECONDITION',
      `the stored version (${current}) does not match the required base version (${required})`,
    );
  }
}
