import { beforeEach, describe, expect, it } from 'vitest';
import { arn, type Fixture, fixture, startMs, url } from './sqs-fixture.ts';

const QueueUrl = url('q');
let sqs: Fixture;

beforeEach(async () => {
  sqs = fixture();
  await sqs.call('CreateQueue', { QueueName: 'q' });
});

const send = (MessageBody: string, rest: object = {}) =>
  sqs.call('SendMessage', { QueueUrl, MessageBody, ...rest });

describe('a message', () => {
  it('is sent with digests and received with its attributes', async () => {
    const sent = await send('hello', {
      MessageAttributes: {
        Hello: { DataType: 'String', StringValue: 'There' },
        General: { DataType: 'String', StringValue: 'Kenobi' },
        'Help.Me': { DataType: 'String', StringValue: 'Me' },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
    });
    expect(sent).toMatchObject({
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
      // Recorded from AWS for these attributes.
      MD5OfMessageAttributes: '4c360f3fdafd970e05fae2f149d997f5',
    });
    sqs.clock.advance(5000);
    const [message] = await sqs.receive('q', { MessageAttributeNames: ['Hel.*', 'General'] });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'hello',
      MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
      MessageAttributes: { General: { DataType: 'String', StringValue: 'Kenobi' } },
      Attributes: {
        SenderId: '123456789012',
        SentTimestamp: String(startMs),
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: String(startMs + 5000),
        AWSTraceHeader: 'Root=1-2-3',
      },
    });
  });

  it('has the digest of a binary attribute that AWS computes', async () => {
    const value = Buffer.from('traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01');
    expect(
      await send('test', {
        MessageAttributes: { attr1: { DataType: 'Binary', BinaryValue: value.toString('base64') } },
      }),
    ).toMatchObject({ MD5OfMessageAttributes: '8cbe4db156db8a94db8b801b7addb984' });
  });

  it('carries the trace header of the call that sent it', async () => {
    await sqs.call('SendMessage', { QueueUrl, MessageBody: 'a' }, { traceHeader: 'Root=1-5-6' });
    expect((await sqs.receive('q'))[0]?.Attributes?.AWSTraceHeader).toBe('Root=1-5-6');
  });

  it.each([
    ['', {}, 'MissingRequiredParameterException'],
    ['a\u0000', {}, 'InvalidMessageContents'],
    ['a', { DelaySeconds: 901 }, 'InvalidParameterValueException'],
    ['a', { MessageDeduplicationId: 'x' }, 'InvalidParameterValueException'],
    [
      'a',
      { MessageAttributes: { 'AWS.x': { DataType: 'String', StringValue: 'a' } } },
      'InvalidParameterValueException',
    ],
    [
      'a',
      { MessageAttributes: { x: { DataType: 'Number', StringValue: 'a' } } },
      'InvalidParameterValueException',
    ],
    [
      'a',
      { MessageAttributes: { x: { DataType: 'Text', StringValue: 'a' } } },
      'InvalidParameterValueException',
    ],
  ])('with the body %j and %j is refused', async (body, rest, code) => {
    expect((await send(body, rest)).code).toBe(code);
  });

  it('is refused above the size limit, attributes included, and billed by chunks of 64 KB', async () => {
    await sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { MaximumMessageSize: '1024' } });
    const MessageAttributes = { n: { DataType: 'String', StringValue: 'v' } };
    expect((await send('a'.repeat(1016), { MessageAttributes })).code).toBeUndefined();
    expect(await send('a'.repeat(1017), { MessageAttributes })).toMatchObject({
      message: 'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
    });
    await sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { MaximumMessageSize: '1048576' } });
    sqs.meter.reset();
    await send('a'.repeat(1_048_576));
    expect(sqs.meter.total('sqs', 'standard-requests')).toBe(16);
    sqs.meter.reset();
    await sqs.receive('q', { MaxNumberOfMessages: 10 });
    await sqs.receive('q');
    expect(sqs.meter.total('sqs', 'standard-requests')).toBe(18);
  });
});

it('with a group on a standard queue is billed as one of a fair queue, and carries the group', async () => {
  await send('a', { MessageGroupId: 'tenant' });
  expect((await sqs.receive('q'))[0]?.Attributes?.MessageGroupId).toBe('tenant');
  expect(sqs.meter.total('sqs', 'fair-queue-messages')).toBe(1);
});

