/** A message as Pub/Sub keeps it. https://docs.cloud.google.com/pubsub/docs/reference/rest/v1/PubsubMessage */
import { GrpcError } from '../grpc-server.ts';

export interface OutgoingPubsubMessage {
  data: Buffer;
  attributes: ReadonlyMap<string, string>;
  /** Empty for none. */
  orderingKey: string;
}

export interface PubsubMessage extends OutgoingPubsubMessage {
  messageId: string;
  publishedAtMs: number;
}

/** https://docs.cloud.google.com/pubsub/quotas#resource_limits */
const limits = {
  requestBytes: 10_000_000,
  messages: 1000,
  attributes: 100,
  attributeKeyBytes: 256,
  attributeValueBytes: 1024,
  orderingKeyBytes: 1024,
} as const;

/** Of the time stamp that every message carries. https://cloud.google.com/pubsub/pricing */
const timestampBytes = 20;

const refuse = (text: string) => new GrpcError('INVALID_ARGUMENT', text);
const bytesOf = (text: string) => Buffer.byteLength(text);

const attributeBytes = (attributes: ReadonlyMap<string, string>): number => {
  let sum = 0;
  for (const [key, value] of attributes) sum += bytesOf(key) + bytesOf(value);
  return sum;
};

/** What is billed of a message. */
export const billedBytes = ({ data, attributes, messageId, orderingKey }: PubsubMessage): number =>
  data.byteLength + attributeBytes(attributes) + bytesOf(messageId) + bytesOf(orderingKey) + timestampBytes;

/** @throws GrpcError INVALID_ARGUMENT as the service refuses a request to publish */
export function checkPublish(messages: readonly OutgoingPubsubMessage[]): void {
  if (messages.length === 0)
    throw refuse(
      'The value for message_count is too small. You passed 0 in the request, but the minimum value is 1.',
    );
  tooLarge('message_count', messages.length, limits.messages);
  let requestBytes = 0;
  for (const message of messages) {
    const { data, attributes, orderingKey } = message;
    if (data.byteLength === 0 && attributes.size === 0)
      throw refuse(
        'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
      );
    checkAttributes(attributes);
    tooLarge('ordering_key size', bytesOf(orderingKey), limits.orderingKeyBytes);
    requestBytes += data.byteLength + attributeBytes(attributes) + bytesOf(orderingKey);
  }
  tooLarge('request_size', requestBytes, limits.requestBytes);
  if (new Set(messages.map(({ orderingKey }) => orderingKey)).size > 1)
    throw refuse(
      'In a single publish request, all messages must have no ordering key or they must all have the same ordering key.',
    );
}

function checkAttributes(attributes: ReadonlyMap<string, string>): void {
  tooLarge('attribute_count', attributes.size, limits.attributes);
  for (const [key, value] of attributes) {
    // Google's own client libraries carry traces in attributes with this prefix.
    // https://docs.cloud.google.com/pubsub/docs/open-telemetry-tracing
    if (key === '' || (key.startsWith('goog') && !key.startsWith('googclient_')))
      throw refuse(`The attribute key "${key}" is not valid: it is empty or begins with "goog".`);
    tooLarge('attribute_key size', bytesOf(key), limits.attributeKeyBytes);
    tooLarge('attribute_value size', bytesOf(value), limits.attributeValueBytes);
  }
}

function tooLarge(what: string, value: number, most: number): void {
  if (value <= most) return;
  throw refuse(
    `The value for ${what} is too large. You passed ${value} in the request, but the maximum value is ${most}.`,
  );
}
