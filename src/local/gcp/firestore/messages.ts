/**
 * The messages of `google.firestore.v1`, with the field numbers of Google's published interface definition:
 * https://github.com/googleapis/googleapis/tree/master/google/firestore/v1 (Apache License 2.0).
 * Fields that this service does not read or send are left out; unknown fields are skipped on reading.
 */
import {
  bool,
  bytes,
  int32,
  int64,
  lazy,
  message,
  optional,
  repeated,
  string,
  stringMap,
  type WireCodec,
  withDefault,
} from '../protobuf/protobuf.ts';
import type { Value } from './value.ts';
import { arrayValue, timestamp, value } from './value-codec.ts';

const none = Buffer.alloc(0);

const int32Value = message({ value: withDefault(1, int32, 0) });
const int64Value = message({ value: withDefault(1, int64, 0n) });
export const empty = message({});
export const rpcStatus = message({ code: withDefault(1, int32, 0), message: withDefault(2, string, '') });

export const document = message({
  name: withDefault(1, string, ''),
  fields: stringMap(2, value),
  createTime: optional(3, timestamp),
  updateTime: optional(4, timestamp),
});
const documentMask = message({ fieldPaths: repeated(1, string) });
const precondition = message({ exists: optional(1, bool), updateTime: optional(2, timestamp) });
const transactionOptions = message({
  readOnly: optional(2, message({ readTime: optional(2, timestamp) })),
  readWrite: optional(3, message({ retryTransaction: withDefault(1, bytes, none) })),
});

const fieldTransform = message({
  fieldPath: withDefault(1, string, ''),
  setToServerValue: optional(2, int32),
  increment: optional(3, value),
  maximum: optional(4, value),
  minimum: optional(5, value),
  appendMissingElements: optional(6, arrayValue),
  removeAllFromArray: optional(7, arrayValue),
});
const write = message({
  update: optional(1, document),
  delete: optional(2, string),
  transform: optional(
    6,
    message({ document: withDefault(1, string, ''), fieldTransforms: repeated(2, fieldTransform) }),
  ),
  updateMask: optional(3, documentMask),
  updateTransforms: repeated(7, fieldTransform),
  currentDocument: optional(4, precondition),
});
const writeResult = message({ updateTime: optional(1, timestamp), transformResults: repeated(2, value) });

export type WireWrite = ReturnType<typeof write.decode>;
export type WireFieldTransform = ReturnType<typeof fieldTransform.decode>;
export type WirePrecondition = ReturnType<typeof precondition.decode>;
export type WireTransactionOptions = ReturnType<typeof transactionOptions.decode>;

const fieldReference = message({ fieldPath: withDefault(2, string, '') });
export interface WireFilter {
  composite: { op: number; filters: WireFilter[] } | undefined;
  field: { field: { fieldPath: string } | undefined; op: number; value: Value | undefined } | undefined;
  unary: { op: number; field: { fieldPath: string } | undefined } | undefined;
}
const filter: WireCodec<WireFilter> = lazy(() => filterMessage);
const filterMessage: WireCodec<WireFilter> = message({
  composite: optional(1, message({ op: withDefault(1, int32, 0), filters: repeated(2, filter) })),
  field: optional(
    2,
    message({ field: optional(1, fieldReference), op: withDefault(2, int32, 0), value: optional(3, value) }),
  ),
  unary: optional(3, message({ op: withDefault(1, int32, 0), field: optional(2, fieldReference) })),
});
const cursor = message({ values: repeated(1, value), before: withDefault(2, bool, false) });
const structuredQuery = message({
  select: optional(1, message({ fields: repeated(2, fieldReference) })),
  from: repeated(
    2,
    message({ collectionId: withDefault(2, string, ''), allDescendants: withDefault(3, bool, false) }),
  ),
  where: optional(3, filter),
  orderBy: repeated(4, message({ field: optional(1, fieldReference), direction: withDefault(2, int32, 0) })),
  startAt: optional(7, cursor),
  endAt: optional(8, cursor),
  offset: withDefault(6, int32, 0),
  limit: optional(5, int32Value),
  findNearest: optional(9, empty),
});
const aggregation = message({
  count: optional(1, message({ upTo: optional(1, int64Value) })),
  sum: optional(2, message({ field: optional(1, fieldReference) })),
  avg: optional(3, message({ field: optional(1, fieldReference) })),
  alias: withDefault(7, string, ''),
});
const structuredAggregationQuery = message({
  structuredQuery: optional(1, structuredQuery),
  aggregations: repeated(3, aggregation),
});
export type WireStructuredQuery = ReturnType<typeof structuredQuery.decode>;
export type WireAggregation = ReturnType<typeof aggregation.decode>;
export type WireCursor = ReturnType<typeof cursor.decode>;

