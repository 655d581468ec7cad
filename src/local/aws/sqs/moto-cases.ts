import { seededRandom } from '../../engine/random.ts';

/** Calls for the comparison with moto. `${name}` stands for what an earlier call of the case has kept. */

export interface Call {
  /** An operation of SQS, or `wait` with `ms`. */
  operation: string;
  input: Record<string, unknown>;
  /** Parts of the answer to keep, by name: `Messages.0.ReceiptHandle`. */
  keep?: Record<string, string>;
}

export interface Case {
  name: string;
  calls: Call[];
}

const call = (operation: string, input: Record<string, unknown>, keep?: Record<string, string>): Call => ({
  operation,
  input,
  ...(keep && { keep }),
});

/** Each case has queues of its own; the URL is known from the name. */
const urlOf = (name: string) => `\${base}/${name}`;
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const create = (QueueName: string, Attributes: Record<string, string> = {}) =>
  call('CreateQueue', { QueueName, Attributes });
const send = (queue: string, MessageBody: string, rest: object = {}) =>
  call('SendMessage', { QueueUrl: urlOf(queue), MessageBody, ...rest });
const receive = (queue: string, rest: object = {}) =>
  call(
    'ReceiveMessage',
    { QueueUrl: urlOf(queue), AttributeNames: ['All'], MessageAttributeNames: ['All'], ...rest },
    { handle: 'Messages.0.ReceiptHandle' },
  );
const remove = (queue: string, handle = '${handle}') =>
  call('DeleteMessage', { QueueUrl: urlOf(queue), ReceiptHandle: handle });
const change = (queue: string, VisibilityTimeout: number, handle = '${handle}') =>
  call('ChangeMessageVisibility', { QueueUrl: urlOf(queue), ReceiptHandle: handle, VisibilityTimeout });
const counts = (queue: string) =>
  call('GetQueueAttributes', {
    QueueUrl: urlOf(queue),
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ],
  });
const wait = (ms: number) => call('wait', { ms });
const text = (value: string, type = 'String') => ({ DataType: type, StringValue: value });
const binary = (value: string) => ({
  DataType: 'Binary',
  BinaryValue: Buffer.from(value).toString('base64'),
});

const fifo = { FifoQueue: 'true' };
const inGroup = (MessageGroupId: string, MessageDeduplicationId?: string) => ({
  MessageGroupId,
  ...(MessageDeduplicationId !== undefined && { MessageDeduplicationId }),
});

const attributeCases: [string, Record<string, unknown>][] = [
  ['strings', { a: text('1'), b: text('ü €') }],
  ['types of one’s own', { a: text('1', 'String.custom'), n: text('1.5', 'Number.float') }],
  ['binary', { bin: binary('\u0000\u0001x') }],
  ['a mixture', { z: text('last'), a: binary('first'), 'm.1-x_y': text('12', 'Number') }],
  ['no type', { a: { StringValue: 'x' } }],
  ['an unknown type', { a: text('x', 'Text') }],
  ['an empty value', { a: text('') }],
  ['no number', { a: text('x', 'Number') }],
  ['a bad name', { 'a b': text('x') }],
];

