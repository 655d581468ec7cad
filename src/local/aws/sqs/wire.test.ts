/** Both protocols, as they stand on the wire. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { WireRequest } from '../../engine/wire.ts';
import { jsonHandler } from '../protocol-json.ts';
import { answerQuery } from '../protocol-query.ts';
import { AwsError } from '../service.ts';
import { type Fixture, fixture } from './sqs-fixture.ts';

const principal = {
  kind: 'administrator',
  arn: 'arn:aws:iam::123456789012:root',
  accountId: '123456789012',
} as const;
let sqs: Fixture;
let denies = false;
const authorise = () => {
  if (denies) throw new AwsError('AccessDeniedException', 'User: x is not authorized', 403);
};

const request = (body: string, rest: Partial<WireRequest> = {}): WireRequest => ({
  method: 'POST',
  host: '127.0.0.1',
  path: '/',
  query: '',
  headers: { host: '127.0.0.1:4566', authorization: 'AWS4-HMAC-SHA256 x', ...rest.headers },
  body: Buffer.from(body),
  ...(rest.path !== undefined && { path: rest.path }),
});

async function json(operation: string, input: object) {
  const handle = jsonHandler([sqs.sqs.json], {
    identify: () => principal,
    authorise,
    requestId: () => 'request',
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  const headers = {
    host: '127.0.0.1:4566',
    authorization: 'AWS4-x',
    'x-amz-target': `AmazonSQS.${operation}`,
  };
  return handle(request(JSON.stringify(input), { headers }));
}

async function form(parameters: Record<string, string>, path = '/') {
  const body = new URLSearchParams({ Version: '2012-11-05', ...parameters }).toString();
  const { status, body: text } = await answerQuery(
    sqs.sqs.query,
    request(body, { path }),
    { principal, requestId: 'request' },
    authorise,
  );
  return { status, text: String(text) };
}

beforeEach(async () => {
  sqs = fixture();
  denies = false;
  await sqs.call('CreateQueue', { QueueName: 'q' });
});

describe('JSON', () => {
  it('names an error twice: as it is today and as it was before', async () => {
    const answer = await json('SendMessage', { QueueUrl: '/1/none', MessageBody: 'a' });
    expect(answer.status).toBe(400);
    expect(answer.headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(JSON.parse(String(answer.body))).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
    const invalid = await json('ReceiveMessage', { QueueUrl: '/1/q', MaxNumberOfMessages: 11 });
    expect(invalid.headers['x-amzn-query-error']).toBe('InvalidParameterValue;Sender');
    expect(String(invalid.body)).toContain('com.amazon.coral.service#InvalidParameterValueException');
  });

  it('refuses what is not permitted', async () => {
    denies = true;
    const answer = await json('DeleteQueue', { QueueUrl: '/1/q' });
    expect([answer.status, answer.headers['x-amzn-query-error']]).toEqual([403, 'AccessDenied;Sender']);
  });

  it('gives URLs with the host that was asked', async () => {
    expect(JSON.parse(String((await json('GetQueueUrl', { QueueName: 'q' })).body))).toEqual({
      QueueUrl: 'http://127.0.0.1:4566/123456789012/q',
    });
  });
});

describe('Query', () => {
  it('takes the queue from the path and flattened lists, and answers in XML', async () => {
    const sent = await form(
      {
        Action: 'SendMessage',
        MessageBody: 'a <b>',
        'MessageAttribute.1.Name': 'n',
        'MessageAttribute.1.Value.DataType': 'String',
        'MessageAttribute.1.Value.StringValue': 'v',
      },
      '/123456789012/q',
    );
    expect(sent.text).toMatch(
      /^<SendMessageResponse xmlns="http:\/\/queue\.amazonaws\.com\/doc\/2012-11-05\/"><SendMessageResult><MD5OfMessageBody>/,
    );
    const received = await form(
      {
        Action: 'ReceiveMessage',
        MaxNumberOfMessages: '1',
        'AttributeName.1': 'SenderId',
        'AttributeName.2': 'ApproximateReceiveCount',
        'MessageAttributeName.1': 'All',
      },
      '/123456789012/q',
    );
    expect(received.text).toContain('<Body>a &lt;b&gt;</Body>');
    expect(received.text).toContain(
      '<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute><Attribute><Name>SenderId</Name>',
    );
    expect(received.text).toContain(
      '<MessageAttribute><Name>n</Name><Value><DataType>String</DataType><StringValue>v</StringValue></Value></MessageAttribute>',
    );
  });

  it('knows batches and their failures', async () => {
    const { text } = await form({
      Action: 'SendMessageBatch',
      QueueUrl: 'http://x/1/q',
      'SendMessageBatchRequestEntry.1.Id': 'one',
      'SendMessageBatchRequestEntry.1.MessageBody': 'a',
      'SendMessageBatchRequestEntry.2.Id': 'two',
      'SendMessageBatchRequestEntry.2.MessageBody': 'b',
      'SendMessageBatchRequestEntry.2.DelaySeconds': '901',
    });
    expect(text).toMatch(/<SendMessageBatchResultEntry><Id>one<\/Id>/);
    expect(text).toContain(
      '<BatchResultErrorEntry><Id>two</Id><SenderFault>true</SenderFault><Code>InvalidParameterValue</Code>',
    );
  });

  it('knows attributes, tags and lists of queues', async () => {
    await form({
      Action: 'CreateQueue',
      QueueName: 'new',
      'Attribute.1.Name': 'DelaySeconds',
      'Attribute.1.Value': '5',
      'Tag.1.Key': 'k',
      'Tag.1.Value': 'v',
    });
    const attributes = await form({
      Action: 'GetQueueAttributes',
      QueueUrl: '/1/new',
      'AttributeName.1': 'DelaySeconds',
    });
    expect(attributes.text).toContain('<Attribute><Name>DelaySeconds</Name><Value>5</Value></Attribute>');
    expect((await form({ Action: 'ListQueueTags', QueueUrl: '/1/new' })).text).toContain(
      '<Tag><Key>k</Key><Value>v</Value></Tag>',
    );
    expect((await form({ Action: 'ListQueues' })).text.match(/<QueueUrl>/g)).toHaveLength(2);
    expect((await form({ Action: 'DeleteQueue', QueueUrl: '/1/new' })).text).toBe(
      '<DeleteQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ResponseMetadata><RequestId>request</RequestId></ResponseMetadata></DeleteQueueResponse>',
    );
  });

  it('has the names of errors that it always had', async () => {
    const { status, text } = await form({ Action: 'GetQueueUrl', QueueName: 'none' });
    expect([status, text]).toEqual([
      400,
      expect.stringContaining('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>'),
    ]);
    denies = true;
    expect((await form({ Action: 'ListQueues' })).text).toContain('<Code>AccessDenied</Code>');
  });
});
