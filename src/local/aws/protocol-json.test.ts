import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../engine/wire.ts';
import { jsonHandler } from './protocol-json.ts';
import { AwsError, type AwsService } from './service.ts';

const principal = {
  kind: 'administrator',
  arn: 'arn:aws:iam::123456789012:root',
  accountId: '123456789012',
} as const;

const dynamoDb: AwsService = {
  signingName: 'dynamodb',
  protocol: { kind: 'json', version: '1.0', target: 'DynamoDB_20120810' },
  operations: {
    Echo: { access: () => [{ action: 'dynamodb:Echo', resource: '*' }], run: (input) => ({ input }) },
    Later: { access: () => [], run: async () => ({ later: true }) },
    Missing: {
      access: () => [],
      run: () => {
        throw new AwsError('ResourceNotFoundException', 'Requested resource not found', 400, { Extra: 1 });
      },
    },
    Invalid: {
      access: () => [],
      run: () => Promise.reject(new AwsError('ValidationException', 'no')),
    },
    Broken: {
      access: () => [],
      run: () => {
        throw new Error('defect');
      },
    },
  },
};
const events: AwsService = {
  signingName: 'events',
  protocol: { kind: 'json', version: '1.1', target: 'AWSEvents' },
  operations: { PutEvents: { access: () => [], run: () => ({ FailedEntryCount: 0 }) } },
};

const defects: unknown[] = [];
let allowed = true;
const handle = jsonHandler([dynamoDb, events], {
  identify: () => principal,
  authorise: (_, [request]) => {
    if (!allowed)
      throw new AwsError('AccessDeniedException', `not authorized to perform: ${request?.action}`);
  },
  requestId: () => 'ID1',
  onUnexpectedError: (error) => defects.push(error),
});

function request(target: string, body: string, headers: Record<string, string> = {}): WireRequest {
  return {
    method: 'POST',
    host: 'dynamodb.us-east-1.amazonaws.com',
    path: '/',
    query: '',
    headers: { 'x-amz-target': target, authorization: 'AWS4-HMAC-SHA256 Credential=a', ...headers },
    body: Buffer.from(body),
  };
}
const send = async (target: string, body = '{}', headers = {}) => {
  const response = await handle(request(`DynamoDB_20120810.${target}`, body, headers));
  const text = String(response.body);
  return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) };
};

describe('jsonHandler', () => {
  it('runs the operation, with a request id and the checksum of the body', async () => {
    const response = await send('Echo', '{"a":"ä"}');
    expect(response).toMatchObject({ status: 200, body: { input: { a: 'ä' } } });
    expect(response.headers).toEqual({
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-requestid': 'ID1',
      'x-amz-crc32': String(crc32(response.text)),
    });
  });

  it('waits for operations that take their time', async () => {
    expect((await send('Later')).body).toEqual({ later: true });
  });

  it('answers each service in its version of the protocol', async () => {
    const response = await handle(request('AWSEvents.PutEvents', '{}'));
    expect(response.headers).toEqual({
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': 'ID1',
    });
  });

  it('gives errors their namespace and members', async () => {
    expect(await send('Missing')).toMatchObject({
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
        message: 'Requested resource not found',
        Extra: 1,
      },
    });
    expect((await send('Invalid')).body).toEqual({
      __type: 'com.amazon.coral.validate#ValidationException',
      message: 'no',
    });
  });

  it('refuses what it cannot read, does not know, or nobody signed', async () => {
    expect((await send('Echo', '{')).body).toEqual({
      __type: 'com.amazon.coral.service#SerializationException',
    });
    expect((await send('Nothing')).body.__type).toBe('com.amazon.coral.service#UnknownOperationException');
    expect((await send('toString')).body.__type).toBe('com.amazon.coral.service#UnknownOperationException');
    expect((await send('Echo', '{}', { authorization: '' })).body).toEqual({
      __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
      message: 'Request is missing Authentication Token',
    });
  });

  it('asks for permission before it runs', async () => {
    allowed = false;
    expect((await send('Echo')).body).toEqual({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: 'not authorized to perform: dynamodb:Echo',
    });
    allowed = true;
  });

  it('hides a defect from the client and reports it', async () => {
    expect(await send('Broken')).toMatchObject({
      status: 500,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' },
    });
    expect(defects).toEqual([new Error('defect')]);
  });
});
