import { Firestore } from '@google-cloud/firestore';
import { http } from '@google-cloud/functions-framework';
import { PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import * as z from 'zod';
import { cloudLogger } from '../../../middleware/gcp/http.ts';
import { pubSubPush } from '../../../middleware/gcp/pubsub.ts';
import { pubSubDeadLetter } from '../../../middleware/gcp/pubsub-dead-letter.ts';
import { parseBody } from '../../../middleware/messaging/message.ts';
import { logMetrics } from '../../../middleware/metrics/log-metrics.ts';
import { requireSettings } from '../../../middleware/settings.ts';
import { csvIndexer } from '../core.ts';
import { gcsObjectSource } from './gcs-object-source.ts';
import { firestoreRowIndex } from './row-index.ts';

/** The part that matters here of https://cloud.google.com/storage/docs/json_api/v1/objects; the name is not encoded. */
const ObjectFinalized = z.object({ name: z.string(), generation: z.string().regex(/^\d{1,20}$/) });

/** What one window of rows may take, and the record after it. */
const reserveMs = 15_000;

const settings = requireSettings(process.env, [
  'BUCKET',
  'COLLECTION',
  'DEAD_LETTER_TOPIC',
  'FIRESTORE_DATABASE',
  'MAX_OBJECT_MB',
  'SERVICE_NAME',
  'TIMEOUT_SECONDS',
]);
const log = cloudLogger({ service: settings.SERVICE_NAME, level: process.env.LOG_LEVEL });
const metrics = logMetrics(log);
const database = new Firestore({ databaseId: settings.FIRESTORE_DATABASE });
// Each dead letter is published at once, because the message that it was is acknowledged only afterwards.
const deadLetters = new PubSub().topic(settings.DEAD_LETTER_TOPIC, { batching: { maxMessages: 1 } });
const indexer = csvIndexer({
  source: gcsObjectSource(new Storage().bucket(settings.BUCKET)),
  index: firestoreRowIndex(database, database.collection(settings.COLLECTION)),
  now: Date.now,
  maximumBytes: Number(settings.MAX_OBJECT_MB) * 1_000_000,
});
const timeoutMs = Number(settings.TIMEOUT_SECONDS) * 1000;
const outcomes = { indexed: 'ObjectsIndexed', duplicate: 'DuplicatesSkipped', gone: 'ObjectsGone' } as const;

http(
  'indexFile',
  pubSubPush(log, {
    async handle({ body }) {
      const deadlineMs = Date.now() + timeoutMs - reserveMs;
      const { name: key, generation: version } = parseBody(ObjectFinalized, body);
      if (!key.endsWith('.csv')) return;
      const upload = { key, version, order: version.padStart(20, '0') };
      const outcome = await indexer.process(upload, () => Date.now() < deadlineMs);
      log.info('object processed', { key, version, outcome });
      metrics.add(outcomes[outcome], 1, 'Count');
    },
    deadLetter: pubSubDeadLetter(deadLetters),
  }),
);
