import { httpRequest } from './http-connection.ts';

/** An SQS request with the headers that the AWS SDK for JavaScript sends; its signature is not a true one. */
export function sqsRequest(operation: string, input: object): Buffer {
  return httpRequest({
    method: 'POST',
    path: '/',
    headers: {
      'x-amz-target': `AmazonSQS.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20260101T120000Z',
      'x-amz-user-agent': 'aws-sdk-js/3.1000.0',
      'x-amzn-query-mode': 'true',
      'amz-sdk-request': 'attempt=1; max=3',
      'amz-sdk-invocation-id': '5d1bfa4f-2a0f-4a5b-9a43-0d6f1f7b2b11',
      'user-agent': 'aws-sdk-js/3.1000.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.0.0 api/sqs#3.1000.0',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`,
    },
    body: JSON.stringify(input),
  });
}
