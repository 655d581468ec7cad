import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { emfMetrics } from '../../../middleware/aws/emf-metrics.ts';
import { lambdaLogger, writeLine } from '../../../middleware/aws/lambda-logger.ts';
import { sqsBatch } from '../../../middleware/aws/sqs-batch.ts';
import { sqsDeadLetter } from '../../../middleware/aws/sqs-dead-letter.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { Conflict, ledgerConsumer } from '../core.ts';
import { dynamoLedgerStore } from './ledger-store.ts';

const settings = requireSettings(process.env, [
  'ACCOUNTS_TABLE',
  'DEAD_LETTER_QUEUE_URL',
  'INBOX_RETENTION_DAYS',
  'INBOX_TABLE',
  'MAX_DELIVERIES',
  'METRICS_NAMESPACE',
  'SERVICE_NAME',
]);
const log = lambdaLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = emfMetrics({
  namespace: settings.METRICS_NAMESPACE,
  service: settings.SERVICE_NAME,
  now: Date.now,
  writeLine,
});
const ledger = ledgerConsumer({
  store: dynamoLedgerStore(DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3 })), {
    accounts: settings.ACCOUNTS_TABLE,
    inbox: settings.INBOX_TABLE,
  }),
  now: Date.now,
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
  retry: createRetry({
    now: Date.now,
    random: Math.random,
    sleep,
    isTransient: (error) => error instanceof Conflict,
    maximumAttempts: 8,
    maximumMs: 500,
  }),
  markRetentionMs: Number(settings.INBOX_RETENTION_DAYS) * 86_400_000,
});

export const handler = sqsBatch(log, {
  async handle({ body }) {
    const outcome = await ledger.consume(body);
    metrics.add(outcome === 'applied' ? 'TransfersBooked' : 'DuplicatesSkipped', 1, 'Count');
  },
  deadLetter: sqsDeadLetter(new SQSClient({ maxAttempts: 3 }), settings.DEAD_LETTER_QUEUE_URL),
  maximumDeliveries: Number(settings.MAX_DELIVERIES),
});
