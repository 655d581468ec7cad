// What the diagram knows about Service Bus, and about what brings its messages to functions.
import type { StackResource } from '../terraform/stack.ts';
import { type ArchitectureEdge, clientId, numberAt, textAt, textsAt, valueAt } from './architecture.ts';
import { messageBindings } from './azure-bindings.ts';
import type { StackIndex } from './stack-index.ts';
import { leftOut, type TypeRule } from './type-table.ts';

export const azureMessaging: Record<string, TypeRule> = {
  azurerm_eventgrid_system_topic: leftOut('shown by the subscriptions to it'),
  azurerm_eventgrid_system_topic_event_subscription: {
    service: 'Event Grid subscription',
    edges(subscription, index) {
      const topic = index.meant(
        valueAt(subscription.values, 'system_topic'),
        subscription,
        'azurerm_eventgrid_system_topic',
      );
      const account =
        topic && index.meant(valueAt(topic.values, 'source_resource_id'), topic, 'azurerm_storage_account');
      const receiver = [
        'service_bus_queue_endpoint_id',
        'service_bus_topic_endpoint_id',
        'azure_function_endpoint.function_id',
        'storage_queue_endpoint.storage_account_id',
      ]
        .map((path) => index.meant(valueAt(subscription.values, path), subscription))
        .find((one) => one !== undefined);
      if (!account || !receiver) return [];
      const types = textsAt(subscription, 'included_event_types').map((type) => type.split('.').at(-1));
      return [
        { from: clientId, to: account.address, kind: 'call', labels: ['upload'] },
        {
          from: account.address,
          to: receiver.address,
          kind: 'call',
          labels: [types.join(', ') || 'all events'],
        },
      ];
    },
  },
  azurerm_servicebus_namespace: leftOut('shown by its queues and topics'),
  azurerm_servicebus_queue: {
    service: 'Service Bus queue',
    box: 'queue',
    edges(queue, index) {
      const isFed = index
        .ofType('azurerm_servicebus_queue')
        .concat(index.ofType('azurerm_servicebus_subscription'))
        .some((other) => textAt(other, 'forward_dead_lettered_messages_to') === textAt(queue, 'name'));
      const isNotified = index
        .ofType('azurerm_eventgrid_system_topic_event_subscription')
        .some((one) => index.meant(valueAt(one.values, 'service_bus_queue_endpoint_id'), one) === queue);
      const edges = deadLetterEdges(queue, index);
      if (!isFed && !isNotified)
        edges.push({ from: clientId, to: queue.address, kind: 'call', labels: ['send'] });
      return edges;
    },
  },
  azurerm_servicebus_topic: {
    service: 'Service Bus topic',
    box: 'topic',
    edges: (topic) => [{ from: clientId, to: topic.address, kind: 'call', labels: ['send'] }],
  },
  azurerm_servicebus_subscription: {
    service: 'Service Bus subscription',
    box: 'queue',
    edges(subscription, index) {
      const topic = index.meant(valueAt(subscription.values, 'topic_id'), subscription);
      const rule = index
        .ofType('azurerm_servicebus_subscription_rule')
        .find(({ dependsOn }) => dependsOn.includes(subscription.address));
      const edges = deadLetterEdges(subscription, index);
      if (topic)
        edges.push({
          from: topic.address,
          to: subscription.address,
          kind: 'call',
          labels: [(rule && textAt(rule, 'sql_filter')) ?? 'all messages'],
        });
      return edges;
    },
  },
  azurerm_servicebus_subscription_rule: leftOut('told with its subscription'),
};

function deadLetterEdges(source: StackResource, index: StackIndex): ArchitectureEdge[] {
  const target = deadLetterQueueOf(source, index);
  if (!target) return [];
  return [
    {
      from: source.address,
      to: target.address,
      kind: 'call',
      labels: [`after ${numberAt(source, 'max_delivery_count') ?? 10} deliveries`],
    },
  ];
}

function deadLetterQueueOf(source: StackResource, index: StackIndex): StackResource | undefined {
  const name = textAt(source, 'forward_dead_lettered_messages_to');
  return index.ofType('azurerm_servicebus_queue').find((queue) => textAt(queue, 'name') === name);
}

/** From queues and subscriptions to the app whose functions they trigger. */
export function messageEdges(app: StackResource, index: StackIndex): ArchitectureEdge[] {
  return messageBindings(index.stack.rootDirectory).flatMap(({ functionName, source: written }) => {
    const name = written.map((part) =>
      part.replace(/%([^%]+)%/g, (_, setting: string) => textAt(app, `app_settings.${setting}`) ?? ''),
    );
    const source = sourceOf(name, index);
    if (!source) return [];
    const deadLetters = deadLetterQueueOf(source, index);
    const deliveries = numberAt(source, 'max_delivery_count') ?? 10;
    return [
      {
        from: source.address,
        to: app.address,
        kind: 'call',
        labels: [functionName],
        delivery: {
          how: 'asynchronous, at least once, without order',
          retries: `${deliveries - 1}, at once`,
          afterTheLastFailure: deadLetters
            ? `kept in ${deadLetters.address}`
            : 'kept in its dead-letter subqueue',
        },
      },
    ];
  });
}

/** A queue by its name, or a subscription by the names of topic and subscription. */
function sourceOf([queueOrTopic, subscription]: string[], index: StackIndex): StackResource | undefined {
  if (subscription === undefined)
    return index.ofType('azurerm_servicebus_queue').find((queue) => textAt(queue, 'name') === queueOrTopic);
  return index
    .ofType('azurerm_servicebus_subscription')
    .find(
      (candidate) =>
        textAt(candidate, 'name') === subscription &&
        textAt(candidate, 'topic_id')?.endsWith(`/topics/${queueOrTopic}`),
    );
}
