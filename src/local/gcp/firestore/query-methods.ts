/** Queries, aggregations and the splitting of a query into partitions. */
import { GrpcError, type GrpcMethod, serverStream, unary } from '../grpc-server.ts';
import { authorizedDatabase, bill, type Context, type Permission, wireDocument } from './access.ts';
import { aggregate, aggregatedPaths, parseAggregations } from './aggregation.ts';
import { checkIndex } from './index-check.ts';
import {
  partitionQueryRequest,
  partitionQueryResponse,
  runAggregationQueryRequest,
  runAggregationQueryResponse,
  runQueryRequest,
  runQueryResponse,
} from './messages.ts';
import { timestampOf } from './micros.ts';
import { parseQuery, type Query } from './query.ts';
import { runQuery } from './query-run.ts';
import { documentName, parseParentName } from './resource-name.ts';
import { openSnapshot, snapshotPermissions } from './snapshot.ts';
import { rememberQuery } from './transaction.ts';

export const queryPermissions: readonly Permission[] = ['datastore.entities.get', 'datastore.entities.list'];

export function queryMethods(context: Context): Record<string, GrpcMethod> {
  return {
    RunQuery: serverStream(runQueryRequest, runQueryResponse, function* (request, call) {
      refuseExplain(request);
      const parent = parseParentName(request.parent);
      const permissions = [...queryPermissions, ...snapshotPermissions(request)];
      const database = authorizedDatabase(context, call, parent.database, permissions);
      const query = parseQuery(parent, request.structuredQuery);
      checkIndex(database, query);
      const snapshot = openSnapshot(context, database, request);
      if (snapshot.newToken) yield { transaction: snapshot.newToken };
      const { documents, skipped } = runQuery(database, query, snapshot.at);
      rememberQuery(snapshot.transaction, query, documents);
      // Documents that the offset skips are billed as read, and a query without results as one read.
      bill(context, database, 'document-reads', Math.max(1, documents.length + skipped));
      const readTime = timestampOf(snapshot.readTime);
      if (skipped > 0 || documents.length === 0) yield { skippedResults: skipped, readTime };
      for (const document of documents) yield { document: wireDocument(database, document), readTime };
    }),

    RunAggregationQuery: serverStream(
      runAggregationQueryRequest,
      runAggregationQueryResponse,
      function* (request, call) {
        refuseExplain(request);
        const parent = parseParentName(request.parent);
        const permissions = [...queryPermissions, ...snapshotPermissions(request)];
        const database = authorizedDatabase(context, call, parent.database, permissions);
        const aggregations = parseAggregations(request.structuredAggregationQuery?.aggregations ?? []);
        const structuredQuery = request.structuredAggregationQuery?.structuredQuery;
        const query = parseQuery(parent, structuredQuery, aggregatedPaths(aggregations));
        checkIndex(database, query);
        const snapshot = openSnapshot(context, database, request);
        const bounds = aggregations.map((part) => (part.kind === 'count' ? part.upTo : undefined));
        const upTo = bounds.includes(undefined) ? undefined : Math.max(...bounds.map((bound) => bound ?? 0));
        const limit = Math.min(query.limit ?? Infinity, upTo ?? Infinity);
        const bounded: Query = { ...query, limit: limit === Infinity ? undefined : limit, select: undefined };
        const { documents, skipped } = runQuery(database, bounded, snapshot.at);
        rememberQuery(snapshot.transaction, bounded, documents);
        // One read for each 1000 index entries, and at least one.
        const entries = documents.length + skipped;
        bill(context, database, 'document-reads', Math.max(1, Math.ceil(entries / 1000)));
        bill(context, database, 'index-entry-reads', entries);
        yield {
          result: { aggregateFields: aggregate(aggregations, documents) },
          readTime: timestampOf(snapshot.readTime),
          transaction: snapshot.newToken,
        };
      },
    ),

    PartitionQuery: unary(partitionQueryRequest, partitionQueryResponse, (request, call) => {
      const parent = parseParentName(request.parent);
      const database = authorizedDatabase(context, call, parent.database, queryPermissions);
      const query = parseQuery(parent, request.structuredQuery);
      checkPartitionable(query);
      if (request.partitionCount <= 0n) {
        throw new GrpcError('INVALID_ARGUMENT', 'partition_count must be positive.');
      }
      const { at } = openSnapshot(context, database, request);
      const { documents } = runQuery(database, query, at);
      bill(context, database, 'document-reads', 1);
      // The answer holds the points between partitions, so there is one less than partitions.
      const parts = Math.min(
        Number(request.partitionCount) + 1,
        Math.max(1, Math.floor(documents.length / 2)),
      );
      const cuts = Array.from({ length: parts - 1 }, (_, index) => {
        const document = documents[Math.floor(((index + 1) * documents.length) / parts)];
        return document && `${document.collection}/${document.id}`;
      }).filter((path) => path !== undefined);
      return {
        partitions: cuts.map((path) => ({
          before: true,
          values: [{ kind: 'reference' as const, value: documentName(database.name, path) }],
        })),
      };
    }),
  };
}

function refuseExplain({ explainOptions }: { explainOptions: object | undefined }): void {
  if (explainOptions)
    throw new GrpcError('UNIMPLEMENTED', 'Query Explain (explain_options) is not supported.');
}

function checkPartitionable(query: Query): void {
  const [order] = query.orders;
  if (query.allDescendants && !query.filter && query.orders.length === 1 && !order?.descending) return;
  throw new GrpcError(
    'INVALID_ARGUMENT',
    'Only a collection group query without filters, ordered by __name__ ascending, can be partitioned.',
  );
}
