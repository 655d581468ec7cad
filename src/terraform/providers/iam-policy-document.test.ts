import { expect, test } from 'vitest';
import { Unknown } from '../stack.ts';
import { iamPolicyDocument } from './iam-policy-document.ts';

test('the text is the one that the provider writes', () => {
  const { json, minified_json: minified } = iamPolicyDocument({
    statement: [
      {
        sid: 'One',
        actions: ['sqs:ReceiveMessage', 'sqs:SendMessage'],
        resources: ['arn:aws:s3:::b/&{aws:username}'],
        principals: [{ type: 'Service', identifiers: ['b.amazonaws.com', 'a.amazonaws.com'] }],
        condition: [{ test: 'StringEquals', variable: 'aws:x', values: ['<b>&', 'a'] }],
      },
    ],
  });
  expect(json).toBe(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "One",
      "Effect": "Allow",
      "Action": [
        "sqs:SendMessage",
        "sqs:ReceiveMessage"
      ],
      "Resource": "arn:aws:s3:::b/\${aws:username}",
      "Principal": {
        "Service": [
          "b.amazonaws.com",
          "a.amazonaws.com"
        ]
      },
      "Condition": {
        "StringEquals": {
          "aws:x": [
            "\\u003cb\\u003e\\u0026",
            "a"
          ]
        }
      }
    }
  ]
}`);
  expect(minified).toMatch(/^\{"Version":"2012-10-17","Statement":\[\{"Sid":"One",/);
});

test('an unknown argument makes the text unknown', () => {
  const arn = new Unknown('aws_sqs_queue.q.arn');
  expect(iamPolicyDocument({ statement: [{ actions: ['a:B'], resources: [arn] }] }).json).toEqual(
    new Unknown('aws_sqs_queue.q.arn', 'string'),
  );
});

test('overriding documents replace statements with the same Sid, repeated Sids are an error', () => {
  const source = JSON.stringify({
    Version: '2008-10-17',
    Statement: { Sid: 'A', Effect: 'Deny', Action: ['x:Y'], Resource: '*' },
  });
  const { json } = iamPolicyDocument({
    source_policy_documents: [source],
    statement: [{ sid: 'A', actions: ['z:Z'], resources: ['*'] }],
  });
  expect(JSON.parse(String(json))).toEqual({
    Version: '2012-10-17',
    Statement: [{ Sid: 'A', Effect: 'Allow', Action: 'z:Z', Resource: '*' }],
  });
  expect(() => iamPolicyDocument({ source_policy_documents: [source, source] })).toThrow('duplicate Sid (A)');
  expect(() => iamPolicyDocument({ override_policy_documents: ['{'] })).toThrow('no JSON');
});
