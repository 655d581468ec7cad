import { describe, expect, it } from 'vitest';
import { policyDocument } from './policy-document.ts';

const read = {
  sid: 'Read',
  actions: ['dynamodb:GetItem', 'dynamodb:Query'],
  resources: ['arn:aws:dynamodb:r:1:table/t'],
};

describe('data.aws_iam_policy_document', () => {
  it('writes the JSON that the provider writes', () => {
    expect(
      policyDocument({
        statement: [
          read,
          {
            effect: 'Deny',
            not_actions: ['iam:*'],
            not_resources: ['*'],
            condition: [
              { test: 'StringLike', variable: 's3:prefix', values: ['home/&{aws:username}/*'] },
              { test: 'StringLike', variable: 's3:prefix', values: ['b'] },
            ],
          },
        ],
      }).json,
    ).toBe(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": [
        "dynamodb:Query",
        "dynamodb:GetItem"
      ],
      "Resource": "arn:aws:dynamodb:r:1:table/t"
    },
    {
      "Effect": "Deny",
      "NotAction": "iam:*",
      "NotResource": "*",
      "Condition": {
        "StringLike": {
          "s3:prefix": [
            "home/\${aws:username}/*",
            "b"
          ]
        }
      }
    }
  ]
}`);
  });

  it('writes principals', () => {
    const principal = (principals: { type: string; identifiers: string[] }[]): unknown =>
      JSON.parse(String(policyDocument({ statement: [{ actions: ['sts:AssumeRole'], principals }] }).json))
        .Statement[0].Principal;
    expect(principal([{ type: 'Service', identifiers: ['lambda.amazonaws.com'] }])).toEqual({
      Service: 'lambda.amazonaws.com',
    });
    expect(principal([{ type: '*', identifiers: ['*'] }])).toBe('*');
  });

  it('merges source and override documents by Sid', () => {
    const source = String(policyDocument({ statement: [read] }).json);
    const override = JSON.stringify({
      Statement: { Sid: 'Read', Effect: 'Deny', Action: '*', Resource: '*' },
    });
    const document = policyDocument({
      source_policy_documents: [source],
      override_policy_documents: [override],
      statement: [{ sid: 'More', actions: ['s3:*'], resources: ['*'] }],
    });
    expect(JSON.parse(String(document.json)).Statement).toMatchObject([
      { Sid: 'Read', Effect: 'Deny' },
      { Sid: 'More' },
    ]);
    expect(() => policyDocument({ source_policy_documents: [source], statement: [read] })).toThrow(
      'duplicate Sid (Read)',
    );
  });

  it('says which argument is not usable', () => {
    expect(() => policyDocument({ statement: [{ actions: 'all' }] })).toThrow('statement.0.actions');
  });
});
