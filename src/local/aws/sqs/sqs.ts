/**
 * SQS on this machine: the operations of the API 2012-11-05 on queues that live in memory.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 */
import type { AccessRequest, AwsCall, AwsOperation, AwsService } from '../service.ts';
import { queryErrorCode, sqsError } from './errors.ts';
import * as input from './input.ts';
import { MoveTasks, sourceInHandle } from './move-task.ts';
import { queryOperations } from './query.ts';
import {
  arnInUrl,
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  listQueueTags,
  purgeQueue,
  setQueueAttributes,
  tagQueue,
  untagQueue,
} from './queue-operations.ts';
import { QueueStore, type SqsSurroundings } from './queue-store.ts';
import { receiveMessage } from './receive.ts';
import { sendMessage, sendMessageBatch } from './send.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './settle.ts';

export interface Sqs {
  /** The queues, for what acts on them without a request: Terraform, event source mappings. */
  readonly store: QueueStore;
  /** As today's SDKs speak to it. */
  readonly json: AwsService;
  /** As SDKs before 2023 do. */
  readonly query: AwsService;
  /** Ends all waiting and all timers. */
  close(): void;
}

/** An empty SQS of the runtime's account and region. */
export function createSqs(surroundings: SqsSurroundings): Sqs {
  const store = new QueueStore(surroundings);
  const operations = operationsOf(store);
  return {
    store,
    json: {
      signingName: 'sqs',
      protocol: { kind: 'json', version: '1.0', target: 'AmazonSQS', queryErrorCode },
      operations,
    },
    query: {
      signingName: 'sqs',
      protocol: {
        kind: 'query',
        version: '2012-11-05',
        xmlns: 'http://queue.amazonaws.com/doc/2012-11-05/',
        pathInput: 'QueueUrl',
        queryErrorCode,
      },
      operations: queryOperations(operations),
    },
    close: () => store.close(),
  };
}

type Run = (store: QueueStore, request: unknown, call: AwsCall) => unknown;

/** Operations on one queue, which need the permission of the same name; a batch that of the single operation. */
const queueOperations: Record<string, Run> = {
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  DeleteQueue: deleteQueue,
  GetQueueAttributes: getQueueAttributes,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  ListQueueTags: listQueueTags,
  PurgeQueue: purgeQueue,
  ReceiveMessage: receiveMessage,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  SetQueueAttributes: setQueueAttributes,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
  ...Object.fromEntries(
    ['AddPermission', 'RemovePermission'].map((name) => [
      name,
      () => {
        throw sqsError(
          'UnsupportedOperation',
          `The local SQS does not support ${name}. Give the queue its policy in Terraform, with aws_sqs_queue_policy.`,
        );
      },
    ]),
  ),
};

function operationsOf(store: QueueStore): Record<string, AwsOperation> {
  const tasks = new MoveTasks(store);
  const operations: Record<string, AwsOperation> = {};
  for (const [name, run] of Object.entries(queueOperations)) {
    const action = `sqs:${name.replace(/Batch$/, '')}`;
    operations[name] = {
      access: (request) => [
        { action, resource: arnInUrl(store, input.parse(input.OfQueue, request).QueueUrl) },
      ],
      run: (request, call) => run(store, request, call),
    };
  }
  return {
    ...operations,
    CreateQueue: {
      access(request) {
        const { QueueName, tags } = input.parse(input.CreateQueue, request);
        const resource = store.arnOf(QueueName);
        const isTagged = Object.keys(tags ?? {}).length > 0;
        return [
          { action: 'sqs:CreateQueue', resource },
          ...(isTagged ? [{ action: 'sqs:TagQueue', resource }] : []),
        ];
      },
      run: (request, call) => createQueue(store, request, call),
    },
    GetQueueUrl: {
      access(request) {
        const { QueueName, QueueOwnerAWSAccountId } = input.parse(input.GetQueueUrl, request);
        return [
          {
            action: 'sqs:GetQueueUrl',
            resource: store.arnOf(QueueName, QueueOwnerAWSAccountId ?? undefined),
          },
        ];
      },
      run: (request, call) => getQueueUrl(store, request, call),
    },
    ListQueues: {
      access: () => [{ action: 'sqs:ListQueues', resource: store.arnOf('') }],
      run: (request, call) => listQueues(store, request, call),
    },
    StartMessageMoveTask: {
      access: (request) => moveAccess(request, store),
      run: (request) => tasks.start(request),
    },
    ListMessageMoveTasks: {
      access: (request) => [
        {
          action: 'sqs:ListMessageMoveTasks',
          resource: input.parse(input.ListMessageMoveTasks, request).SourceArn,
        },
      ],
      run: (request) => tasks.list(request),
    },
    CancelMessageMoveTask: {
      access: (request) => [
        {
          action: 'sqs:CancelMessageMoveTask',
          resource: sourceInHandle(input.parse(input.CancelMessageMoveTask, request).TaskHandle),
        },
      ],
      run: (request) => tasks.cancel(request),
    },
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
function moveAccess(request: unknown, store: QueueStore): AccessRequest[] {
  const { SourceArn, DestinationArn } = input.parse(input.StartMessageMoveTask, request);
  const destinations = DestinationArn
    ? [DestinationArn]
    : [...store.queues.values()]
        .filter(({ settings }) => settings.redrive?.deadLetterTargetArn === SourceArn)
        .map(({ arn }) => arn);
  return [
    ...['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => ({
      action: `sqs:${name}`,
      resource: SourceArn,
    })),
    ...destinations.map((resource) => ({ action: 'sqs:SendMessage', resource })),
  ];
}
