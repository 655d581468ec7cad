import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CosmosClient } from '@azure/cosmos';
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { functionsLogger, httpHandler, jsonBody } from '../../../middleware/azure/http.ts';
import { serviceBusOne } from '../../../middleware/azure/service-bus.ts';
import { serviceBusDeadLetter } from '../../../middleware/azure/service-bus-dead-letter.ts';
import { serviceBusProperties } from '../../../middleware/azure/service-bus-message.ts';
import { json } from '../../../middleware/http/answer.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import type { Branch } from '../branches.ts';
import { Conflict, fanOut, type OrderCompleted } from '../core.ts';
import type { OrderPlaced } from '../order.ts';
import { cosmosJoinStore } from './join-store.ts';

const settings = requireSettings(process.env, [
  'AZURE_CLIENT_ID',
  'COMPLETED_QUEUE',
  'COSMOS_DATABASE',
  'COSMOS_ENDPOINT',
  'DEADLINE_SECONDS',
  'INVENTORY_DEAD_LETTER_QUEUE',
  'INVOICE_DEAD_LETTER_QUEUE',
  'MAX_DELIVERIES',
  'NOTIFICATION_DEAD_LETTER_QUEUE',
  'ORDERS_CONTAINER',
  'ORDERS_TOPIC',
  'RECORD_RETENTION_DAYS',
  'SERVICE_BUS__fullyQualifiedNamespace',
  'SERVICE_NAME',
]);
const log = functionsLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID });
const cosmos = new CosmosClient({ endpoint: settings.COSMOS_ENDPOINT, aadCredentials: credential });
const serviceBus = new ServiceBusClient(settings.SERVICE_BUS__fullyQualifiedNamespace, credential);
const topic = serviceBus.createSender(settings.ORDERS_TOPIC);
const completedQueue = serviceBus.createSender(settings.COMPLETED_QUEUE);
const orders = fanOut({
  store: cosmosJoinStore(cosmos.database(settings.COSMOS_DATABASE).container(settings.ORDERS_CONTAINER)),
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
  const { applicationProperties, ...correlation } = serviceBusProperties();
  await topic.sendMessages({
    body: Buffer.from(JSON.stringify(event)),
    contentType: 'application/json',
    ...correlation,
    applicationProperties: { ...applicationProperties, ...attributes },
  });
}

async function announce(completed: OrderCompleted): Promise<void> {
  await completedQueue.sendMessages({
    body: Buffer.from(JSON.stringify(completed)),
    contentType: 'application/json',
    messageId: completed.id,
    ...serviceBusProperties(),
  });
}

app.http('placeOrder', {
  methods: ['POST'],
  route: 'orders',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) => {
    const key = request.headers.get('idempotency-key') ?? undefined;
    const { id, replayed } = await orders.place(key, await jsonBody(request), publish);
    const status = `/orders/${id}`;
    return json(
      202,
      { id, status },
      { location: status, ...(replayed && { 'idempotent-replayed': 'true' }) },
    );
  }),
});

app.http('getOrder', {
  methods: ['GET'],
  route: 'orders/{id}',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) =>
    json(200, await orders.status(request.params.id ?? ''), { 'cache-control': 'no-store' }),
  ),
});

function branch(name: Branch, deadLetterQueue: string): void {
  app.serviceBusTopic(name, {
    connection: 'SERVICE_BUS',
    topicName: '%ORDERS_TOPIC%',
    subscriptionName: name,
    handler: serviceBusOne(log, {
      async handle({ body }) {
        const { kind, isLate, completed } = await orders.report(name, body, announce);
        if (kind === 'recorded') metrics.add(isLate ? 'LateResults' : 'Results', 1, 'Count');
        if (completed) metrics.add('OrdersCompleted', 1, 'Count');
      },
      deadLetter: serviceBusDeadLetter(serviceBus.createSender(deadLetterQueue)),
      maximumDeliveries: Number(settings.MAX_DELIVERIES),
    }),
  });
}

branch('inventory', settings.INVENTORY_DEAD_LETTER_QUEUE);
branch('invoice', settings.INVOICE_DEAD_LETTER_QUEUE);
branch('notification', settings.NOTIFICATION_DEAD_LETTER_QUEUE);
