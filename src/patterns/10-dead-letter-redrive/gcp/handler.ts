import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Firestore } from '@google-cloud/firestore';
import { http, type Request } from '@google-cloud/functions-framework';
import { PubSub, v1 } from '@google-cloud/pubsub';
import { cloudLogger, httpFunction, jsonBody } from '../../../middleware/gcp/http.ts';
import { pubSubPush } from '../../../middleware/gcp/pubsub.ts';
import { pubSubDeadLetter } from '../../../middleware/gcp/pubsub-dead-letter.ts';
import { json } from '../../../middleware/http/answer.ts';
import { Problem } from '../../../middleware/http/problem.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { triage } from '../core.ts';
import { shipmentMessage, shipping } from '../shipment.ts';
import { firestoreAuditTrail } from './audit-trail.ts';
import { pubSubDeadLetterQueue } from './dead-letter-queue.ts';
import { firestoreShipmentStore } from './shipment-store.ts';

const settings = requireSettings(process.env, [
  'AUDIT_COLLECTION',
  'DEAD_LETTER_RETENTION_DAYS',
  'DEAD_LETTER_SUBSCRIPTION',
  'DEAD_LETTER_TOPIC',
  'FIRESTORE_DATABASE',
  'MAX_DELIVERIES',
  'MAX_RATE_PER_SECOND',
  'MAX_REDRIVES',
  'SERVICE_NAME',
  'SHIPMENTS_COLLECTION',
  'SKUS',
  'TIMEOUT_SECONDS',
  'TOPIC',
]);
const log = cloudLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const database = new Firestore({ databaseId: settings.FIRESTORE_DATABASE });

const shipments = shipping({
  store: firestoreShipmentStore(database.collection(settings.SHIPMENTS_COLLECTION)),
  skus: settings.SKUS.split(','),
  now: Date.now,
});

http(
  'work',
  pubSubPush(log, {
    async handle(message) {
      const outcome = await shipments.consume(shipmentMessage(message));
      if (outcome === 'shipped') metrics.add('OrdersShipped', 1, 'Count');
    },
    // Each dead letter is published at once, because the message that it was is acknowledged only afterwards.
    deadLetter: pubSubDeadLetter(
      new PubSub().topic(settings.DEAD_LETTER_TOPIC, { batching: { maxMessages: 1 } }),
    ),
    maximumDeliveries: Number(settings.MAX_DELIVERIES),
  }),
);

/** What a redrive may take of the request's time; an answer has to be written. */
const redriveMs = Number(settings.TIMEOUT_SECONDS) * 1000 - 5000;

const deadLetters = triage({
  queue: pubSubDeadLetterQueue(
    { subscriber: new v1.SubscriberClient(), publisher: new v1.PublisherClient() },
    { subscription: settings.DEAD_LETTER_SUBSCRIPTION, topic: settings.TOPIC },
    // Longer than a redrive takes, so that what it holds does not come to it a second time. Pub/Sub's most is 600.
    Math.min(600, Number(settings.TIMEOUT_SECONDS) + 30),
  ),
  audit: firestoreAuditTrail(database.collection(settings.AUDIT_COLLECTION)),
  now: Date.now,
  newId: randomUUID,
  sleep,
  maximumRedrives: Number(settings.MAX_REDRIVES),
  maximumRatePerSecond: Number(settings.MAX_RATE_PER_SECOND),
  deadLetterRetentionDays: Number(settings.DEAD_LETTER_RETENTION_DAYS),
});

http(
  'runbook',
  httpFunction(log, async (request) => {
    switch (`${request.method} ${request.path}`) {
      case 'GET /dead-letters':
        return json(200, await deadLetters.list());
      case 'POST /redrive':
        return json(200, await deadLetters.redrive(jsonBody(request), callerOf(request), redriveMs));
      default:
        throw new Problem(404, 'Not Found');
    }
  }),
);

/**
 * Whose token it is. Cloud Run has checked it, and takes its signature away
 * (https://cloud.google.com/run/docs/troubleshooting#signature-removed).
 */
function callerOf(request: Request): string {
  const [, payload = ''] = (request.get('authorization') ?? '').split('.');
  try {
    const { email, sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    return String(email ?? sub ?? 'unknown');
  } catch {
    return 'unknown';
  }
}
