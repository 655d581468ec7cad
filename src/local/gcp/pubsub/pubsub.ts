/** Pub/Sub of one project: topics, subscriptions, and how messages get from one to the other. */
import type { QueuedMessage } from '../../engine/queued-message.ts';
import { GrpcError } from '../grpc-server.ts';
import type { GcpAccessRequest, GcpPrincipal, GcpRuntime } from '../service.ts';
import { billedBytes, checkPublish, type OutgoingPubsubMessage, type PubsubMessage } from './message.ts';
import { checkName, deletedTopic, projectIdOf, shortName } from './resource-name.ts';
import { checkSubscription, type SubscriptionSettings, type TopicSettings } from './settings.ts';
import { Subscription } from './subscription.ts';

export interface Topic {
  /** `projects/p/topics/t` */
  readonly name: string;
  settings: TopicSettings;
  readonly subscriptions: Set<Subscription>;
}

/** What is told of subscriptions that come, change and go. */
export interface SubscriptionListener {
  changed(subscription: Subscription): void;
  removed(subscription: Subscription): void;
}

const bytesPerGib = 1024 ** 3;
/** https://cloud.google.com/pubsub/pricing: the least that a request is charged for. */
const minimumRequestBytes = 1000;
const messageIdDigits = 17;

/** Who forwards dead letters of a project. https://docs.cloud.google.com/pubsub/docs/dead-letter-topics#grant_forwarding_permissions */
export const pubsubServiceAgent = (projectNumber: string): string =>
  `service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;

export const notFound = (name: string): GrpcError =>
  new GrpcError('NOT_FOUND', `Resource not found (resource=${shortName(name)}).`);
const alreadyExists = (name: string): GrpcError =>
  new GrpcError('ALREADY_EXISTS', `Resource already exists in the project (resource=${shortName(name)}).`);

export class PubSub {
  readonly runtime: GcpRuntime;
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly #listeners = new Set<SubscriptionListener>();
  #lastMessageId = 0n;

  constructor(runtime: GcpRuntime) {
    this.runtime = runtime;
  }

  /** Calls the listener for every subscription, also for those that are there already. */
  onSubscriptions(listener: SubscriptionListener): void {
    this.#listeners.add(listener);
    for (const subscription of this.subscriptions.values()) listener.changed(subscription);
  }

  /** @throws GrpcError INVALID_ARGUMENT, ALREADY_EXISTS */
  createTopic(name: string, settings: TopicSettings): Topic {
    checkName('topics', name);
    if (this.topics.has(name)) throw alreadyExists(name);
    const topic = { name, settings, subscriptions: new Set<Subscription>() };
    this.topics.set(name, topic);
    return topic;
  }

  /** @throws GrpcError NOT_FOUND */
  topic(name: string): Topic {
    const topic = this.topics.get(name);
    if (!topic) throw notFound(name);
    return topic;
  }

  /** Its subscriptions stay, with what they hold, and have no topic any more. */
  deleteTopic(name: string): void {
    for (const subscription of this.topic(name).subscriptions)
      subscription.configure({ ...subscription.settings, topic: deletedTopic });
    this.topics.delete(name);
  }

  /** @throws GrpcError INVALID_ARGUMENT, ALREADY_EXISTS, NOT_FOUND */
  createSubscription(name: string, settings: SubscriptionSettings): Subscription {
    checkName('subscriptions', name);
    checkSubscription(settings);
    const topic = this.topic(settings.topic);
    if (settings.deadLetter) this.topic(settings.deadLetter.topic);
    if (this.subscriptions.has(name)) throw alreadyExists(name);
    const subscription = new Subscription({
      name,
      settings,
      runtime: this.runtime,
      forward: (message, source) => this.#forward(message, source),
      onExpired: (expired) => this.deleteSubscription(expired.name),
    });
    this.subscriptions.set(name, subscription);
    topic.subscriptions.add(subscription);
    for (const listener of this.#listeners) listener.changed(subscription);
    return subscription;
  }

  /** @throws GrpcError NOT_FOUND */
  subscription(name: string): Subscription {
    const subscription = this.subscriptions.get(name);
    if (!subscription) throw notFound(name);
    return subscription;
  }

  /** @throws GrpcError INVALID_ARGUMENT, NOT_FOUND */
  updateSubscription(name: string, settings: SubscriptionSettings): Subscription {
    const subscription = this.subscription(name);
    checkSubscription(settings);
    if (settings.deadLetter) this.topic(settings.deadLetter.topic);
    subscription.configure(settings);
    for (const listener of this.#listeners) listener.changed(subscription);
    return subscription;
  }

  /** @throws GrpcError NOT_FOUND */
  deleteSubscription(name: string): void {
    const subscription = this.subscription(name);
    this.subscriptions.delete(name);
    this.topics.get(subscription.settings.topic)?.subscriptions.delete(subscription);
    subscription.close();
    for (const listener of this.#listeners) listener.removed(subscription);
  }

  /** @throws GrpcError NOT_FOUND */
  detach(name: string): void {
    const subscription = this.subscription(name);
    this.topics.get(subscription.settings.topic)?.subscriptions.delete(subscription);
    subscription.detach();
    for (const listener of this.#listeners) listener.removed(subscription);
  }

  /** Gives each message to every subscription of the topic. @throws GrpcError NOT_FOUND, INVALID_ARGUMENT */
  publish(topicName: string, messages: readonly OutgoingPubsubMessage[]): string[] {
    const topic = this.topic(topicName);
    checkPublish(messages);
    return this.#fanOut(topic, messages);
  }

  /**
   * Publishes as `principal`, who needs the permission.
   *
   * @throws GrpcError PERMISSION_DENIED, NOT_FOUND, INVALID_ARGUMENT
   */
  publishAs(
    principal: GcpPrincipal,
    topicName: string,
    messages: readonly OutgoingPubsubMessage[],
  ): string[] {
    this.authorize(principal, 'pubsub.topics.publish', topicName);
    return this.publish(topicName, messages);
  }

  /** @throws GrpcError PERMISSION_DENIED */
  authorize(principal: GcpPrincipal, permission: string, resource: string): void {
    if (this.runtime.isAllowed(principal, { permission, resource })) return;
    const who = principal.kind === 'owner' ? 'the owner' : principal.email;
    throw new GrpcError(
      'PERMISSION_DENIED',
      `User not authorized to perform this action. Permission '${permission}' denied on resource '${resource}' for ${who}.`,
    );
  }

  /** Counts what one request has carried, at the topic that took it or the subscription that gave it. */
  meter(resource: string, messages: readonly PubsubMessage[]): void {
    const bytes = messages.reduce((sum, message) => sum + billedBytes(message), 0);
    const billed = Math.max(bytes, minimumRequestBytes);
    this.runtime.meter.add('pubsub', 'throughput-gib', resource, billed / bytesPerGib);
  }

  close(): void {
    for (const subscription of this.subscriptions.values()) subscription.close();
  }

  /** Unlike all others, and rising, as the service's ids mostly do. */
  #newMessageId(): string {
    const now = BigInt(Math.floor(this.runtime.clock.now())) * 10_000n;
    this.#lastMessageId = now > this.#lastMessageId ? now : this.#lastMessageId + 1n;
    return this.#lastMessageId.toString().padStart(messageIdDigits, '1');
  }

  /**
   * Takes the permissions for dead letters as used, because on a day without failures nothing else uses them. Gives the
   * reasons why dead letters of a subscription would not be forwarded.
   */
  closedDeadLetterRoutes(): string[] {
    return [...this.subscriptions.values()].flatMap(({ name, settings }) => {
      if (!settings.deadLetter) return [];
      const { topic } = settings.deadLetter;
      if (!this.topics.has(topic)) return [`dead letters of ${name} stay there: there is no topic ${topic}`];
      return this.#missingForForwarding(name, topic).map(
        ({ permission, resource }) =>
          `dead letters of ${name} stay there: Pub/Sub's service agent lacks ${permission} on ${resource}`,
      );
    });
  }

  /** It publishes to the one and acknowledges at the other; without both the message stays. */
  #missingForForwarding(subscription: string, topic: string): GcpAccessRequest[] {
    const email = pubsubServiceAgent(this.runtime.projectNumber);
    const agent: GcpPrincipal = { kind: 'serviceAccount', email };
    const needed = [
      { permission: 'pubsub.topics.publish', resource: topic },
      { permission: 'pubsub.subscriptions.consume', resource: subscription },
    ];
    return needed.filter((request) => !this.runtime.isAllowed(agent, request));
  }

  /** https://docs.cloud.google.com/pubsub/docs/dead-letter-topics */
  #forward(
    { content, receiveCount }: QueuedMessage<PubsubMessage>,
    { name, settings }: Subscription,
  ): boolean {
    const target = this.topics.get(settings.deadLetter?.topic ?? '');
    if (!target || this.#missingForForwarding(name, target.name).length > 0) return false;
    const attributes = new Map([
      ...content.attributes,
      ['CloudPubSubDeadLetterSourceDeliveryCount', String(receiveCount)],
      ['CloudPubSubDeadLetterSourceSubscription', shortName(name)],
      ['CloudPubSubDeadLetterSourceSubscriptionProject', projectIdOf(name)],
      ['CloudPubSubDeadLetterSourceTopicPublishTime', new Date(content.publishedAtMs).toISOString()],
    ]);
    this.#fanOut(target, [{ data: content.data, attributes, orderingKey: content.orderingKey }]);
    return true;
  }

  #fanOut(topic: Topic, messages: readonly OutgoingPubsubMessage[]): string[] {
    const publishedAtMs = this.runtime.clock.now();
    const published = messages.map(
      (message): PubsubMessage => ({ ...message, messageId: this.#newMessageId(), publishedAtMs }),
    );
    this.meter(topic.name, published);
    for (const message of published)
      for (const subscription of topic.subscriptions) subscription.deliver(message);
    return published.map(({ messageId }) => messageId);
  }
}
