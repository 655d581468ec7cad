import type { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../logging/logger.ts';
import { Permanent } from '../messaging/permanent.ts';
import { withCorrelation } from '../tracing/correlation.ts';
import { type SqsBatchOptions, sqsBatch } from './sqs-batch.ts';
import { sqsDeadLetter } from './sqs-dead-letter.ts';
import { sqsAttributes, sqsMessage } from './sqs-message.ts';

const log = createLogger({ level: 'error', sink: () => undefined });
const standard = 'arn:aws:sqs:us-east-1:111122223333:orders';

function record(id: string, options: Partial<SQSRecord> & { queue?: string } = {}): SQSRecord {
  return {
    messageId: id,
    receiptHandle: 'r',
    body: id,
    attributes: {
      ApproximateReceiveCount: '2',
      SentTimestamp: '1700000000000',
      SenderId: 's',
      ApproximateFirstReceiveTimestamp: '1700000000001',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: options.queue ?? standard,
    awsRegion: 'us-east-1',
    ...options,
  };
}

/** Runs a batch of messages with these ids; `remainingMs` is the time that is left before each. */
async function run(
  ids: string[],
  options: SqsBatchOptions,
  at: { queue?: string; remainingMs?: number[] } = {},
) {
  const remaining = [...(at.remainingMs ?? [])];
  const context = { getRemainingTimeInMillis: () => remaining.shift() ?? 30_000, awsRequestId: 'r' };
  const { batchItemFailures } = await sqsBatch(log, options)(
    { Records: ids.map((id) => record(id, { ...(at.queue && { queue: at.queue }) })) },
    context as Context,
  );
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** Keeps what is sent. */
function fakeClient(sent: SendMessageCommand['input'][], error?: Error): SQSClient {
  const send = async ({ input }: SendMessageCommand) => {
    if (error) throw error;
    sent.push(input);
  };
  return { send } as unknown as SQSClient;
}

describe('a standard queue', () => {
  test('only what failed comes again', async () => {
    const handle = async ({ body }: { body: string }) => {
      if (body === 'b') throw new Error('no');
    };
    expect(await run(['a', 'b', 'c'], { handle })).toEqual(['b']);
    expect(await run(['a', 'c'], { handle })).toEqual([]);
  });

  test('messages are processed together, at most so many', async () => {
    let running = 0;
    let most = 0;
    const handle = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    };
    await run(['a', 'b', 'c', 'd', 'e'], { handle, concurrency: 3 });
    expect(most).toBe(3);
  });

  test('what cannot be begun in time comes again without being touched', async () => {
    const handled: string[] = [];
    const handle = async ({ body }: { body: string }) => void handled.push(body);
    const remainingMs = [5000, 900, 800];
    expect(await run(['a', 'b', 'c'], { handle, concurrency: 1 }, { remainingMs })).toEqual(['b', 'c']);
    expect(handled).toEqual(['a']);
  });

  test('poison goes to the dead-letter queue and does not come again', async () => {
    const sent: SendMessageCommand['input'][] = [];
    const handle = () => Promise.reject(new Permanent('InvalidMessage', 'no amount'));
    const deadLetter = sqsDeadLetter(fakeClient(sent), 'https://sqs/dead');
    expect(await run(['a'], { handle, deadLetter })).toEqual([]);
    expect(sent[0]).toMatchObject({
      QueueUrl: 'https://sqs/dead',
      MessageBody: 'a',
      MessageAttributes: {
        DeadLetterReason: { StringValue: 'InvalidMessage' },
        DeadLetterErrorDescription: { StringValue: 'no amount' },
        DeadLetterMessageId: { StringValue: 'a' },
        DeadLetterSource: { StringValue: standard },
      },
    });
  });

  test('poison that cannot be sent away comes again', async () => {
    const handle = () => Promise.reject(new Permanent('InvalidMessage', 'no amount'));
    const deadLetter = sqsDeadLetter(fakeClient([], new Error('denied')), 'https://sqs/dead');
    expect(await run(['a'], { handle, deadLetter })).toEqual(['a']);
  });
});

describe('a FIFO queue', () => {
  const queue = `${standard}.fifo`;

  test('stops at the first failure and returns the rest, in order', async () => {
    const handled: string[] = [];
    const handle = async ({ body }: { body: string }) => {
      handled.push(body);
      await new Promise(setImmediate);
      if (body === 'b') throw new Error('no');
    };
    expect(await run(['a', 'b', 'c', 'd'], { handle }, { queue })).toEqual(['b', 'c', 'd']);
    expect(handled).toEqual(['a', 'b']);
  });

  test('a message that is out of time holds up those behind it', async () => {
    const handle = async () => undefined;
    expect(await run(['a', 'b', 'c'], { handle }, { queue, remainingMs: [5000, 100, 5000] })).toEqual([
      'b',
      'c',
    ]);
  });

  test('a dead letter keeps its group, and a second sending of it is one', async () => {
    const sent: SendMessageCommand['input'][] = [];
    const message = record('a', { queue });
    message.attributes.MessageGroupId = 'g';
    await sqsDeadLetter(fakeClient(sent), 'https://sqs/dead.fifo')(sqsMessage(message), {
      reason: 'r',
      description: 'd',
    });
    expect(sent[0]).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: 'a' });
  });
});

