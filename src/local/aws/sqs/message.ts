import { createHash, hash } from 'node:crypto';
import { invalidValue, missingParameter, sqsError } from './errors.ts';

/** A message attribute as SQS carries it; `BinaryValue` in base64. */
export interface MessageAttribute {
  DataType: string;
  StringValue?: string | undefined;
  BinaryValue?: string | undefined;
}

export type MessageAttributes = Record<string, MessageAttribute>;

/** What SQS stores of a message, beside what every leased queue knows of it. */
export interface SqsContent {
  body: string;
  md5OfBody: string;
  attributes: MessageAttributes;
  /** Body and message attributes, as limits and prices count them. */
  sizeBytes: number;
  senderId: string;
  traceHeader?: string;
  /** Of a FIFO queue. */
  deduplicationId?: string;
  deadLetterSourceArn?: string;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maximumAttributes = 10;
// biome-ignore lint/suspicious/noControlCharactersInRegex: tab, line feed and carriage return are what is allowed
const forbiddenCharacters = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** @throws AwsError when SQS does not take this text */
export function checkBody(body: string | undefined): asserts body is string {
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  if (forbiddenCharacters.test(body)) {
    throw sqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
}

/** @throws AwsError InvalidParameterValueException */
export function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > maximumAttributes) {
    throw invalidValue(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${maximumAttributes}].`,
    );
  }
  for (const [name, attribute] of entries) checkAttribute(name, attribute);
}

function checkAttribute(name: string, attribute: MessageAttribute): void {
  if (!/^[\w.-]{1,256}$/.test(name) || /^(aws|amazon)\./i.test(name) || /^\.|\.$|\.\./.test(name)) {
    throw invalidValue(
      `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.`,
    );
  }
  const { DataType: type, StringValue: text, BinaryValue: binary } = attribute;
  if (!type)
    throw invalidValue(`The message attribute '${name}' must contain non-empty message attribute type.`);
  const [prefix = ''] = type.split('.', 1);
  if (!['Binary', 'Number', 'String'].includes(prefix)) {
    throw invalidValue(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  if (!(prefix === 'Binary' ? binary : text)) {
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (prefix === 'Number' && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text ?? ''))
    throw invalidValue(`Can't cast the value of message (user) attribute '${name}' to a number.`);
}

/** Name, type and value of every attribute count as well as the body. */
export function messageSizeBytes(body: string, attributes: MessageAttributes): number {
  let sizeBytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes))
    sizeBytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      (BinaryValue === undefined
        ? Buffer.byteLength(StringValue ?? '')
        : Buffer.byteLength(BinaryValue, 'base64'));
  return sizeBytes;
}

export const md5 = (text: string): string => hash('md5', text, 'hex');

/**
 * The digest with which clients verify attributes; `undefined` when there are none.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const digest = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    const isBinary = DataType.startsWith('Binary');
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    digest.update(Buffer.of(isBinary ? 2 : 1));
    add(isBinary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? ''));
  }
  return digest.digest('hex');
}
