/**
 * From a message of the transport to the CloudEvent that a service gets, in binary content mode. The push endpoint of a
 * trigger's subscription says in its query how, and Cloud Run's front end does it.
 * https://docs.cloud.google.com/eventarc/docs/cloudevents
 */
import * as z from 'zod';
import type { WireRequest } from '../../engine/wire.ts';
import { notificationTypes } from './object-notification.ts';

const parameter = '__GCP_CloudEventsMode';

/** How a message becomes an event: one of a topic, a notification of Cloud Storage, or one that is an event already. */
export const eventModes = {
  topic: (topic: string) => `${parameter}=CUSTOM_PUBSUB_${encodeURIComponent(topic)}`,
  objects: `${parameter}=GCS_NOTIFICATION`,
  event: `${parameter}=CE_PUBSUB_BINDING`,
} as const;

export const messagePublished = 'google.cloud.pubsub.topic.v1.messagePublished';

const Push = z.object({
  subscription: z.string(),
  message: z.looseObject({
    data: z.string().default(''),
    attributes: z.record(z.string(), z.string()).default({}),
    messageId: z.string(),
    publishTime: z.string(),
  }),
});
type Message = z.infer<typeof Push>['message'];

interface CloudEvent {
  headers: Record<string, string>;
  body: Buffer;
}

export interface EventPush {
  /** Whose delivery this is. */
  subscription: string;
  request: WireRequest;
}

/** The event that a push to a trigger's endpoint stands for; undefined for any other request. */
export function eventOf(request: WireRequest): EventPush | undefined {
  const mode = new URLSearchParams(request.query).get(parameter);
  if (mode === null) return undefined;
  const { subscription, message } = Push.parse(JSON.parse(request.body.toString()));
  const { headers, body } = eventIn(mode, request.body, message);
  const transport = Object.entries(request.headers).filter(([name]) => !/^content-/.test(name));
  return {
    subscription,
    request: {
      ...request,
      headers: { ...Object.fromEntries(transport), ...headers, 'content-length': String(body.byteLength) },
      body,
    },
  };
}

function eventIn(mode: string, wrapped: Buffer, message: Message): CloudEvent {
  if (mode === 'GCS_NOTIFICATION') return objectEvent(message);
  if (mode === 'CE_PUBSUB_BINDING') return boundEvent(message);
  const topic = mode.replace(/^CUSTOM_PUBSUB_/, '');
  return {
    headers: {
      'ce-id': message.messageId,
      'ce-source': `//pubsub.googleapis.com/${topic}`,
      'ce-specversion': '1.0',
      'ce-time': message.publishTime,
      'ce-type': messagePublished,
      'content-type': 'application/json',
    },
    body: wrapped,
  };
}

function objectEvent({ data, attributes, messageId, publishTime }: Message): CloudEvent {
  const { bucketId = '', objectId = '', eventType = '', eventTime } = attributes;
  const type = Object.entries(notificationTypes).find(([, name]) => name === eventType)?.[0] ?? eventType;
  return {
    headers: {
      'ce-bucket': bucketId,
      'ce-id': messageId,
      'ce-source': `//storage.googleapis.com/projects/_/buckets/${bucketId}`,
      'ce-specversion': '1.0',
      'ce-subject': headerText(`objects/${objectId}`),
      'ce-time': eventTime ?? publishTime,
      'ce-type': type,
      'content-type': 'application/json',
    },
    body: Buffer.from(data, 'base64'),
  };
}

/** Its attributes are the event's already. */
function boundEvent({ data, attributes }: Message): CloudEvent {
  const headers = Object.entries(attributes)
    .filter(([name]) => name.startsWith('ce-') || name === 'content-type')
    .map(([name, value]) => [name, headerText(value)]);
  return { headers: Object.fromEntries(headers), body: Buffer.from(data, 'base64') };
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values */
const headerText = (text: string): string =>
  text.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
