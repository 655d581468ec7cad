// https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
import type { QueryInput, QueryValue } from '../protocol-query.ts';
import { type AwsCall, AwsError } from '../service.ts';
import { invalid } from './errors.ts';
import { textOf } from './message.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';
import type { TopicStore } from './topic-store.ts';

const pageSize = 100;
const maximumTags = 50;

/** A parameter that has to be there. @throws AwsError InvalidParameter */
export function required(input: QueryInput, name: string): string {
  const value = textOf(input[name]);
  if (value === undefined) throw invalid(`${name} Reason: no value for required parameter`);
  return value;
}

/** `[{ key, value }]` and `[{ Key, Value }]` as one object. */
function mapOf(given: QueryValue | undefined, keyName: string, valueName: string): Record<string, string> {
  const map: Record<string, string> = {};
  for (const entry of Array.isArray(given) ? given : [])
    if (typeof entry === 'object' && !Array.isArray(entry))
      map[String(entry[keyName] ?? '')] = String(entry[valueName] ?? '');
  return map;
}

const attributesIn = (input: QueryInput) => mapOf(input.Attributes, 'key', 'value');
const tagsIn = (input: QueryInput) => mapOf(input.Tags, 'Key', 'Value');

export function createTopic(store: TopicStore, input: QueryInput): object {
  const tags = tagsIn(input);
  checkTagCount(Object.keys(tags).length);
  return { TopicArn: store.create(required(input, 'Name'), attributesIn(input), tags).arn };
}

export function deleteTopic(store: TopicStore, input: QueryInput): undefined {
  store.delete(required(input, 'TopicArn'));
}

