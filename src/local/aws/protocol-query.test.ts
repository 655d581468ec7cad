import { describe, expect, it } from 'vitest';
import { answerQuery, parseQuery, renderXml } from './protocol-query.ts';
import { AwsError, type AwsService } from './service.ts';

describe('parseQuery', () => {
  it('takes dotted names apart into structures, lists and maps', () => {
    const form =
      'Action=Publish&Version=2010-03-31&TopicArn=arn%3Aa&MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=a+b&Tags.member.2.Key=second&Tags.member.1.Key=first&Tags.member.10.Key=tenth&Empty=';
    expect(parseQuery(form)).toEqual({
      TopicArn: 'arn:a',
      MessageAttributes: [{ Name: 'kind', Value: { DataType: 'String', StringValue: 'a b' } }],
      Tags: [{ Key: 'first' }, { Key: 'second' }, { Key: 'tenth' }],
      Empty: '',
    });
  });
});

describe('renderXml', () => {
  it('writes lists, maps, dates and bytes, escapes text and leaves absent members out', () => {
    const value = {
      Names: ['a<b', 'c&d'],
      Attributes: new Map([['Key', 'v"']]),
      At: new Date('2026-01-01T00:00:00Z'),
      Data: Buffer.from('hi'),
      Count: 3,
      Gone: undefined,
    };
    expect(renderXml(value)).toBe(
      '<Names><member>a&lt;b</member><member>c&amp;d</member></Names><Attributes><entry><key>Key</key><value>v&quot;</value></entry></Attributes><At>2026-01-01T00:00:00Z</At><Data>aGk=</Data><Count>3</Count>',
    );
  });
});

describe('answerQuery', () => {
  const service: AwsService = {
    signingName: 'sns',
    protocol: { kind: 'query', xmlns: 'http://sns.amazonaws.com/doc/2010-03-31/', version: '2010-03-31' },
    operations: {
      Echo: { access: () => [{ action: 'sns:Echo', resource: '*' }], run: (input: unknown) => input },
      Quiet: { access: () => [], run: () => undefined },
      Throttled: {
        access: () => [],
        run: () => {
          throw new AwsError('InternalFailure', 'later', 500);
        },
      },
      Broken: {
        access: () => [],
        run: () => {
          throw new Error('a defect');
        },
      },
    },
  };
  const ask = (form: string, query = '') =>
    answerQuery(
      service,
      { method: 'POST', host: 'h', path: '/', query, headers: {}, body: Buffer.from(form) },
      { principal: { kind: 'administrator', arn: 'a', accountId: '1' }, requestId: 'r1' },
      (requests) => {
        if (requests.some((request) => request.action === 'sns:Echo')) return;
        if (requests.length > 0) throw new Error('unexpected');
      },
    );

  it('answers parameters of the body and of the query', async () => {
    const response = await ask('Version=2010-03-31&A=1', 'Action=Echo&B=2');
    expect(response).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'r1' },
    });
    expect(response.body).toContain('<EchoResult><B>2</B><A>1</A></EchoResult>');
  });

  it('answers an operation without output', async () => {
    expect((await ask('Action=Quiet')).body).toBe(
      '<QuietResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ResponseMetadata><RequestId>r1</RequestId></ResponseMetadata></QuietResponse>',
    );
  });

  it('turns an AwsError into an error document and lets a defect through', async () => {
    expect(await ask('Action=Throttled')).toMatchObject({
      status: 500,
      body: '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>later</Message></Error><RequestId>r1</RequestId></ErrorResponse>',
    });
    expect((await ask('')).body).toContain('<Code>MissingAction</Code>');
    expect((await ask('Action=constructor')).body).toContain('<Code>InvalidAction</Code>');
    await expect(ask('Action=Broken')).rejects.toThrow('a defect');
  });
});
