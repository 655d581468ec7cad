import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterQueue } from '../redrive.ts';

export interface SqsDeadLetter extends DeadLetter {
  receiptHandle: string;
  attributes: Record<string, MessageAttributeValue>;
  traceHeader?: string;
}

const redrivesName = 'RedriveCount';
const lastRedriveName = 'RedriveId';
/** The consumer's next failure has a cause of its own. */
const causeNames = new Set([
  'DeadLetterReason',
  'DeadLetterErrorDescription',
  'DeadLetterMessageId',
  'DeadLetterSource',
]);
/** SQS delays no longer. */
const maximumDelaySeconds = 900;

/** The dead letters of an SQS queue. `hiddenSeconds` is how long a run may take. */
export function sqsDeadLetterQueue(
  client: SQSClient,
  queues: { deadLetterUrl: string; sourceUrl: string; hiddenSeconds: number },
): DeadLetterQueue<SqsDeadLetter> {
  return {
    async take() {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queues.deadLetterUrl,
          MaxNumberOfMessages: 10,
          // A short poll asks some of SQS's servers only, and may find none although there are messages.
          WaitTimeSeconds: 1,
          VisibilityTimeout: queues.hiddenSeconds,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['AWSTraceHeader'],
        }),
      );
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '', ...message }) => {
        const attributes = message.MessageAttributes ?? {};
        const lastRedrive = attributes[lastRedriveName]?.StringValue;
        const traceHeader = message.Attributes?.AWSTraceHeader;
        return {
          messageId: attributes.DeadLetterMessageId?.StringValue ?? MessageId,
          body: Body,
          reason: attributes.DeadLetterReason?.StringValue ?? 'unknown',
          redrives: Number(attributes[redrivesName]?.StringValue ?? 0),
          ...(lastRedrive !== undefined && { lastRedrive }),
          receiptHandle: ReceiptHandle,
          attributes,
          ...(traceHeader !== undefined && { traceHeader }),
        };
      });
    },
    async sendBack({ attributes, redrives, receiptHandle, traceHeader }, { body, delaySeconds, redrive }) {
      const kept = Object.entries(attributes).filter(([name]) => !causeNames.has(name));
      await client.send(
        new SendMessageCommand({
          QueueUrl: queues.sourceUrl,
          MessageBody: body,
          DelaySeconds: Math.min(delaySeconds, maximumDelaySeconds),
          MessageAttributes: {
            ...Object.fromEntries(kept),
            [redrivesName]: { DataType: 'Number', StringValue: String(redrives + 1) },
            [lastRedriveName]: { DataType: 'String', StringValue: redrive },
          },
          ...(traceHeader !== undefined && {
            MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } },
          }),
        }),
      );
      // Sent first: a crash in between leaves the message twice, which its consumer does not mind, and never not at all.
      await client.send(
        new DeleteMessageCommand({ QueueUrl: queues.deadLetterUrl, ReceiptHandle: receiptHandle }),
      );
    },
    async leave({ receiptHandle }) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queues.deadLetterUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: 0,
        }),
      );
    },
  };
}
