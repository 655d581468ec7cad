/** The Terraform resources that bring events somewhere. https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/eventarc_trigger */
import * as z from 'zod';
import type { StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { labelAttributes, locationOf, projectOf } from '../resource-scope.ts';
import type { GcpScope } from '../service.ts';
import type { Eventarc } from './eventarc.ts';
import { isMessageTrigger, transportNames } from './trigger.ts';

export interface EventarcDeployment {
  eventarc: Eventarc;
  /** The URL of a Cloud Run service by its full name; undefined when the stack has none. */
  urlOf(service: string): string | undefined;
}

const none = (what: string) =>
  z.array(z.unknown()).max(0, `${what} is not supported by the local cloud`).nullish();

const TriggerArguments = z.object({
  id: z.string(),
  project: z.string(),
  location: z.string(),
  service_account: z.string('is needed'),
  event_data_content_type: z.string().nullish(),
  channel: z.undefined('is not supported by the local cloud').optional(),
  retry_policy: none('retry_policy'),
  matching_criteria: z.array(
    z.object({ attribute: z.string(), value: z.string(), operator: z.string().nullish() }),
  ),
  destination: z
    .array(
      z.object({
        workflow: z.undefined('workflows as destinations do not run locally yet').optional().nullable(),
        gke: none('gke'),
        http_endpoint: none('http_endpoint'),
        network_config: none('network_config'),
        cloud_run_service: z
          .array(z.object({ service: z.string(), region: z.string().nullish(), path: z.string().nullish() }))
          .length(1, 'is needed: other destinations do not run locally'),
      }),
    )
    .length(1),
  transport: z
    .array(
      z.object({
        pubsub: z
          .array(z.object({ topic: z.string().nullish() }))
          .max(1)
          .nullish(),
      }),
    )
    .max(1)
    .nullish(),
});

const NotificationArguments = z.object({
  bucket: z.string(),
  topic: z.string(),
  notification_id: z.string(),
  payload_format: z.enum(['JSON_API_V1', 'NONE']),
  event_types: z.array(z.string()).default([]),
  object_name_prefix: z.string().default(''),
  custom_attributes: z.record(z.string(), z.string()).default({}),
});

/** Event functions and Cloud Run services get this much time for each event unless their trigger says more. */
const ackDeadlineSeconds = 10;
const epoch = '1970-01-01T00:00:00.000000000Z';

const givenTopic = (values: StackValues): string | undefined => {
  const parsed = TriggerArguments.shape.transport.safeParse(values.transport);
  return parsed.data?.[0]?.pubsub?.[0]?.topic ?? undefined;
};

const topicName = (topic: string, project: string) =>
  topic.startsWith('projects/') ? topic : `projects/${project}/topics/${topic}`;

export const eventarcResourceTypes: ResourceTypes<GcpScope, EventarcDeployment> = {
  google_eventarc_trigger: {
    attributes(values, scope, address) {
      const id = `${locationOf(values, scope)}/triggers/${String(values.name)}`;
      const own = transportNames(id);
      return {
        id,
        project: projectOf(values, scope),
        uid: stableId(address, 36, '0123456789abcdef'),
        etag: '',
        create_time: epoch,
        update_time: epoch,
        conditions: {},
        event_data_content_type: 'application/json',
        transport: [{ pubsub: [{ topic: givenTopic(values) ?? own.topic, subscription: own.subscription }] }],
        ...labelAttributes(values.labels),
      };
    },
    realise(resource, { eventarc, urlOf }) {
      const trigger = readResource(TriggerArguments, resource);
      const [service] = trigger.destination.flatMap(({ cloud_run_service }) => cloud_run_service);
      if (!service) throw new ConfigurationError(resource, 'it has no destination');
      const location = `projects/${trigger.project}/locations/${service.region ?? trigger.location}`;
      const url = urlOf(`${location}/services/${service.service}`);
      if (url === undefined)
        throw new ConfigurationError(
          resource,
          `there is no Cloud Run service ${service.service} in ${location}; declare it as a google_cloudfunctions2_function`,
        );
      const filters = trigger.matching_criteria.map(({ attribute, value, operator }) => ({
        attribute,
        value,
        ...(operator && { operator }),
      }));
      const own = transportNames(trigger.id);
      const topic = topicName(trigger.transport?.[0]?.pubsub?.[0]?.topic ?? own.topic, trigger.project);
      if (topic !== own.topic && !isMessageTrigger(filters))
        throw new ConfigurationError(resource, 'only a trigger for messages of a topic may name the topic');
      eventarc.createTrigger({
        name: trigger.id,
        filters,
        topic,
        ownsTopic: topic === own.topic,
        subscription: own.subscription,
        endpoint: `${url}${service.path ?? ''}`,
        audience: url,
        serviceAccount: trigger.service_account.split('/').at(-1) ?? '',
        retries: true,
        ackDeadlineSeconds,
      });
    },
  },

  google_storage_notification: {
    attributes(values, _scope, address) {
      const notificationId = stableId(address, 2, '123456789');
      const id = `${String(values.bucket)}/notificationConfigs/${notificationId}`;
      return {
        id,
        notification_id: notificationId,
        self_link: `https://www.googleapis.com/storage/v1/b/${id}`,
      };
    },
    realise(resource, { eventarc }) {
      const notification = readResource(NotificationArguments, resource);
      const { bucket, topic, notification_id } = notification;
      eventarc.addNotification({
        name: `projects/_/buckets/${bucket}/notificationConfigs/${notification_id}`,
        bucket,
        topic: topic.replace(/^\/\/pubsub\.googleapis\.com\//, ''),
        payloadFormat: notification.payload_format,
        eventTypes: notification.event_types,
        objectNamePrefix: notification.object_name_prefix,
        customAttributes: notification.custom_attributes,
      });
    },
  },
};
