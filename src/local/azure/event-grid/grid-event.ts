// Events as Event Grid knows them, and the two forms in which it delivers them.
// https://learn.microsoft.com/azure/event-grid/event-schema
// https://learn.microsoft.com/azure/event-grid/cloud-event-schema
import type { BlobChange } from '../storage/blob/blob-event.ts';

export interface GridEvent {
  id: string;
  /** Resource id of what it comes from. */
  topic: string;
  /** What a publisher of CloudEvents says that it comes from. */
  source?: string;
  subject: string;
  eventType: string;
  eventTime: string;
  dataVersion: string;
  data: unknown;
}

export type DeliverySchema = 'EventGridSchema' | 'CloudEventSchemaV1_0';

/** What a subscriber gets. */
export function deliveredForm(event: GridEvent, schema: DeliverySchema): Record<string, unknown> {
  const { id, topic, source = topic, subject, eventType, eventTime, dataVersion, data } = event;
  if (schema === 'EventGridSchema')
    return { topic, subject, eventType, id, data, dataVersion, metadataVersion: '1', eventTime };
  return { source, subject, type: eventType, time: eventTime, id, data, specversion: '1.0' };
}

/** https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage */
export const blobCreated = 'Microsoft.Storage.BlobCreated';
export const blobDeleted = 'Microsoft.Storage.BlobDeleted';

/** What subscriptions to a storage account without `included_event_types` get. */
export const storageEventTypes = [
  blobCreated,
  blobDeleted,
  'Microsoft.Storage.BlobTierChanged',
  'Microsoft.Storage.AsyncOperationInitiated',
];

/** The event of a blob that came or went. `batchId` is what the service's diagnostics name it. */
export function blobEvent(change: BlobChange, batchId: string): GridEvent {
  const { account, container, blob, requestId, clientRequestId } = change;
  // The end of the id tells apart what one request causes.
  const suffix = change.sequence.toString(16).padStart(6, '0').slice(-6);
  const isCreated = change.kind === 'created';
  const path = blob.split('/').map(encodeURIComponent).join('/');
  return {
    id: `${requestId.slice(0, -6)}${suffix}`,
    topic: account.id,
    subject: `/blobServices/default/containers/${container}/blobs/${blob}`,
    eventType: isCreated ? blobCreated : blobDeleted,
    eventTime: ticksTime(change.atMs, change.sequence),
    dataVersion: '',
    data: {
      api: change.api,
      ...(clientRequestId !== undefined && { clientRequestId }),
      requestId,
      ...(isCreated && { eTag: change.etag }),
      contentType: change.contentType,
      ...(isCreated && { contentLength: change.sizeBytes }),
      blobType: 'BlockBlob',
      ...(isCreated && { accessTier: 'Default' }),
      url: `https://${account.name}.blob.core.windows.net/${container}/${path}`,
      sequencer: `${'0'.repeat(27)}${change.sequence.toString(16).toUpperCase().padStart(5, '0')}${change.sequence.toString(16).padStart(16, '0')}`,
      storageDiagnostics: { batchId },
    },
  };
}

/** A time of 100 nanoseconds' precision, as .NET writes it. */
const ticksTime = (ms: number, sequence: number): string =>
  `${new Date(ms).toISOString().slice(0, -1)}${String(sequence % 10_000).padStart(4, '0')}Z`;