export const handWritten: Case[] = [
  {
    name: 'life of a queue',
    calls: [
      create('life'),
      create('life'),
      call('GetQueueUrl', { QueueName: 'life' }),
      call('GetQueueUrl', { QueueName: 'none' }),
      call('GetQueueAttributes', { QueueUrl: urlOf('life'), AttributeNames: ['All'] }),
      call('GetQueueAttributes', { QueueUrl: urlOf('life'), AttributeNames: ['VisibilityTimeout'] }),
      call('GetQueueAttributes', { QueueUrl: urlOf('life'), AttributeNames: ['Colour'] }),
      call('SetQueueAttributes', { QueueUrl: urlOf('life'), Attributes: { VisibilityTimeout: '9' } }),
      call('GetQueueAttributes', { QueueUrl: urlOf('life'), AttributeNames: ['VisibilityTimeout'] }),
      call('ListQueues', { QueueNamePrefix: 'lif' }),
      call('ListQueues', { QueueNamePrefix: 'nothing-like-it' }),
      call('TagQueue', { QueueUrl: urlOf('life'), Tags: { a: '1', b: '2' } }),
      call('UntagQueue', { QueueUrl: urlOf('life'), TagKeys: ['a'] }),
      call('ListQueueTags', { QueueUrl: urlOf('life') }),
      call('PurgeQueue', { QueueUrl: urlOf('life') }),
      call('DeleteQueue', { QueueUrl: urlOf('life') }),
      call('GetQueueUrl', { QueueName: 'life' }),
      send('life', 'x'),
      receive('life'),
    ],
  },
  {
    name: 'names and attributes of queues',
    calls: [
      create('a b'),
      create('x'.repeat(81)),
      create('dotted.fifo'),
      create('nosuffix', fifo),
      create('attr', { DelaySeconds: '1' }),
      create('attr', { DelaySeconds: '2' }),
      create('many', {
        DelaySeconds: '5',
        MaximumMessageSize: '2048',
        MessageRetentionPeriod: '600',
        ReceiveMessageWaitTimeSeconds: '0',
        VisibilityTimeout: '40',
      }),
      call('GetQueueAttributes', { QueueUrl: urlOf('many'), AttributeNames: ['All'] }),
      create('full.fifo', { ...fifo, ContentBasedDeduplication: 'true' }),
      call('GetQueueAttributes', { QueueUrl: urlOf('full.fifo'), AttributeNames: ['All'] }),
    ],
  },
  {
    name: 'messages',
    calls: [
      create('messages'),
      send('messages', 'hello'),
      counts('messages'),
      receive('messages'),
      counts('messages'),
      receive('messages'),
      remove('messages'),
      counts('messages'),
      remove('messages'),
      send('messages', 'ü €\n\t"quoted" <xml> & \u{1f600}'),
      receive('messages', { VisibilityTimeout: 1 }),
      wait(1100),
      receive('messages'),
      change('messages', 0),
      receive('messages'),
      change('messages', 30),
      remove('messages'),
      send('messages', ''),
      send('messages', 'x', { DelaySeconds: 1 }),
      counts('messages'),
      receive('messages'),
      wait(1100),
      receive('messages'),
      receive('messages', { MaxNumberOfMessages: 11 }),
      receive('messages', { MaxNumberOfMessages: 0 }),
      receive('messages', { WaitTimeSeconds: 21 }),
      send('messages', 'x', { DelaySeconds: 901 }),
      change('messages', 43_201),
      remove('messages', 'nonsense'),
      change('messages', 5, 'nonsense'),
      call('SendMessage', { MessageBody: 'x' }),
    ],
  },
  {
    name: 'a trace header',
    calls: [
      create('trace'),
      send('trace', 'x', { MessageSystemAttributes: { AWSTraceHeader: text('Root=1-2-3') } }),
      receive('trace', { MessageSystemAttributeNames: ['AWSTraceHeader'], AttributeNames: [] }),
    ],
  },
  ...attributeCases.map(([name, MessageAttributes], index) => ({
    name: `message attributes: ${name}`,
    calls: [
      create(`attributes-${index}`),
      send(`attributes-${index}`, 'x', { MessageAttributes }),
      receive(`attributes-${index}`),
    ],
  })),
  {
    name: 'chosen attributes',
    calls: ['All', '.*', 'Hello', 'Hel.*', 'none'].flatMap((chosen, index) => [
      create(`chosen-${index}`),
      send(`chosen-${index}`, 'x', {
        MessageAttributes: { Hello: text('a'), 'Help.Me': text('b'), Other: text('c') },
      }),
      receive(`chosen-${index}`, { MessageAttributeNames: [chosen], AttributeNames: ['SenderId'] }),
    ]),
  },
  {
    name: 'batches',
    calls: [
      create('batches'),
      call('SendMessageBatch', {
        QueueUrl: urlOf('batches'),
        Entries: [
          { Id: 'a', MessageBody: 'one', MessageAttributes: { k: text('v') } },
          { Id: 'b', MessageBody: 'two' },
        ],
      }),
      call('SendMessageBatch', { QueueUrl: urlOf('batches'), Entries: [] }),
      call('SendMessageBatch', {
        QueueUrl: urlOf('batches'),
        Entries: ['a', 'a'].map((Id) => ({ Id, MessageBody: 'x' })),
      }),
      call('SendMessageBatch', { QueueUrl: urlOf('batches'), Entries: [{ Id: 'a b', MessageBody: 'x' }] }),
      call('SendMessageBatch', {
        QueueUrl: urlOf('batches'),
        Entries: [...'abcdefghijk'].map((Id) => ({ Id, MessageBody: 'x' })),
      }),
      receive('batches', { MaxNumberOfMessages: 10 }),
      call('ChangeMessageVisibilityBatch', {
        QueueUrl: urlOf('batches'),
        Entries: [{ Id: '1', ReceiptHandle: '${handle}', VisibilityTimeout: 30 }],
      }),
      call('DeleteMessageBatch', {
        QueueUrl: urlOf('batches'),
        Entries: [{ Id: '1', ReceiptHandle: '${handle}' }],
      }),
      call('DeleteMessageBatch', { QueueUrl: urlOf('batches'), Entries: [] }),
      counts('batches'),
    ],
  },
  {
    name: 'FIFO',
    calls: [
      create('order.fifo', fifo),
      send('order.fifo', '1', inGroup('g', 'd1')),
      send('order.fifo', '2', inGroup('g', 'd2')),
      send('order.fifo', '3', inGroup('h', 'd3')),
      send('order.fifo', 'again', inGroup('g', 'd1')),
      counts('order.fifo'),
      send('order.fifo', 'x'),
      send('order.fifo', 'x', inGroup('g')),
      send('order.fifo', 'x', { ...inGroup('g', 'd4'), DelaySeconds: 3 }),
      receive('order.fifo', { VisibilityTimeout: 2 }),
      receive('order.fifo'),
      receive('order.fifo'),
      wait(2100),
      receive('order.fifo'),
      remove('order.fifo'),
      receive('order.fifo'),
    ],
  },
  {
    name: 'content-based deduplication',
    calls: [
      create('content.fifo', { ...fifo, ContentBasedDeduplication: 'true' }),
      send('content.fifo', 'same', inGroup('g')),
      send('content.fifo', 'same', inGroup('g')),
      send('content.fifo', 'same', inGroup('g', 'other')),
      counts('content.fifo'),
      receive('content.fifo', { MaxNumberOfMessages: 10 }),
    ],
  },
  {
    name: 'dead letters',
    calls: [
      create('dead'),
      create('source', {
        VisibilityTimeout: '1',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 }),
      }),
      call('ListDeadLetterSourceQueues', { QueueUrl: urlOf('dead') }),
      send('source', 'poison', { MessageAttributes: { k: text('v') } }),
      receive('source'),
      wait(1100),
      receive('source'),
      wait(1100),
      receive('source'),
      counts('source'),
      receive('dead'),
      call('ListMessageMoveTasks', { SourceArn: arnOf('dead') }),
    ],
  },
];

