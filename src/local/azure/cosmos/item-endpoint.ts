import { batchActions, batchText, bulk, parseBatch, transactionalBatch } from './batch.ts';
import type { Container } from './container.ts';
import { badRequest, CosmosError, itemNotFound, notImplemented, tooLarge } from './errors.ts';
import { defaultPageSize, documentsText, keyOfRequest, pageReply, pageSizeOf, scopeOf } from './feed.ts';
import { keyText } from './partition-key.ts';
import { parsePatch } from './patch.ts';
import { type QueryAnalyzer, queryItems, queryPlan } from './query-endpoint.ts';
import { queryPage } from './query-page.ts';
import type { Reply, RequestContext } from './request-context.ts';
import { failedRequestCharge } from './request-units.ts';
import type { Route } from './route.ts';
import type { Conditions, ItemOutcome, ItemTransaction } from './transaction.ts';

/** Room for an item of 2 MB with the text around it. */
const maxRequestBytes = 2 * 1024 * 1024 + 64 * 1024;

type ItemRoute = Extract<Route, { kind: 'item' }>;
type ItemsRoute = Extract<Route, { kind: 'items' }>;

const conditionsOf = (context: RequestContext): Conditions => ({
  ifMatch: context.header('if-match'),
  ifNoneMatch: context.header('if-none-match'),
});

/** The logical partition that a request on one item names. Throws a 400. */
function partitionOf(context: RequestContext, container: Container): string {
  const key = keyOfRequest(context, container);
  if (!key) throw badRequest('PartitionKey value must be supplied for this operation.');
  if (!container.partitionKeys.isComplete(key)) {
    throw badRequest(
      "Partition key provided either doesn't correspond to definition in the collection or doesn't match partition key field values specified in the document.",
      1001,
    );
  }
  return keyText(key);
}

function refuseTriggers(context: RequestContext): void {
  for (const kind of ['pre', 'post']) {
    if (context.header(`x-ms-documentdb-${kind}-trigger-include`))
      throw notImplemented('A JavaScript trigger');
  }
}

/** Runs one operation as a commit of its own, and charges for it whether it succeeds or not. */
function single(
  context: RequestContext,
  container: Container,
  run: (transaction: ItemTransaction, partition: string) => ItemOutcome,
): Reply {
  refuseTriggers(context);
  container.admit();
  try {
    const transaction = container.begin();
    const outcome = run(transaction, partitionOf(context, container));
    transaction.commit();
    container.charge(outcome.requestUnits);
    return itemReply(context, outcome);
  } catch (error) {
    if (error instanceof CosmosError) container.charge(failedRequestCharge);
    throw error;
  }
}

function itemReply(context: RequestContext, { status, item, requestUnits }: ItemOutcome): Reply {
  const hasBody = item && status !== 304 && context.header('prefer') !== 'return=minimal';
  return {
    status,
    text: hasBody ? item.text : '',
    requestUnits,
    ...(item && { headers: { etag: item.etag } }),
  };
}

/** `dbs/d/colls/c/docs/id` */
export function itemEndpoint(context: RequestContext, { database, container: name, id }: ItemRoute): Reply {
  const conditions = conditionsOf(context);
  switch (context.request.method) {
    case 'GET': {
      const container = context.useContainer(database, name, ['read']);
      return readItem(context, container, id, conditions);
    }
    case 'PUT': {
      const container = context.useContainer(database, name, ['replace']);
      return single(context, container, (transaction, partition) =>
        transaction.replace(partition, id, context.json(), conditions),
      );
    }
    case 'PATCH': {
      const container = context.useContainer(database, name, ['replace']);
      return single(context, container, (transaction, partition) =>
        transaction.patch(partition, id, parsePatch(context.json()), conditions),
      );
    }
    case 'DELETE': {
      const container = context.useContainer(database, name, ['delete']);
      return single(context, container, (transaction, partition) =>
        transaction.delete(partition, id, conditions),
      );
    }
    default:
      return context.methodNotSupported('an item');
  }
}

function readItem(context: RequestContext, container: Container, id: string, conditions: Conditions): Reply {
  return single(context, container, (transaction, partition) => {
    if (id === '') throw itemNotFound();
    return transaction.read(partition, id, conditions);
  });
}

