/**
 * Eventarc: triggers that bring events to Cloud Run services. Each has a Pub/Sub topic and a push subscription as its
 * transport, so that deliveries are repeated as Pub/Sub repeats them.
 * https://docs.cloud.google.com/eventarc/standard/docs/overview
 */

import { storageServiceAgent } from '../../../terraform/providers/google-service-agents.ts';
import type { WireHandler } from '../../engine/wire.ts';
import { type DocumentChange, encodeDocumentEvent, type Firestore } from '../firestore/index.ts';
import type { PubSub } from '../pubsub/index.ts';
import type { GcpPrincipal } from '../service.ts';
import { eventModes, eventOf } from './cloud-event.ts';
import type { EventRouter, ObjectEvent } from './event-router.ts';
import { type NotificationConfig, notificationMessage, notificationTypes } from './object-notification.ts';
import {
  documentEventTypes,
  fitsPath,
  isMessageTrigger,
  objectEventTypes,
  type TriggerDefinition,
  typeOf,
} from './trigger.ts';

export interface EventarcSurroundings {
  pubsub: PubSub;
  events: EventRouter;
  firestore: Firestore;
  warn(text: string): void;
}

/** Object events that a bucket sends to a topic: `google_storage_notification`. */
export interface ObjectNotification extends NotificationConfig {
  bucket: string;
  topic: string;
  /** All of them when empty. */
  eventTypes: readonly string[];
  objectNamePrefix: string;
}

const transportRetentionSeconds = 86_400;
const retry = { minimumBackoffMs: 10_000, maximumBackoffMs: 600_000 };
const receiveEvent = 'eventarc.events.receiveEvent';

export class Eventarc {
  readonly #surroundings: EventarcSurroundings;
  /** By the subscription that brings its events. */
  readonly #triggers = new Map<string, TriggerDefinition>();
  readonly #notifications: ObjectNotification[] = [];

  constructor(surroundings: EventarcSurroundings) {
    this.#surroundings = surroundings;
    surroundings.events.onEvent((event) => this.#onObjectEvent(event));
    surroundings.firestore.onChange((change) => this.#onDocumentChange(change));
  }

  /** @throws Error for an event that no service of the local cloud has, or a topic that is not there */
  createTrigger(trigger: TriggerDefinition): void {
    const { pubsub } = this.#surroundings;
    const { filters, topic, subscription, endpoint, audience, serviceAccount } = trigger;
    const type = typeOf(filters);
    const mode = isMessageTrigger(filters)
      ? eventModes.topic(topic)
      : objectEventTypes.test(type)
        ? eventModes.objects
        : documentEventTypes.test(type)
          ? eventModes.event
          : undefined;
    if (mode === undefined)
      throw new Error(`events of the type ${type} are not supported by the local cloud`);
    checkFilters(trigger);
    if (trigger.ownsTopic) pubsub.createTopic(topic, { labels: new Map() });
    pubsub.createSubscription(subscription, {
      topic,
      labels: new Map(),
      ackDeadlineSeconds: trigger.ackDeadlineSeconds,
      messageRetentionSeconds: transportRetentionSeconds,
      retainAckedMessages: false,
      enableMessageOrdering: false,
      enableExactlyOnceDelivery: false,
      filter: '',
      retry,
      push: {
        endpoint: `${endpoint}?${mode}`,
        attributes: new Map(),
        oidcToken: { serviceAccountEmail: serviceAccount, audience },
        payload: { kind: 'wrapped' },
      },
    });
    this.#triggers.set(subscription, trigger);
  }

  addNotification(notification: ObjectNotification): void {
    this.#surroundings.pubsub.topic(notification.topic);
    this.#notifications.push(notification);
  }

  /**
   * What creating triggers and notifications needs, once all permissions are there: problems in words, by the name of
   * the trigger or notification.
   */
  problems(): { name: string; problem: string }[] {
    const { runtime } = this.#surroundings.pubsub;
    const project = `projects/${runtime.projectId}`;
    const isAllowed = (email: string, permission: string, resource: string) =>
      runtime.isAllowed({ kind: 'serviceAccount', email }, { permission, resource });
    const agent = storageServiceAgent(runtime.projectNumber);
    const mayPublish = (topic: string) => isAllowed(agent, 'pubsub.topics.publish', topic);
    const unableToPublish = (topic: string) =>
      `the Cloud Storage service agent ${agent} may not publish to ${topic}; grant it roles/pubsub.publisher on the project or the topic`;
    const problems: { name: string; problem: string }[] = [];
    for (const { name, filters, serviceAccount, topic } of this.#triggers.values()) {
      if (isMessageTrigger(filters)) continue;
      if (!isAllowed(serviceAccount, receiveEvent, project))
        problems.push({
          name,
          problem: `Permission "${receiveEvent}" denied for ${serviceAccount}; grant it roles/eventarc.eventReceiver on the project`,
        });
      if (objectEventTypes.test(typeOf(filters)) && !mayPublish(topic))
        problems.push({ name, problem: unableToPublish(topic) });
    }
    for (const { name, topic } of this.#notifications)
      if (!mayPublish(topic)) problems.push({ name, problem: unableToPublish(topic) });
    return problems;
  }

  /** The handler of a service as pushes reach it: those of triggers as events. */
  front(handler: WireHandler): WireHandler {
    return async (request) => {
      const event = eventOf(request);
      if (!event) return handler(request);
      const answer = await handler(event.request);
      const trigger = this.#triggers.get(event.subscription);
      if (trigger?.retries !== false) return answer;
      if (typeof answer.body !== 'string' && !Buffer.isBuffer(answer.body))
        for await (const _ of answer.body);
      // Without retries a failed event is over.
      return { status: 204, headers: {}, body: '' };
    };
  }

  #onObjectEvent(event: ObjectEvent): void {
    for (const { name, filters, topic } of this.#triggers.values()) {
      if (typeOf(filters) !== event.type) continue;
      const bucket = filters.find(({ attribute }) => attribute === 'bucket')?.value;
      if (bucket !== event.bucket) continue;
      const config = `projects/_/buckets/${bucket}/notificationConfigs/${name.split('/').at(-1)}`;
      this.#notify(event, topic, { name: config, payloadFormat: 'JSON_API_V1', customAttributes: {} });
    }
    for (const notification of this.#notifications) {
      const { bucket, eventTypes, objectNamePrefix, topic } = notification;
      const isWanted = eventTypes.length === 0 || eventTypes.includes(notificationTypes[event.type]);
      if (bucket === event.bucket && isWanted && event.data.name.startsWith(objectNamePrefix))
        this.#notify(event, topic, notification);
    }
  }

  #notify(event: ObjectEvent, topic: string, config: NotificationConfig): void {
    const { pubsub, warn } = this.#surroundings;
    const email = storageServiceAgent(pubsub.runtime.projectNumber);
    const agent: GcpPrincipal = { kind: 'serviceAccount', email };
    this.#count();
    try {
      pubsub.publishAs(agent, topic, [notificationMessage(event, config)]);
    } catch (error) {
      warn(`${config.name}: ${event.subject} is not told of: ${(error as Error).message}`);
    }
  }

  #onDocumentChange(change: DocumentChange): void {
    const kinds = ['written', change.before ? (change.after ? 'updated' : 'deleted') : 'created'];
    for (const trigger of this.#triggers.values()) {
      const type = typeOf(trigger.filters);
      const kind = documentEventTypes.exec(type)?.[1];
      if (kind === undefined || !kinds.includes(kind) || !isWanted(trigger, change)) continue;
      const { pubsub } = this.#surroundings;
      this.#count();
      const attributes = documentAttributes(pubsub, trigger, type, change);
      pubsub.publish(trigger.topic, [{ data: encodeDocumentEvent(change), attributes, orderingKey: '' }]);
    }
  }

