// Topics and event subscriptions.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/eventgrid_system_topic and its neighbours
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { Authorization } from '../authorization/authorization.ts';
import { managedIdentity } from '../authorization/identity.ts';
import { resourceGroupId, resourceId, text } from '../resource-id.ts';
import type { AzurePrincipal, AzureScope } from '../service.ts';
import type { EventGrid } from './event-grid.ts';
import { type AdvancedFilter, operators } from './filter.ts';
import { storageEventTypes } from './grid-event.ts';
import type { SubscriptionDefinition, Target } from './subscription.ts';

export interface EventGridServices {
  eventGrid: EventGrid;
  authorization: Authorization;
  /** Whose events a topic has, and as whom it delivers: by the topic's id in lower case. */
  topics: Map<string, { sourceId: string; identity?: AzurePrincipal }>;
}

const IdentityBlock = z.object({ type: z.string(), user_assigned_identity: z.string().nullish() });

const SystemTopic = z.object({
  id: z.string(),
  name: z.string(),
  source_resource_id: z.string(),
  topic_type: z.string(),
  identity: z.array(z.object({ type: z.string() })).default([]),
});

const Topic = z.object({
  id: z.string(),
  input_schema: z.enum(['EventGridSchema', 'CloudEventSchemaV1_0']),
  primary_access_key: z.string(),
  secondary_access_key: z.string(),
  local_auth_enabled: z.boolean(),
  identity: z.array(z.object({ type: z.string() })).default([]),
  input_mapping_fields: z.array(z.unknown()).default([]),
  input_mapping_default_values: z.array(z.unknown()).default([]),
});

const Batch = {
  max_events_per_batch: z.number().nullish(),
  preferred_batch_size_in_kilobytes: z.number().nullish(),
};

const SubscriptionArguments = z.object({
  id: z.string(),
  name: z.string(),
  event_delivery_schema: z.enum(['EventGridSchema', 'CloudEventSchemaV1_0']).default('EventGridSchema'),
  included_event_types: z.array(z.string()).default([]),
  subject_filter: z
    .array(
      z.object({
        subject_begins_with: z.string().nullish(),
        subject_ends_with: z.string().nullish(),
        case_sensitive: z.boolean().nullish(),
      }),
    )
    .default([]),
  advanced_filter: z.array(z.record(z.string(), z.unknown())).default([]),
  advanced_filtering_on_arrays_enabled: z.boolean().default(false),
  azure_function_endpoint: z.array(z.object({ function_id: z.string(), ...Batch })).default([]),
  service_bus_queue_endpoint_id: z.string().optional(),
  service_bus_topic_endpoint_id: z.string().optional(),
  storage_queue_endpoint: z
    .array(
      z.object({
        storage_account_id: z.string(),
        queue_name: z.string(),
        queue_message_time_to_live_in_seconds: z.number().nullish(),
      }),
    )
    .default([]),
  webhook_endpoint: z
    .array(z.object({ url: z.string(), active_directory_tenant_id: z.string().nullish(), ...Batch }))
    .default([]),
  eventhub_endpoint_id: z.string().optional(),
  hybrid_connection_endpoint_id: z.string().optional(),
  delivery_identity: z.array(IdentityBlock).default([]),
  delivery_property: z.array(z.unknown()).default([]),
  retry_policy: z
    .array(z.object({ max_delivery_attempts: z.number(), event_time_to_live: z.number() }))
    .default([]),
  storage_blob_dead_letter_destination: z
    .array(z.object({ storage_account_id: z.string(), storage_blob_container_name: z.string() }))
    .default([]),
  dead_letter_identity: z.array(IdentityBlock).default([]),
  expiration_time_utc: z.string().optional(),
});

type Arguments = z.output<typeof SubscriptionArguments>;

const defaultAttempts = 30;
const defaultTimeToLiveMinutes = 1440;
const sevenDaysSeconds = 604_800;

