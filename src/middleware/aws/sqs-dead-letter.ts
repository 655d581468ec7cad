import { type MessageAttributeValue, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { causeAttributes, originalEnqueuedAtAttribute } from '../messaging/dead-letter.ts';
import type { DeadLetter } from '../messaging/message.ts';
import { packedName, textAttributes, unpackedAttributes } from './sqs-message.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const maximumAttributes = 10;

/**
 * Sends a poisonous message to the dead-letter queue with its cause; `sqsBatch` then lets the original be deleted. When
 * the function dies in between, the message stands in the dead-letter queue and comes again, and is dead-lettered
 * twice: dead letters are told apart by `DeadLetterMessageId`. Needs `sqs:SendMessage` on the dead-letter queue.
 */
export function sqsDeadLetter(client: SQSClient, queueUrl: string): DeadLetter<SQSRecord> {
  return async (message, cause) => {
    const { body, attributes, messageAttributes } = message.native;
    const { AWSTraceHeader, MessageGroupId } = attributes;
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        MessageAttributes: withOriginals(textAttributes(causeAttributes(message, cause)), messageAttributes),
        ...(AWSTraceHeader !== undefined && {
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: AWSTraceHeader } },
        }),
        ...(MessageGroupId !== undefined && { MessageGroupId }),
        ...(queueUrl.endsWith('.fifo') && { MessageDeduplicationId: message.id }),
      }),
    );
  };
}

/** What whoever redrives has to be able to read. */
const keptFirst = ['RedriveCount', originalEnqueuedAtAttribute];

/** Adds the message's own attributes; those beyond what SQS takes go as JSON into one, so that none is lost. */
function withOriginals(
  cause: Record<string, MessageAttributeValue>,
  originals: SQSMessageAttributes,
): Record<string, MessageAttributeValue> {
  const isFirst = (name: string) => Number(keptFirst.includes(name));
  const entries = Object.entries(unpackedAttributes(originals))
    .filter(([name]) => !(name in cause))
    .sort(([name], [other]) => isFirst(other) - isFirst(name));
  const room = maximumAttributes - Object.keys(cause).length;
  const kept = entries.length <= room ? entries : entries.slice(0, room - 1);
  const rest = entries.slice(kept.length);
  return {
    ...Object.fromEntries(
      kept.map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        {
          DataType: dataType,
          ...(stringValue !== undefined && { StringValue: stringValue }),
          ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
        },
      ]),
    ),
    ...(rest.length > 0 && textAttributes({ [packedName]: JSON.stringify(Object.fromEntries(rest)) })),
    ...cause,
  };
}