/**
 * Calls at random on one queue, the same for the same seed. None depends on the time that passes meanwhile, and none
 * makes a message come again: moto takes old handles for messages that somebody else has received since.
 */
export function randomCalls(queue: string, seed: number, count: number): Case {
  const random = seededRandom(seed);
  const isFifo = queue.endsWith('.fifo');
  const calls = [create(queue, { VisibilityTimeout: '600', ...(isFifo && fifo) })];
  for (let index = 0; index < count; index++) {
    const handle = `h${random.below(6)}`;
    const kind = random.below(10);
    if (kind < 4) {
      const duplicate = random.below(4) === 0;
      const ids = inGroup(`g${random.below(3)}`, `d${duplicate ? random.below(index + 1) : index}`);
      calls.push(send(queue, `body ${index}`, isFifo ? ids : {}));
    } else if (kind < 7) {
      const MaxNumberOfMessages = 1 + random.below(3);
      calls.push({
        ...receive(queue, { MaxNumberOfMessages }),
        keep: { [handle]: 'Messages.0.ReceiptHandle' },
      });
    } else if (kind < 8) calls.push(remove(queue, `\${${handle}}`));
    else if (kind < 9) calls.push(change(queue, 300, `\${${handle}}`));
    else calls.push(counts(queue));
  }
  return { name: queue, calls };
}