  #count(): void {
    const { meter, projectId } = this.#surroundings.pubsub.runtime;
    meter.add('eventarc', 'google-events', `projects/${projectId}`, 1);
  }
}

const databaseIdOf = (database: string): string => database.split('/')[3] ?? '';
const pathOf = ({ collection, id }: DocumentChange): string => `${collection}/${id}`;

function isWanted({ filters }: TriggerDefinition, change: DocumentChange): boolean {
  return filters.every(({ attribute, value, operator }) => {
    if (attribute === 'type') return true;
    if (attribute === 'database') return value === databaseIdOf(change.database);
    if (attribute === 'namespace') return value === '(default)';
    return operator === 'match-path-pattern' ? fitsPath(value, pathOf(change)) : value === pathOf(change);
  });
}

/** https://docs.cloud.google.com/firestore/native/docs/extend-with-functions-2nd-gen#event_attributes */
function documentAttributes(
  { runtime }: PubSub,
  { name }: TriggerDefinition,
  type: string,
  change: DocumentChange,
): Map<string, string> {
  const path = pathOf(change);
  const micros = String(Math.round(change.time)).padStart(16, '0');
  return new Map([
    ['content-type', 'application/protobuf'],
    ['ce-id', runtime.random.uuid()],
    ['ce-source', `//firestore.googleapis.com/${change.database}`],
    ['ce-specversion', '1.0'],
    ['ce-subject', `documents/${path}`],
    ['ce-time', new Date(change.time / 1000).toISOString().replace(/\d{3}Z$/, `${micros.slice(-6)}Z`)],
    ['ce-type', type],
    [
      'ce-dataschema',
      'https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/firestore/v1/data.proto',
    ],
    ['ce-database', databaseIdOf(change.database)],
    ['ce-document', path],
    ['ce-location', name.split('/')[3] ?? ''],
    ['ce-namespace', '(default)'],
    ['ce-project', runtime.projectId],
  ]);
}

const attributesByKind = {
  message: ['type'],
  object: ['type', 'bucket'],
  document: ['type', 'database', 'namespace', 'document'],
} as const;

/** @throws Error for a filter that the events do not have, and for one that is missing */
function checkFilters({ filters }: TriggerDefinition): void {
  const type = typeOf(filters);
  const kind = isMessageTrigger(filters) ? 'message' : objectEventTypes.test(type) ? 'object' : 'document';
  const known: readonly string[] = attributesByKind[kind];
  for (const { attribute, operator } of filters) {
    if (!known.includes(attribute))
      throw new Error(
        `events of the type ${type} have no attribute ${attribute}; they have ${known.join(', ')}`,
      );
    const isPattern = operator !== undefined && operator !== '';
    if (isPattern && (operator !== 'match-path-pattern' || attribute !== 'document'))
      throw new Error(`the operator ${operator} is not supported for ${attribute}`);
  }
  const needed = kind === 'object' ? 'bucket' : kind === 'document' ? 'database' : 'type';
  if (!filters.some(({ attribute }) => attribute === needed))
    throw new Error(`a trigger for ${type} must filter by ${needed}`);
}
