import { expect, it, test } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { durationMs, timeSpanMs } from './duration.ts';
import { textMessage } from './message.ts';
import { channelsOf } from './owner-access.ts';
import { serviceBusResourceTypes } from './resource-types.ts';
import { namespaceId, testNamespace } from './test-namespace.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };

function resource(type: string, values: StackValues): StackResource {
  const address = `${type}.this`;
  const computed = serviceBusResourceTypes[type]?.attributes(values, scope, address) ?? {};
  return {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'azurerm',
    values: { ...computed, ...values },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
}

/** Realises resources beside the namespace `acme`. */
async function realise(...resources: [string, StackValues][]) {
  const fixture = testNamespace();
  for (const [type, values] of resources)
    await serviceBusResourceTypes[`azurerm_servicebus_${type}`]?.realise?.(
      resource(`azurerm_servicebus_${type}`, values),
      fixture.bus,
    );
  return fixture;
}

const namespace_id = namespaceId;
const topic_id = `${namespaceId}/topics/events`;
const subscription_id = `${topic_id}/subscriptions/audit`;

test('the resources have the attributes of the provider', () => {
  const namespace = resource('azurerm_servicebus_namespace', {
    name: 'shop-sb',
    resource_group_name: 'Shop',
    location: 'eastus2',
    sku: 'Standard',
  }).values;
  expect(namespace).toMatchObject({
    id: '/subscriptions/sub/resourceGroups/Shop/providers/Microsoft.ServiceBus/namespaces/shop-sb',
    endpoint: 'https://shop-sb.servicebus.windows.net:443/',
    default_primary_connection_string: `Endpoint=sb://shop-sb.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=${namespace.default_primary_key}`,
  });
  expect(Buffer.from(String(namespace.default_primary_key), 'base64')).toHaveLength(32);
  expect(resource('azurerm_servicebus_queue', { name: 'orders', namespace_id }).values).toMatchObject({
    id: `${namespaceId}/queues/orders`,
    lock_duration: 'PT1M',
    max_delivery_count: 10,
    default_message_ttl: 'P10675199DT2H48M5.4775807S',
  });
  expect(resource('azurerm_servicebus_subscription_rule', { name: 'red', subscription_id }).values.id).toBe(
    `${subscription_id}/rules/red`,
  );
});

test('a topic has subscriptions with rules, and the owner sees all that there is', async () => {
  const { bus, namespace } = await realise(
    ['topic', { name: 'events', namespace_id }],
    ['subscription', { name: 'audit', topic_id, max_delivery_count: 3, forward_to: 'orders' }],
    ['subscription', { name: 'all', topic_id, max_delivery_count: 3 }],
    [
      'subscription_rule',
      { name: 'red', subscription_id, filter_type: 'SqlFilter', sql_filter: "color = 'red'" },
    ],
    [
      'subscription_rule',
      {
        name: 'late',
        subscription_id,
        filter_type: 'CorrelationFilter',
        correlation_filter: [{ label: 'late', properties: {} }],
      },
    ],
    ['queue', { name: 'orders', namespace_id, default_message_ttl: 'PT1H' }],
  );
  bus.check();
  const channels = channelsOf(bus);
  expect(channels.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'queue orders',
    'queue orders/$DeadLetterQueue',
    'topic events',
    'queue events/subscriptions/audit',
    'queue events/subscriptions/audit/$DeadLetterQueue',
    'queue events/subscriptions/all',
    'queue events/subscriptions/all/$DeadLetterQueue',
  ]);
  const channel = (name: string) => channels.find((one) => one.name === name || one.aliases.includes(name));
  await channel(topic_id)?.send({ body: 'a', attributes: { color: 'red' }, deduplicationId: 'm1' });
  await channel('events')?.send({ body: 'b', attributes: { color: 'blue' } });
  namespace.destination('events').send(textMessage(Buffer.from('c'), { subject: 'late' }));
  expect(channel(`${namespaceId}/queues/orders`)?.peek?.()).toMatchObject([
    { id: 'm1', body: 'a', attributes: { color: 'red' }, receiveCount: 0 },
    { body: 'c' },
  ]);
  expect(channel('events/Subscriptions/all')?.peek?.()).toHaveLength(3);
  await expect(channel('orders/$DeadLetterQueue')?.send({ body: 'x' })).rejects.toThrow(
    'is currently disabled',
  );
});

it.each<[string, StackValues, string]>([
  [
    'subscription_rule',
    { name: 'r', subscription_id, filter_type: 'SqlFilter', sql_filter: '1=1', action: 'SET a = 1' },
    'the action of a rule',
  ],
  [
    'subscription_rule',
    { name: 'r', subscription_id, filter_type: 'SqlFilter', sql_filter: 'color =' },
    'error parsing the SQL expression',
  ],
  [
    'subscription_rule',
    { name: 'r', subscription_id, filter_type: 'CorrelationFilter' },
    'correlation_filter is required',
  ],
  ['queue', { name: 'q', namespace_id: `${namespaceId}x` }, 'there is no Service Bus namespace'],
  ['queue', { name: 'q', namespace_id, lock_duration: '1 minute' }, 'not an ISO 8601 duration'],
])('refuses a %s that cannot be: %j', async (type, values, says) => {
  await expect(
    realise(
      ['topic', { name: 'events', namespace_id }],
      ['subscription', { name: 'audit', topic_id, max_delivery_count: 3 }],
      [type, values],
    ),
  ).rejects.toThrow(says);
});

test('a queue that forwards to nothing is told', async () => {
  const { bus } = await realise(['queue', { name: 'q', namespace_id, forward_to: 'gone' }]);
  expect(() => bus.check()).toThrow("forwards to 'gone'");
});

test('durations in either form', () => {
  expect(
    ['PT1M', 'P14D', 'P1DT2H3M4.5S', 'P10675199DT2H48M5.4775807S', 'P', 'PT', '5'].map(durationMs),
  ).toEqual([60_000, 1_209_600_000, 93_784_500, Number.POSITIVE_INFINITY, undefined, undefined, undefined]);
  expect(['00:05:00', '1.00:00:00', '5'].map(timeSpanMs)).toEqual([300_000, 86_400_000, undefined]);
});
