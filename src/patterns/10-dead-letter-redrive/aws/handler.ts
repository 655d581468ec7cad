import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { emfMetrics } from '../../../middleware/aws/emf-metrics.ts';
import { lambdaLogger, writeLine } from '../../../middleware/aws/lambda-logger.ts';
import { sqsBatch } from '../../../middleware/aws/sqs-batch.ts';
import { sqsDeadLetter } from '../../../middleware/aws/sqs-dead-letter.ts';
import { parseBody } from '../../../middleware/messaging/message.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { orderConsumer } from '../orders.ts';
import { RedriveRequest, redriver } from '../redrive.ts';
import { sqsDeadLetterQueue } from './dead-letter-queue.ts';
import { dynamoAudit, dynamoOrderStore } from './order-store.ts';

// Both functions come from one package and have the same settings, but not the same permissions.
const settings = requireSettings(process.env, [
  'AUDIT_TABLE',
  'DEAD_LETTER_QUEUE_URL',
  'MAX_DELIVERIES',
  'MAX_REDRIVES',
  'METRICS_NAMESPACE',
  'ORDERS_TABLE',
  'QUEUE_URL',
  'REDRIVE_DEAD_LETTER_QUEUE_URL',
  'REDRIVE_TIMEOUT_SECONDS',
  'SERVICE_NAME',
]);
const log = lambdaLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = emfMetrics({
  namespace: settings.METRICS_NAMESPACE,
  service: settings.SERVICE_NAME,
  now: Date.now,
  writeLine,
});
const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3 }));
const sqs = new SQSClient({ maxAttempts: 3 });
const maximumDeliveries = Number(settings.MAX_DELIVERIES);

const acceptOrder = orderConsumer({
  store: dynamoOrderStore(documents, settings.ORDERS_TABLE),
  now: () => new Date(),
});
const redrive = redriver({
  queue: sqsDeadLetterQueue(sqs, {
    deadLetterUrl: settings.DEAD_LETTER_QUEUE_URL,
    sourceUrl: settings.QUEUE_URL,
    hiddenSeconds: Number(settings.REDRIVE_TIMEOUT_SECONDS),
  }),
  audit: dynamoAudit(documents, settings.AUDIT_TABLE),
  now: () => new Date(),
  maximumRedrives: Number(settings.MAX_REDRIVES),
});

/** Takes orders from their queue. */
export const consume = sqsBatch(log, {
  async handle(message) {
    const outcome = await acceptOrder(message);
    metrics.add(outcome === 'accepted' ? 'OrdersAccepted' : 'DuplicatesSkipped', 1, 'Count');
  },
  deadLetter: sqsDeadLetter(sqs, settings.DEAD_LETTER_QUEUE_URL),
  maximumDeliveries,
});

/** Takes redrive requests of operators from their queue. */
export const redriveDeadLetters = sqsBatch(log, {
  async handle({ body }) {
    const request = parseBody(RedriveRequest, body);
    const { redriven, kept } = await redrive(request);
    log.info('redrive', { redrive: request.id, operator: request.operator, redriven, kept });
    metrics.add('DeadLettersRedriven', redriven, 'Count');
  },
  deadLetter: sqsDeadLetter(sqs, settings.REDRIVE_DEAD_LETTER_QUEUE_URL),
  maximumDeliveries,
});
