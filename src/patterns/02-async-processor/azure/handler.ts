import { createHash, randomUUID } from 'node:crypto';
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { functionsLogger, httpHandler, jsonBody } from '../../../middleware/azure/http.ts';
import { serviceBusOne } from '../../../middleware/azure/service-bus.ts';
import { serviceBusDeadLetter } from '../../../middleware/azure/service-bus-dead-letter.ts';
import { serviceBusProperties } from '../../../middleware/azure/service-bus-message.ts';
import { serviceBusRetryLater } from '../../../middleware/azure/service-bus-retry.ts';
import { json } from '../../../middleware/http/answer.ts';
import { idOfRequest } from '../../../middleware/http/idempotent-request.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { currentCorrelation } from '../../../middleware/tracing/correlation.ts';
import { acceptanceOf, jobOf, statementWorker } from '../core.ts';
import { blobStatementStore } from './statement-store.ts';

const settings = requireSettings(process.env, [
  'AZURE_CLIENT_ID',
  'BLOB_ENDPOINT',
  'DEAD_LETTER_QUEUE',
  'JOBS_QUEUE',
  'MAX_DELIVERIES',
  'RESULTS_CONTAINER',
  'SERVICE_BUS__fullyQualifiedNamespace',
  'SERVICE_NAME',
]);
const log = functionsLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID });
const serviceBus = new ServiceBusClient(settings.SERVICE_BUS__fullyQualifiedNamespace, credential);
const jobs = serviceBus.createSender(settings.JOBS_QUEUE);
const blobs = new BlobServiceClient(settings.BLOB_ENDPOINT, credential);
const worker = statementWorker({
  store: blobStatementStore(blobs.getContainerClient(settings.RESULTS_CONTAINER)),
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
});

// Takes a job and answers at once.
app.http('submitJob', {
  methods: ['POST'],
  route: 'jobs',
  authLevel: 'anonymous',
  handler: httpHandler(log, async (request) => {
    const id = idOfRequest(request.headers.get('idempotency-key'), randomUUID);
    const job = jobOf(id, await jsonBody(request));
    await jobs.sendMessages({
      body: Buffer.from(JSON.stringify(job)),
      contentType: 'application/json',
      ...serviceBusProperties(),
    });
    metrics.add('JobsAccepted', 1, 'Count');
    return json(202, acceptanceOf(job, currentCorrelation()?.correlationId));
  }),
});

// Does the jobs of the queue.
app.serviceBusQueue('doJob', {
  connection: 'SERVICE_BUS',
  queueName: '%JOBS_QUEUE%',
  handler: serviceBusOne(log, {
    async handle({ body }) {
      const outcome = await worker.work(body);
      metrics.add(outcome === 'done' ? 'JobsDone' : 'DuplicatesSkipped', 1, 'Count');
    },
    deadLetter: serviceBusDeadLetter(serviceBus.createSender(settings.DEAD_LETTER_QUEUE)),
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
    retryLater: serviceBusRetryLater(jobs, { now: Date.now, random: Math.random }),
  }),
});
