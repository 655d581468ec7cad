import type { Account, Database } from './account.ts';
import type { Container, ContainerDefinition } from './container.ts';
import { badRequest } from './errors.ts';
import { defaultIndexingPolicy, type IndexingPolicy } from './indexing-policy.ts';
import { isObject, type Json, type JsonObject } from './sql/value.ts';
import type { Throughput } from './throughput.ts';

/** `GET /`: what an SDK reads first, to learn where to send its requests. */
export function accountBody({ definition }: Account, endpoint: string): JsonObject {
  const locations = [{ name: definition.location, databaseAccountEndpoint: endpoint }];
  const replication = { minReplicaSetSize: 3, maxReplicasetSize: 4 };
  return {
    _self: '',
    id: definition.name,
    _rid: `${definition.name}.documents.azure.com`,
    media: '//media/',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    continuousBackupEnabled: false,
    enableNRegionSynchronousCommit: false,
    enablePerPartitionFailoverBehavior: false,
    userReplicationPolicy: { asyncReplication: false, ...replication },
    userConsistencyPolicy: { defaultConsistencyLevel: definition.consistencyLevel },
    systemReplicationPolicy: replication,
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: JSON.stringify({
      maxSqlQueryInputLength: 262_144,
      maxJoinsPerSqlQuery: 10,
      sqlAllowSubQuery: true,
      sqlAllowScalarSubQuery: true,
      sqlAllowTop: true,
      sqlAllowLike: true,
      sqlAllowAggregateFunctions: true,
      sqlAllowGroupByClause: true,
    }),
  };
}

const etagOf = (createdAtSeconds: number) => `"00000000-0000-0700-0000-${createdAtSeconds.toString(16)}0000"`;

export const databaseBody = ({ definition, rid, createdAtSeconds }: Database): JsonObject => ({
  id: definition.name,
  _rid: rid,
  _self: `dbs/${rid}/`,
  _etag: etagOf(createdAtSeconds),
  _colls: 'colls/',
  _users: 'users/',
  _ts: createdAtSeconds,
});

export function containerBody({ definition, rid, self, createdAtSeconds }: Container): JsonObject {
  const policy = definition.indexingPolicy ?? defaultIndexingPolicy;
  const { uniqueKeys = [], defaultTtlSeconds, partitionKey } = definition;
  return {
    id: definition.name,
    indexingPolicy: JSON.parse(JSON.stringify(policy)),
    partitionKey: { ...partitionKey },
    ...(defaultTtlSeconds !== undefined && { defaultTtl: defaultTtlSeconds }),
    uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map(({ paths }) => ({ paths })) },
    conflictResolutionPolicy: {
      mode: 'LastWriterWins',
      conflictResolutionPath: '/_ts',
      conflictResolutionProcedure: '',
    },
    geospatialConfig: { type: 'Geography' },
    _rid: rid,
    _ts: createdAtSeconds,
    _self: self,
    _etag: etagOf(createdAtSeconds),
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  };
}

/** Every container has one physical partition. */
export const partitionKeyRanges = (container: Container): JsonObject => ({
  _rid: container.rid,
  PartitionKeyRanges: [
    {
      _rid: `${container.rid}range0`,
      id: '0',
      _etag: etagOf(container.createdAtSeconds),
      minInclusive: '',
      maxExclusive: 'FF',
      ridPrefix: 0,
      _self: `${container.self}pkranges/0/`,
      throughputFraction: 1,
      status: 'online',
      parents: [],
      _ts: container.createdAtSeconds,
    },
  ],
  _count: 1,
});

/** The throughput of a container or database, as the offers of older interfaces. */
export function offerBody(resource: { rid: string; self: string }, throughput: Throughput): JsonObject {
  const autoscale = throughput.kind === 'autoscale' ? throughput.maxRuPerSecond : undefined;
  // Autoscale never goes below a tenth of its maximum.
  const current = throughput.kind === 'manual' ? throughput.ruPerSecond : throughput.maxRuPerSecond / 10;
  return {
    resource: resource.self,
    offerType: 'Invalid',
    offerResourceId: resource.rid,
    offerVersion: 'V2',
    content: {
      offerThroughput: current,
      offerIsRUPerMinuteThroughputEnabled: false,
      ...(autoscale !== undefined && { offerAutopilotSettings: { maxThroughput: autoscale } }),
    },
    id: resource.rid.replace(/=+$/, ''),
    _rid: resource.rid,
    _self: `offers/${resource.rid}/`,
    _etag: '"00000000-0000-0700-0000-000000000000"',
    _ts: 0,
  };
}