export const eventGridResourceTypes: ResourceTypes<AzureScope, EventGridServices> = {
  azurerm_eventgrid_system_topic: {
    attributes(values, scope) {
      const id = resourceId(values, scope, 'Microsoft.EventGrid/systemTopics');
      const source = values.source_resource_id ?? values.source_arm_resource_id ?? '';
      const [identity] = Array.isArray(values.identity) ? values.identity : [];
      const { principalId } = managedIdentity(id, scope);
      return {
        id,
        source_resource_id: source,
        source_arm_resource_id: source,
        metric_resource_id: principalId,
        metric_arm_resource_id: principalId,
        tags: {},
        ...(identity !== undefined && {
          identity: [{ principal_id: principalId, tenant_id: scope.tenantId }],
        }),
      };
    },
    realise(resource, { authorization, topics }) {
      const topic = readResource(SystemTopic, resource);
      if (topic.topic_type.toLowerCase() !== 'microsoft.storage.storageaccounts')
        throw new ConfigurationError(
          resource,
          `topic_type = "${topic.topic_type}" is not supported; "Microsoft.Storage.StorageAccounts" is`,
        );
      const hasIdentity = topic.identity.some(({ type }) => type.includes('SystemAssigned'));
      const objectId = hasIdentity ? authorization.addIdentity(topic.id).principalId : undefined;
      topics.set(topic.id.toLowerCase(), {
        sourceId: topic.source_resource_id,
        ...(objectId !== undefined && { identity: { kind: 'identity', objectId } }),
      });
    },
  },
  azurerm_eventgrid_topic: {
    attributes(values, scope) {
      const id = resourceId(values, scope, 'Microsoft.EventGrid/topics');
      const key = (use: string) => createHash('sha256').update(`${id}\n${use}`).digest('base64');
      const [identity] = Array.isArray(values.identity) ? values.identity : [];
      return {
        id,
        endpoint: `https://${topicHost(values)}/api/events`,
        primary_access_key: key('primary'),
        secondary_access_key: key('secondary'),
        input_schema: 'EventGridSchema',
        local_auth_enabled: true,
        public_network_access_enabled: true,
        tags: {},
        ...(identity !== undefined && {
          identity: [{ principal_id: managedIdentity(id, scope).principalId, tenant_id: scope.tenantId }],
        }),
      };
    },
    realise(resource, { eventGrid, authorization, topics }) {
      const topic = readResource(Topic, resource);
      if (topic.identity.some(({ type }) => type.includes('SystemAssigned'))) {
        const objectId = authorization.addIdentity(topic.id).principalId;
        topics.set(topic.id.toLowerCase(), {
          sourceId: topic.id,
          identity: { kind: 'identity', objectId },
        });
      }
      if (topic.input_mapping_fields.length > 0 || topic.input_mapping_default_values.length > 0)
        throw new ConfigurationError(resource, 'a mapping of custom events is not supported');
      eventGrid.topics.add({
        id: topic.id,
        hostName: topicHost(resource.values),
        inputSchema: topic.input_schema,
        keys: [topic.primary_access_key, topic.secondary_access_key],
        localAuthEnabled: topic.local_auth_enabled,
      });
    },
  },
  azurerm_eventgrid_system_topic_event_subscription: {
    attributes: (values, scope) =>
      subscriptionAttributes(
        values,
        `${resourceGroupId(values, scope)}/providers/Microsoft.EventGrid/systemTopics/${text(values.system_topic)}/eventSubscriptions/${text(values.name)}`,
      ),
    realise(resource, services) {
      const values = readResource(SubscriptionArguments, resource);
      const topicId = values.id.slice(0, values.id.lastIndexOf('/eventSubscriptions/'));
      const topic = services.topics.get(topicId.toLowerCase());
      if (!topic) throw new ConfigurationError(resource, `there is no system topic ${topicId} in this stack`);
      subscribe(resource, values, services, topic);
    },
  },
  azurerm_eventgrid_event_subscription: {
    attributes: (values) =>
      subscriptionAttributes(
        values,
        `${text(values.scope)}/providers/Microsoft.EventGrid/eventSubscriptions/${text(values.name)}`,
      ),
    realise(resource, services) {
      const sourceId = text(resource.values.scope);
      const isAccount = /\/providers\/Microsoft\.Storage\/storageAccounts\/[^/]+$/i.test(sourceId);
      const topic = services.eventGrid.topics.find(sourceId);
      if (!isAccount && !topic)
        throw new ConfigurationError(
          resource,
          `the scope ${sourceId} is not supported; a storage account or an Event Grid topic of this stack is`,
        );
      const values = readResource(SubscriptionArguments, resource);
      // https://learn.microsoft.com/azure/event-grid/input-mappings
      if (topic?.inputSchema === 'CloudEventSchemaV1_0' && values.event_delivery_schema === 'EventGridSchema')
        throw new ConfigurationError(
          resource,
          'the topic takes CloudEvents, and those are delivered as such only: set event_delivery_schema = "CloudEventSchemaV1_0"',
        );
      subscribe(resource, values, services, services.topics.get(sourceId.toLowerCase()) ?? { sourceId });
    },
  },
};

/** `acme.eastus2-1.eventgrid.azure.net`: regions are written without spaces and in lower case. */
const topicHost = ({ name, location }: StackValues): string =>
  `${text(name).toLowerCase()}.${text(location).toLowerCase().replaceAll(' ', '')}-1.eventgrid.azure.net`;

const subscriptionAttributes = (values: StackValues, id: string): StackValues => ({
  id,
  event_delivery_schema: 'EventGridSchema',
  // A custom topic knows no types: without a filter a subscription gets all.
  included_event_types: /\/Microsoft\.EventGrid\/topics\//i.test(id) ? [] : storageEventTypes,
  advanced_filtering_on_arrays_enabled: false,
  eventhub_endpoint_id: values.eventhub_endpoint_id ?? '',
  hybrid_connection_endpoint_id: values.hybrid_connection_endpoint_id ?? '',
  labels: [],
});

