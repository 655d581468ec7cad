/**
 * The REST form of Pub/Sub, as gcloud and plain HTTP clients speak it: the same operations, with their messages in JSON.
 * https://docs.cloud.google.com/pubsub/docs/reference/rest
 */
import * as z from 'zod';
import type { WireHandler, WireRequest, WireResponse } from '../../engine/wire.ts';
import { GrpcError } from '../grpc-server.ts';
import type { GcpPrincipal } from '../service.ts';
import * as json from './json.ts';
import * as publisher from './publisher.ts';
import type { PubSub } from './pubsub.ts';
import * as subscriber from './subscriber.ts';

export interface RestOptions {
  /** What a request without a token is; `refuse` as in the cloud. */
  withoutToken: 'owner' | 'refuse';
}

interface Call {
  /** The resource that the path names. */
  name: string;
  query: URLSearchParams;
  body: unknown;
  principal: GcpPrincipal;
}
type Operation = (pubsub: PubSub, call: Call) => unknown;

const pagingOf = (query: URLSearchParams) => ({
  pageSize: Number(query.get('pageSize') ?? 0),
  pageToken: query.get('pageToken') ?? '',
});
const Mask = z.string().transform((text) => ({ paths: text.split(',') }));
const AckIds = z.object({ ackIds: z.array(z.string()).default([]) });
const Modify = AckIds.extend({ ackDeadlineSeconds: z.number().default(0) });
const Pull = z.object({ maxMessages: z.number().default(0), returnImmediately: z.boolean().default(false) });

/** By method, kind of resource and custom verb. */
const operations: Record<string, Operation> = {
  'PUT topics': (pubsub, { name, body, principal }) =>
    json.topicJson(publisher.createTopic(pubsub, { ...read(json.topic, body), name }, principal)),
  'GET topics': (pubsub, { name, principal }) =>
    json.topicJson(publisher.getTopic(pubsub, { topic: name }, principal)),
  'PATCH topics': (pubsub, { name, body, principal }) => {
    const { topic, updateMask } = read(z.object({ topic: json.topic, updateMask: Mask }), body);
    return json.topicJson(
      publisher.updateTopic(pubsub, { topic: { ...topic, name }, updateMask }, principal),
    );
  },
  'DELETE topics': (pubsub, { name, principal }) => publisher.deleteTopic(pubsub, { topic: name }, principal),
  'POST topics:publish': (pubsub, { name, body, principal }) => {
    const { messages } = read(z.object({ messages: z.array(json.message).default([]) }), body);
    return publisher.publish(pubsub, { topic: name, messages }, principal);
  },
  'GET topics/subscriptions': (pubsub, { name, query, principal }) =>
    json.withoutEmpty(
      publisher.listTopicSubscriptions(pubsub, { topic: name, ...pagingOf(query) }, principal),
    ),
  'GET list:topics': (pubsub, { name, query, principal }) => {
    const { topics, nextPageToken } = publisher.listTopics(
      pubsub,
      { project: name, ...pagingOf(query) },
      principal,
    );
    return json.withoutEmpty({ topics: topics.map(json.topicJson), nextPageToken });
  },
  'PUT subscriptions': (pubsub, { name, body, principal }) =>
    json.subscriptionJson(
      subscriber.createSubscription(pubsub, { ...read(json.subscription, body), name }, principal),
    ),
  'GET subscriptions': (pubsub, { name, principal }) =>
    json.subscriptionJson(subscriber.getSubscription(pubsub, { subscription: name }, principal)),
  'PATCH subscriptions': (pubsub, { name, body, principal }) => {
    const { subscription, updateMask } = read(
      z.object({ subscription: json.subscription, updateMask: Mask }),
      body,
    );
    return json.subscriptionJson(
      subscriber.updateSubscription(
        pubsub,
        { subscription: { ...subscription, name }, updateMask },
        principal,
      ),
    );
  },
  'DELETE subscriptions': (pubsub, { name, principal }) =>
    subscriber.deleteSubscription(pubsub, { subscription: name }, principal),
  'POST subscriptions:pull': async (pubsub, { name, body, principal }) => {
    const answer = await subscriber.pull(pubsub, { ...read(Pull, body), subscription: name }, principal);
    return json.withoutEmpty({ receivedMessages: answer.receivedMessages.map(json.receivedJson) });
  },
  'POST subscriptions:acknowledge': (pubsub, { name, body, principal }) =>
    subscriber.acknowledge(pubsub, { ...read(AckIds, body), subscription: name }, principal),
  'POST subscriptions:modifyAckDeadline': (pubsub, { name, body, principal }) =>
    subscriber.modifyAckDeadline(pubsub, { ...read(Modify, body), subscription: name }, principal),
  'POST subscriptions:modifyPushConfig': (pubsub, { name, body, principal }) => {
    const { pushConfig } = read(z.object({ pushConfig: json.pushConfig.optional() }), body);
    return subscriber.modifyPushConfig(pubsub, { subscription: name, pushConfig }, principal);
  },
  'POST subscriptions:detach': (pubsub, { name, principal }) =>
    subscriber.detachSubscription(pubsub, { subscription: name }, principal),
  'GET list:subscriptions': (pubsub, { name, query, principal }) => {
    const { subscriptions, nextPageToken } = subscriber.listSubscriptions(
      pubsub,
      { project: name, ...pagingOf(query) },
      principal,
    );
    return json.withoutEmpty({ subscriptions: subscriptions.map(json.subscriptionJson), nextPageToken });
  },
};