describe('what is received', () => {
  it('is not for others until its visibility timeout ends; zero gives it back', async () => {
    await send('a');
    const [first] = await sqs.receive('q', { VisibilityTimeout: 60 });
    const ReceiptHandle = first?.ReceiptHandle;
    sqs.clock.advance(59_000);
    expect(await sqs.receive('q')).toEqual([]);
    expect(
      await sqs.call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    ).toEqual({});
    expect(
      (await sqs.call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 9 })).code,
    ).toBe('MessageNotInflight');
    expect((await sqs.receive('q'))[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
  });

  it('stays invisible for at most twelve hours from its receive', async () => {
    await send('a');
    const [message] = await sqs.receive('q');
    sqs.clock.advance(1000);
    expect(
      await sqs.call('ChangeMessageVisibility', {
        QueueUrl,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 43_200,
      }),
    ).toMatchObject({ code: 'InvalidParameterValueException', message: expect.stringMatching(/Total/) });
  });

  it('can be deleted by an old handle as long as nobody else has it', async () => {
    await send('a');
    const [message] = await sqs.receive('q');
    sqs.clock.advance(30_000);
    expect(await sqs.call('DeleteMessage', { QueueUrl, ReceiptHandle: message?.ReceiptHandle })).toEqual({});
    expect(await sqs.receive('q')).toEqual([]);
    expect((await sqs.call('DeleteMessage', { QueueUrl, ReceiptHandle: 'x' })).code).toBe(
      'ReceiptHandleIsInvalid',
    );
  });

  it('is waited for', async () => {
    const waiting = sqs.receive('q', { WaitTimeSeconds: 20 });
    await Promise.resolve();
    sqs.clock.advance(19_000);
    await send('late');
    expect((await waiting).map(({ Body }) => Body)).toEqual(['late']);
  });

  it.each([
    [
      { MaxNumberOfMessages: 11 },
      'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    ],
    [
      { WaitTimeSeconds: 21 },
      'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
    ],
    [{ AttributeNames: ['Foo'] }, 'Unknown Attribute Foo.'],
  ])('is refused with %j', async (input, message) => {
    expect(await sqs.call('ReceiveMessage', { QueueUrl, ...input })).toMatchObject({ message });
  });
});

describe('a batch', () => {
  const batch = (Entries: object[]) => sqs.call('SendMessageBatch', { QueueUrl, Entries });

  it('succeeds in parts', async () => {
    expect(
      await batch([
        { Id: 'a', MessageBody: 'x' },
        { Id: 'b', MessageBody: 'x', DelaySeconds: 1000 },
      ]),
    ).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [{ Id: 'b', SenderFault: true, Code: 'InvalidParameterValue' }],
    });
    const [message] = await sqs.receive('q');
    const handles = [
      { Id: '1', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 5 },
      { Id: '2', ReceiptHandle: 'none', VisibilityTimeout: 5 },
    ];
    const parts = { Successful: [{ Id: '1' }], Failed: [{ Id: '2', Code: 'ReceiptHandleIsInvalid' }] };
    for (const operation of ['ChangeMessageVisibilityBatch', 'DeleteMessageBatch'])
      expect(await sqs.call(operation, { QueueUrl, Entries: handles })).toMatchObject(parts);
  });

  it.each([
    ['EmptyBatchRequest', []],
    ['BatchEntryIdsNotDistinct', ['a', 'a']],
    ['InvalidBatchEntryId', ['a b']],
    ['TooManyEntriesInBatchRequest', [...'abcdefghijk']],
  ])('is refused as a whole: %s', async (code, ids) => {
    expect((await batch(ids.map((Id) => ({ Id, MessageBody: 'x' })))).code).toBe(code);
  });

  it('has one size limit for all its messages', async () => {
    const entry = (Id: string, size: number) => ({ Id, MessageBody: 'a'.repeat(size) });
    expect((await batch([entry('a', 524_288), entry('b', 524_288)])).code).toBeUndefined();
    expect(await batch([entry('a', 524_288), entry('b', 524_289)])).toMatchObject({
      code: 'BatchRequestTooLong',
      message: 'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    });
  });
});

describe('a FIFO queue', () => {
  const fifoUrl = url('q.fifo');
  const sendFifo = (MessageBody: string, rest: object = {}) =>
    sqs.call('SendMessage', { QueueUrl: fifoUrl, MessageBody, MessageGroupId: 'g', ...rest });

  beforeEach(() =>
    sqs.call('CreateQueue', {
      QueueName: 'q.fifo',
      Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
    }),
  );

  it('drops duplicates within five minutes, by content or by id', async () => {
    const first = await sendFifo('a');
    expect(await sendFifo('a')).toEqual(first);
    expect((await sendFifo('a', { MessageDeduplicationId: 'other' })).MessageId).not.toBe(first.MessageId);
    expect(await sqs.receive('q.fifo', { MaxNumberOfMessages: 10 })).toHaveLength(2);
    sqs.clock.advance(300_000);
    expect((await sendFifo('a')).MessageId).not.toBe(first.MessageId);
  });

  it('numbers its messages, keeps their order and holds a group back', async () => {
    const one = await sendFifo('1');
    const two = await sendFifo('2');
    await sendFifo('3', { MessageGroupId: 'h' });
    expect(BigInt(String(two.SequenceNumber))).toBeGreaterThan(BigInt(String(one.SequenceNumber)));
    const [first] = await sqs.receive('q.fifo');
    expect(first).toMatchObject({
      Body: '1',
      Attributes: {
        MessageGroupId: 'g',
        SequenceNumber: one.SequenceNumber,
        MessageDeduplicationId: expect.anything(),
      },
    });
    expect((await sqs.receive('q.fifo', { MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).toEqual(['3']);
    sqs.clock.advance(30_000);
    expect(
      (await sqs.call('DeleteMessage', { QueueUrl: fifoUrl, ReceiptHandle: first?.ReceiptHandle })).message,
    ).toMatch(/The receipt handle has expired\.$/);
  });

  it('gives the same messages again for the same attempt', async () => {
    await sendFifo('1');
    const first = await sqs.receive('q.fifo', { ReceiveRequestAttemptId: 'x' });
    const second = await sqs.receive('q.fifo', { ReceiveRequestAttemptId: 'x' });
    expect(second).toEqual(first);
    expect(await sqs.receive('q.fifo', { ReceiveRequestAttemptId: 'y' })).toEqual([]);
  });

  it.each([
    [{ MessageGroupId: undefined }, 'The request must contain the parameter MessageGroupId.'],
    [
      { DelaySeconds: 2 },
      'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    ],
  ])('refuses %j', async (rest, message) => {
    expect(await sendFifo('a', rest)).toMatchObject({ message });
  });
});

describe('dead letters', () => {
  const redrive = (maxReceiveCount: number, target = 'dead') =>
    JSON.stringify({ deadLetterTargetArn: arn(target), maxReceiveCount });

  beforeEach(async () => {
    await sqs.call('CreateQueue', { QueueName: 'dead' });
    await sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy: redrive(2) } });
  });

  const poison = async () => {
    const sent = await send('poison', { MessageAttributes: { n: { DataType: 'Number', StringValue: '1' } } });
    for (let count = 0; count < 3; count++) {
      await sqs.receive('q');
      sqs.clock.advance(30_000);
    }
    return sent;
  };

  it('move with id, attributes, time of sending and count', async () => {
    const sent = await poison();
    expect(await sqs.receive('dead', { MessageAttributeNames: ['All'] })).toMatchObject([
      {
        MessageId: sent.MessageId,
        Body: 'poison',
        MessageAttributes: { n: { StringValue: '1' } },
        Attributes: {
          ApproximateReceiveCount: '3',
          SentTimestamp: String(startMs),
          DeadLetterQueueSourceArn: arn('q'),
        },
      },
    ]);
    expect(await sqs.call('ListDeadLetterSourceQueues', { QueueUrl: url('dead') })).toEqual({
      queueUrls: [QueueUrl],
    });
  });

  it('go back as new messages, at the pace that is asked for', async () => {
    await sqs.call('CreateQueue', { QueueName: 'other' });
    for (let count = 0; count < 3; count++)
      await sqs.call('SendMessage', { QueueUrl: url('dead'), MessageBody: 'x' });
    const started = await sqs.call('StartMessageMoveTask', {
      SourceArn: arn('dead'),
      DestinationArn: arn('other'),
      MaxNumberOfMessagesPerSecond: 2,
    });
    sqs.clock.advance(0);
    const list = () => sqs.call('ListMessageMoveTasks', { SourceArn: arn('dead') });
    expect(await list()).toMatchObject({
      Results: [
        {
          TaskHandle: started.TaskHandle,
          Status: 'RUNNING',
          ApproximateNumberOfMessagesMoved: 2,
          ApproximateNumberOfMessagesToMove: 3,
        },
      ],
    });
    expect((await sqs.call('StartMessageMoveTask', { SourceArn: arn('dead') })).code).toBe(
      'UnsupportedOperation',
    );
    sqs.clock.advance(2000);
    expect(await list()).toMatchObject({
      Results: [{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 }],
    });
    expect(await sqs.receive('other', { MaxNumberOfMessages: 10 })).toHaveLength(3);
  });

  it('go back to where they came from, and only if that is known', async () => {
    const sent = await poison();
    await sqs.call('StartMessageMoveTask', { SourceArn: arn('dead') });
    sqs.clock.advance(0);
    const [message] = await sqs.receive('q');
    expect(message).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    expect(message?.MessageId).not.toBe(sent.MessageId);
    await sqs.call('SendMessage', { QueueUrl: url('dead'), MessageBody: 'direct' });
    await sqs.call('StartMessageMoveTask', { SourceArn: arn('dead') });
    sqs.clock.advance(0);
    expect(await sqs.call('ListMessageMoveTasks', { SourceArn: arn('dead') })).toMatchObject({
      Results: [{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }],
    });
    expect(await sqs.receive('dead')).toHaveLength(1);
  });

  it('stop going back when that is cancelled', async () => {
    for (const body of ['a', 'b'])
      await sqs.call('SendMessage', { QueueUrl: url('dead'), MessageBody: body });
    const { TaskHandle } = await sqs.call('StartMessageMoveTask', {
      SourceArn: arn('dead'),
      DestinationArn: arn('q'),
      MaxNumberOfMessagesPerSecond: 1,
    });
    sqs.clock.advance(0);
    expect(await sqs.call('CancelMessageMoveTask', { TaskHandle })).toEqual({
      ApproximateNumberOfMessagesMoved: 1,
    });
    sqs.clock.advance(10_000);
    expect(await sqs.receive('dead', { MaxNumberOfMessages: 10 })).toHaveLength(1);
    expect((await sqs.call('CancelMessageMoveTask', { TaskHandle })).code).toBe('ResourceNotFoundException');
  });

  it.each([
    [redrive(0), /Invalid value for maxReceiveCount/],
    [redrive(1, 'none'), /Dead letter target does not exist/],
    [
      JSON.stringify({ deadLetterTargetArn: 'dummy', maxReceiveCount: 42 }),
      /Invalid value for deadLetterTargetArn/,
    ],
    ['{}', /does not contain mandatory attribute/],
    ['text', /not a valid JSON map/],
  ])('are not configured by %j', async (RedrivePolicy, message) => {
    expect(
      (await sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } })).message,
    ).toMatch(message);
  });

  it('go only to a queue of the same type that allows it', async () => {
    await sqs.call('CreateQueue', { QueueName: 'd.fifo', Attributes: { FifoQueue: 'true' } });
    const set = (RedrivePolicy: string) =>
      sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } });
    expect((await set(redrive(1, 'd.fifo'))).message).toMatch(/same type/);
    const allow = (policy: object) =>
      sqs.call('SetQueueAttributes', {
        QueueUrl: url('dead'),
        Attributes: { RedriveAllowPolicy: JSON.stringify(policy) },
      });
    expect(await allow({ redrivePermission: 'denyAll' })).toEqual({});
    expect((await set(redrive(3))).message).toMatch(/does not allow/);
    expect(await allow({ redrivePermission: 'byQueue', sourceQueueArns: [arn('q')] })).toEqual({});
    expect(await set(redrive(3))).toEqual({});
  });
});
