import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { type Cause, causeAttributeNames, type DeadLetter, redriveCountOf } from '../dead-letter.ts';

export function sqsLetter(message: Message): DeadLetter {
  const own = message.MessageAttributes ?? {};
  const attributes = attributeTexts({ ...packedAttributes(own.DeadLetterAttributes?.StringValue), ...own });
  const { SentTimestamp, ApproximateReceiveCount, MessageGroupId } = message.Attributes ?? {};
  const source = sourceOf(message, attributes);
  const id = message.MessageId ?? '';
  return {
    key: id,
    messageId: id,
    body: Buffer.from(message.Body ?? ''),
    attributes,
    ...(MessageGroupId !== undefined && { group: MessageGroupId }),
    enqueuedAtMs: Number(SentTimestamp),
    ...(ApproximateReceiveCount !== undefined && { receiveCount: Number(ApproximateReceiveCount) }),
    cause: causeOf(attributes, source),
    ...(source !== undefined && { source }),
    redriveCount: redriveCountOf(attributes),
  };
}

/**
 * The queue that the platform moved it from, or the middleware says; for what EventBridge and Lambda give up, the target
 * or function.
 */
function sourceOf({ Attributes }: Message, attributes: Record<string, string>): string | undefined {
  const { DeadLetterQueueSourceArn } = Attributes ?? {};
  return DeadLetterQueueSourceArn ?? attributes.DeadLetterSource ?? attributes.TARGET_ARN;
}

/**
 * SQS keeps no cause. Functions write theirs; Lambda
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html) and EventBridge
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html) have attributes of their own.
 */
function causeOf(attributes: Record<string, string>, source: string | undefined): Cause {
  const reason = attributes.DeadLetterReason ?? attributes.ErrorCode ?? attributes.ERROR_CODE;
  const description =
    attributes.DeadLetterErrorDescription ?? attributes.ErrorMessage ?? attributes.ERROR_MESSAGE ?? '';
  if (reason !== undefined) return { reason, description };
  if (description !== '') return { reason: 'Error', description };
  const from = source === undefined ? 'somewhere' : (source.split(':').at(-1) ?? source);
  return { reason: 'MaxReceiveCountExceeded', description: `moved from ${from}, and SQS keeps no cause` };
}

/** What SQS takes (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html). */
const maximumAttributes = 10;

/**
 * The attributes of the message that takes its place: the original ones, without the marks of death. Ours give way where
 * SQS takes no more: what the consumer reads matters most.
 */
export function redrivenAttributes(
  message: Message,
  ours: readonly (readonly [name: string, value: MessageAttributeValue])[],
): Record<string, MessageAttributeValue> {
  const own = message.MessageAttributes ?? {};
  const marks = new Set<string>([...causeAttributeNames, ...ours.map(([name]) => name)]);
  const originals = Object.entries({
    ...packedAttributes(own.DeadLetterAttributes?.StringValue),
    ...own,
  }).filter(([name]) => !marks.has(name));
  const room = Math.max(0, maximumAttributes - originals.length);
  return {
    ...Object.fromEntries(
      originals.map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          DataType,
          ...(StringValue !== undefined && { StringValue }),
          ...(BinaryValue !== undefined && { BinaryValue }),
        },
      ]),
    ),
    ...Object.fromEntries(ours.slice(0, room)),
  };
}

interface PackedAttribute {
  dataType?: unknown;
  stringValue?: unknown;
  binaryValue?: unknown;
}

/** Attributes that had no room beside the cause (src/middleware/aws/sqs-dead-letter.ts), in Lambda's names. */
function packedAttributes(text: string | undefined): Record<string, MessageAttributeValue> {
  if (text === undefined) return {};
  let packed: Record<string, PackedAttribute>;
  try {
    packed = JSON.parse(text);
  } catch {
    return {};
  }
  return Object.fromEntries(
    Object.entries(packed).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      {
        DataType: typeof dataType === 'string' ? dataType : 'String',
        ...(typeof stringValue === 'string' && { StringValue: stringValue }),
        ...(typeof binaryValue === 'string' && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
      },
    ]),
  );
}

const attributeTexts = (attributes: Record<string, MessageAttributeValue>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue, BinaryValue }]) => [
      name,
      StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64'),
    ]),
  );
