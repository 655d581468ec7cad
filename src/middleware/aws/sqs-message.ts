import type { MessageAttributeValue, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from '../messaging/message.ts';
import { carriedAttributes, carriedCorrelation, currentTraceparent } from '../tracing/correlation.ts';
import { formatXrayHeader, parseTraceparent, parseXrayHeader } from '../tracing/trace-context.ts';

/** Under this name a dead letter carries the attributes for which it has no room, as JSON. */
export const packedName = 'DeadLetterAttributes';

/** A record of an SQS event as the middleware's message. */
export function sqsMessage(record: SQSRecord): ReceivedMessage<SQSRecord> {
  const attributes: Record<string, string> = {};
  for (const [name, { stringValue }] of Object.entries(unpackedAttributes(record.messageAttributes)))
    if (stringValue !== undefined) attributes[name] = stringValue;
  const { AWSTraceHeader, MessageGroupId, ApproximateReceiveCount, SentTimestamp } = record.attributes;
  return {
    id: record.messageId,
    body: record.body,
    attributes,
    ...(MessageGroupId !== undefined && { group: MessageGroupId }),
    deliveryCount: Number(ApproximateReceiveCount),
    enqueuedAtMs: Number(SentTimestamp),
    source: record.eventSourceARN,
    ...carriedCorrelation(attributes, record.messageId, parseXrayHeader(AWSTraceHeader)),
    native: record,
  };
}

/** Takes the attributes beyond ten of a former dead letter, which are one, apart again. */
export function unpackedAttributes(attributes: SQSMessageAttributes): SQSMessageAttributes {
  const { [packedName]: packed, ...others } = attributes;
  if (packed?.stringValue === undefined) return attributes;
  return { ...others, ...(JSON.parse(packed.stringValue) as SQSMessageAttributes) };
}

/** What a `SendMessage` needs to carry the current correlation and trace, beside attributes of its own. */
export function sqsAttributes(
  attributes: Record<string, string> = {},
): Pick<SendMessageCommandInput, 'MessageAttributes' | 'MessageSystemAttributes'> {
  const trace = parseTraceparent(currentTraceparent());
  return {
    MessageAttributes: textAttributes({ ...carriedAttributes(), ...attributes }),
    ...(trace && {
      MessageSystemAttributes: {
        AWSTraceHeader: { DataType: 'String', StringValue: formatXrayHeader(trace) },
      },
    }),
  };
}

export function textAttributes(attributes: Record<string, string>): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}
