import type { Database } from './account.ts';
import type { Container } from './container.ts';
import { badRequest, CosmosError, resourceNotFound } from './errors.ts';
import { parseQueryBody, type QueryAnalyzer } from './query-endpoint.ts';
import type { Reply, RequestContext } from './request-context.ts';
import {
  accountBody,
  containerBody,
  databaseBody,
  isResourceName,
  offerBody,
  parseContainer,
  partitionKeyRanges,
} from './resource-bodies.ts';
import { compileQuery } from './sql/program.ts';
import { isObject, type Json, type JsonObject } from './sql/value.ts';
import type { Throughput } from './throughput.ts';

const ok = (body: JsonObject, status = 200, headers: Record<string, string> = {}): Reply => ({
  status,
  text: JSON.stringify(body),
  requestUnits: 1,
  headers: { ...(typeof body._etag === 'string' && { etag: body._etag }), ...headers },
});

const list = (rid: string, name: string, bodies: Json[]): Reply =>
  ok({ _rid: rid, [name]: bodies, _count: bodies.length }, 200, { 'x-ms-item-count': String(bodies.length) });

/** Lists resources, or those that a query finds: POST with a query as body. */
function listOrQuery(
  context: RequestContext,
  queries: QueryAnalyzer,
  { rid, name, bodies }: { rid: string; name: string; bodies: JsonObject[] },
): Reply {
  if (context.request.method === 'GET') return list(rid, name, bodies);
  const { text, parameters } = parseQueryBody(context.json());
  const functions = { nowMs: context.nowMs, random: () => context.random() };
  const program = compileQuery(queries.parse(text), parameters, functions);
  const rows = bodies.flatMap((body) => [...program.rowsOf({ values: [body] })]);
  return list(rid, name, [...program.gather(rows)]);
}

const isQuery = (context: RequestContext) =>
  context.request.method === 'POST' && context.flag('x-ms-documentdb-isquery');

export function accountEndpoint(context: RequestContext): Reply {
  if (context.request.method !== 'GET') return context.methodNotSupported('the account');
  context.authorize(['readMetadata'], '');
  const { host } = context.request;
  const { name } = context.account.definition;
  // An SDK goes on to the address that it is given here, so a client on a plain local port must be given that.
  const isOwnHost = host.endsWith('.documents.azure.com');
  const endpoint = isOwnHost
    ? `https://${name}.documents.azure.com:443/`
    : `http://${context.header('host') ?? host}/`;
  return ok(accountBody(context.account, endpoint));
}

export function databasesEndpoint(context: RequestContext, queries: QueryAnalyzer): Reply {
  const { method } = context.request;
  if (method === 'GET' || isQuery(context)) {
    context.authorize(['readMetadata'], '');
    const bodies = [...context.account.databases.values()].map(databaseBody);
    return listOrQuery(context, queries, { rid: '', name: 'Databases', bodies });
  }
  if (method !== 'POST') return context.methodNotSupported('the list of databases');
  context.authorizeManagement();
  const body = context.json();
  const name = isObject(body) ? body.id : undefined;
  if (!isResourceName(name)) throw badRequest();
  const throughput = throughputOf(context);
  const database = context.account.createDatabase({ name, ...(throughput && { throughput }) });
  return ok(databaseBody(database), 201);
}

/** The throughput headers of a request that creates a database or container. */
function throughputOf(context: RequestContext): Throughput | undefined {
  const manual = context.header('x-ms-offer-throughput');
  const autoscale = context.header('x-ms-cosmos-offer-autopilot-settings');
  if (!manual && !autoscale) return undefined;
  if (context.account.definition.serverless) {
    throw badRequest(
      'Setting offer throughput or autopilot on container is not supported for serverless accounts.',
    );
  }
  if (manual) {
    const ruPerSecond = Number(manual);
    if (!(ruPerSecond >= 400))
      throw badRequest('The offer should have valid throughput values of 400 or more.');
    return { kind: 'manual', ruPerSecond };
  }
  const [, digits] = /^\s*\{\s*"maxThroughput"\s*:\s*(\d+)\s*\}\s*$/.exec(autoscale ?? '') ?? [];
  const maxRuPerSecond = Number(digits);
  if (!(maxRuPerSecond >= 1000)) throw badRequest('The autoscale maximum throughput must be 1000 or more.');
  return { kind: 'autoscale', maxRuPerSecond };
}

