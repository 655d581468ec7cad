// What subscribers get of a message.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
import { createHash } from 'node:crypto';
import type { SnsMessage } from './message.ts';

interface Addressed {
  topicArn: string;
  subscriptionArn: string;
  region: string;
  signatureVersion: string;
}

const attributesOf = ({ attributes }: SnsMessage) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue ?? '' },
    ]),
  );

/** Only Amazon can sign as Amazon does: of the right length, and different for each message, is all that this can be. */
function signature({ id, body }: SnsMessage): string {
  const digest = (part: number) => createHash('sha512').update(`${id}\n${body}\n${part}`).digest();
  return Buffer.concat([0, 1, 2, 3].map(digest)).toString('base64');
}

const certificateUrl = (region: string) =>
  `https://sns.${region}.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem`;
const unsubscribeUrl = ({ region, subscriptionArn }: Addressed) =>
  `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`;

/** The JSON that a queue gets, spaced as SNS does. Messages of FIFO topics are not signed. */
export function notification(message: SnsMessage, body: string, to: Addressed): string {
  const attributes = attributesOf(message);
  const members: [string, unknown][] = [
    ['Type', 'Notification'],
    ['MessageId', message.id],
    ...(message.sequenceNumber === undefined
      ? []
      : [['SequenceNumber', message.sequenceNumber] satisfies [string, unknown]]),
    ['TopicArn', to.topicArn],
    ...(message.subject === undefined ? [] : [['Subject', message.subject] satisfies [string, unknown]]),
    ['Message', body],
    ['Timestamp', new Date(message.publishedAtMs).toISOString()],
    ...(message.sequenceNumber === undefined
      ? ([
          ['SignatureVersion', to.signatureVersion],
          ['Signature', signature(message)],
          ['SigningCertURL', certificateUrl(to.region)],
        ] satisfies [string, unknown][])
      : []),
    ['UnsubscribeURL', unsubscribeUrl(to)],
  ];
  const lines = members.map(([name, value]) => `  "${name}" : ${JSON.stringify(value)}`);
  const names = Object.entries(attributes);
  if (names.length > 0) {
    const inner = names.map(([name, value]) => `    ${JSON.stringify(name)} : ${JSON.stringify(value)}`);
    lines.push(`  "MessageAttributes" : {\n${inner.join(',\n')}\n  }`);
  }
  return `{\n${lines.join(',\n')}\n}`;
}

/** The event that a function gets. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function lambdaEvent(message: SnsMessage, body: string, to: Addressed): string {
  return JSON.stringify({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: to.subscriptionArn,
        Sns: {
          Type: 'Notification',
          MessageId: message.id,
          TopicArn: to.topicArn,
          Subject: message.subject ?? null,
          Message: body,
          Timestamp: new Date(message.publishedAtMs).toISOString(),
          SignatureVersion: to.signatureVersion,
          Signature: signature(message),
          SigningCertUrl: certificateUrl(to.region),
          UnsubscribeUrl: unsubscribeUrl(to),
          MessageAttributes: attributesOf(message),
        },
      },
    ],
  });
}
