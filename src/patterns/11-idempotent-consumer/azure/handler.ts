import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CosmosClient } from '@azure/cosmos';
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { functionsLogger } from '../../../middleware/azure/http.ts';
import { serviceBusOne } from '../../../middleware/azure/service-bus.ts';
import { serviceBusDeadLetter } from '../../../middleware/azure/service-bus-dead-letter.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { Conflict, ledgerConsumer } from '../core.ts';
import { cosmosLedgerStore } from './ledger-store.ts';

const settings = requireSettings(process.env, [
  'AZURE_CLIENT_ID',
  'COSMOS_DATABASE',
  'COSMOS_ENDPOINT',
  'DEAD_LETTER_QUEUE',
  'INBOX_RETENTION_DAYS',
  'LEDGER_CONTAINER',
  'MAX_DELIVERIES',
  'SERVICE_BUS__fullyQualifiedNamespace',
  'SERVICE_NAME',
  'TRANSFERS_QUEUE',
]);
const log = functionsLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID });
const cosmos = new CosmosClient({ endpoint: settings.COSMOS_ENDPOINT, aadCredentials: credential });
const serviceBus = new ServiceBusClient(settings.SERVICE_BUS__fullyQualifiedNamespace, credential);
const ledger = ledgerConsumer({
  store: cosmosLedgerStore(cosmos.database(settings.COSMOS_DATABASE).container(settings.LEDGER_CONTAINER)),
  now: Date.now,
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
  retry: createRetry({
    now: Date.now,
    random: Math.random,
    sleep,
    isTransient: (error) => error instanceof Conflict,
    maximumAttempts: 12,
    maximumMs: 500,
  }),
  markRetentionMs: Number(settings.INBOX_RETENTION_DAYS) * 86_400_000,
});

app.serviceBusQueue('bookTransfer', {
  connection: 'SERVICE_BUS',
  queueName: '%TRANSFERS_QUEUE%',
  handler: serviceBusOne(log, {
    async handle({ body }) {
      const outcome = await ledger.consume(body);
      metrics.add(outcome === 'applied' ? 'TransfersBooked' : 'DuplicatesSkipped', 1, 'Count');
    },
    deadLetter: serviceBusDeadLetter(serviceBus.createSender(settings.DEAD_LETTER_QUEUE)),
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
  }),
});
