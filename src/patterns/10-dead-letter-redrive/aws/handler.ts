import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithIAMAuthorizer, Context } from 'aws-lambda';
import { emfMetrics } from '../../../middleware/aws/emf-metrics.ts';
import { httpApi, jsonBody } from '../../../middleware/aws/http-api.ts';
import { lambdaLogger, writeLine } from '../../../middleware/aws/lambda-logger.ts';
import { sqsBatch } from '../../../middleware/aws/sqs-batch.ts';
import { sqsDeadLetter } from '../../../middleware/aws/sqs-dead-letter.ts';
import { json } from '../../../middleware/http/answer.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { triage } from '../core.ts';
import { shipmentMessage, shipping } from '../shipment.ts';
import { dynamoAuditTrail } from './audit-trail.ts';
import { sqsDeadLetterQueue } from './dead-letter-queue.ts';
import { dynamoShipmentStore } from './shipment-store.ts';

const settings = requireSettings(process.env, [
  'AUDIT_TABLE',
  'DEAD_LETTER_QUEUE_URL',
  'DEAD_LETTER_RETENTION_DAYS',
  'MAX_DELIVERIES',
  'MAX_RATE_PER_SECOND',
  'MAX_REDRIVES',
  'METRICS_NAMESPACE',
  'QUEUE_URL',
  'SERVICE_NAME',
  'SHIPMENTS_TABLE',
  'SKUS',
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

const shipments = shipping({
  store: dynamoShipmentStore(documents, settings.SHIPMENTS_TABLE),
  skus: settings.SKUS.split(','),
  now: Date.now,
});

/** Takes orders from the queue. */
export const work = sqsBatch(log, {
  async handle(message) {
    const outcome = await shipments.consume(shipmentMessage(message));
    if (outcome === 'shipped') metrics.add('OrdersShipped', 1, 'Count');
  },
  deadLetter: sqsDeadLetter(sqs, settings.DEAD_LETTER_QUEUE_URL),
  maximumDeliveries: Number(settings.MAX_DELIVERIES),
});

/** What a redrive may take: API Gateway waits for 30 s, and an answer has to be written. */
const mostMs = 25_000;
const reserveMs = 3000;

const deadLetters = triage({
  queue: sqsDeadLetterQueue(
    sqs,
    { deadLetterQueue: settings.DEAD_LETTER_QUEUE_URL, queue: settings.QUEUE_URL },
    // Longer than a redrive takes, so that what it holds does not come to it a second time.
    60,
  ),
  audit: dynamoAuditTrail(documents, settings.AUDIT_TABLE),
  now: Date.now,
  newId: randomUUID,
  sleep,
  maximumRedrives: Number(settings.MAX_REDRIVES),
  maximumRatePerSecond: Number(settings.MAX_RATE_PER_SECOND),
  deadLetterRetentionDays: Number(settings.DEAD_LETTER_RETENTION_DAYS),
});

/** Lets the runbook's owner look at dead letters and send them back. */
export const runbook = (event: APIGatewayProxyEventV2, context: Context) =>
  httpApi(log, async () => {
    switch (event.routeKey) {
      case 'GET /dead-letters':
        return json(200, await deadLetters.list());
      case 'POST /redrive': {
        const timeMs = Math.min(mostMs, context.getRemainingTimeInMillis() - reserveMs);
        return json(200, await deadLetters.redrive(jsonBody(event), callerOf(event), timeMs));
      }
      default:
        throw new Problem(404, 'Not Found');
    }
  })(event, context);

/** The user or role session that has signed the request. */
function callerOf(event: APIGatewayProxyEventV2): string {
  const { authorizer } = (event as APIGatewayProxyEventV2WithIAMAuthorizer).requestContext;
  return authorizer.iam.userArn;
}
