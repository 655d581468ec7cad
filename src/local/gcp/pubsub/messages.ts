/**
 * The messages of `google.pubsub.v1`, with the field numbers of Google's published interface definition:
 * https://github.com/googleapis/googleapis/tree/master/google/pubsub/v1 (Apache License 2.0).
 * Of what this service does not support it reads only whether it is there.
 */
import {
  bool,
  bytes,
  int32,
  int64,
  message,
  optional,
  repeated,
  string,
  stringMap,
  withDefault,
} from '../protobuf/protobuf.ts';

const none = Buffer.alloc(0);
const text = (id: number) => withDefault(id, string, '');
const seconds = { seconds: withDefault(1, int64, 0n), nanos: withDefault(2, int32, 0) };
const timestamp = message(seconds);
const duration = message(seconds);
const fieldMask = message({ paths: repeated(1, string) });
export const empty = message({});
const paging = (id: number) => ({ pageSize: withDefault(id, int32, 0), pageToken: text(id + 1) });

export const topic = message({
  name: text(1),
  labels: stringMap(2, string),
  messageStoragePolicy: optional(
    3,
    message({
      allowedPersistenceRegions: repeated(1, string),
      enforceInTransit: withDefault(2, bool, false),
    }),
  ),
  kmsKeyName: text(5),
  schemaSettings: optional(6, empty),
  messageRetentionDuration: optional(8, duration),
  state: withDefault(9, int32, 0),
  ingestionDataSourceSettings: optional(10, empty),
  messageTransforms: repeated(13, empty),
});
export type WireTopic = ReturnType<typeof topic.decode>;

export const pubsubMessage = message({
  data: withDefault(1, bytes, none),
  attributes: stringMap(2, string),
  messageId: text(3),
  publishTime: optional(4, timestamp),
  orderingKey: text(5),
});
export type WireMessage = ReturnType<typeof pubsubMessage.decode>;

export const topicName = message({ topic: text(1) });
export const updateTopicRequest = message({ topic: optional(1, topic), updateMask: optional(2, fieldMask) });
export const publishRequest = message({ topic: text(1), messages: repeated(2, pubsubMessage) });
export const publishResponse = message({ messageIds: repeated(1, string) });
export const listTopicsRequest = message({ project: text(1), ...paging(2) });
export const listTopicsResponse = message({ topics: repeated(1, topic), nextPageToken: text(2) });
export const listTopicSubscriptionsRequest = message({ topic: text(1), ...paging(2) });
export const listTopicSubscriptionsResponse = message({
  subscriptions: repeated(1, string),
  nextPageToken: text(2),
});

export const pushConfig = message({
  pushEndpoint: text(1),
  attributes: stringMap(2, string),
  oidcToken: optional(3, message({ serviceAccountEmail: text(1), audience: text(2) })),
  pubsubWrapper: optional(4, empty),
  noWrapper: optional(5, message({ writeMetadata: withDefault(1, bool, false) })),
});
export type WirePushConfig = ReturnType<typeof pushConfig.decode>;

export const subscription = message({
  name: text(1),
  topic: text(2),
  pushConfig: optional(4, pushConfig),
  ackDeadlineSeconds: withDefault(5, int32, 0),
  retainAckedMessages: withDefault(7, bool, false),
  messageRetentionDuration: optional(8, duration),
  labels: stringMap(9, string),
  enableMessageOrdering: withDefault(10, bool, false),
  expirationPolicy: optional(11, message({ ttl: optional(1, duration) })),
  filter: text(12),
  deadLetterPolicy: optional(
    13,
    message({ deadLetterTopic: text(1), maxDeliveryAttempts: withDefault(2, int32, 0) }),
  ),
  retryPolicy: optional(
    14,
    message({ minimumBackoff: optional(1, duration), maximumBackoff: optional(2, duration) }),
  ),
  detached: withDefault(15, bool, false),
  enableExactlyOnceDelivery: withDefault(16, bool, false),
  topicMessageRetentionDuration: optional(17, duration),
  bigqueryConfig: optional(18, empty),
  state: withDefault(19, int32, 0),
  cloudStorageConfig: optional(22, empty),
  messageTransforms: repeated(25, empty),
  bigtableConfig: optional(27, empty),
});
export type WireSubscription = ReturnType<typeof subscription.decode>;

export const receivedMessage = message({
  ackId: text(1),
  message: optional(2, pubsubMessage),
  deliveryAttempt: withDefault(3, int32, 0),
});
export const subscriptionName = message({ subscription: text(1) });
export const updateSubscriptionRequest = message({
  subscription: optional(1, subscription),
  updateMask: optional(2, fieldMask),
});
export const listSubscriptionsRequest = message({ project: text(1), ...paging(2) });
export const listSubscriptionsResponse = message({
  subscriptions: repeated(1, subscription),
  nextPageToken: text(2),
});
export const modifyPushConfigRequest = message({
  subscription: text(1),
  pushConfig: optional(2, pushConfig),
});
export const pullRequest = message({
  subscription: text(1),
  returnImmediately: withDefault(2, bool, false),
  maxMessages: withDefault(3, int32, 0),
});
export const pullResponse = message({ receivedMessages: repeated(1, receivedMessage) });
export const modifyAckDeadlineRequest = message({
  subscription: text(1),
  ackDeadlineSeconds: withDefault(3, int32, 0),
  ackIds: repeated(4, string),
});
export const acknowledgeRequest = message({ subscription: text(1), ackIds: repeated(2, string) });
export const streamingPullRequest = message({
  subscription: text(1),
  ackIds: repeated(2, string),
  modifyDeadlineSeconds: repeated(3, int32),
  modifyDeadlineAckIds: repeated(4, string),
  streamAckDeadlineSeconds: withDefault(5, int32, 0),
  clientId: text(6),
  maxOutstandingMessages: withDefault(7, int64, 0n),
  maxOutstandingBytes: withDefault(8, int64, 0n),
});
export const streamingPullResponse = message({
  receivedMessages: repeated(1, receivedMessage),
  modifyAckDeadlineConfirmation: optional(
    3,
    message({ ackIds: repeated(1, string), invalidAckIds: repeated(2, string) }),
  ),
  subscriptionProperties: optional(
    4,
    message({
      exactlyOnceDeliveryEnabled: withDefault(1, bool, false),
      messageOrderingEnabled: withDefault(2, bool, false),
    }),
  ),
  acknowledgeConfirmation: optional(
    5,
    message({ ackIds: repeated(1, string), invalidAckIds: repeated(2, string) }),
  ),
});

/** `google.rpc.Status` with `google.rpc.ErrorInfo` in it, as errors carry them beside their text. */
export const errorInfo = message({ reason: text(1), domain: text(2), metadata: stringMap(3, string) });
export const rpcStatus = message({
  code: withDefault(1, int32, 0),
  message: text(2),
  details: repeated(3, message({ typeUrl: text(1), value: withDefault(2, bytes, none) })),
});
