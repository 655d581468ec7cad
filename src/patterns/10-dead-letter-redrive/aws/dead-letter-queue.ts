import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes } from 'aws-lambda';
import { type DeadLetterQueue, DoesNotFit } from '../core.ts';
import type { DeadLetter } from '../letter.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const maximumAttributes = 10;
/** SQS answers a short poll from some of its servers; only after so many empty answers the queue counts as empty. */
const emptyAnswers = 3;

/** `holdSeconds` is how long nobody else gets what was taken. */
export function sqsDeadLetterQueue(
  client: SQSClient,
  urls: { deadLetterQueue: string; queue: string },
  holdSeconds: number,
): DeadLetterQueue<Message> {
  const receive = async (maximum: number): Promise<DeadLetter<Message>[]> => {
    for (let attempt = 1; attempt <= emptyAnswers; attempt++) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: urls.deadLetterQueue,
          MaxNumberOfMessages: Math.min(maximum, 10),
          VisibilityTimeout: holdSeconds,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['AWSTraceHeader', 'MessageGroupId', 'SentTimestamp'],
        }),
      );
      if (Messages.length > 0) return Messages.map(letterOf);
    }
    return [];
  };
  const release = async (letters: readonly DeadLetter<Message>[]) => {
    for (let start = 0; start < letters.length; start += 10) {
      const batch = letters.slice(start, start + 10);
      // What cannot be released appears again by itself, when its hold runs out.
      await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: urls.deadLetterQueue,
          Entries: batch.map(({ native }, index) => ({
            Id: String(index),
            ReceiptHandle: native.ReceiptHandle,
            VisibilityTimeout: 0,
          })),
        }),
      );
    }
  };
  return {
    take: receive,
    release,
    // SQS shows a message only to whoever takes it. All are held until the end, or the same would come again.
    async look(maximum) {
      const letters: DeadLetter<Message>[] = [];
      try {
        while (letters.length < maximum) {
          const more = await receive(maximum - letters.length);
          if (more.length === 0) break;
          letters.push(...more);
        }
      } finally {
        await release(letters);
      }
      return letters;
    },
    async delete({ native }) {
      await client.send(
        new DeleteMessageCommand({
          QueueUrl: urls.deadLetterQueue,
          ReceiptHandle: native.ReceiptHandle,
        }),
      );
    },
    async send({ native, group }, body, attributes) {
      const { AWSTraceHeader } = native.Attributes ?? {};
      const messageAttributes = withText(originalAttributes(native), attributes);
      const count = Object.keys(messageAttributes).length;
      if (count > maximumAttributes)
        throw new DoesNotFit(
          `SQS takes ${maximumAttributes} attributes, and with its redrive it has ${count}.`,
        );
      const { MessageId = '' } = await client.send(
        new SendMessageCommand({
          QueueUrl: urls.queue,
          MessageBody: body,
          MessageAttributes: messageAttributes,
          ...(AWSTraceHeader !== undefined && {
            MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: AWSTraceHeader } },
          }),
          ...(group !== undefined && { MessageGroupId: group }),
        }),
      );
      return MessageId;
    },
  };
}

function letterOf(native: Message): DeadLetter<Message> {
  const { MessageId = '', Body = '', Attributes = {} } = native;
  const attributes: Record<string, string> = {};
  for (const [name, { StringValue }] of Object.entries(originalAttributes(native)))
    if (StringValue !== undefined) attributes[name] = StringValue;
  return {
    id: MessageId,
    body: Body,
    attributes,
    ...(Attributes.MessageGroupId !== undefined && { group: Attributes.MessageGroupId }),
    enqueuedAtMs: Number(Attributes.SentTimestamp),
    native,
  };
}

/** All attributes, also those that the middleware has put as JSON into one because the marks of death took their room. */
function originalAttributes({ MessageAttributes = {} }: Message): Record<string, MessageAttributeValue> {
  const packed = MessageAttributes.DeadLetterAttributes?.StringValue;
  if (packed === undefined) return MessageAttributes;
  const unpacked = Object.entries(JSON.parse(packed) as SQSMessageAttributes).map(
    ([name, { dataType, stringValue, binaryValue }]): [string, MessageAttributeValue] => [
      name,
      {
        DataType: dataType,
        ...(stringValue !== undefined && { StringValue: stringValue }),
        ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
      },
    ],
  );
  return { ...Object.fromEntries(unpacked), ...MessageAttributes };
}

/** Text attributes as wanted, each with the type that it had; binary ones as they are. */
function withText(
  originals: Record<string, MessageAttributeValue>,
  wanted: Record<string, string>,
): Record<string, MessageAttributeValue> {
  const binary = Object.entries(originals)
    .filter(([, { BinaryValue }]) => BinaryValue !== undefined)
    .map(([name, { DataType, BinaryValue }]) => [name, { DataType, BinaryValue }]);
  const text = Object.entries(wanted).map(([name, value]) => [
    name,
    { DataType: originals[name]?.DataType ?? 'String', StringValue: value },
  ]);
  return Object.fromEntries([...binary, ...text]);
}
