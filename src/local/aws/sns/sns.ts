/**
 * SNS on this machine: topics of the API 2010-03-31 that deliver to queues and functions, and only
 * tell of what goes to people.
 * https://docs.aws.amazon.com/sns/latest/api/welcome.html
 */
import type { Channel } from '../../stack-access.ts';
import type { Destination } from '../destinations.ts';
import type { QueryInput } from '../protocol-query.ts';
import type { AccessRequest, AwsCall, AwsOperation, AwsService } from '../service.ts';
import { textOf } from './message.ts';
import { publish, publishBatch, publishedTo } from './publish.ts';
import {
  createTopic,
  deleteTopic,
  getSubscriptionAttributes,
  getTopicAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  listTagsForResource,
  listTopics,
  required,
  setSubscriptionAttributes,
  setTopicAttributes,
  subscribe,
  tagResource,
  unsubscribe,
  untagResource,
} from './topic-operations.ts';
import { type SnsSurroundings, TopicStore } from './topic-store.ts';

export interface Sns {
  /** The topics, for what acts on them without a request. */
  readonly store: TopicStore;
  readonly query: AwsService;
  /** Topics, for the services that publish to them. */
  readonly destination: Destination;
  /** The topics as the stack's owner sees them. */
  channels(): Channel[];
  close(): void;
}

/** An empty SNS of the runtime's account and region. */
export function createSns(surroundings: SnsSurroundings): Sns {
  const store = new TopicStore(surroundings);
  return {
    store,
    query: {
      signingName: 'sns',
      protocol: { kind: 'query', version: '2010-03-31', xmlns: 'http://sns.amazonaws.com/doc/2010-03-31/' },
      operations: operationsOf(store),
    },
    destination: {
      action: 'sns:Publish',
      find: (arn) => store.topic(arn),
      take(arn, { body, subject, attributes, traceHeader }) {
        const input = {
          TopicArn: arn,
          Message: body,
          ...(subject !== undefined && { Subject: subject }),
          MessageAttributes: Object.entries(attributes ?? {}).map(([Name, value]) => ({
            Name,
            Value: {
              DataType: value.DataType,
              ...(value.StringValue !== undefined && { StringValue: value.StringValue }),
              ...(value.BinaryValue !== undefined && { BinaryValue: value.BinaryValue }),
            },
          })),
        };
        publish(store, input, traceHeader === undefined ? {} : { traceHeader });
      },
    },
    channels: () => channelsOf(store),
    close: () => store.close(),
  };
}

type Run = (store: TopicStore, input: QueryInput, call: AwsCall) => unknown;

/** Operations that need the permission of the same name on the resource that a parameter names. */
const operationsOn: Record<string, [run: Run, parameter: string]> = {
  DeleteTopic: [deleteTopic, 'TopicArn'],
  GetTopicAttributes: [getTopicAttributes, 'TopicArn'],
  ListSubscriptionsByTopic: [listSubscriptionsByTopic, 'TopicArn'],
  ListTagsForResource: [listTagsForResource, 'ResourceArn'],
  SetTopicAttributes: [setTopicAttributes, 'TopicArn'],
  TagResource: [tagResource, 'ResourceArn'],
  UntagResource: [untagResource, 'ResourceArn'],
};

/** Operations on a subscription: its topic counts. */
const operationsOnSubscription: Record<string, Run> = {
  GetSubscriptionAttributes: getSubscriptionAttributes,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  Unsubscribe: unsubscribe,
};

function operationsOf(store: TopicStore): Record<string, AwsOperation<QueryInput>> {
  const operation = (run: Run, access: (input: QueryInput) => AccessRequest[]): AwsOperation<QueryInput> => ({
    access,
    run: (input, call) => run(store, input, call),
  });
  const operations: Record<string, AwsOperation<QueryInput>> = {
    CreateTopic: operation(createTopic, (input) => {
      const resource = store.arnOf(required(input, 'Name'));
      return [
        { action: 'sns:CreateTopic', resource },
        ...(Array.isArray(input.Tags) ? [{ action: 'sns:TagResource', resource }] : []),
      ];
    }),
    ListSubscriptions: operation(listSubscriptions, () => [
      { action: 'sns:ListSubscriptions', resource: store.arnOf('*') },
    ]),
    ListTopics: operation(listTopics, () => [{ action: 'sns:ListTopics', resource: store.arnOf('*') }]),
    Publish: operation(publish, (input) => [{ action: 'sns:Publish', resource: publishedTo(input) }]),
    PublishBatch: operation(publishBatch, (input) => [
      { action: 'sns:Publish', resource: required(input, 'TopicArn') },
    ]),
    Subscribe: operation(subscribe, (input) => [
      {
        action: 'sns:Subscribe',
        resource: required(input, 'TopicArn'),
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html#amazonsns-policy-keys
        context: {
          'sns:endpoint': [textOf(input.Endpoint) ?? ''],
          'sns:protocol': [textOf(input.Protocol) ?? ''],
        },
      },
    ]),
  };
  for (const [name, [run, parameter]] of Object.entries(operationsOn))
    operations[name] = operation(run, (input) => [
      { action: `sns:${name}`, resource: required(input, parameter) },
    ]);
  for (const [name, run] of Object.entries(operationsOnSubscription))
    operations[name] = operation(run, (input) => {
      const arn = required(input, 'SubscriptionArn');
      return [{ action: `sns:${name}`, resource: arn.slice(0, arn.lastIndexOf(':')) }];
    });
  return operations;
}

function channelsOf(store: TopicStore): Channel[] {
  return [...store.topics.values()].map((topic) => ({
    kind: 'topic',
    name: topic.name,
    aliases: [topic.arn],
    async send({ body, attributes, group, deduplicationId }) {
      const { MessageId } = publish(
        store,
        {
          TopicArn: topic.arn,
          Message: body,
          ...(group !== undefined && { MessageGroupId: group }),
          ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
          MessageAttributes: Object.entries(attributes ?? {}).map(([Name, StringValue]) => ({
            Name,
            Value: { DataType: 'String', StringValue },
          })),
        },
        {},
      );
      return { id: MessageId };
    },
  }));
}