function subscribe(
  resource: StackResource,
  values: Arguments,
  { eventGrid, authorization }: EventGridServices,
  { sourceId, identity }: { sourceId: string; identity?: AzurePrincipal },
): void {
  const userAssigned = (resourceId: string): AzurePrincipal | undefined => {
    const objectId = managedIdentity(resourceId, authorization.scope).principalId;
    return authorization.identity(objectId) && { kind: 'identity', objectId };
  };
  const principalOf = ([block]: Arguments['delivery_identity']): AzurePrincipal | undefined => {
    if (!block) return undefined;
    const isSystem = block.type === 'SystemAssigned';
    const found = isSystem ? identity : userAssigned(block.user_assigned_identity ?? '');
    if (!found)
      throw new ConfigurationError(resource, `the topic has no identity for type = "${block.type}"`);
    return found;
  };
  const [retry] = values.retry_policy;
  const [dead] = values.storage_blob_dead_letter_destination;
  const [subject] = values.subject_filter;
  const deliveryIdentity = principalOf(values.delivery_identity);
  const deadLetterIdentity = principalOf(values.dead_letter_identity);
  const definition: SubscriptionDefinition = {
    id: values.id,
    name: values.name,
    sourceId,
    schema: values.event_delivery_schema,
    filter: {
      ...(values.included_event_types.length > 0 && { eventTypes: values.included_event_types }),
      ...(subject && {
        subject: {
          beginsWith: subject.subject_begins_with ?? '',
          endsWith: subject.subject_ends_with ?? '',
          caseSensitive: subject.case_sensitive ?? false,
        },
      }),
      advanced: values.advanced_filter.flatMap((block) => advancedFilters(resource, block)),
      onArrays: values.advanced_filtering_on_arrays_enabled,
    },
    target: targetOf(resource, values),
    maximumAttempts: retry?.max_delivery_attempts ?? defaultAttempts,
    timeToLiveMs: (retry?.event_time_to_live ?? defaultTimeToLiveMinutes) * 60_000,
    ...(deliveryIdentity && { deliveryIdentity }),
    ...(dead && {
      deadLetter: {
        accountId: dead.storage_account_id,
        container: dead.storage_blob_container_name,
        ...(deadLetterIdentity && { identity: deadLetterIdentity }),
      },
    }),
  };
  eventGrid.subscribe(definition);
}

function targetOf(resource: StackResource, values: Arguments): Target {
  const refuse = (what: string) => new ConfigurationError(resource, `${what} is not supported`);
  if (values.delivery_property.length > 0) throw refuse('delivery_property');
  if (values.expiration_time_utc !== undefined) throw refuse('expiration_time_utc');
  if (values.eventhub_endpoint_id) throw refuse('eventhub_endpoint_id');
  if (values.hybrid_connection_endpoint_id) throw refuse('hybrid_connection_endpoint_id');
  const [endpoint] = values.azure_function_endpoint;
  const [queue] = values.storage_queue_endpoint;
  const [webhook] = values.webhook_endpoint;
  const batch = (endpoint ?? webhook)?.max_events_per_batch ?? 1;
  if (batch > 1) throw refuse(`max_events_per_batch = ${batch}`);
  if (endpoint) return { kind: 'function', functionId: endpoint.function_id };
  const entityId = values.service_bus_queue_endpoint_id ?? values.service_bus_topic_endpoint_id;
  if (entityId) return { kind: 'service-bus', entityId };
  if (queue)
    return {
      kind: 'storage-queue',
      accountId: queue.storage_account_id,
      queue: queue.queue_name,
      timeToLiveMs: (queue.queue_message_time_to_live_in_seconds ?? sevenDaysSeconds) * 1000,
    };
  if (!webhook) throw new ConfigurationError(resource, 'the subscription names no endpoint');
  if (webhook.active_directory_tenant_id) throw refuse('active_directory_tenant_id');
  if (!/^https:\/\/[^/]+\.azurewebsites\.net\/runtime\/webhooks\//i.test(webhook.url))
    throw new ConfigurationError(
      resource,
      'webhook_endpoint is supported for the webhooks of a function app only: https://<app>.azurewebsites.net/runtime/webhooks/blobs?...',
    );
  return { kind: 'webhook', url: webhook.url };
}

function advancedFilters(resource: StackResource, block: Record<string, unknown>): AdvancedFilter[] {
  return Object.entries(block).flatMap(([operator, conditions]) => {
    if (!Array.isArray(conditions) || conditions.length === 0) return [];
    if (!operators.includes(operator))
      throw new ConfigurationError(resource, `advanced_filter.${operator} is not supported`);
    return conditions.map((condition) => ({ operator, ...Condition.parse(condition) }));
  });
}

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Condition = z
  .object({
    key: z.string(),
    value: Scalar.nullish(),
    values: z.array(z.union([Scalar, z.array(z.number())])).nullish(),
  })
  .transform(({ key, value, values }) => ({
    key,
    ...(value != null && { value }),
    ...(values && { values }),
  }));
