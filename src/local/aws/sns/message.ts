import type { QueryValue } from '../protocol-query.ts';
import { AwsError } from '../service.ts';
import { type MessageAttributes, messageSizeBytes } from '../sqs/message.ts';
import { invalid } from './errors.ts';

/** A message as it was published. */
export interface SnsMessage {
  id: string;
  body: string;
  /** What differs by protocol, of `MessageStructure=json`. */
  bodies: Readonly<Record<string, string>>;
  subject: string | undefined;
  attributes: MessageAttributes;
  sizeBytes: number;
  publishedAtMs: number;
  group: string | undefined;
  /** Of a FIFO topic. */
  deduplicationId: string | undefined;
  sequenceNumber: string | undefined;
  traceHeader: string | undefined;
}

/** What Publish and an entry of PublishBatch say. */
export interface MessageInput {
  Message?: QueryValue;
  Subject?: QueryValue;
  MessageStructure?: QueryValue;
  MessageAttributes?: QueryValue;
  MessageGroupId?: QueryValue;
  MessageDeduplicationId?: QueryValue;
}

export type CheckedMessage = Pick<SnsMessage, 'body' | 'bodies' | 'subject' | 'attributes' | 'sizeBytes'>;

const isMap = (value: QueryValue | undefined): value is { [name: string]: QueryValue } =>
  typeof value === 'object' && !Array.isArray(value);

export const textOf = (value: QueryValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Checks one message. @throws AwsError InvalidParameter, ParameterValueInvalid */
export function checkMessage(input: MessageInput, maximumBytes: number): CheckedMessage {
  const body = textOf(input.Message);
  if (body === undefined) throw invalid('Empty message');
  const attributes = attributesOf(input.MessageAttributes);
  const sizeBytes = messageSizeBytes(body, attributes);
  if (sizeBytes > maximumBytes) throw invalid('Message too long');
  const subject = textOf(input.Subject);
  if (subject !== undefined && !/^[^\p{Cc}\s][^\p{Cc}]{0,99}$/u.test(subject)) throw invalid('Subject');
  const structure = textOf(input.MessageStructure);
  if (structure !== undefined && structure !== 'json') throw invalid('MessageStructure');
  const bodies = structure === undefined ? {} : bodiesByProtocol(body);
  return { body: bodies.default ?? body, bodies, subject, attributes, sizeBytes };
}

function bodiesByProtocol(text: string): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  const bodies: Record<string, string> = {};
  if (typeof parsed === 'object' && parsed !== null)
    for (const [protocol, body] of Object.entries(parsed))
      if (typeof body === 'string') bodies[protocol] = body;
  if (bodies.default === undefined)
    throw invalid('Message Structure - No default entry in JSON message body');
  return bodies;
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
function attributesOf(given: QueryValue | undefined): MessageAttributes {
  const attributes: MessageAttributes = {};
  for (const entry of Array.isArray(given) ? given : []) {
    const name = isMap(entry) ? textOf(entry.Name) : undefined;
    const value = isMap(entry) && isMap(entry.Value) ? entry.Value : {};
    if (name === undefined || !/^[\w.-]{1,256}$/.test(name) || /^(aws|amazon)\.|^\.|\.$|\.\./i.test(name))
      throw badAttribute(
        `Invalid non-alphanumeric character was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
      );
    attributes[name] = attributeOf(name, value);
  }
  return attributes;
}

function attributeOf(name: string, value: { [name: string]: QueryValue }): MessageAttributes[string] {
  const type = textOf(value.DataType);
  const text = textOf(value.StringValue);
  const binary = textOf(value.BinaryValue);
  const [prefix] = type?.split('.', 1) ?? [];
  if (type === undefined)
    throw badAttribute(`The message attribute '${name}' must contain non-empty message attribute type.`);
  if (prefix !== 'String' && prefix !== 'Number' && prefix !== 'Binary')
    throw badAttribute(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  if ((prefix === 'Binary' ? binary : text) === undefined)
    throw badAttribute(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  if (prefix === 'Number' && Number.isNaN(Number(text)))
    throw badAttribute(`Could not cast message attribute '${name}' value to number.`);
  return prefix === 'Binary'
    ? { DataType: type, BinaryValue: binary }
    : { DataType: type, StringValue: text };
}

const badAttribute = (message: string) => new AwsError('ParameterValueInvalid', message, 400);