/** `dbs/d/colls/c/docs` */
export function itemsEndpoint(context: RequestContext, route: ItemsRoute, queries: QueryAnalyzer): Reply {
  const { database, container: name } = route;
  const { method, body } = context.request;
  if (body.length > maxRequestBytes) throw tooLarge();
  if (method === 'GET')
    return context.header('a-im') ? changeFeed(context, route) : readFeed(context, route, queries);
  if (method !== 'POST') return context.methodNotSupported('a list of items');
  if (context.flag('x-ms-cosmos-is-query-plan-request')) return queryPlan(context, route, queries);
  if (isQuery(context)) return queryItems(context, route, queries);
  if (context.flag('x-ms-cosmos-is-batch-request')) return batch(context, route);
  const upserts = context.flag('x-ms-documentdb-is-upsert');
  const container = context.useContainer(database, name, [upserts ? 'upsert' : 'create']);
  return single(context, container, (transaction, partition) =>
    upserts
      ? transaction.upsert(partition, context.json(), conditionsOf(context))
      : transaction.create(partition, context.json()),
  );
}

const isQuery = (context: RequestContext) =>
  context.flag('x-ms-documentdb-isquery') || context.header('content-type') === 'application/query+json';

function batch(context: RequestContext, { database, container: name }: ItemsRoute): Reply {
  // The operations name the permissions, and the container is needed to read them.
  const known = context.account.databases.get(database)?.containers.get(name);
  const operations = known ? parseBatch(context.json(), known) : [];
  const container = context.useContainer(database, name, batchActions(operations));
  container.admit();
  const atomic = context.flag('x-ms-cosmos-batch-atomic');
  const continueOnError = context.header('x-ms-cosmos-batch-continue-on-error')?.toLowerCase() !== 'false';
  const results = atomic
    ? transactionalBatch(container, partitionOf(context, container), operations)
    : bulk(container, operations, continueOnError);
  const requestUnits = results.reduce((sum, result) => sum + result.requestCharge, 0);
  container.charge(requestUnits);
  const failed = results.some(({ statusCode }) => statusCode >= 400);
  const text = batchText(results, context.header('prefer') === 'return=minimal');
  return { status: failed ? 207 : 200, text, requestUnits };
}

/** learn.microsoft.com/rest/api/cosmos-db/list-documents: `A-IM`, `If-None-Match` and `If-Modified-Since`. */
function changeFeed(context: RequestContext, { database, container: name }: ItemsRoute): Reply {
  const mode = context.header('a-im')?.toLowerCase();
  if (mode !== 'incremental feed') {
    throw badRequest(
      `The change feed mode '${mode}' is not available: all versions and deletes need continuous backup on the account.`,
    );
  }
  const container = context.useContainer(database, name, ['readChangeFeed']);
  const since = context.header('if-modified-since');
  const sinceMs = since === undefined ? Number.NaN : Date.parse(since);
  const maxItems = pageSizeOf(context);
  const page = container.changeFeed({
    after: placeOf(context.header('if-none-match')),
    scope: scopeOf(context, container),
    ...(!Number.isNaN(sinceMs) && { sinceMs }),
    ...(maxItems !== undefined && { maxItems }),
  });
  const headers = { etag: `"${page.continuation}"`, 'x-ms-item-count': String(page.items.length) };
  const { requestUnits } = page;
  if (page.items.length === 0) return { status: 304, text: '', requestUnits, headers };
  const texts = page.items.map(({ text, lsn }) => `${text.slice(0, -1)},"_lsn":${lsn}}`);
  return { status: 200, text: documentsText(container, texts), requestUnits, headers };
}

/** The etag of the page before; `*` is the present, nothing the beginning. Throws a 400. */
function placeOf(etag: string | undefined): number | 'now' {
  if (etag === undefined || etag === '') return 0;
  if (etag === '*') return 'now';
  const lsn = Number(etag.replaceAll('"', ''));
  if (!Number.isSafeInteger(lsn) || lsn < 0) throw badRequest('The change feed continuation is not valid.');
  return lsn;
}

function readFeed(
  context: RequestContext,
  { database, container: name }: ItemsRoute,
  queries: QueryAnalyzer,
): Reply {
  const container = context.useContainer(database, name, ['executeQuery', 'readChangeFeed']);
  container.admit();
  const continuation = context.header('x-ms-continuation');
  const page = queryPage(container, {
    query: queries.parse('SELECT * FROM c'),
    parameters: new Map(),
    scope: scopeOf(context, container),
    maxItems: pageSizeOf(context) ?? defaultPageSize,
    ...(continuation !== undefined && { continuation }),
    context: { nowMs: context.nowMs, random: () => context.random() },
  });
  container.charge(page.requestUnits);
  return pageReply(container, page);
}
