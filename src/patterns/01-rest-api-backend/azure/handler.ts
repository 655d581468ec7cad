import { randomUUID } from 'node:crypto';
import { CosmosClient } from '@azure/cosmos';
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';
import { functionsLogger, httpHandler, jsonBody } from '../../../middleware/azure/http.ts';
import { json, noContent } from '../../../middleware/http/answer.ts';
import { idempotentRequest } from '../../../middleware/http/idempotent-request.ts';
import { cosmosIdempotencyStore } from '../../../middleware/idempotency/cosmos.ts';
import { createIdempotency } from '../../../middleware/idempotency/idempotency.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { entityTag, itemsApi } from '../core.ts';
import { cosmosItemStore } from './item-store.ts';

const settings = requireSettings(process.env, [
  'COSMOS_ENDPOINT',
  'COSMOS_DATABASE',
  'ITEMS_CONTAINER',
  'IDEMPOTENCY_CONTAINER',
  'AZURE_CLIENT_ID',
  'SERVICE_NAME',
]);
const log = functionsLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const database = new CosmosClient({
  endpoint: settings.COSMOS_ENDPOINT,
  aadCredentials: new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID }),
}).database(settings.COSMOS_DATABASE);
const items = itemsApi({
  store: cosmosItemStore(database.container(settings.ITEMS_CONTAINER)),
  now: () => new Date(),
});
const once = idempotentRequest(
  createIdempotency({
    store: cosmosIdempotencyStore(database.container(settings.IDEMPOTENCY_CONTAINER)),
    scope: settings.SERVICE_NAME,
    now: Date.now,
    newOwner: randomUUID,
    leaseMs: 60_000,
  }),
  randomUUID,
);

app.http('createItem', {
  methods: ['POST'],
  route: 'items',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) => {
    const body = await jsonBody(request);
    return once(request.headers.get('idempotency-key'), body, async (newId) => {
      const item = await items.create(newId, body);
      metrics.add('ItemsCreated', 1, 'Count');
      return json(201, item, { location: `/items/${item.id}`, etag: entityTag(item) });
    });
  }),
});

app.http('listItems', {
  methods: ['GET'],
  route: 'items',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) => {
    const limit = request.query.get('limit') ?? undefined;
    const nextToken = request.query.get('nextToken') ?? undefined;
    return json(200, await items.list({ limit, nextToken }));
  }),
});

app.http('getItem', {
  methods: ['GET'],
  route: 'items/{id}',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) => {
    const item = await items.get(request.params.id ?? '');
    return json(200, item, { etag: entityTag(item) });
  }),
});

app.http('replaceItem', {
  methods: ['PUT'],
  route: 'items/{id}',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) => {
    const ifMatch = request.headers.get('if-match') ?? undefined;
    const item = await items.replace(request.params.id ?? '', await jsonBody(request), ifMatch);
    return json(200, item, { etag: entityTag(item) });
  }),
});

app.http('deleteItem', {
  methods: ['DELETE'],
  route: 'items/{id}',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) => {
    await items.remove(request.params.id ?? '', request.headers.get('if-match') ?? undefined);
    return noContent();
  }),
});
