import type { Decimal } from '../decimal.ts';
import { amount, charged, defineService, use } from '../service.ts';

const bytesPerGib = 1024 ** 3;
const gibPerTib = 1024;
/** Of every message, next to body, attributes and message id. https://cloud.google.com/pubsub/pricing */
const timestampBytes = 20;
const minimumRequestBytes = 1000;

/** Pub/Sub. Publishing and every delivery are charged by volume, each request with at least 1,000 bytes. */
export const pubsub = defineService({
  cloud: 'gcp',
  service: 'pubsub',
  title: 'Pub/Sub',
  page: 'https://cloud.google.com/pubsub/pricing',
  inputs: {
    messages: amount('messages', 'messages published'),
    messageBytes: amount('bytes', 'average size of body and attributes'),
    messageIdBytes: amount('bytes', 'size of a message id', { default: 16 }),
    messagesPerPublish: amount('messages', 'messages in one publish request', { default: 1, atLeast: 1 }),
    subscriptions: amount('subscriptions', 'subscriptions that every message is delivered to', {
      default: 1,
    }),
    messagesPerDelivery: amount('messages', 'messages in one push or pull request', {
      default: 1,
      atLeast: 1,
    }),
    throughputGib: amount('GiB', 'further volume published and delivered, already counted'),
    exportedGib: amount('GiB', 'volume exported to BigQuery or Cloud Storage'),
    transformedGib: amount('GiB', 'volume of message transforms'),
    backlogGibMonths: charged(
      'backlog_storage',
      'Backlog',
      'GiB-months',
      'unacknowledged messages older than 24 hours',
    ),
  },
  usages(input) {
    const bytes = input.messageBytes.plus(timestampBytes).plus(input.messageIdBytes);
    const publishedBytes = requestBytes(input.messages, bytes, input.messagesPerPublish);
    const deliveredBytes = requestBytes(
      input.messages.times(input.subscriptions),
      bytes,
      input.messagesPerDelivery,
    );
    const throughputGib = publishedBytes
      .plus(deliveredBytes)
      .dividedBy(bytesPerGib)
      .plus(input.throughputGib);
    return [
      use('Throughput', 'throughput', throughputGib.dividedBy(gibPerTib)),
      use('Export', 'export_bigquery_gcs', input.exportedGib.dividedBy(gibPerTib)),
      use('Message transforms', 'message_transforms', input.transformedGib.dividedBy(gibPerTib)),
    ];
  },
});

function requestBytes(messages: Decimal, bytes: Decimal, messagesPerRequest: Decimal): Decimal {
  const requests = messages.dividedBy(messagesPerRequest);
  return requests.times(bytes.times(messagesPerRequest).max(minimumRequestBytes));
}
