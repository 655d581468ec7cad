import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { PubSub } from './pubsub.ts';
import { pubsubResourceTypes } from './resource-types.ts';
import { testRuntime } from './test-bed.ts';

let pubsub: PubSub;
beforeEach(() => {
  pubsub = new PubSub(testRuntime().runtime);
});
afterEach(() => pubsub.close());

const scope = { projectId: 'demo', projectNumber: '1', region: 'europe-west1' };

async function realise(type: string, values: StackValues): Promise<StackValues> {
  const resourceType = pubsubResourceTypes[type];
  const address = `${type}.this`;
  const attributes = resourceType?.attributes(values, scope, address) ?? {};
  const resource: StackResource = {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'google',
    values: { ...attributes, ...values },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
  await resourceType?.realise?.(resource, pubsub);
  return attributes;
}

test('a topic and a subscription with the provider’s defaults', async () => {
  expect(await realise('google_pubsub_topic', { name: 'orders', labels: { a: 'b' } })).toMatchObject({
    id: 'projects/demo/topics/orders',
    project: 'demo',
    effective_labels: { a: 'b' },
  });
  const attributes = await realise('google_pubsub_subscription', { name: 'sub', topic: 'orders' });
  expect(attributes).toMatchObject({
    id: 'projects/demo/subscriptions/sub',
    ack_deadline_seconds: 10,
    message_retention_duration: '604800s',
    expiration_policy: [{ ttl: '2678400s' }],
  });
  expect(pubsub.subscription('projects/demo/subscriptions/sub').settings).toMatchObject({
    topic: 'projects/demo/topics/orders',
    ackDeadlineSeconds: 10,
    expirationSeconds: 2_678_400,
  });
});

test('every setting of a subscription', async () => {
  await realise('google_pubsub_topic', { name: 'orders' });
  await realise('google_pubsub_subscription', {
    name: 'sub',
    topic: 'projects/demo/topics/orders',
    ack_deadline_seconds: 60,
    message_retention_duration: '1200s',
    enable_message_ordering: true,
    filter: 'attributes:a',
    expiration_policy: [{ ttl: '' }],
    dead_letter_policy: [{ dead_letter_topic: 'projects/demo/topics/orders', max_delivery_attempts: 7 }],
    retry_policy: [{ minimum_backoff: '5s', maximum_backoff: null }],
    push_config: [
      {
        push_endpoint: 'https://a.run.app',
        oidc_token: [{ service_account_email: 'push@demo', audience: '' }],
        no_wrapper: [{ write_metadata: true }],
      },
    ],
  });
  expect(pubsub.subscription('projects/demo/subscriptions/sub').settings).toEqual({
    topic: 'projects/demo/topics/orders',
    labels: new Map(),
    ackDeadlineSeconds: 60,
    messageRetentionSeconds: 1200,
    retainAckedMessages: false,
    enableMessageOrdering: true,
    enableExactlyOnceDelivery: false,
    filter: 'attributes:a',
    deadLetter: { topic: 'projects/demo/topics/orders', maximumDeliveryAttempts: 7 },
    retry: { minimumBackoffMs: 5000, maximumBackoffMs: 600_000 },
    push: {
      endpoint: 'https://a.run.app',
      attributes: new Map(),
      oidcToken: { serviceAccountEmail: 'push@demo' },
      payload: { kind: 'unwrapped', writeMetadata: true },
    },
  });
});

test('what is not supported, not valid or not there is named with its place', async () => {
  const topic = (values: StackValues) => realise('google_pubsub_topic', { name: 'orders', ...values });
  await expect(topic({ kms_key_name: 'k' })).rejects.toThrow(
    'main.tf:3 google_pubsub_topic.this: argument kms_key_name is not valid: kms_key_name is not supported by the local cloud',
  );
  await expect(topic({ schema_settings: [{ schema: 's' }] })).rejects.toThrow(
    'schema_settings is not supported',
  );
  const subscription = (values: StackValues) =>
    realise('google_pubsub_subscription', { name: 'sub', topic: 'orders', ...values });
  await expect(subscription({})).rejects.toThrow('Resource not found (resource=orders).');
  await topic({});
  await expect(subscription({ bigquery_config: [{ table: 't' }] })).rejects.toThrow(
    'bigquery_config is not supported',
  );
  await expect(subscription({ ack_deadline_seconds: 5 })).rejects.toThrow('Invalid ack deadline value: 5s');
  await expect(subscription({ message_retention_duration: '7d' })).rejects.toThrow('a number of seconds');
});

test('the service agents that Terraform asks for by service', async () => {
  expect(await realise('google_project_service_identity', { service: 'pubsub.googleapis.com' })).toEqual({
    id: 'projects/demo/services/pubsub.googleapis.com',
    project: 'demo',
    email: 'service-1@gcp-sa-pubsub.iam.gserviceaccount.com',
    member: 'serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com',
  });
  await expect(
    realise('google_project_service_identity', { service: 'unknown.googleapis.com' }),
  ).rejects.toThrow('the service agent of unknown.googleapis.com is not known');
});
