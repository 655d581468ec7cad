// The input of each operation, in the form of the JSON protocol.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
import { z } from 'zod';
import { AwsError } from '../service.ts';
import { missingParameter } from './errors.ts';

/** The Query protocol has numbers as text. */
const integer = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);
const names = z.array(z.string()).nullish();
const textMap = z.record(z.string(), z.string()).nullish();

const Attribute = z.object({
  DataType: z.string().default(''),
  StringValue: z.string().nullish(),
  BinaryValue: z.string().nullish(),
  StringListValues: z.array(z.unknown()).max(0).nullish(),
  BinaryListValues: z.array(z.unknown()).max(0).nullish(),
});
export const Attributes = z.record(z.string(), Attribute).nullish();

const OneMessage = z.object({
  MessageBody: z.string().nullish(),
  DelaySeconds: integer.nullish(),
  MessageAttributes: Attributes,
  MessageSystemAttributes: Attributes,
  MessageDeduplicationId: z.string().nullish(),
  MessageGroupId: z.string().nullish(),
});
export type MessageInput = z.output<typeof OneMessage>;

export const OfQueue = z.object({ QueueUrl: z.string() });
const batchOf = <Entry extends z.ZodRawShape>(entry: Entry) =>
  OfQueue.extend({ Entries: z.array(z.object({ Id: z.string(), ...entry })) });

export const SendMessage = OfQueue.extend(OneMessage.shape);
export const SendMessageBatch = batchOf(OneMessage.shape);
export const ReceiveMessage = OfQueue.extend({
  AttributeNames: names,
  MessageSystemAttributeNames: names,
  MessageAttributeNames: names,
  MaxNumberOfMessages: integer.nullish(),
  VisibilityTimeout: integer.nullish(),
  WaitTimeSeconds: integer.nullish(),
  ReceiveRequestAttemptId: z.string().nullish(),
});
export const DeleteMessage = OfQueue.extend({ ReceiptHandle: z.string() });
export const DeleteMessageBatch = batchOf({ ReceiptHandle: z.string() });
export const ChangeMessageVisibility = OfQueue.extend({
  ReceiptHandle: z.string(),
  VisibilityTimeout: integer,
});
export const ChangeMessageVisibilityBatch = batchOf({
  ReceiptHandle: z.string(),
  VisibilityTimeout: integer.nullish(),
});
export const CreateQueue = z.object({ QueueName: z.string(), Attributes: textMap, tags: textMap });
export const GetQueueUrl = z.object({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().nullish() });
export const GetQueueAttributes = OfQueue.extend({ AttributeNames: names });
export const SetQueueAttributes = OfQueue.extend({ Attributes: z.record(z.string(), z.string()) });
const page = { MaxResults: integer.nullish(), NextToken: z.string().nullish() };
export const ListQueues = z.object({ QueueNamePrefix: z.string().nullish(), ...page });
export const ListDeadLetterSourceQueues = OfQueue.extend(page);
export const TagQueue = OfQueue.extend({ Tags: z.record(z.string(), z.string()) });
export const UntagQueue = OfQueue.extend({ TagKeys: z.array(z.string()) });
export const StartMessageMoveTask = z.object({
  SourceArn: z.string(),
  DestinationArn: z.string().nullish(),
  MaxNumberOfMessagesPerSecond: integer.nullish(),
});
export const ListMessageMoveTasks = z.object({ SourceArn: z.string(), MaxResults: integer.nullish() });
export const CancelMessageMoveTask = z.object({ TaskHandle: z.string() });

/** @throws AwsError for what is missing or of the wrong type */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const [first] = path;
  const isAbsent =
    path.length === 1 &&
    typeof first === 'string' &&
    typeof input === 'object' &&
    (input === null || Reflect.get(input, first) === undefined);
  if (isAbsent) throw missingParameter(first);
  throw new AwsError('SerializationException', `${path.join('.')}: ${issue?.message}`);
}
