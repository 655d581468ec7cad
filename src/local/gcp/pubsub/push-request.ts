/** What a push endpoint gets. https://docs.cloud.google.com/pubsub/docs/push#how_push_endpoints_receive_messages */
import type { Lease } from '../../engine/queued-message.ts';
import type { WireRequest } from '../../engine/wire.ts';
import type { PubsubMessage } from './message.ts';
import type { PushSettings } from './settings.ts';
import type { Subscription } from './subscription.ts';

const userAgent = 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)';

export function pushRequest(
  subscription: Subscription,
  push: PushSettings,
  lease: Lease<PubsubMessage>,
  token: string | undefined,
): WireRequest {
  const url = new URL(push.endpoint);
  const { headers, body } = payloadOf(subscription, push, lease);
  return {
    method: 'POST',
    host: url.hostname,
    path: url.pathname,
    query: url.search.slice(1),
    headers: {
      host: url.host,
      accept: 'application/json',
      from: 'noreply@google.com',
      'user-agent': userAgent,
      ...headers,
      'content-length': String(body.byteLength),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body,
  };
}

function payloadOf(
  subscription: Subscription,
  { payload }: PushSettings,
  lease: Lease<PubsubMessage>,
): { headers: Record<string, string>; body: Buffer } {
  const message = lease.message.content;
  if (payload.kind === 'unwrapped')
    return {
      headers: payload.writeMetadata ? metadataHeaders(subscription, message) : {},
      body: message.data,
    };
  const deliveryAttempt = subscription.deliveryAttemptOf(lease);
  const body = Buffer.from(
    JSON.stringify({
      ...(deliveryAttempt !== undefined && { deliveryAttempt }),
      message: wrappedMessage(message),
      subscription: subscription.name,
    }),
  );
  return { headers: { 'content-type': 'application/json' }, body };
}

/** Members that the service writes in both spellings. */
function wrappedMessage({ data, attributes, messageId, publishedAtMs, orderingKey }: PubsubMessage) {
  const publishTime = new Date(publishedAtMs).toISOString();
  return {
    ...(attributes.size > 0 && { attributes: Object.fromEntries(attributes) }),
    ...(data.byteLength > 0 && { data: data.toString('base64') }),
    messageId,
    message_id: messageId,
    ...(orderingKey !== '' && { orderingKey }),
    publishTime,
    publish_time: publishTime,
  };
}

/** https://docs.cloud.google.com/pubsub/docs/payload-unwrapping#set-header */
function metadataHeaders({ name }: Subscription, message: PubsubMessage): Record<string, string> {
  const attributes = [...message.attributes].map(([key, value]) => [key.toLowerCase(), value]);
  return {
    ...Object.fromEntries(attributes),
    'x-goog-pubsub-subscription-name': name,
    'x-goog-pubsub-message-id': message.messageId,
    'x-goog-pubsub-publish-time': new Date(message.publishedAtMs).toISOString(),
    ...(message.orderingKey !== '' && { 'x-goog-pubsub-ordering-key': message.orderingKey }),
  };
}