export function databaseEndpoint(context: RequestContext, name: string): Reply {
  const { method } = context.request;
  if (method === 'GET') {
    context.authorize(['readMetadata'], `dbs/${name}`);
    return ok(databaseBody(context.database(name)));
  }
  if (method !== 'DELETE') return context.methodNotSupported('a database');
  context.authorizeManagement();
  context.database(name);
  context.account.databases.delete(name);
  return { status: 204, text: '', requestUnits: 1 };
}

export function containersEndpoint(
  context: RequestContext,
  databaseName: string,
  queries: QueryAnalyzer,
): Reply {
  const { method } = context.request;
  if (method === 'GET' || isQuery(context)) {
    context.authorize(['readMetadata'], `dbs/${databaseName}`);
    const database = context.database(databaseName);
    const bodies = [...database.containers.values()].map(containerBody);
    return listOrQuery(context, queries, { rid: database.rid, name: 'DocumentCollections', bodies });
  }
  if (method !== 'POST') return context.methodNotSupported('the list of containers');
  context.authorizeManagement();
  const definition = parseContainer(context.json());
  const throughput = throughputOf(context);
  const container = context.account.createContainer(databaseName, {
    ...definition,
    ...(throughput && { throughput }),
  });
  return ok(containerBody(container), 201);
}

export function containerEndpoint(context: RequestContext, databaseName: string, name: string): Reply {
  const { method } = context.request;
  if (method === 'GET') return ok(containerBody(context.useContainer(databaseName, name, ['readMetadata'])));
  if (method !== 'PUT' && method !== 'DELETE') return context.methodNotSupported('a container');
  context.authorizeManagement();
  const containers = context.account.databases.get(databaseName)?.containers;
  const container = containers?.get(name);
  if (!container) throw resourceNotFound(false);
  if (method === 'DELETE') {
    containers?.delete(name);
    return { status: 204, text: '', requestUnits: 1 };
  }
  return replaceContainer(context, container);
}

function replaceContainer(context: RequestContext, container: Container): Reply {
  const { defaultTtlSeconds, indexingPolicy, partitionKey } = parseContainer(context.json());
  if (partitionKey.paths.join() !== container.definition.partitionKey.paths.join()) {
    throw badRequest('Document collection partition key cannot be changed.');
  }
  container.update({
    ...(defaultTtlSeconds !== undefined && { defaultTtlSeconds }),
    ...(indexingPolicy && { indexingPolicy }),
  });
  return ok(containerBody(container));
}

export function rangesEndpoint(context: RequestContext, databaseName: string, name: string): Reply {
  if (context.request.method !== 'GET') return context.methodNotSupported('partition key ranges');
  const container = context.useContainer(databaseName, name, ['readMetadata']);
  // Clients follow the ranges as a feed; they never change here.
  const etag = '"1"';
  if (context.header('if-none-match') === etag) return { status: 304, text: '', headers: { etag } };
  return ok(partitionKeyRanges(container), 200, { etag });
}

export function offersEndpoint(context: RequestContext, queries: QueryAnalyzer): Reply {
  if (context.request.method !== 'GET' && !isQuery(context)) return context.methodNotSupported('offers');
  context.authorizeManagement();
  if (context.account.definition.serverless) {
    throw new CosmosError(
      400,
      'BadRequest',
      'Reading or replacing offers is not supported for serverless accounts.',
    );
  }
  const bodies = [...context.account.databases.values()].flatMap(offersOf);
  return listOrQuery(context, queries, { rid: '', name: 'Offers', bodies });
}

function offersOf(database: Database): JsonObject[] {
  const shared = database.definition.throughput;
  const own = shared ? [offerBody({ rid: database.rid, self: `dbs/${database.rid}/` }, shared)] : [];
  const ofContainers = [...database.containers.values()].flatMap((container) => {
    const { throughput } = container.definition;
    return throughput ? [offerBody(container, throughput)] : [];
  });
  return [...own, ...ofContainers];
}