export const getDocumentRequest = message({
  name: withDefault(1, string, ''),
  mask: optional(2, documentMask),
  transaction: optional(3, bytes),
  readTime: optional(5, timestamp),
});
export const listDocumentsRequest = message({
  parent: withDefault(1, string, ''),
  collectionId: withDefault(2, string, ''),
  pageSize: withDefault(3, int32, 0),
  pageToken: withDefault(4, string, ''),
  orderBy: withDefault(6, string, ''),
  mask: optional(7, documentMask),
  transaction: optional(8, bytes),
  readTime: optional(10, timestamp),
  showMissing: withDefault(12, bool, false),
});
export const listDocumentsResponse = message({
  documents: repeated(1, document),
  nextPageToken: withDefault(2, string, ''),
});
export const createDocumentRequest = message({
  parent: withDefault(1, string, ''),
  collectionId: withDefault(2, string, ''),
  documentId: withDefault(3, string, ''),
  document: optional(4, document),
  mask: optional(5, documentMask),
});
export const updateDocumentRequest = message({
  document: optional(1, document),
  updateMask: optional(2, documentMask),
  mask: optional(3, documentMask),
  currentDocument: optional(4, precondition),
});
export const deleteDocumentRequest = message({
  name: withDefault(1, string, ''),
  currentDocument: optional(2, precondition),
});
export const batchGetDocumentsRequest = message({
  database: withDefault(1, string, ''),
  documents: repeated(2, string),
  mask: optional(3, documentMask),
  transaction: optional(4, bytes),
  newTransaction: optional(5, transactionOptions),
  readTime: optional(7, timestamp),
});
export const batchGetDocumentsResponse = message({
  found: optional(1, document),
  missing: optional(2, string),
  transaction: optional(3, bytes),
  readTime: optional(4, timestamp),
});
export const beginTransactionRequest = message({
  database: withDefault(1, string, ''),
  options: optional(2, transactionOptions),
});
export const beginTransactionResponse = message({ transaction: withDefault(1, bytes, none) });
export const commitRequest = message({
  database: withDefault(1, string, ''),
  writes: repeated(2, write),
  transaction: withDefault(3, bytes, none),
});
export const commitResponse = message({
  writeResults: repeated(1, writeResult),
  commitTime: optional(2, timestamp),
});
export const rollbackRequest = message({
  database: withDefault(1, string, ''),
  transaction: withDefault(2, bytes, none),
});
export const runQueryRequest = message({
  parent: withDefault(1, string, ''),
  structuredQuery: optional(2, structuredQuery),
  transaction: optional(5, bytes),
  newTransaction: optional(6, transactionOptions),
  readTime: optional(7, timestamp),
  explainOptions: optional(10, empty),
});
export const runQueryResponse = message({
  document: optional(1, document),
  transaction: optional(2, bytes),
  readTime: optional(3, timestamp),
  skippedResults: withDefault(4, int32, 0),
});
export const runAggregationQueryRequest = message({
  parent: withDefault(1, string, ''),
  structuredAggregationQuery: optional(2, structuredAggregationQuery),
  transaction: optional(4, bytes),
  newTransaction: optional(5, transactionOptions),
  readTime: optional(6, timestamp),
  explainOptions: optional(8, empty),
});
export const runAggregationQueryResponse = message({
  result: optional(1, message({ aggregateFields: stringMap(2, value) })),
  transaction: optional(2, bytes),
  readTime: optional(3, timestamp),
});
export const partitionQueryRequest = message({
  parent: withDefault(1, string, ''),
  structuredQuery: optional(2, structuredQuery),
  partitionCount: withDefault(3, int64, 0n),
  pageToken: withDefault(4, string, ''),
  pageSize: withDefault(5, int32, 0),
  readTime: optional(6, timestamp),
});
export const partitionQueryResponse = message({
  partitions: repeated(1, cursor),
  nextPageToken: withDefault(2, string, ''),
});
export const listCollectionIdsRequest = message({
  parent: withDefault(1, string, ''),
  pageSize: withDefault(2, int32, 0),
  pageToken: withDefault(3, string, ''),
  readTime: optional(4, timestamp),
});
export const listCollectionIdsResponse = message({
  collectionIds: repeated(1, string),
  nextPageToken: withDefault(2, string, ''),
});
export const batchWriteRequest = message({
  database: withDefault(1, string, ''),
  writes: repeated(2, write),
});
export const batchWriteResponse = message({
  writeResults: repeated(1, writeResult),
  status: repeated(2, rpcStatus),
});

const target = message({
  query: optional(
    2,
    message({ parent: withDefault(1, string, ''), structuredQuery: optional(2, structuredQuery) }),
  ),
  documents: optional(3, message({ documents: repeated(2, string) })),
  resumeToken: optional(4, bytes),
  readTime: optional(11, timestamp),
  targetId: withDefault(5, int32, 0),
  once: withDefault(6, bool, false),
});
export type WireTarget = ReturnType<typeof target.decode>;
export const listenRequest = message({
  database: withDefault(1, string, ''),
  addTarget: optional(2, target),
  removeTarget: optional(3, int32),
});
export const listenResponse = message({
  targetChange: optional(
    2,
    message({
      targetChangeType: withDefault(1, int32, 0),
      targetIds: repeated(2, int32),
      cause: optional(3, rpcStatus),
      resumeToken: withDefault(4, bytes, none),
      readTime: optional(6, timestamp),
    }),
  ),
  documentChange: optional(
    3,
    message({
      document: optional(1, document),
      targetIds: repeated(5, int32),
      removedTargetIds: repeated(6, int32),
    }),
  ),
  documentDelete: optional(
    4,
    message({
      document: withDefault(1, string, ''),
      removedTargetIds: repeated(6, int32),
      readTime: optional(4, timestamp),
    }),
  ),
  documentRemove: optional(
    6,
    message({
      document: withDefault(1, string, ''),
      removedTargetIds: repeated(2, int32),
      readTime: optional(4, timestamp),
    }),
  ),
});

/** `google.events.cloud.firestore.v1.DocumentEventData`: what an Eventarc trigger carries. */
export const documentEventData = message({
  value: optional(1, document),
  oldValue: optional(2, document),
  updateMask: optional(3, documentMask),
});

/** `google.firestore.admin.v1.Index`, as the link to create a missing index carries it. */
export const adminIndex = message({
  name: withDefault(1, string, ''),
  queryScope: withDefault(2, int32, 0),
  fields: repeated(
    3,
    message({
      fieldPath: withDefault(1, string, ''),
      order: optional(2, int32),
      arrayConfig: optional(3, int32),
    }),
  ),
});
