/** The messages of the API in JSON, read into and written from their form on the wire. */
import * as z from 'zod';
import type { WireMessage, WirePushConfig, WireSubscription, WireTopic } from './messages.ts';

const nanosPerSecond = 1e9;

const duration = z
  .string()
  .regex(/^\d+(\.\d{1,9})?s$/)
  .transform((text) => {
    const [whole = '0', fraction = ''] = text.slice(0, -1).split('.');
    return { seconds: BigInt(whole), nanos: Number(fraction.padEnd(9, '0')) };
  });
const labels = z
  .record(z.string(), z.string())
  .default({})
  .transform((entries) => new Map(Object.entries(entries)));
const text = z.string().default('');
/** Only whether it is there is of interest: it is not supported. */
const present = z
  .unknown()
  .optional()
  .transform((value) => (value === undefined ? undefined : {}));

export const message = z
  .strictObject({
    data: z.string().default(''),
    attributes: labels,
    orderingKey: text,
    messageId: text,
    publishTime: z.unknown().optional(),
  })
  .transform(
    ({ data, ...rest }): WireMessage => ({
      ...rest,
      data: Buffer.from(data, 'base64'),
      publishTime: undefined,
    }),
  );

export const topic = z
  .strictObject({
    name: text,
    labels,
    messageRetentionDuration: duration.optional(),
    messageStoragePolicy: z
      .object({
        allowedPersistenceRegions: z.array(z.string()).default([]),
        enforceInTransit: z.boolean().default(false),
      })
      .optional(),
    kmsKeyName: text,
    schemaSettings: present,
    ingestionDataSourceSettings: present,
    messageTransforms: z.array(z.object({})).default([]),
    state: z.unknown().optional(),
  })
  .transform(
    (one): WireTopic => ({
      ...one,
      messageRetentionDuration: one.messageRetentionDuration,
      messageStoragePolicy: one.messageStoragePolicy,
      state: 0,
    }),
  );

export const pushConfig = z
  .strictObject({
    pushEndpoint: text,
    attributes: labels,
    oidcToken: z.object({ serviceAccountEmail: text, audience: text }).optional(),
    pubsubWrapper: present,
    noWrapper: z.object({ writeMetadata: z.boolean().default(false) }).optional(),
  })
  .transform((one): WirePushConfig => ({ ...one, oidcToken: one.oidcToken, noWrapper: one.noWrapper }));

export const subscription = z
  .strictObject({
    name: text,
    topic: text,
    pushConfig: pushConfig.optional(),
    ackDeadlineSeconds: z.number().default(0),
    retainAckedMessages: z.boolean().default(false),
    messageRetentionDuration: duration.optional(),
    labels,
    enableMessageOrdering: z.boolean().default(false),
    expirationPolicy: z.object({ ttl: duration.optional() }).optional(),
    filter: text,
    deadLetterPolicy: z
      .object({ deadLetterTopic: text, maxDeliveryAttempts: z.number().default(0) })
      .optional(),
    retryPolicy: z
      .object({ minimumBackoff: duration.optional(), maximumBackoff: duration.optional() })
      .optional(),
    detached: z.boolean().default(false),
    enableExactlyOnceDelivery: z.boolean().default(false),
    bigqueryConfig: present,
    cloudStorageConfig: present,
    bigtableConfig: present,
    messageTransforms: z.array(z.object({})).default([]),
    state: z.unknown().optional(),
  })
  .transform(
    (one): WireSubscription => ({
      ...one,
      pushConfig: one.pushConfig,
      messageRetentionDuration: one.messageRetentionDuration,
      expirationPolicy: one.expirationPolicy && { ttl: one.expirationPolicy.ttl },
      deadLetterPolicy: one.deadLetterPolicy,
      retryPolicy: one.retryPolicy && {
        minimumBackoff: one.retryPolicy.minimumBackoff,
        maximumBackoff: one.retryPolicy.maximumBackoff,
      },
      topicMessageRetentionDuration: undefined,
      state: 0,
    }),
  );

/** The JSON form leaves out what is empty, false or zero. */
export function withoutEmpty(value: object): Record<string, unknown> {
  const isEmpty = (one: unknown) =>
    one === undefined ||
    one === '' ||
    one === false ||
    one === 0 ||
    (Array.isArray(one) && one.length === 0) ||
    (one instanceof Map && one.size === 0);
  return Object.fromEntries(Object.entries(value).filter(([, one]) => !isEmpty(one)));
}

/** Maps as objects, durations as `10s`, states by their names. */
function jsonValue(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== 'object' || value === null) return value;
  if ('seconds' in value && 'nanos' in value && typeof value.seconds === 'bigint')
    return `${Number(value.seconds) + Number(value.nanos) / nanosPerSecond}s`;
  return Object.fromEntries(Object.entries(withoutEmpty(value)).map(([name, one]) => [name, jsonValue(one)]));
}

const resourceJson = (one: object) => ({ ...(jsonValue(one) as object), state: 'ACTIVE' });

export const topicJson = (one: object) => resourceJson(one);
export const subscriptionJson = (one: object) => resourceJson(one);

interface Received {
  ackId: string;
  message: {
    data: Buffer;
    attributes: ReadonlyMap<string, string>;
    messageId: string;
    publishTime: { seconds: bigint; nanos: number };
    orderingKey: string;
  };
  deliveryAttempt: number | undefined;
}

export function receivedJson({ ackId, message: one, deliveryAttempt }: Received) {
  const publishedAtMs = Number(one.publishTime.seconds) * 1000 + one.publishTime.nanos / 1e6;
  return withoutEmpty({
    ackId,
    message: withoutEmpty({
      data: one.data.toString('base64'),
      attributes: one.attributes.size > 0 ? Object.fromEntries(one.attributes) : undefined,
      messageId: one.messageId,
      publishTime: new Date(publishedAtMs).toISOString(),
      orderingKey: one.orderingKey,
    }),
    deliveryAttempt,
  });
}
