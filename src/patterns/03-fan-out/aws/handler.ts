import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { emfMetrics } from '../../../middleware/aws/emf-metrics.ts';
import { httpApi, jsonBody } from '../../../middleware/aws/http-api.ts';
import { lambdaLogger, writeLine } from '../../../middleware/aws/lambda-logger.ts';
import { sqsBatch } from '../../../middleware/aws/sqs-batch.ts';
import { sqsDeadLetter } from '../../../middleware/aws/sqs-dead-letter.ts';
import { sqsAttributes, textAttributes } from '../../../middleware/aws/sqs-message.ts';
import { json } from '../../../middleware/http/answer.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { carriedAttributes } from '../../../middleware/tracing/correlation.ts';
import type { Branch } from '../branches.ts';
import { Conflict, fanOut, type OrderCompleted } from '../core.ts';
import type { OrderPlaced } from '../order.ts';
import { dynamoJoinStore } from './join-store.ts';

const settings = requireSettings(process.env, [
  'COMPLETED_QUEUE_URL',
  'DEADLINE_SECONDS',
  'INVENTORY_DEAD_LETTER_QUEUE_URL',
  'INVOICE_DEAD_LETTER_QUEUE_URL',
  'MAX_DELIVERIES',
  'METRICS_NAMESPACE',
  'NOTIFICATION_DEAD_LETTER_QUEUE_URL',
  'ORDERS_TABLE',
  'RECORD_RETENTION_DAYS',
  'SERVICE_NAME',
  'TOPIC_ARN',
]);
const log = lambdaLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = emfMetrics({
  namespace: settings.METRICS_NAMESPACE,
  service: settings.SERVICE_NAME,
  now: Date.now,
  writeLine,
});
const sns = new SNSClient({ maxAttempts: 3 });
const sqs = new SQSClient({ maxAttempts: 3 });
const orders = fanOut({
  store: dynamoJoinStore(
    DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3 })),
    settings.ORDERS_TABLE,
  ),
  now: Date.now,
  newId: randomUUID,
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
  retry: createRetry({
    now: Date.now,
    random: Math.random,
    sleep,
    isTransient: (error) => error instanceof Conflict,
    maximumAttempts: 8,
    maximumMs: 500,
  }),
  deadlineMs: Number(settings.DEADLINE_SECONDS) * 1000,
  recordRetentionMs: Number(settings.RECORD_RETENTION_DAYS) * 86_400_000,
});

async function publish(event: OrderPlaced, attributes: Record<string, string>): Promise<void> {
  await sns.send(
    new PublishCommand({
      TopicArn: settings.TOPIC_ARN,
      Message: JSON.stringify(event),
      MessageAttributes: textAttributes({ ...carriedAttributes(), ...attributes }),
    }),
  );
}

async function announce(completed: OrderCompleted): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: settings.COMPLETED_QUEUE_URL,
      MessageBody: JSON.stringify(completed),
      ...sqsAttributes(),
    }),
  );
}

export const api = httpApi(log, async (event: APIGatewayProxyEventV2) => {
  switch (event.routeKey) {
    case 'POST /orders': {
      const { id, replayed } = await orders.place(event.headers['idempotency-key'], jsonBody(event), publish);
      const status = `/orders/${id}`;
      return json(
        202,
        { id, status },
        { location: status, ...(replayed && { 'idempotent-replayed': 'true' }) },
      );
    }
    case 'GET /orders/{id}':
      return json(200, await orders.status(event.pathParameters?.id ?? ''), { 'cache-control': 'no-store' });
    default:
      throw new Problem(404, 'Not Found', { detail: `There is no route ${event.routeKey}.` });
  }
});

function branch(name: Branch, deadLetterQueueUrl: string) {
  return sqsBatch(log, {
    async handle({ body }) {
      const { kind, isLate, completed } = await orders.report(name, body, announce);
      if (kind === 'recorded') metrics.add(isLate ? 'LateResults' : 'Results', 1, 'Count');
      if (completed) metrics.add('OrdersCompleted', 1, 'Count');
    },
    deadLetter: sqsDeadLetter(sqs, deadLetterQueueUrl),
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
  });
}

export const inventory = branch('inventory', settings.INVENTORY_DEAD_LETTER_QUEUE_URL);
export const invoice = branch('invoice', settings.INVOICE_DEAD_LETTER_QUEUE_URL);
export const notification = branch('notification', settings.NOTIFICATION_DEAD_LETTER_QUEUE_URL);