describe('attributes', () => {
  test('of a dead letter stay what they were; beyond ten they go into one', async () => {
    const sent: SendMessageCommand['input'][] = [];
    const messageAttributes: SQSMessageAttributes = {
      binary: { dataType: 'Binary', binaryValue: Buffer.from([1, 2]).toString('base64') },
    };
    for (let index = 0; index < 7; index++)
      messageAttributes[`a${index}`] = { dataType: 'Number', stringValue: String(index) };
    messageAttributes.RedriveCount = { dataType: 'Number', stringValue: '1' };
    const deadLetter = sqsDeadLetter(fakeClient(sent), 'https://sqs/dead');
    await deadLetter(sqsMessage(record('a', { messageAttributes })), { reason: 'r', description: 'd' });
    const { MessageAttributes = {} } = sent[0] ?? {};
    expect(Object.keys(MessageAttributes)).toHaveLength(10);
    expect(MessageAttributes.binary).toEqual({ DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) });
    expect(MessageAttributes.a0).toEqual({ DataType: 'Number', StringValue: '0' });
    expect(MessageAttributes.RedriveCount).toEqual({ DataType: 'Number', StringValue: '1' });
    expect(JSON.parse(MessageAttributes.DeadLetterAttributes?.StringValue ?? '')).toEqual({
      a2: { dataType: 'Number', stringValue: '2' },
      a3: { dataType: 'Number', stringValue: '3' },
      a4: { dataType: 'Number', stringValue: '4' },
      a5: { dataType: 'Number', stringValue: '5' },
      a6: { dataType: 'Number', stringValue: '6' },
    });
    const returned = Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [
        name,
        { dataType: 'String', stringValue: StringValue },
      ]),
    );
    expect(sqsMessage(record('a', { messageAttributes: returned })).attributes).toMatchObject({
      a0: '0',
      a6: '6',
    });
  });

  test('carry correlation and trace from sender to receiver, for X-Ray too', () => {
    const trace = { traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8', sampled: true };
    const sent = withCorrelation({ correlationId: 'c', trace }, () => sqsAttributes({ kind: 'order' }));
    expect(sent.MessageSystemAttributes?.AWSTraceHeader?.StringValue).toBe(
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    );
    const messageAttributes = Object.fromEntries(
      Object.entries(sent.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
        name,
        { dataType: 'String', stringValue: StringValue },
      ]),
    );
    expect(sqsMessage(record('a', { messageAttributes }))).toMatchObject({
      correlationId: 'c',
      trace,
      attributes: { kind: 'order' },
    });
  });

  test("a message without ours has its own id, and X-Ray's trace", () => {
    const message = record('a');
    message.attributes.AWSTraceHeader =
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    expect(sqsMessage(message)).toMatchObject({
      correlationId: 'a',
      deliveryCount: 2,
      enqueuedAtMs: 1_700_000_000_000,
      trace: { traceId: '5759e988bd862e3fe1be46a994272793' },
    });
  });
});
