// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/servicebus_namespace and its neighbours
import { z } from 'zod';
import type { StackResource } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { managedIdentity } from '../authorization/identity.ts';
import { nameOfId, resourceId, text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';
import { durationMs, forever } from './duration.ts';
import type { CorrelationFilter } from './filter/correlation-filter.ts';
import {
  connectionString,
  hostSuffix,
  keysOf,
  type Namespace,
  type Right,
  rootKeyRule,
} from './namespace.ts';
import type { ServiceBus } from './service-bus.ts';
import { compileRule, defaultRule, type RuleDefinition } from './topic.ts';

const kilobyte = 1024;

const NamespaceArguments = z.object({
  id: z.string(),
  name: z.string(),
  sku: z.enum(['Basic', 'Standard', 'Premium']),
  local_auth_enabled: z.boolean().default(true),
  customer_managed_key: z.array(z.unknown()).default([]),
  network_rule_set: z.array(z.object({ default_action: z.string().nullish() })).default([]),
});

const duration = z.string().transform((value, context) => {
  const ms = durationMs(value);
  if (ms === undefined) context.addIssue(`"${value}" is not an ISO 8601 duration`);
  return ms ?? 0;
});

const status = z.enum(['Active', 'Disabled', 'ReceiveDisabled', 'SendDisabled']).default('Active');

const QueueArguments = z.object({
  id: z.string(),
  name: z.string(),
  namespace_id: z.string(),
  lock_duration: duration,
  max_delivery_count: z.number().default(10),
  default_message_ttl: duration,
  dead_lettering_on_message_expiration: z.boolean().default(false),
  requires_session: z.boolean().default(false),
  requires_duplicate_detection: z.boolean().default(false),
  duplicate_detection_history_time_window: duration,
  forward_to: z.string().optional(),
  forward_dead_lettered_messages_to: z.string().optional(),
  max_message_size_in_kilobytes: z.number(),
  status,
});

const TopicArguments = z.object({
  id: z.string(),
  name: z.string(),
  namespace_id: z.string(),
  default_message_ttl: duration,
  requires_duplicate_detection: z.boolean().default(false),
  duplicate_detection_history_time_window: duration,
  max_message_size_in_kilobytes: z.number(),
  status,
});

const SubscriptionArguments = z.object({
  id: z.string(),
  name: z.string(),
  topic_id: z.string(),
  lock_duration: duration,
  max_delivery_count: z.number(),
  default_message_ttl: duration,
  dead_lettering_on_message_expiration: z.boolean().default(false),
  dead_lettering_on_filter_evaluation_error: z.boolean().default(true),
  requires_session: z.boolean().default(false),
  forward_to: z.string().optional(),
  forward_dead_lettered_messages_to: z.string().optional(),
  client_scoped_subscription_enabled: z.boolean().default(false),
  status,
});

const maybe = z.string().nullish();

const RuleArguments = z.object({
  name: z.string(),
  subscription_id: z.string(),
  filter_type: z.enum(['SqlFilter', 'CorrelationFilter']),
  sql_filter: z.string().optional(),
  action: z.string().optional(),
  correlation_filter: z
    .array(
      z.object({
        content_type: maybe,
        correlation_id: maybe,
        label: maybe,
        message_id: maybe,
        reply_to: maybe,
        reply_to_session_id: maybe,
        session_id: maybe,
        to: maybe,
        properties: z.record(z.string(), z.string()).nullish(),
      }),
    )
    .default([]),
});

const KeyRuleArguments = z.object({
  name: z.string(),
  namespace_id: z.string(),
  listen: z.boolean().default(false),
  send: z.boolean().default(false),
  manage: z.boolean().default(false),
});

export const serviceBusResourceTypes: ResourceTypes<AzureScope, ServiceBus> = {
  azurerm_servicebus_namespace: {
    attributes(values, scope) {
      const id = resourceId(values, scope, 'Microsoft.ServiceBus/namespaces');
      const name = text(values.name);
      const keys = keysOf(id, rootKeyRule);
      const [identity] = Array.isArray(values.identity) ? values.identity : [];
      return {
        id,
        endpoint: `https://${name}${hostSuffix}:443/`,
        capacity: 0,
        default_primary_key: keys.primary,
        default_secondary_key: keys.secondary,
        default_primary_connection_string: connectionString(name, rootKeyRule, keys.primary),
        default_secondary_connection_string: connectionString(name, rootKeyRule, keys.secondary),
        local_auth_enabled: true,
        minimum_tls_version: '1.2',
        premium_messaging_partitions: 0,
        public_network_access_enabled: true,
        tags: {},
        ...(identity !== undefined && {
          identity: [{ principal_id: managedIdentity(id, scope).principalId, tenant_id: scope.tenantId }],
        }),
      };
    },
    realise(resource, bus) {
      const {
        id,
        name,
        sku,
        local_auth_enabled: localAuthEnabled,
        ...rest
      } = readResource(NamespaceArguments, resource);
      if (rest.customer_managed_key.length > 0)
        throw new ConfigurationError(resource, 'the local cloud does not support customer_managed_key');
      if (rest.network_rule_set.some(({ default_action: action }) => action === 'Deny'))
        throw new ConfigurationError(
          resource,
          'the local cloud does not support network_rule_set with default_action = "Deny"',
        );
      bus.createNamespace({ id, name, sku, localAuthEnabled });
    },
  },

  azurerm_servicebus_namespace_authorization_rule: {
    attributes(values) {
      const namespaceId = text(values.namespace_id);
      const name = text(values.name);
      const keys = keysOf(namespaceId, name);
      const ofKey = (key: string) => connectionString(nameOfId(namespaceId), name, key);
      return {
        id: `${namespaceId}/authorizationRules/${name}`,
        listen: false,
        send: false,
        manage: false,
        primary_key: keys.primary,
        secondary_key: keys.secondary,
        primary_connection_string: ofKey(keys.primary),
        secondary_connection_string: ofKey(keys.secondary),
        primary_connection_string_alias: '',
        secondary_connection_string_alias: '',
      };
    },
    realise(resource, bus) {
      const rule = readResource(KeyRuleArguments, resource);
      const rights = new Set<Right>();
      if (rule.listen) rights.add('Listen');
      if (rule.send) rights.add('Send');
      if (rule.manage) rights.add('Manage');
      namespaceOf(resource, bus, rule.namespace_id).addKeyRule({ name: rule.name, rights });
    },
  },

  azurerm_servicebus_queue: {
    attributes: (values) => ({
      id: `${text(values.namespace_id)}/queues/${text(values.name)}`,
      auto_delete_on_idle: forever,
      batched_operations_enabled: true,
      dead_lettering_on_message_expiration: false,
      default_message_ttl: forever,
      duplicate_detection_history_time_window: 'PT10M',
      express_enabled: false,
      lock_duration: 'PT1M',
      max_delivery_count: 10,
      max_message_size_in_kilobytes: 256,
      max_size_in_megabytes: 1024,
      partitioning_enabled: false,
      requires_duplicate_detection: false,
      requires_session: false,
      status: 'Active',
    }),
    realise(resource, bus) {
      const queue = readResource(QueueArguments, resource);
      const namespace = namespaceOf(resource, bus, queue.namespace_id);
      if (namespace.definition.sku === 'Basic') refuseOnBasic(resource, queue);
      namespace.createQueue({
        path: queue.name,
        resourceId: queue.id,
        maximumDeliveries: queue.max_delivery_count,
        maximumMessageBytes: queue.max_message_size_in_kilobytes * kilobyte,
        ...commonSettings(queue),
        duplicateWindowMs: queue.requires_duplicate_detection
          ? queue.duplicate_detection_history_time_window
          : undefined,
        takesMessages: queue.status === 'Active' || queue.status === 'ReceiveDisabled',
      });
    },
  },

  azurerm_servicebus_topic: {
    attributes: (values) => ({
      id: `${text(values.namespace_id)}/topics/${text(values.name)}`,
      auto_delete_on_idle: forever,
      batched_operations_enabled: false,
      default_message_ttl: forever,
      duplicate_detection_history_time_window: 'PT10M',
      express_enabled: false,
      max_message_size_in_kilobytes: 256,
      max_size_in_megabytes: 1024,
      partitioning_enabled: false,
      requires_duplicate_detection: false,
      status: 'Active',
      support_ordering: false,
    }),
    realise(resource, bus) {
      const topic = readResource(TopicArguments, resource);
      const namespace = namespaceOf(resource, bus, topic.namespace_id);
      if (namespace.definition.sku === 'Basic')
        throw new ConfigurationError(resource, 'a namespace of the Basic tier has no topics; Standard has');
      namespace.createTopic({
        path: topic.name,
        resourceId: topic.id,
        timeToLiveMs: topic.default_message_ttl,
        duplicateWindowMs: topic.requires_duplicate_detection
          ? topic.duplicate_detection_history_time_window
          : undefined,
        maximumMessageBytes: topic.max_message_size_in_kilobytes * kilobyte,
        requiresSession: false,
        takesMessages: topic.status === 'Active',
      });
    },
  },

  azurerm_servicebus_subscription: {
    attributes: (values) => ({
      id: `${text(values.topic_id)}/subscriptions/${text(values.name)}`,
      auto_delete_on_idle: forever,
      batched_operations_enabled: false,
      client_scoped_subscription_enabled: false,
      dead_lettering_on_filter_evaluation_error: true,
      dead_lettering_on_message_expiration: false,
      default_message_ttl: forever,
      lock_duration: 'PT1M',
      requires_session: false,
      status: 'Active',
    }),
    realise(resource, bus) {
      const subscription = readResource(SubscriptionArguments, resource);
      if (subscription.client_scoped_subscription_enabled)
        throw new ConfigurationError(resource, 'client scoped subscriptions are not supported');
      const { namespace, topic } = topicOf(resource, bus, subscription.topic_id);
      namespace.createSubscription(
        topic,
        {
          path: `${topic.path}/subscriptions/${subscription.name}`,
          resourceId: subscription.id,
          maximumDeliveries: subscription.max_delivery_count,
          ...commonSettings(subscription),
          // What the topic took is not measured again.
          maximumMessageBytes: Number.POSITIVE_INFINITY,
          duplicateWindowMs: undefined,
          takesMessages: subscription.status !== 'Disabled',
        },
        {
          name: subscription.name,
          rules: new Map([[defaultRule, () => true]]),
          deadLettersFilterErrors: subscription.dead_lettering_on_filter_evaluation_error,
        },
      );
    },
  },

  azurerm_servicebus_subscription_rule: {
    attributes: (values) => ({
      id: `${text(values.subscription_id)}/rules/${text(values.name)}`,
      sql_filter_compatibility_level: 20,
    }),
    realise(resource, bus) {
      const rule = readResource(RuleArguments, resource);
      if (rule.action !== undefined)
        throw new ConfigurationError(resource, 'the local cloud does not support the action of a rule');
      const [topicId, name] = splitSubscription(rule.subscription_id);
      const { topic } = topicOf(resource, bus, topicId);
      const subscription = topic.subscriptions.get(name.toLowerCase());
      if (!subscription)
        throw new ConfigurationError(resource, `there is no subscription ${rule.subscription_id}`);
      // The provider takes away the rule that lets everything pass when it makes the first of its own.
      if (rule.name !== defaultRule) subscription.rules.delete(defaultRule);
      subscription.rules.set(rule.name, compileRule(ruleOf(resource, rule)));
    },
  },
};

/** What queues and subscriptions have in common. */
function commonSettings(entity: z.output<typeof QueueArguments> | z.output<typeof SubscriptionArguments>) {
  return {
    lockMs: entity.lock_duration,
    timeToLiveMs: entity.default_message_ttl,
    deadLettersExpired: entity.dead_lettering_on_message_expiration,
    requiresSession: entity.requires_session,
    givesMessages: entity.status === 'Active' || entity.status === 'SendDisabled',
    ...(entity.forward_to !== undefined && { forwardTo: entity.forward_to }),
    ...(entity.forward_dead_lettered_messages_to !== undefined && {
      forwardDeadLettersTo: entity.forward_dead_lettered_messages_to,
    }),
  };
}

/** https://learn.microsoft.com/azure/service-bus-messaging/compare-messaging-services#basic-tier */
function refuseOnBasic(resource: StackResource, queue: z.output<typeof QueueArguments>): void {
  const used: [boolean, string][] = [
    [queue.requires_session, 'requires_session'],
    [queue.requires_duplicate_detection, 'requires_duplicate_detection'],
    [queue.forward_to !== undefined, 'forward_to'],
    [queue.forward_dead_lettered_messages_to !== undefined, 'forward_dead_lettered_messages_to'],
  ];
  const found = used.find(([isUsed]) => isUsed);
  if (found) throw new ConfigurationError(resource, `${found[1]} needs a namespace of the Standard tier`);
}

function namespaceOf(resource: StackResource, bus: ServiceBus, id: string): Namespace {
  const namespace = bus.namespace(nameOfId(id));
  if (!namespace) throw new ConfigurationError(resource, `there is no Service Bus namespace ${id}`);
  return namespace;
}

function topicOf(resource: StackResource, bus: ServiceBus, id: string) {
  const [namespaceId = '', name = ''] = id.split('/topics/');
  const namespace = namespaceOf(resource, bus, namespaceId);
  const topic = namespace.topics.get(name.toLowerCase());
  if (!topic) throw new ConfigurationError(resource, `there is no Service Bus topic ${id}`);
  return { namespace, topic };
}

/** `{topic id}/subscriptions/{name}`; the id itself begins with the Azure subscription. */
function splitSubscription(id: string): [string, string] {
  const at = id.lastIndexOf('/subscriptions/');
  return [id.slice(0, at), id.slice(at + '/subscriptions/'.length)];
}

function ruleOf(resource: StackResource, rule: z.output<typeof RuleArguments>): RuleDefinition {
  if (rule.filter_type === 'SqlFilter') {
    if (rule.sql_filter === undefined)
      throw new ConfigurationError(resource, 'sql_filter is required when filter_type is "SqlFilter"');
    return { kind: 'sql', expression: rule.sql_filter };
  }
  const [filter] = rule.correlation_filter;
  if (!filter)
    throw new ConfigurationError(
      resource,
      'correlation_filter is required when filter_type is "CorrelationFilter"',
    );
  const wanted: [keyof CorrelationFilter, string | null | undefined][] = [
    ['contentType', filter.content_type],
    ['correlationId', filter.correlation_id],
    ['label', filter.label],
    ['messageId', filter.message_id],
    ['replyTo', filter.reply_to],
    ['replyToSessionId', filter.reply_to_session_id],
    ['sessionId', filter.session_id],
    ['to', filter.to],
  ];
  return {
    kind: 'correlation',
    filter: {
      ...Object.fromEntries(wanted.filter(([, value]) => typeof value === 'string' && value !== '')),
      ...(filter.properties && { properties: filter.properties }),
    },
  };
}
