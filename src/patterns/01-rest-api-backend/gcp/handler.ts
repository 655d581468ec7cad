import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { http } from '@google-cloud/functions-framework';
import { cloudLogger, httpFunction, jsonBody } from '../../../middleware/gcp/http.ts';
import { json, noContent } from '../../../middleware/http/answer.ts';
import { idempotentRequest } from '../../../middleware/http/idempotent-request.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { firestoreIdempotencyStore } from '../../../middleware/idempotency/firestore.ts';
import { createIdempotency } from '../../../middleware/idempotency/idempotency.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { entityTag, itemsApi } from '../core.ts';
import { firestoreItemStore } from './item-store.ts';

const settings = requireSettings(process.env, [
  'FIRESTORE_DATABASE',
  'ITEMS_COLLECTION',
  'IDEMPOTENCY_COLLECTION',
  'SERVICE_NAME',
]);
const log = cloudLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const database = new Firestore({ databaseId: settings.FIRESTORE_DATABASE, ignoreUndefinedProperties: true });
const items = itemsApi({
  store: firestoreItemStore(database, database.collection(settings.ITEMS_COLLECTION)),
  now: () => new Date(),
});
const once = idempotentRequest(
  createIdempotency({
    store: firestoreIdempotencyStore(database, database.collection(settings.IDEMPOTENCY_COLLECTION)),
    scope: settings.SERVICE_NAME,
    now: Date.now,
    newOwner: randomUUID,
    leaseMs: 60_000,
  }),
  randomUUID,
);

http(
  'api',
  httpFunction(log, async (request) => {
    const [, collection, id, ...rest] = request.path.split('/');
    if (collection !== 'items' || rest.length > 0) throw notFound(request.path);
    switch (`${request.method} ${id ? '/items/{id}' : '/items'}`) {
      case 'POST /items': {
        const body = jsonBody(request);
        return once(request.get('idempotency-key'), body, async (newId) => {
          const item = await items.create(newId, body);
          metrics.add('ItemsCreated', 1, 'Count');
          return json(201, item, { location: `/items/${item.id}`, etag: entityTag(item) });
        });
      }
      case 'GET /items': {
        const query = new URL(request.url, 'http://localhost').searchParams;
        const limit = query.get('limit') ?? undefined;
        const nextToken = query.get('nextToken') ?? undefined;
        return json(200, await items.list({ limit, nextToken }));
      }
      case 'GET /items/{id}': {
        const item = await items.get(id ?? '');
        return json(200, item, { etag: entityTag(item) });
      }
      case 'PUT /items/{id}': {
        const item = await items.replace(id ?? '', jsonBody(request), request.get('if-match'));
        return json(200, item, { etag: entityTag(item) });
      }
      case 'DELETE /items/{id}':
        await items.remove(id ?? '', request.get('if-match'));
        return noContent();
      default:
        throw notFound(`${request.method} ${request.path}`);
    }
  }),
);

function notFound(what: string): Problem {
  return new Problem(404, 'Not Found', { detail: `There is no route ${what.slice(0, 200)}.` });
}
