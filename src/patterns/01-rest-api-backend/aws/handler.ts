import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { emfMetrics } from '../../../middleware/aws/emf-metrics.ts';
import { httpApi, jsonBody } from '../../../middleware/aws/http-api.ts';
import { lambdaLogger, writeLine } from '../../../middleware/aws/lambda-logger.ts';
import { json, noContent } from '../../../middleware/http/answer.ts';
import { idempotentRequest } from '../../../middleware/http/idempotent-request.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { dynamoIdempotencyStore } from '../../../middleware/idempotency/dynamodb.ts';
import { createIdempotency } from '../../../middleware/idempotency/idempotency.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { entityTag, itemsApi } from '../core.ts';
import { dynamoItemStore } from './item-store.ts';

const settings = requireSettings(process.env, [
  'ITEMS_TABLE',
  'IDEMPOTENCY_TABLE',
  'SERVICE_NAME',
  'METRICS_NAMESPACE',
]);
const log = lambdaLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = emfMetrics({
  namespace: settings.METRICS_NAMESPACE,
  service: settings.SERVICE_NAME,
  now: Date.now,
  writeLine,
});
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3 }), {
  marshallOptions: { removeUndefinedValues: true },
});
const items = itemsApi({ store: dynamoItemStore(client, settings.ITEMS_TABLE), now: () => new Date() });
const once = idempotentRequest(
  createIdempotency({
    store: dynamoIdempotencyStore(client, settings.IDEMPOTENCY_TABLE),
    scope: settings.SERVICE_NAME,
    now: Date.now,
    newOwner: randomUUID,
    leaseMs: 60_000,
  }),
  randomUUID,
);

export const handler = httpApi(log, async (event: APIGatewayProxyEventV2) => {
  const id = event.pathParameters?.id ?? '';
  const ifMatch = event.headers['if-match'];
  switch (event.routeKey) {
    case 'POST /items': {
      const body = jsonBody(event);
      return once(event.headers['idempotency-key'], body, async (newId) => {
        const item = await items.create(newId, body);
        metrics.add('ItemsCreated', 1, 'Count');
        return json(201, item, { location: `/items/${item.id}`, etag: entityTag(item) });
      });
    }
    case 'GET /items': {
      const { limit, nextToken } = event.queryStringParameters ?? {};
      return json(200, await items.list({ limit, nextToken }));
    }
    case 'GET /items/{id}': {
      const item = await items.get(id);
      return json(200, item, { etag: entityTag(item) });
    }
    case 'PUT /items/{id}': {
      const item = await items.replace(id, jsonBody(event), ifMatch);
      return json(200, item, { etag: entityTag(item) });
    }
    case 'DELETE /items/{id}':
      await items.remove(id, ifMatch);
      return noContent();
    default:
      throw new Problem(404, 'Not Found', { detail: `There is no route ${event.routeKey}.` });
  }
});
