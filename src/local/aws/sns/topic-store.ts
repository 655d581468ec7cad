import type { MetricStore } from '../../engine/metric-store.ts';
import type { DeadLetterRoute, Destinations } from '../destinations.ts';
import { AwsError, type AwsRuntime } from '../service.ts';
import { ApplicationSubscription } from './application-subscription.ts';
import { invalid, noSuchSubscription, noSuchTopic, unsupported } from './errors.ts';
import { checkPersonEndpoint, PersonSubscription } from './person-subscription.ts';
import {
  applicationProtocols,
  isForPersons,
  type Protocol,
  personProtocols,
  type Subscription,
} from './subscription.ts';
import { Topic } from './topic.ts';
import { checkTopicAttributes } from './topic-attributes.ts';

export interface SnsSurroundings {
  runtime: AwsRuntime;
  metrics: MetricStore;
  destinations: Destinations;
  /** Lets a topic policy, as JSON, decide on calls. @throws for a malformed policy */
  attachPolicy(topicArn: string, document: string): void;
  warn(text: string): void;
}

/** The topics of one account and region. */
export class TopicStore {
  readonly surroundings: SnsSurroundings;
  /** By ARN. */
  readonly topics = new Map<string, Topic>();

  constructor(surroundings: SnsSurroundings) {
    this.surroundings = surroundings;
  }

  get runtime(): AwsRuntime {
    return this.surroundings.runtime;
  }

  arnOf(name: string): string {
    const { partition, region, accountId } = this.runtime;
    return `arn:${partition}:sns:${region}:${accountId}:${name}`;
  }

  /** @throws AwsError NotFound, or InvalidParameter for what is no ARN of a topic */
  topic(arn: string): Topic {
    const topic = this.topics.get(arn);
    if (topic) return topic;
    if (!/^arn:[^:]+:sns:[^:]+:\d{12}:[\w.-]+$/.test(arn)) throw invalid('TopicArn');
    throw noSuchTopic();
  }

  /** @throws AwsError NotFound */
  subscription(arn: string): Subscription {
    const found = this.topics.get(arn.slice(0, arn.lastIndexOf(':')))?.subscriptions.get(arn);
    if (found) return found;
    throw noSuchSubscription();
  }

  *deadLetterRoutes(): Iterable<DeadLetterRoute> {
    for (const topic of this.topics.values())
      for (const { deadLetterRoute } of topic.subscriptions.values())
        if (deadLetterRoute) yield deadLetterRoute;
  }

  /** @throws AwsError when there is one with other attributes already, or they are not valid */
  create(name: string, attributes: Record<string, string>, tags: Record<string, string>): Topic {
    const fifo = attributes.FifoTopic === 'true';
    if (!(fifo ? /^[\w-]{1,251}\.fifo$/ : /^[\w-]{1,256}$/).test(name))
      throw invalid(
        fifo
          ? 'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.'
          : 'Topic Name',
      );
    checkTopicAttributes(attributes, fifo);
    const arn = this.arnOf(name);
    const existing = this.topics.get(arn);
    if (existing) {
      for (const [attribute, value] of Object.entries(attributes))
        if (existing.attributes[attribute] !== value)
          throw invalid('Attributes Reason: Topic already exists with different attributes');
      for (const [key, value] of Object.entries(tags))
        if (existing.tags.get(key) !== value)
          throw invalid('Tags Reason: Topic already exists with different tags');
      return existing;
    }
    const topic = new Topic({ name, arn, attributes, tags, surroundings: this.surroundings });
    if (attributes.Policy !== undefined) this.surroundings.attachPolicy(arn, attributes.Policy);
    this.topics.set(arn, topic);
    return topic;
  }

  /** @throws AwsError when the value is not valid */
  setAttribute(topic: Topic, name: string, value: string): void {
    checkTopicAttributes({ [name]: value }, topic.fifo);
    if (name === 'Policy')
      this.setPolicy(topic, value, () => this.surroundings.attachPolicy(topic.arn, value));
    else topic.attributes = { ...topic.attributes, [name]: value };
  }

