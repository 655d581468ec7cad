import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Firestore } from '@google-cloud/firestore';
import { http } from '@google-cloud/functions-framework';
import { PubSub } from '@google-cloud/pubsub';
import { cloudLogger, httpFunction, jsonBody } from '../../../middleware/gcp/http.ts';
import { pubSubPush } from '../../../middleware/gcp/pubsub.ts';
import { pubSubDeadLetter } from '../../../middleware/gcp/pubsub-dead-letter.ts';
import { pubSubAttributes } from '../../../middleware/gcp/pubsub-message.ts';
import { json } from '../../../middleware/http/answer.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import type { Branch } from '../branches.ts';
import { Conflict, fanOut, type OrderCompleted } from '../core.ts';
import type { OrderPlaced } from '../order.ts';
import { firestoreJoinStore } from './join-store.ts';

const settings = requireSettings(process.env, [
  'COMPLETED_TOPIC',
  'DEADLINE_SECONDS',
  'FIRESTORE_DATABASE',
  'INVENTORY_DEAD_LETTER_TOPIC',
  'INVOICE_DEAD_LETTER_TOPIC',
  'NOTIFICATION_DEAD_LETTER_TOPIC',
  'ORDERS_COLLECTION',
  'ORDERS_TOPIC',
  'RECORD_RETENTION_DAYS',
  'SERVICE_NAME',
]);
const log = cloudLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const database = new Firestore({ databaseId: settings.FIRESTORE_DATABASE });
const pubSub = new PubSub();
// Each message is published at once, because a request or another message waits for it.
const topic = (name: string) => pubSub.topic(name, { batching: { maxMessages: 1 } });
const ordersTopic = topic(settings.ORDERS_TOPIC);
const completedTopic = topic(settings.COMPLETED_TOPIC);
const orders = fanOut({
  store: firestoreJoinStore(database, database.collection(settings.ORDERS_COLLECTION)),
  now: Date.now,
  newId: randomUUID,
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
  retry: createRetry({
    now: Date.now,
    random: Math.random,
    sleep,
    isTransient: (error) => error instanceof Conflict,
    maximumAttempts: 8,
    maximumMs: 500,
  }),
  deadlineMs: Number(settings.DEADLINE_SECONDS) * 1000,
  recordRetentionMs: Number(settings.RECORD_RETENTION_DAYS) * 86_400_000,
});

async function publish(event: OrderPlaced, attributes: Record<string, string>): Promise<void> {
  await ordersTopic.publishMessage({ json: event, attributes: pubSubAttributes(attributes) });
}

async function announce(completed: OrderCompleted): Promise<void> {
  await completedTopic.publishMessage({ json: completed, attributes: pubSubAttributes() });
}

http(
  'api',
  httpFunction(log, async (request) => {
    const [, collection, id, ...rest] = request.path.split('/');
    if (collection !== 'orders' || rest.length > 0) throw notFound(request.path);
    switch (`${request.method} ${id ? '/orders/{id}' : '/orders'}`) {
      case 'POST /orders': {
        const key = request.get('idempotency-key');
        const placed = await orders.place(key, jsonBody(request), publish);
        const status = `/orders/${placed.id}`;
        return json(
          202,
          { id: placed.id, status },
          { location: status, ...(placed.replayed && { 'idempotent-replayed': 'true' }) },
        );
      }
      case 'GET /orders/{id}':
        return json(200, await orders.status(id ?? ''), { 'cache-control': 'no-store' });
      default:
        throw notFound(`${request.method} ${request.path}`);
    }
  }),
);

function notFound(what: string): Problem {
  return new Problem(404, 'Not Found', { detail: `There is no route ${what.slice(0, 200)}.` });
}

function branch(name: Branch, deadLetterTopic: string): void {
  http(
    name,
    pubSubPush(log, {
      async handle({ body }) {
        const { kind, isLate, completed } = await orders.report(name, body, announce);
        if (kind === 'recorded') metrics.add(isLate ? 'LateResults' : 'Results', 1, 'Count');
        if (completed) metrics.add('OrdersCompleted', 1, 'Count');
      },
      deadLetter: pubSubDeadLetter(topic(deadLetterTopic)),
    }),
  );
}

branch('inventory', settings.INVENTORY_DEAD_LETTER_TOPIC);
branch('invoice', settings.INVOICE_DEAD_LETTER_TOPIC);
branch('notification', settings.NOTIFICATION_DEAD_LETTER_TOPIC);
