import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { emfMetrics } from '../../../middleware/aws/emf-metrics.ts';
import { lambdaLogger, writeLine } from '../../../middleware/aws/lambda-logger.ts';
import { sqsBatch } from '../../../middleware/aws/sqs-batch.ts';
import { sqsDeadLetter } from '../../../middleware/aws/sqs-dead-letter.ts';
import { parseBody } from '../../../middleware/messaging/message.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { csvIndexer } from '../core.ts';
import { dynamoRowIndex, Unprocessed } from './row-index.ts';
import { s3ObjectSource } from './s3-object-source.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; the key is not encoded. */
const ObjectCreated = z.object({
  detail: z.object({
    object: z.object({
      key: z.string(),
      sequencer: z.string(),
      'version-id': z.string(),
    }),
  }),
});

/** What one window of rows may take, and the record after it. */
const reserveMs = 15_000;

const settings = requireSettings(process.env, [
  'BUCKET',
  'DEAD_LETTER_QUEUE_URL',
  'MAX_DELIVERIES',
  'MAX_OBJECT_MB',
  'METRICS_NAMESPACE',
  'SERVICE_NAME',
  'TABLE',
]);
const log = lambdaLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = emfMetrics({
  namespace: settings.METRICS_NAMESPACE,
  service: settings.SERVICE_NAME,
  now: Date.now,
  writeLine,
});
const retry = createRetry({
  now: Date.now,
  random: Math.random,
  sleep,
  isTransient: (error) => error instanceof Unprocessed,
  maximumAttempts: 8,
  maximumMs: 5000,
});
const indexer = csvIndexer({
  source: s3ObjectSource(new S3Client({ maxAttempts: 3 }), settings.BUCKET),
  index: dynamoRowIndex(
    DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 5 })),
    settings.TABLE,
    retry,
  ),
  now: Date.now,
  maximumBytes: Number(settings.MAX_OBJECT_MB) * 1_000_000,
});
const deadLetter = sqsDeadLetter(new SQSClient({ maxAttempts: 3 }), settings.DEAD_LETTER_QUEUE_URL);
const outcomes = { indexed: 'ObjectsIndexed', duplicate: 'DuplicatesSkipped', gone: 'ObjectsGone' } as const;

export const handler = (event: SQSEvent, context: Context) =>
  sqsBatch(log, {
    async handle({ body }) {
      const { key, sequencer, 'version-id': version } = parseBody(ObjectCreated, body).detail.object;
      // Sequencers of unequal length are compared after the shorter one was filled up with zeros on the right.
      const upload = { key, version, order: sequencer.padEnd(32, '0') };
      const outcome = await indexer.process(upload, () => context.getRemainingTimeInMillis() > reserveMs);
      log.info('object processed', { key, version, outcome });
      metrics.add(outcomes[outcome], 1, 'Count');
    },
    deadLetter,
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
  })(event, context);
