import { setTimeout as sleep } from 'node:timers/promises';
import { CosmosClient } from '@azure/cosmos';
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import * as z from 'zod';
import { functionsLogger } from '../../../middleware/azure/http.ts';
import { serviceBusOne } from '../../../middleware/azure/service-bus.ts';
import { serviceBusDeadLetter } from '../../../middleware/azure/service-bus-dead-letter.ts';
import { parseBody } from '../../../middleware/messaging/message.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { csvIndexer } from '../core.ts';
import { blobObjectSource } from './blob-object-source.ts';
import { Conflict, cosmosRowIndex } from './row-index.ts';

/** https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage; the URL is encoded, the subject is not. */
const BlobCreated = z.object({
  subject: z.string().regex(/^\/blobServices\/default\/containers\/[^/]+\/blobs\/./),
  data: z.object({ eTag: z.string(), sequencer: z.string() }),
});

/** What one window of rows may take, and the record after it. */
const reserveMs = 15_000;

const settings = requireSettings(process.env, [
  'AZURE_CLIENT_ID',
  'BLOB_ENDPOINT',
  'COSMOS_DATABASE',
  'COSMOS_ENDPOINT',
  'DEAD_LETTER_QUEUE',
  'FILES_CONTAINER',
  'MAX_DELIVERIES',
  'MAX_OBJECT_MB',
  'OBJECTS_QUEUE',
  'SERVICE_BUS__fullyQualifiedNamespace',
  'SERVICE_NAME',
  'TIMEOUT_SECONDS',
  'UPLOADS_CONTAINER',
]);
const log = functionsLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID });
const cosmos = new CosmosClient({
  endpoint: settings.COSMOS_ENDPOINT,
  aadCredentials: credential,
  // A file has more rows than a container takes in a second: the client waits as long as the container asks for, instead
  // of the 9 times after which it gives up by default.
  connectionPolicy: {
    retryOptions: {
      maxRetryAttemptCount: 200,
      fixedRetryIntervalInMilliseconds: 0,
      maxWaitTimeInSeconds: 60,
    },
  },
});
const serviceBus = new ServiceBusClient(settings.SERVICE_BUS__fullyQualifiedNamespace, credential);
const uploads = new BlobServiceClient(settings.BLOB_ENDPOINT, credential).getContainerClient(
  settings.UPLOADS_CONTAINER,
);
const indexer = csvIndexer({
  source: blobObjectSource(uploads),
  index: cosmosRowIndex(
    cosmos.database(settings.COSMOS_DATABASE).container(settings.FILES_CONTAINER),
    createRetry({
      now: Date.now,
      random: Math.random,
      sleep,
      isTransient: (error) => error instanceof Conflict,
      maximumMs: 500,
    }),
  ),
  now: Date.now,
  maximumBytes: Number(settings.MAX_OBJECT_MB) * 1_000_000,
});
const timeoutMs = Number(settings.TIMEOUT_SECONDS) * 1000;
const outcomes = { indexed: 'ObjectsIndexed', duplicate: 'DuplicatesSkipped', gone: 'ObjectsGone' } as const;

app.serviceBusQueue('indexFile', {
  connection: 'SERVICE_BUS',
  queueName: '%OBJECTS_QUEUE%',
  handler: serviceBusOne(log, {
    async handle({ body }) {
      const deadlineMs = Date.now() + timeoutMs - reserveMs;
      const { subject, data } = parseBody(BlobCreated, body);
      const key = subject.replace(/^.*?\/blobs\//, '');
      const upload = { key, version: data.eTag.replaceAll('"', ''), order: data.sequencer };
      const outcome = await indexer.process(upload, () => Date.now() < deadlineMs);
      log.info('object processed', { key, version: upload.version, outcome });
      metrics.add(outcomes[outcome], 1, 'Count');
    },
    deadLetter: serviceBusDeadLetter(serviceBus.createSender(settings.DEAD_LETTER_QUEUE)),
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
  }),
});