export function listTopics(store: TopicStore, input: QueryInput): object {
  const { shown, next } = paged([...store.topics.keys()], input);
  return { Topics: shown.map((TopicArn) => ({ TopicArn })), ...next };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
export function getTopicAttributes(store: TopicStore, input: QueryInput): object {
  const topic = store.topic(required(input, 'TopicArn'));
  const { FifoTopic: _, ...attributes } = topic.attributes;
  const pending = [...topic.subscriptions.values()].filter(({ isPending }) => isPending).length;
  return {
    Attributes: new Map(
      Object.entries({
        TopicArn: topic.arn,
        Owner: store.runtime.accountId,
        Policy: defaultPolicy(topic, store.runtime.accountId),
        DisplayName: '',
        EffectiveDeliveryPolicy: JSON.stringify(deliveryPolicy),
        SubscriptionsConfirmed: String(topic.subscriptions.size - pending),
        SubscriptionsPending: String(pending),
        SubscriptionsDeleted: String(topic.deletedSubscriptions),
        ...(topic.fifo && { FifoTopic: 'true', ContentBasedDeduplication: 'false' }),
        ...attributes,
      }),
    ),
  };
}

export function setTopicAttributes(store: TopicStore, input: QueryInput): undefined {
  const topic = store.topic(required(input, 'TopicArn'));
  store.setAttribute(topic, required(input, 'AttributeName'), textOf(input.AttributeValue) ?? '');
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
export function subscribe(store: TopicStore, input: QueryInput, call: AwsCall): object {
  const topic = store.topic(required(input, 'TopicArn'));
  const { arn, isPending } = store.subscribe(
    topic,
    { protocol: required(input, 'Protocol'), endpoint: required(input, 'Endpoint') },
    attributesIn(input),
    { principalArn: call.principal.arn },
  );
  const isTold = !isPending || textOf(input.ReturnSubscriptionArn) === 'true';
  return { SubscriptionArn: isTold ? arn : 'pending confirmation' };
}

export function unsubscribe(store: TopicStore, input: QueryInput): undefined {
  store.unsubscribe(required(input, 'SubscriptionArn'));
}

export function listSubscriptions(store: TopicStore, input: QueryInput): object {
  const all = [...store.topics.values()].flatMap(({ subscriptions }) => [...subscriptions.values()]);
  return subscriptionPage(store, all, input);
}

export function listSubscriptionsByTopic(store: TopicStore, input: QueryInput): object {
  return subscriptionPage(store, [...store.topic(required(input, 'TopicArn')).subscriptions.values()], input);
}

function subscriptionPage(store: TopicStore, all: readonly Subscription[], input: QueryInput): object {
  const byArn = new Map(all.map((subscription) => [subscription.arn, subscription]));
  const { shown, next } = paged([...byArn.keys()], input);
  const Subscriptions = shown.flatMap((arn) => {
    const one = byArn.get(arn);
    return one
      ? [
          {
            SubscriptionArn: one.isPending ? 'PendingConfirmation' : arn,
            Owner: store.runtime.accountId,
            Protocol: one.protocol,
            Endpoint: one.endpoint,
            TopicArn: one.topic.arn,
          },
        ]
      : [];
  });
  return { Subscriptions, ...next };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
export function getSubscriptionAttributes(store: TopicStore, input: QueryInput): object {
  const subscription = store.subscription(required(input, 'SubscriptionArn'));
  const { attributes } = subscription;
  return {
    Attributes: new Map(
      Object.entries({
        SubscriptionArn: subscription.arn,
        TopicArn: subscription.topic.arn,
        Owner: store.runtime.accountId,
        Protocol: subscription.protocol,
        Endpoint: subscription.endpoint,
        SubscriptionPrincipal: subscription.principalArn,
        ConfirmationWasAuthenticated: String(!subscription.isPending),
        PendingConfirmation: String(subscription.isPending),
        RawMessageDelivery: 'false',
        ...(attributes.FilterPolicy !== undefined && { FilterPolicyScope: 'MessageAttributes' }),
        ...attributes,
      }),
    ),
  };
}

export function setSubscriptionAttributes(store: TopicStore, input: QueryInput): undefined {
  const subscription = store.subscription(required(input, 'SubscriptionArn'));
  const name = required(input, 'AttributeName');
  const value = textOf(input.AttributeValue);
  const { [name]: _, ...others } = subscription.attributes;
  subscription.setAttributes(value === undefined ? others : { ...others, [name]: value });
}

export function tagResource(store: TopicStore, input: QueryInput): object {
  const topic = taggedTopic(store, input);
  const tags = tagsIn(input);
  checkTagCount(new Set([...topic.tags.keys(), ...Object.keys(tags)]).size);
  for (const [key, value] of Object.entries(tags)) topic.tags.set(key, value);
  return {};
}

export function untagResource(store: TopicStore, input: QueryInput): object {
  const topic = taggedTopic(store, input);
  for (const key of Array.isArray(input.TagKeys) ? input.TagKeys : []) topic.tags.delete(String(key));
  return {};
}

export function listTagsForResource(store: TopicStore, input: QueryInput): object {
  const { tags } = taggedTopic(store, input);
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
}

function taggedTopic(store: TopicStore, input: QueryInput): Topic {
  const topic = store.topics.get(required(input, 'ResourceArn'));
  if (topic) return topic;
  throw new AwsError('ResourceNotFound', 'Resource does not exist', 404);
}

function checkTagCount(count: number): void {
  if (count > maximumTags)
    throw new AwsError('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded');
}

function paged(
  arns: readonly string[],
  input: QueryInput,
): { shown: string[]; next: { NextToken?: string } } {
  const token = textOf(input.NextToken);
  const after = token === undefined ? '' : Buffer.from(token, 'base64').toString();
  const rest = [...arns].sort().filter((arn) => arn > after);
  const shown = rest.slice(0, pageSize);
  const last = shown.at(-1);
  return {
    shown,
    next:
      rest.length > pageSize && last !== undefined ? { NextToken: Buffer.from(last).toString('base64') } : {},
  };
}

const deliveryPolicy = {
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
};

/** What SNS writes for a topic that is given no policy: its account may do everything. */
function defaultPolicy({ arn }: Topic, accountId: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
      },
    ],
  });
}