/** Whether a path is one of Pub/Sub's, on a port that several services share. */
export const isPubsubPath = (path: string): boolean =>
  /^\/v1\/projects\/[^/]+\/(topics|subscriptions|snapshots|schemas)(\/|$)/.test(path);

export function pubsubRest(pubsub: PubSub, options: RestOptions): WireHandler {
  return async (request) => {
    try {
      const { key, name } = resourceIn(request);
      const operation = Object.hasOwn(operations, key) ? operations[key] : undefined;
      if (!operation)
        throw new GrpcError(
          'UNIMPLEMENTED',
          `The local Pub/Sub does not support ${request.method} ${request.path}.`,
        );
      const principal = principalOf(pubsub, request, options);
      const query = new URLSearchParams(request.query);
      const answer = await operation(pubsub, { name, query, body: bodyOf(request), principal });
      return jsonAnswer(200, answer);
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      const code = httpStatus[error.code] ?? 500;
      return jsonAnswer(code, { error: { code, message: error.message, status: error.code } });
    }
  };
}

function resourceIn({ method, path }: WireRequest): { key: string; name: string } {
  const [, name = '', kind = '', rest, verb] =
    /^\/v1\/(projects\/[^/]+(?:\/(topics|subscriptions)\/[^/:]+)?)(\/subscriptions|\/topics)?(?::(\w+))?$/.exec(
      decodeURIComponent(path),
    ) ?? [];
  if (kind === '' && rest !== undefined) return { key: `${method} list:${rest.slice(1)}`, name };
  return { key: `${method} ${kind}${rest ?? ''}${verb === undefined ? '' : `:${verb}`}`, name };
}

function principalOf(pubsub: PubSub, { headers }: WireRequest, { withoutToken }: RestOptions): GcpPrincipal {
  const token = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  // gcloud sends the token of whoever is logged in, which is nobody here.
  if (withoutToken === 'owner') {
    const principal = token === undefined ? undefined : pubsub.runtime.authenticate(token);
    return principal ?? { kind: 'owner' };
  }
  const principal = token === undefined ? undefined : pubsub.runtime.authenticate(token);
  if (principal) return principal;
  throw new GrpcError(
    'UNAUTHENTICATED',
    'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  );
}

function bodyOf({ body }: WireRequest): unknown {
  if (body.byteLength === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new GrpcError('INVALID_ARGUMENT', 'Invalid JSON payload received.');
  }
}

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `Invalid JSON payload received. ${issue?.message} at '${issue?.path.join('.')}'.`,
  );
}

const jsonAnswer = (status: number, answer: unknown): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(answer),
});

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const httpStatus: Partial<Record<GrpcError['code'], number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
};
