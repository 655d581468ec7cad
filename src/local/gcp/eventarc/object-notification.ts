/** What Cloud Storage publishes of an event. https://docs.cloud.google.com/storage/docs/pubsub-notifications#format */
import type { OutgoingPubsubMessage } from '../pubsub/index.ts';
import type { ObjectEvent } from './event-router.ts';

export interface NotificationConfig {
  /** `projects/_/buckets/b/notificationConfigs/1` */
  name: string;
  payloadFormat: 'JSON_API_V1' | 'NONE';
  customAttributes: Readonly<Record<string, string>>;
}

export const notificationTypes = {
  'google.cloud.storage.object.v1.finalized': 'OBJECT_FINALIZE',
  'google.cloud.storage.object.v1.deleted': 'OBJECT_DELETE',
  'google.cloud.storage.object.v1.archived': 'OBJECT_ARCHIVE',
  'google.cloud.storage.object.v1.metadataUpdated': 'OBJECT_METADATA_UPDATE',
} as const satisfies Record<ObjectEvent['type'], string>;

export function notificationMessage(event: ObjectEvent, config: NotificationConfig): OutgoingPubsubMessage {
  const { overwroteGeneration, overwrittenByGeneration } = event;
  const attributes = {
    ...config.customAttributes,
    notificationConfig: config.name,
    eventType: notificationTypes[event.type],
    payloadFormat: config.payloadFormat,
    bucketId: event.bucket,
    objectId: event.data.name,
    objectGeneration: event.data.generation,
    eventTime: event.time,
    ...(overwroteGeneration !== undefined && { overwroteGeneration }),
    ...(overwrittenByGeneration !== undefined && { overwrittenByGeneration }),
  };
  return {
    data: config.payloadFormat === 'NONE' ? Buffer.alloc(0) : Buffer.from(JSON.stringify(event.data)),
    attributes: new Map(Object.entries(attributes)),
    orderingKey: '',
  };
}
