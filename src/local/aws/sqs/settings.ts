// The attributes of a queue: what may be set, in which range, and what holds by default.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
import { z } from 'zod';
import { invalidParameter, sqsError } from './errors.ts';

/** As the API carries them: every value is a string. */
export type QueueAttributes = Record<string, string>;

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  sourceQueueArns: string[];
}

/** The same, read. */
export interface QueueSettings {
  fifo: boolean;
  visibilityTimeoutMs: number;
  delayMs: number;
  maximumMessageBytes: number;
  retentionMs: number;
  receiveWaitMs: number;
  contentBasedDeduplication: boolean;
  deduplicationScope: 'queue' | 'messageGroup';
  redrive: RedrivePolicy | undefined;
  redriveAllow: RedriveAllowPolicy | undefined;
}

/** 1 MiB, also for all messages of a batch together. */
export const maximumPayloadBytes = 1_048_576;

const ranges: Record<string, readonly [number, number]> = {
  DelaySeconds: [0, 900],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  MaximumMessageSize: [1024, maximumPayloadBytes],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
};

const choices: Record<string, readonly string[]> = {
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoQueue: ['true'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true', 'false'],
};

const fifoOnly = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
]);
/** Setting one of these to nothing removes it. */
const texts = new Set(['KmsMasterKeyId', 'Policy', 'RedriveAllowPolicy', 'RedrivePolicy']);

/** Names that `GetQueueAttributes` knows beside the settable ones. */
export const computedAttributes: ReadonlySet<string> = new Set([
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
]);

export const isSettable = (name: string) =>
  Object.hasOwn(ranges, name) || Object.hasOwn(choices, name) || texts.has(name);

export function defaultAttributes(fifo: boolean): QueueAttributes {
  return {
    VisibilityTimeout: '30',
    MaximumMessageSize: String(maximumPayloadBytes),
    MessageRetentionPeriod: '345600',
    DelaySeconds: '0',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'true',
    ...(fifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    }),
  };
}

/**
 * `present` with `changes`, checked. @throws AwsError InvalidAttributeName, InvalidAttributeValue
 */
export function changedAttributes(
  present: QueueAttributes,
  changes: QueueAttributes,
  fifo: boolean,
): QueueAttributes {
  const result = { ...present };
  for (const [name, value] of Object.entries(changes)) {
    checkAttribute(name, value, fifo);
    if (value === '' && texts.has(name)) delete result[name];
    else result[name] = value;
  }
  chooseEncryption(result, changes);
  if (result.FifoThroughputLimit === 'perMessageGroupId' && result.DeduplicationScope !== 'messageGroup') {
    throw sqsError(
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoThroughputLimit. Reason: perMessageGroupId is allowed only when DeduplicationScope is messageGroup.',
    );
  }
  return result;
}

function checkAttribute(name: string, value: string, fifo: boolean): void {
  if (!isSettable(name) || (!fifo && fifoOnly.has(name)))
    throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  const range = ranges[name];
  const choice = choices[name];
  const valid = range
    ? /^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1]
    : (choice?.includes(value) ?? true);
  if (!valid) throw sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

/** A queue is encrypted with a key of SQS or one of KMS. */
function chooseEncryption(result: QueueAttributes, changes: QueueAttributes): void {
  const wantsKms = (changes.KmsMasterKeyId ?? '') !== '';
  if (wantsKms && changes.SqsManagedSseEnabled === 'true') {
    throw sqsError(
      'InvalidAttributeName',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
  }
  if (wantsKms) {
    result.SqsManagedSseEnabled = 'false';
    result.KmsDataKeyReusePeriodSeconds ??= '300';
  } else if (changes.SqsManagedSseEnabled === 'true') {
    delete result.KmsMasterKeyId;
    delete result.KmsDataKeyReusePeriodSeconds;
  }
}

/** Reads checked attributes. @throws AwsError InvalidParameterValueException for a malformed redrive policy */
export function settingsOf(attributes: QueueAttributes): QueueSettings {
  const seconds = (name: string) => Number(attributes[name] ?? 0) * 1000;
  return {
    fifo: attributes.FifoQueue === 'true',
    visibilityTimeoutMs: seconds('VisibilityTimeout'),
    delayMs: seconds('DelaySeconds'),
    maximumMessageBytes: Number(attributes.MaximumMessageSize),
    retentionMs: seconds('MessageRetentionPeriod'),
    receiveWaitMs: seconds('ReceiveMessageWaitTimeSeconds'),
    contentBasedDeduplication: attributes.ContentBasedDeduplication === 'true',
    deduplicationScope: attributes.DeduplicationScope === 'messageGroup' ? 'messageGroup' : 'queue',
    redrive: readPolicy('RedrivePolicy', Redrive, attributes.RedrivePolicy),
    redriveAllow: readPolicy('RedriveAllowPolicy', RedriveAllow, attributes.RedriveAllowPolicy),
  };
}

const Redrive = z.object({
  deadLetterTargetArn: z.string().regex(/^arn:[^:]+:sqs:[^:]+:\d{12}:[\w-]+(\.fifo)?$/),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

const RedriveAllow = z
  .object({
    redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
    sourceQueueArns: z.array(z.string()).max(10).optional(),
  })
  .refine(
    ({ redrivePermission, sourceQueueArns }) =>
      (redrivePermission === 'byQueue') === (sourceQueueArns !== undefined),
    { path: ['sourceQueueArns'] },
  )
  .transform((policy) => ({ ...policy, sourceQueueArns: policy.sourceQueueArns ?? [] }));

function readPolicy<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  text: string | undefined,
): z.output<Schema> | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalidParameter(name, text, 'Redrive policy is not a valid JSON map.');
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [key] = result.error.issues[0]?.path ?? [];
  if (key === undefined || typeof json !== 'object' || json === null)
    throw invalidParameter(name, text, 'Redrive policy is not a valid JSON map.');
  if (!(key in json))
    throw invalidParameter(
      name,
      text,
      `Redrive policy does not contain mandatory attribute: ${String(key)}.`,
    );
  throw invalidParameter(name, text, `Invalid value for ${String(key)}.`);
}
