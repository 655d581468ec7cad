import type { CloudEvent, CloudEventFunction, HttpFunction } from '@google-cloud/functions-framework';
import type { Logger } from '../logging/logger.ts';
import { handleMessage, type MessageHandling } from '../messaging/handle-message.ts';
import { type PubSubDelivery, parseDelivery, pubSubMessage } from './pubsub-message.ts';

/**
 * Wraps an HTTP function that a push subscription calls. Pub/Sub takes any 2xx as the acknowledgement and everything
 * else as a refusal, after which it waits as the subscription's retry policy says and pushes again
 * (https://cloud.google.com/pubsub/docs/push#receive_push). One message per request, so there is no partial batch.
 */
export function pubSubPush(log: Logger, handling: MessageHandling<PubSubDelivery>): HttpFunction {
  return async (request, response) => {
    const delivery = parseDelivery(request.body);
    if (!delivery) {
      log.error('not a Pub/Sub push request');
      response.status(400).end();
      return;
    }
    const outcome = await handleMessage(log, handling, pubSubMessage(delivery));
    response.status(outcome.kind === 'failed' ? 503 : 204).end();
  };
}

/**
 * Wraps a function with a Pub/Sub event trigger. It has to be deployed with `RETRY_POLICY_RETRY`; without it a message
 * that fails is gone.
 */
export function pubSubEvent(
  log: Logger,
  handling: MessageHandling<PubSubDelivery>,
): CloudEventFunction<unknown> {
  return async (event: CloudEvent<unknown>) => {
    const delivery = parseDelivery(event.data);
    if (!delivery) throw new Error(`The event ${event.id} of type ${event.type} is not a Pub/Sub message.`);
    const outcome = await handleMessage(log, handling, pubSubMessage(delivery));
    if (outcome.kind === 'failed') throw outcome.error;
  };
}
