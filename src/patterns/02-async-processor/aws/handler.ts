import { createHash, randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { emfMetrics } from '../../../middleware/aws/emf-metrics.ts';
import { httpApi, jsonBody } from '../../../middleware/aws/http-api.ts';
import { lambdaLogger, writeLine } from '../../../middleware/aws/lambda-logger.ts';
import { sqsBatch } from '../../../middleware/aws/sqs-batch.ts';
import { sqsDeadLetter } from '../../../middleware/aws/sqs-dead-letter.ts';
import { sqsAttributes } from '../../../middleware/aws/sqs-message.ts';
import { json } from '../../../middleware/http/answer.ts';
import { idOfRequest } from '../../../middleware/http/idempotent-request.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { currentCorrelation } from '../../../middleware/tracing/correlation.ts';
import { acceptanceOf, jobOf, statementWorker } from '../core.ts';
import { s3StatementStore } from './statement-store.ts';

const settings = requireSettings(process.env, [
  'DEAD_LETTER_QUEUE_URL',
  'JOBS_QUEUE_URL',
  'MAX_DELIVERIES',
  'METRICS_NAMESPACE',
  'RESULTS_BUCKET',
  'SERVICE_NAME',
]);
const log = lambdaLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = emfMetrics({
  namespace: settings.METRICS_NAMESPACE,
  service: settings.SERVICE_NAME,
  now: Date.now,
  writeLine,
});
const sqs = new SQSClient({ maxAttempts: 3 });
const worker = statementWorker({
  store: s3StatementStore(new S3Client({ maxAttempts: 3 }), settings.RESULTS_BUCKET),
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
});

/** Takes a job and answers at once. */
export const submit = httpApi(log, async (event: APIGatewayProxyEventV2) => {
  if (event.routeKey !== 'POST /jobs')
    throw new Problem(404, 'Not Found', { detail: `There is no route ${event.routeKey}.` });
  const job = jobOf(idOfRequest(event.headers['idempotency-key'], randomUUID), jsonBody(event));
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: settings.JOBS_QUEUE_URL,
      MessageBody: JSON.stringify(job),
      ...sqsAttributes(),
    }),
  );
  metrics.add('JobsAccepted', 1, 'Count');
  return json(202, acceptanceOf(job, currentCorrelation()?.correlationId));
});

/** Does the jobs of the queue. */
export const work = sqsBatch(log, {
  async handle({ body }) {
    const outcome = await worker.work(body);
    metrics.add(outcome === 'done' ? 'JobsDone' : 'DuplicatesSkipped', 1, 'Count');
  },
  deadLetter: sqsDeadLetter(sqs, settings.DEAD_LETTER_QUEUE_URL),
  maximumDeliveries: Number(settings.MAX_DELIVERIES),
});
