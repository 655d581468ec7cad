import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../engine/wire.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { isS3Host, parseRequest } from './request.ts';
import { parseXml, textOf, xmlDocument } from './xml.ts';

const wire = (host: string, path: string, query = ''): WireRequest => ({
  method: 'GET',
  host,
  path,
  query,
  headers: { host },
  body: Buffer.alloc(0),
});

describe('bucket and key', () => {
  it.each([
    ['bucket.s3.eu-west-1.amazonaws.com', '/a/b%20c+d', 'bucket', 'a/b c+d'],
    ['bucket.s3.amazonaws.com', '/', 'bucket', undefined],
    ['my.dotted.bucket.s3.us-east-1.amazonaws.com', '/k', 'my.dotted.bucket', 'k'],
    ['bucket.s3.dualstack.us-east-1.amazonaws.com', '/k', 'bucket', 'k'],
    ['s3.us-east-1.amazonaws.com', '/bucket/a//b/', 'bucket', 'a//b/'],
    ['s3.us-east-1.amazonaws.com', '/', undefined, undefined],
    ['127.0.0.1', '/bucket', 'bucket', undefined],
    ['127.0.0.1', '/bucket/', 'bucket', undefined],
    ['bucket.localhost', '/k', 'bucket', 'k'],
  ])('are read from %s%s', (host, path, bucket, key) => {
    const request = parseRequest(wire(host, path));
    expect([request.bucket, request.key]).toEqual([bucket, key]);
    expect(isS3Host(host)).toBe(host !== '127.0.0.1');
  });

  it('must be well-formed', () => {
    expect(() => parseRequest(wire('s3.us-east-1.amazonaws.com', '/bucket/%zz'))).toThrow(
      "Couldn't parse the specified URI.",
    );
    expect(isS3Host('sqs.us-east-1.amazonaws.com')).toBe(false);
  });
});

describe('a body in chunks', () => {
  it('is put together, with what stands behind it', () => {
    const text =
      '5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0;chunk-signature=cd\r\nx-amz-checksum-crc32:abc=\r\n\r\n';
    const { body, trailers } = decodeAwsChunked(Buffer.from(text));
    expect([body.toString(), trailers]).toEqual(['hello!', { 'x-amz-checksum-crc32': 'abc=' }]);
  });

  it.each(['', '5\r\nhel', 'x\r\nhello\r\n0\r\n\r\n'])('is refused when it is not whole: %j', (text) => {
    expect(() => decodeAwsChunked(Buffer.from(text))).toThrow('terminated unexpectedly');
  });
});

describe('XML', () => {
  it('is read as it was written', () => {
    const document = xmlDocument('A', { B: ['1 < 2 & "3"', 'x\ry'], C: { D: true }, E: undefined });
    const root = parseXml(document);
    expect(root?.children.map(({ name, text }) => [name, text])).toEqual([
      ['B', '1 < 2 & "3"'],
      ['B', 'x\ry'],
      ['C', ''],
    ]);
    expect(textOf(root?.children[2], 'D')).toBe('true');
  });

  it.each([
    ['<a:B xmlns:a="x"><!-- c --><a:C>&#65;&#x42;<![CDATA[<]]></a:C><D/></a:B>', 'AB<'],
    ['<B><C>x</B></C>', undefined],
    ['<B><C>x</C>', undefined],
    ['no XML', undefined],
    ['<B/><B/>', undefined],
  ])('%s', (document, text) => {
    expect(textOf(parseXml(document), 'C')).toBe(text);
  });
});
