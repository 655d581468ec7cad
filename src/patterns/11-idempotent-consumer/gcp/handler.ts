import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Firestore } from '@google-cloud/firestore';
import { http } from '@google-cloud/functions-framework';
import { PubSub } from '@google-cloud/pubsub';
import { cloudLogger } from '../../../middleware/gcp/http.ts';
import { pubSubPush } from '../../../middleware/gcp/pubsub.ts';
import { pubSubDeadLetter } from '../../../middleware/gcp/pubsub-dead-letter.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { createRetry } from '../../../middleware/retry/retry.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { Conflict, ledgerConsumer } from '../core.ts';
import { firestoreLedgerStore } from './ledger-store.ts';

const settings = requireSettings(process.env, [
  'ACCOUNTS_COLLECTION',
  'DEAD_LETTER_TOPIC',
  'FIRESTORE_DATABASE',
  'INBOX_COLLECTION',
  'INBOX_RETENTION_DAYS',
  'SERVICE_NAME',
]);
const log = cloudLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const database = new Firestore({ databaseId: settings.FIRESTORE_DATABASE });
// Each dead letter is published at once, because the message that it was is acknowledged only afterwards.
const deadLetters = new PubSub().topic(settings.DEAD_LETTER_TOPIC, { batching: { maxMessages: 1 } });
const ledger = ledgerConsumer({
  store: firestoreLedgerStore(database, {
    accounts: database.collection(settings.ACCOUNTS_COLLECTION),
    inbox: database.collection(settings.INBOX_COLLECTION),
  }),
  now: Date.now,
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
  retry: createRetry({
    now: Date.now,
    random: Math.random,
    sleep,
    isTransient: (error) => error instanceof Conflict,
    maximumMs: 500,
  }),
  markRetentionMs: Number(settings.INBOX_RETENTION_DAYS) * 86_400_000,
});

http(
  'bookTransfer',
  pubSubPush(log, {
    async handle({ body }) {
      const outcome = await ledger.consume(body);
      metrics.add(outcome === 'applied' ? 'TransfersBooked' : 'DuplicatesSkipped', 1, 'Count');
    },
    deadLetter: pubSubDeadLetter(deadLetters),
  }),
);
