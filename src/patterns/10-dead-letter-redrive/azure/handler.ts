import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CosmosClient } from '@azure/cosmos';
import { app, type HttpRequest } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { functionsLogger, httpHandler, jsonBody } from '../../../middleware/azure/http.ts';
import { serviceBusOne } from '../../../middleware/azure/service-bus.ts';
import { serviceBusDeadLetter } from '../../../middleware/azure/service-bus-dead-letter.ts';
import { json } from '../../../middleware/http/answer.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { triage } from '../core.ts';
import { shipmentMessage, shipping } from '../shipment.ts';
import { cosmosAuditTrail } from './audit-trail.ts';
import { serviceBusDeadLetterQueue } from './dead-letter-queue.ts';
import { cosmosShipmentStore } from './shipment-store.ts';

const settings = requireSettings(process.env, [
  'AUDIT_CONTAINER',
  'AZURE_CLIENT_ID',
  'CALLERS_SIGN_IN',
  'COSMOS_DATABASE',
  'COSMOS_ENDPOINT',
  'DEAD_LETTER_QUEUE',
  'DEAD_LETTER_RETENTION_DAYS',
  'MAX_DELIVERIES',
  'MAX_RATE_PER_SECOND',
  'MAX_REDRIVES',
  'ORDERS_QUEUE',
  'SERVICE_BUS__fullyQualifiedNamespace',
  'SERVICE_NAME',
  'SHIPMENTS_CONTAINER',
  'SKUS',
  'TIMEOUT_SECONDS',
]);
const log = functionsLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID });
const cosmos = new CosmosClient({ endpoint: settings.COSMOS_ENDPOINT, aadCredentials: credential });
const database = cosmos.database(settings.COSMOS_DATABASE);
const connect = () => new ServiceBusClient(settings.SERVICE_BUS__fullyQualifiedNamespace, credential);

const shipments = shipping({
  store: cosmosShipmentStore(database.container(settings.SHIPMENTS_CONTAINER)),
  skus: settings.SKUS.split(','),
  now: Date.now,
});

app.serviceBusQueue('shipOrder', {
  connection: 'SERVICE_BUS',
  queueName: '%ORDERS_QUEUE%',
  handler: serviceBusOne(log, {
    async handle(message) {
      const outcome = await shipments.consume(shipmentMessage(message));
      if (outcome === 'shipped') metrics.add('OrdersShipped', 1, 'Count');
    },
    deadLetter: serviceBusDeadLetter(connect().createSender(settings.DEAD_LETTER_QUEUE)),
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
  }),
});

/** What a redrive may take of the host's time, and of the minute for which a lock lasts. */
const redriveMs = Math.min(45_000, Number(settings.TIMEOUT_SECONDS) * 1000 - 5000);

const audit = cosmosAuditTrail(database.container(settings.AUDIT_CONTAINER));

async function withDeadLetters<Result>(
  work: (deadLetters: ReturnType<typeof triage>) => Promise<Result>,
): Promise<Result> {
  const queue = serviceBusDeadLetterQueue(connect(), {
    deadLetterQueue: settings.DEAD_LETTER_QUEUE,
    queue: settings.ORDERS_QUEUE,
  });
  try {
    return await work(
      triage({
        queue,
        audit,
        now: Date.now,
        newId: randomUUID,
        sleep,
        maximumRedrives: Number(settings.MAX_REDRIVES),
        maximumRatePerSecond: Number(settings.MAX_RATE_PER_SECOND),
        deadLetterRetentionDays: Number(settings.DEAD_LETTER_RETENTION_DAYS),
      }),
    );
  } finally {
    await queue.close();
  }
}

app.http('listDeadLetters', {
  methods: ['GET'],
  route: 'dead-letters',
  authLevel: 'function',
  handler: httpHandler(log, () =>
    withDeadLetters(async (deadLetters) => json(200, await deadLetters.list())),
  ),
});

app.http('redrive', {
  methods: ['POST'],
  route: 'redrive',
  authLevel: 'function',
  handler: httpHandler(log, async (request) => {
    const input = await jsonBody(request);
    return withDeadLetters(async (deadLetters) =>
      json(200, await deadLetters.redrive(input, callerOf(request), redriveMs)),
    );
  }),
});

/** Who is signed in, where the platform makes callers do so: only then nobody else can have set the header. */
function callerOf(request: HttpRequest): string {
  if (settings.CALLERS_SIGN_IN !== 'true') return 'holder of a function key';
  const { headers } = request;
  return headers.get('x-ms-client-principal-name') ?? headers.get('x-ms-client-principal-id') ?? 'unknown';
}
