// How Event Grid reaches each kind of endpoint. https://learn.microsoft.com/azure/event-grid/event-handlers
import type { DeliveryOutcome } from '../../engine/retrying-delivery.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { TriggeredFunction } from '../functions/triggers.ts';
import type { AzureAccessRequest, AzureRuntime } from '../service.ts';
import { missingRight } from '../storage/functions/storage-connection.ts';
import { queuePermissions } from '../storage/queue/permissions.ts';
import type { StorageAccounts } from '../storage/storage-accounts.ts';
import { failureOf } from './retry-schedule.ts';
import type { Deliver, SubscriptionDefinition, Target } from './subscription.ts';

/** The part of Service Bus that takes events. */
export interface ServiceBusSender {
  /** Sends to the queue or topic with this resource id. @throws Error why it could not */
  send(entityId: string, message: { body: string; properties: Record<string, string> }): void;
}

export interface TargetSurroundings {
  runtime: AzureRuntime;
  storage: StorageAccounts;
  /** By the resource id of the function, in lower case. */
  functions: ReadonlyMap<string, TriggeredFunction>;
  /** Answers a request to a function app of the stack, by its host name; `undefined` when there is no such app. */
  app(request: WireRequest): Promise<WireResponse> | undefined;
  serviceBus: ServiceBusSender;
}

export const deliverTo =
  (surroundings: TargetSurroundings): Deliver =>
  async (subscription, body, headers) => {
    const { target } = subscription;
    switch (target.kind) {
      case 'function':
        return toFunction(surroundings, target, body);
      case 'service-bus':
        return toServiceBus(surroundings, subscription, target, body, headers);
      case 'storage-queue':
        return toStorageQueue(surroundings, subscription, target, body);
      case 'webhook':
        return toWebhook(surroundings, subscription, target, body, headers);
    }
  };

async function toFunction(
  { functions }: TargetSurroundings,
  { functionId }: Extract<Target, { kind: 'function' }>,
  body: Record<string, unknown>,
): Promise<DeliveryOutcome> {
  const triggered = functions.get(functionId.toLowerCase());
  if (!triggered) return failureOf(404, `There is no function ${functionId} with an Event Grid trigger.`);
  const answer = await triggered.invoke({
    data: { json: JSON.stringify(body) },
    triggerMetadata: { data: { json: JSON.stringify(body.data ?? null) } },
    reason: 'EventGrid trigger fired',
  });
  if (answer.kind === 'succeeded') return 'delivered';
  return answer.kind === 'throttled' ? failureOf(503, answer.reason) : failureOf(500, answer.message);
}

function toServiceBus(
  { runtime, serviceBus }: TargetSurroundings,
  { deliveryIdentity }: SubscriptionDefinition,
  { entityId }: Extract<Target, { kind: 'service-bus' }>,
  body: Record<string, unknown>,
  properties: Record<string, string>,
): DeliveryOutcome {
  const right: AzureAccessRequest = {
    kind: 'dataAction',
    action: 'Microsoft.ServiceBus/namespaces/messages/send/action',
    scope: entityId,
  };
  if (deliveryIdentity && !runtime.isAllowed(deliveryIdentity, right))
    return failureOf(401, `The delivery identity may not ${right.action} on ${entityId}.`);
  try {
    serviceBus.send(entityId, { body: JSON.stringify(body), properties });
    return 'delivered';
  } catch (error) {
    return failureOf(500, (error as Error).message);
  }
}

function toStorageQueue(
  { runtime, storage }: TargetSurroundings,
  { deliveryIdentity }: SubscriptionDefinition,
  { accountId, queue: name, timeToLiveMs }: Extract<Target, { kind: 'storage-queue' }>,
  body: Record<string, unknown>,
): DeliveryOutcome {
  const account = storage.accountOfId(accountId);
  const queue = account?.queues.queue(name);
  if (!account || !queue) return failureOf(404, `There is no queue ${name} in ${accountId}.`);
  const missing =
    deliveryIdentity &&
    missingRight(runtime, deliveryIdentity, queuePermissions.put, account.queues.scope(name));
  if (missing !== undefined) return failureOf(401, `The delivery identity may not ${missing}.`);
  runtime.meter.add('storage', 'queue-class-2-operations', account.definition.id, 1);
  const text = Buffer.from(JSON.stringify(body)).toString('base64');
  queue.put({ text, visibilityMs: 0, timeToLiveMs });
  return 'delivered';
}

async function toWebhook(
  { app }: TargetSurroundings,
  { schema }: SubscriptionDefinition,
  { url }: Extract<Target, { kind: 'webhook' }>,
  body: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<DeliveryOutcome> {
  const { hostname, pathname, search } = new URL(url);
  const isGridSchema = schema === 'EventGridSchema';
  const answer = await app({
    method: 'POST',
    host: hostname,
    path: pathname,
    query: search.slice(1),
    headers: {
      host: hostname,
      'content-type': isGridSchema
        ? 'application/json; charset=utf-8'
        : 'application/cloudevents+json; charset=utf-8',
      ...headers,
    },
    body: Buffer.from(JSON.stringify(isGridSchema ? [body] : body)),
  });
  if (!answer) return failureOf(404, `There is no function app ${hostname} in this stack.`);
  const { status } = answer;
  if (status >= 200 && status <= 204) return 'delivered';
  const failure = failureOf(status, `${hostname}${pathname} answered ${status}.`);
  // A webhook that refuses the caller is not asked again.
  return status === 401 ? { ...failure, retryable: false } : failure;
}