/** Reads the body of a request that creates or replaces a container. Throws a 400. */
export function parseContainer(body: Json | undefined): ContainerDefinition {
  if (!isObject(body)) throw badRequest();
  const { id, partitionKey, defaultTtl, uniqueKeyPolicy, indexingPolicy } = body;
  if (!isResourceName(id) || !isObject(partitionKey)) throw badRequest();
  const { paths, kind = 'Hash', version = 1 } = partitionKey;
  const isKind = kind === 'Hash' || kind === 'MultiHash';
  if (
    !isTexts(paths) ||
    paths.length === 0 ||
    paths.length > 3 ||
    !isKind ||
    (version !== 1 && version !== 2)
  ) {
    throw badRequest('The partition key definition is not valid.');
  }
  if (defaultTtl !== undefined && !isTtl(defaultTtl)) throw badRequest('The defaultTtl is not valid.');
  const uniqueKeys = parseUniqueKeys(uniqueKeyPolicy);
  return {
    name: id,
    partitionKey: { paths, kind, version },
    ...(defaultTtl !== undefined && { defaultTtlSeconds: defaultTtl }),
    ...(uniqueKeys.length > 0 && { uniqueKeys }),
    ...(isObject(indexingPolicy) && { indexingPolicy: parseIndexingPolicy(indexingPolicy) }),
  };
}

/** learn.microsoft.com/azure/cosmos-db/concepts-limits#control-plane: up to 255 characters. */
export const isResourceName = (name: Json | undefined): name is string =>
  typeof name === 'string' && /^[^/\\?#]{1,255}$/.test(name) && !name.endsWith(' ');

const isTexts = (value: Json | undefined): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item.startsWith('/'));
const isTtl = (value: Json): value is number =>
  typeof value === 'number' && Number.isInteger(value) && (value > 0 || value === -1);

function parseUniqueKeys(policy: Json | undefined): { paths: string[] }[] {
  const keys = isObject(policy) ? policy.uniqueKeys : undefined;
  if (!Array.isArray(keys)) return [];
  return keys.map((key) => {
    const paths = isObject(key) ? key.paths : undefined;
    if (!isTexts(paths)) throw badRequest('The unique key policy is not valid.');
    return { paths };
  });
}

function parseIndexingPolicy(policy: JsonObject): IndexingPolicy {
  const { indexingMode = 'consistent', includedPaths, excludedPaths, compositeIndexes } = policy;
  const mode = String(indexingMode).toLowerCase();
  if (mode !== 'consistent' && mode !== 'none') throw badRequest(`The indexing mode '${mode}' is not valid.`);
  const pathsOf = (list: Json | undefined): { path: string }[] =>
    (Array.isArray(list) ? list : []).map((entry) => {
      const path = isObject(entry) ? entry.path : undefined;
      if (typeof path !== 'string') throw badRequest('The indexing policy is not valid.');
      return { path };
    });
  const composites = (Array.isArray(compositeIndexes) ? compositeIndexes : []).map((index) =>
    (Array.isArray(index) ? index : []).map((entry) => {
      const path = isObject(entry) ? entry.path : undefined;
      const order = isObject(entry) ? (entry.order ?? 'ascending') : undefined;
      if (typeof path !== 'string' || (order !== 'ascending' && order !== 'descending')) {
        throw badRequest('The indexing policy is not valid.');
      }
      return { path, order } as const;
    }),
  );
  return {
    indexingMode: mode,
    automatic: mode === 'consistent',
    includedPaths: includedPaths === undefined ? defaultIndexingPolicy.includedPaths : pathsOf(includedPaths),
    excludedPaths: excludedPaths === undefined ? defaultIndexingPolicy.excludedPaths : pathsOf(excludedPaths),
    ...(composites.length > 0 && { compositeIndexes: composites }),
  };
}
