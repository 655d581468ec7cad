/** The gRPC services of Pub/Sub as tables of methods. */
import {
  type GrpcCall,
  GrpcError,
  type GrpcMethod,
  type GrpcService,
  type MessageReader,
  type MessageWriter,
  unary,
} from '../grpc-server.ts';
import type { GcpPrincipal } from '../service.ts';
import * as wire from './messages.ts';
import * as publisher from './publisher.ts';
import type { PubSub } from './pubsub.ts';
import { streamingPull } from './streaming-pull.ts';
import * as subscriber from './subscriber.ts';

/** Both services, and why the third is not there. */
export function grpcServices(pubsub: PubSub): GrpcService[] {
  const method = <Request, Response>(
    request: MessageReader<Request>,
    response: MessageWriter<Response>,
    run: (pubsub: PubSub, request: Request, principal: GcpPrincipal) => Response | Promise<Response>,
  ): GrpcMethod =>
    unary(request, response, (message, call: GrpcCall) => run(pubsub, message, call.principal));
  return [
    {
      name: 'google.pubsub.v1.Publisher',
      methods: {
        CreateTopic: method(wire.topic, wire.topic, publisher.createTopic),
        GetTopic: method(wire.topicName, wire.topic, publisher.getTopic),
        UpdateTopic: method(wire.updateTopicRequest, wire.topic, publisher.updateTopic),
        DeleteTopic: method(wire.topicName, wire.empty, publisher.deleteTopic),
        ListTopics: method(wire.listTopicsRequest, wire.listTopicsResponse, publisher.listTopics),
        ListTopicSubscriptions: method(
          wire.listTopicSubscriptionsRequest,
          wire.listTopicSubscriptionsResponse,
          publisher.listTopicSubscriptions,
        ),
        Publish: method(wire.publishRequest, wire.publishResponse, publisher.publish),
        DetachSubscription: method(wire.subscriptionName, wire.empty, subscriber.detachSubscription),
        ListTopicSnapshots: unsupported('snapshots'),
      },
    },
    {
      name: 'google.pubsub.v1.Subscriber',
      methods: {
        CreateSubscription: method(wire.subscription, wire.subscription, subscriber.createSubscription),
        GetSubscription: method(wire.subscriptionName, wire.subscription, subscriber.getSubscription),
        UpdateSubscription: method(
          wire.updateSubscriptionRequest,
          wire.subscription,
          subscriber.updateSubscription,
        ),
        ListSubscriptions: method(
          wire.listSubscriptionsRequest,
          wire.listSubscriptionsResponse,
          subscriber.listSubscriptions,
        ),
        DeleteSubscription: method(wire.subscriptionName, wire.empty, subscriber.deleteSubscription),
        ModifyAckDeadline: method(wire.modifyAckDeadlineRequest, wire.empty, subscriber.modifyAckDeadline),
        Acknowledge: method(wire.acknowledgeRequest, wire.empty, subscriber.acknowledge),
        Pull: method(wire.pullRequest, wire.pullResponse, subscriber.pull),
        StreamingPull: streamingPull(pubsub),
        ModifyPushConfig: method(wire.modifyPushConfigRequest, wire.empty, subscriber.modifyPushConfig),
        GetSnapshot: unsupported('snapshots'),
        ListSnapshots: unsupported('snapshots'),
        CreateSnapshot: unsupported('snapshots'),
        UpdateSnapshot: unsupported('snapshots'),
        DeleteSnapshot: unsupported('snapshots'),
        Seek: unsupported('Seek'),
      },
    },
  ];
}

const unsupported = (what: string): GrpcMethod => ({
  kind: 'unary',
  run() {
    throw new GrpcError('UNIMPLEMENTED', `The local Pub/Sub does not support ${what}.`);
  },
});
