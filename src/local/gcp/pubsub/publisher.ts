/** The operations on topics. Permissions: https://docs.cloud.google.com/pubsub/docs/access-control#required_permissions */
import { GrpcError } from '../grpc-server.ts';
import type { GcpPrincipal } from '../service.ts';
import type { WireMessage, WireTopic } from './messages.ts';
import { page } from './page.ts';
import type { PubSub } from './pubsub.ts';
import { projectIdOf } from './resource-name.ts';
import { outgoingMessage, topicSettings, wireTopic } from './wire-settings.ts';

interface PageRequest {
  pageSize: number;
  pageToken: string;
}

export function createTopic(pubsub: PubSub, request: WireTopic, principal: GcpPrincipal) {
  pubsub.authorize(principal, 'pubsub.topics.create', `projects/${projectIdOf(request.name)}`);
  return wireTopic(pubsub.createTopic(request.name, topicSettings(request)));
}

export function getTopic(pubsub: PubSub, request: { topic: string }, principal: GcpPrincipal) {
  pubsub.authorize(principal, 'pubsub.topics.get', request.topic);
  return wireTopic(pubsub.topic(request.topic));
}

/** Fields of a topic that an update mask may name. */
const changeable: Record<string, (from: WireTopic, to: WireTopic) => WireTopic> = {
  labels: (from, to) => ({ ...to, labels: from.labels }),
  message_retention_duration: (from, to) => ({
    ...to,
    messageRetentionDuration: from.messageRetentionDuration,
  }),
  message_storage_policy: (from, to) => ({ ...to, messageStoragePolicy: from.messageStoragePolicy }),
};

export function updateTopic(
  pubsub: PubSub,
  request: { topic: WireTopic | undefined; updateMask: { paths: string[] } | undefined },
  principal: GcpPrincipal,
) {
  const { topic: changes, updateMask } = request;
  if (!changes) throw new GrpcError('INVALID_ARGUMENT', 'The request must name a topic.');
  pubsub.authorize(principal, 'pubsub.topics.update', changes.name);
  const topic = pubsub.topic(changes.name);
  const settings = topicSettings(
    maskedBy(updateMask?.paths, changeable, changes, wholeTopic(pubsub, changes.name)),
  );
  topic.settings = settings;
  return wireTopic(topic);
}

/** What of `changes` the mask names, over what is there. @throws GrpcError INVALID_ARGUMENT for an unknown path */
export function maskedBy<Wire>(
  paths: readonly string[] | undefined,
  fields: Record<string, (from: Wire, to: Wire) => Wire>,
  changes: Wire,
  present: Wire,
): Wire {
  if (!paths || paths.length === 0)
    throw new GrpcError('INVALID_ARGUMENT', 'The update_mask in the request must name at least one field.');
  let result = present;
  for (const path of paths) {
    const name = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field)
      throw new GrpcError(
        'INVALID_ARGUMENT',
        `Invalid update_mask provided in the request: the '${path}' field can not be updated.`,
      );
    result = field(changes, result);
  }
  return result;
}

function wholeTopic(pubsub: PubSub, name: string): WireTopic {
  const { messageRetentionDuration, messageStoragePolicy, ...topic } = wireTopic(pubsub.topic(name));
  return {
    ...topic,
    labels: new Map(topic.labels),
    messageRetentionDuration,
    messageStoragePolicy: messageStoragePolicy && {
      allowedPersistenceRegions: [...messageStoragePolicy.allowedPersistenceRegions],
      enforceInTransit: false,
    },
    kmsKeyName: '',
    schemaSettings: undefined,
    ingestionDataSourceSettings: undefined,
    messageTransforms: [],
  };
}

export function deleteTopic(pubsub: PubSub, request: { topic: string }, principal: GcpPrincipal) {
  pubsub.authorize(principal, 'pubsub.topics.delete', request.topic);
  pubsub.deleteTopic(request.topic);
  return {};
}

export function listTopics(
  pubsub: PubSub,
  request: { project: string } & PageRequest,
  principal: GcpPrincipal,
) {
  pubsub.authorize(principal, 'pubsub.topics.list', request.project);
  const all = [...pubsub.topics.values()].filter(({ name }) => name.startsWith(`${request.project}/`));
  const { items, nextPageToken } = page(all, request);
  return { topics: items.map(wireTopic), nextPageToken };
}

export function listTopicSubscriptions(
  pubsub: PubSub,
  request: { topic: string } & PageRequest,
  principal: GcpPrincipal,
) {
  pubsub.authorize(principal, 'pubsub.topics.get', request.topic);
  const { items, nextPageToken } = page([...pubsub.topic(request.topic).subscriptions], request);
  return { subscriptions: items.map(({ name }) => name), nextPageToken };
}

export function publish(
  pubsub: PubSub,
  request: { topic: string; messages: WireMessage[] },
  principal: GcpPrincipal,
) {
  return { messageIds: pubsub.publishAs(principal, request.topic, request.messages.map(outgoingMessage)) };
}