  /** Notes a policy that `attach` puts into force. Policies only add up here, so that it can't be changed. */
  setPolicy(topic: Topic, document: string, attach: () => void): void {
    const present = topic.attributes.Policy;
    if (present === document) return;
    if (present !== undefined)
      throw unsupported('changing a topic policy once it is set. Set it in one place only');
    attach();
    topic.attributes = { ...topic.attributes, Policy: document };
  }

  delete(arn: string): void {
    for (const subscription of this.topics.get(arn)?.subscriptions.values() ?? []) subscription.close();
    this.topics.delete(arn);
  }

  /**
   * Subscribes, or finds the subscription that is there already. `id` is the last part of the subscription's ARN.
   * @throws AwsError InvalidParameter
   */
  subscribe(
    topic: Topic,
    { protocol, endpoint }: { protocol: string; endpoint: string },
    attributes: Record<string, string>,
    by: { principalArn: string; id?: string },
  ): Subscription {
    const checked = protocolOf(protocol);
    checkEndpoint(topic, checked, endpoint);
    for (const existing of topic.subscriptions.values()) {
      if (existing.protocol !== checked || existing.endpoint !== endpoint) continue;
      for (const [name, value] of Object.entries(attributes))
        if (existing.attributes[name] !== value)
          throw invalid('Attributes Reason: Subscription already exists with different attributes');
      return existing;
    }
    const arn = `${topic.arn}:${by.id ?? this.runtime.random.uuid()}`;
    const { surroundings } = this;
    const options = { arn, topic, endpoint, principalArn: by.principalArn, attributes, surroundings };
    const subscription = isForPersons(checked)
      ? new PersonSubscription({ ...options, protocol: checked }, () => topic.subscriptions.delete(arn))
      : new ApplicationSubscription({ ...options, protocol: checked });
    topic.subscriptions.set(subscription.arn, subscription);
    return subscription;
  }

  /**
   * Nothing happens when there is no such subscription.
   * @throws AwsError InvalidParameter while it is pending:
   * https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html
   */
  unsubscribe(arn: string): void {
    const topic = this.topics.get(arn.slice(0, arn.lastIndexOf(':')));
    const subscription = topic?.subscriptions.get(arn);
    if (!topic || !subscription) return;
    if (subscription.isPending)
      throw invalid('SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation');
    subscription.close();
    topic.subscriptions.delete(arn);
    topic.deletedSubscriptions++;
  }

  close(): void {
    for (const topic of this.topics.values())
      for (const subscription of topic.subscriptions.values()) subscription.close();
  }
}

const localProtocols: readonly Protocol[] = [...applicationProtocols, ...personProtocols];
const otherProtocols = ['application', 'firehose', 'http', 'https'];

function protocolOf(protocol: string): Protocol {
  const known = localProtocols.find((one) => one === protocol);
  if (known) return known;
  if (otherProtocols.includes(protocol))
    throw unsupported(
      `subscriptions of protocol ${protocol}; it delivers to sqs and lambda, and knows email, email-json and sms`,
    );
  throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
}

/** https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-ordering.html */
function checkEndpoint(topic: Topic, protocol: Protocol, endpoint: string): void {
  if (isForPersons(protocol)) checkPersonEndpoint(protocol, endpoint);
  else if (endpoint.split(':')[2] !== protocol)
    throw new AwsError('InvalidParameter', `Invalid parameter: ${protocol.toUpperCase()} endpoint ARN`, 400);
  if (topic.fifo && protocol !== 'sqs')
    throw invalid(`Invalid protocol type: ${protocol}. FIFO topics deliver to SQS queues only`);
  if (!topic.fifo && endpoint.endsWith('.fifo'))
    throw invalid(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
}
