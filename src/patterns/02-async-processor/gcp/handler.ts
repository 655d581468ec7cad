import { createHash, randomUUID } from 'node:crypto';
import { http } from '@google-cloud/functions-framework';
import { PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import { cloudLogger, httpFunction, jsonBody } from '../../../middleware/gcp/http.ts';
import { pubSubPush } from '../../../middleware/gcp/pubsub.ts';
import { pubSubDeadLetter } from '../../../middleware/gcp/pubsub-dead-letter.ts';
import { pubSubAttributes } from '../../../middleware/gcp/pubsub-message.ts';
import { json } from '../../../middleware/http/answer.ts';
import { idOfRequest } from '../../../middleware/http/idempotent-request.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { currentCorrelation } from '../../../middleware/tracing/correlation.ts';
import { acceptanceOf, jobOf, statementWorker } from '../core.ts';
import { bucketStatementStore } from './statement-store.ts';

const settings = requireSettings(process.env, [
  'DEAD_LETTER_TOPIC',
  'JOBS_TOPIC',
  'MAX_DELIVERIES',
  'RESULTS_BUCKET',
  'SERVICE_NAME',
]);
const log = cloudLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const pubsub = new PubSub();
// Each message is published at once: a caller waits for the answer, a message for its acknowledgement.
const atOnce = { batching: { maxMessages: 1 } };
const jobs = pubsub.topic(settings.JOBS_TOPIC, atOnce);
const worker = statementWorker({
  store: bucketStatementStore(new Storage().bucket(settings.RESULTS_BUCKET)),
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
});

// Takes a job and answers at once.
http(
  'submitJob',
  httpFunction(log, async (request) => {
    if (request.method !== 'POST' || request.path !== '/jobs')
      throw new Problem(404, 'Not Found', {
        detail: `There is no route ${request.method} ${request.path.slice(0, 200)}.`,
      });
    const job = jobOf(idOfRequest(request.get('idempotency-key'), randomUUID), jsonBody(request));
    await jobs.publishMessage({ data: Buffer.from(JSON.stringify(job)), attributes: pubSubAttributes() });
    metrics.add('JobsAccepted', 1, 'Count');
    return json(202, acceptanceOf(job, currentCorrelation()?.correlationId));
  }),
);

// Does one job that Pub/Sub pushes.
http(
  'doJob',
  pubSubPush(log, {
    async handle({ body }) {
      const outcome = await worker.work(body);
      metrics.add(outcome === 'done' ? 'JobsDone' : 'DuplicatesSkipped', 1, 'Count');
    },
    deadLetter: pubSubDeadLetter(pubsub.topic(settings.DEAD_LETTER_TOPIC, atOnce)),
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
  }),
);
