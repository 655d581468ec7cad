import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from '../src/cli/explain.ts';
import { zip } from '../src/package/zip.ts';
import { type App, scenario } from '../src/patterns/scenario.ts';
import { testUnderFaults } from '../src/proof/fault-run.ts';
import type { StackTest } from '../src/proof/test-stack.ts';

/** Counts each message in a table: `ADD` once more for every delivery, `SET` the same for all of them. */
const handler = `
const call = async (operation, input) => {
  const response = await fetch('https://dynamodb.us-east-1.amazonaws.com/', {
    method: 'POST',
    headers: {
      'x-amz-target': 'DynamoDB_20120810.' + operation,
      'content-type': 'application/x-amz-json-1.0',
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/dynamodb/aws4_request',
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(await response.text());
};
export const handler = async (event) => {
  for (const { body } of event.Records) {
    const { id } = JSON.parse(body);
    await call('UpdateItem', {
      TableName: process.env.TABLE,
      Key: { id: { S: id } },
      UpdateExpression: process.env.UPDATE,
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
  }
};`;

const terraform = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

variable "project_name" {
  type = string
}

variable "update" {
  type = string
}

resource "aws_sqs_queue" "dead" {
  name = "dead"
}

resource "aws_sqs_queue" "work" {
  name                       = "work"
  visibility_timeout_seconds = 60
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}

resource "aws_dynamodb_table" "this" {
  name         = "counts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_iam_role" "this" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "work"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource = aws_sqs_queue.work.arn },
      { Effect = "Allow", Action = ["dynamodb:UpdateItem"], Resource = aws_dynamodb_table.this.arn },
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "*" },
    ]
  })
}

resource "aws_lambda_function" "this" {
  function_name = "worker"
  role          = aws_iam_role.this.arn
  filename      = "\${path.module}/worker.zip"
  handler       = "index.handler"
  runtime       = "nodejs24.x"
  memory_size   = 192
  timeout       = 10
  environment {
    variables = { TABLE = aws_dynamodb_table.this.name, UPDATE = var.update }
  }
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn = aws_sqs_queue.work.arn
  function_name    = aws_lambda_function.this.arn
  batch_size       = 1
}

output "queue_name" {
  value = aws_sqs_queue.work.name
}

output "dead_letter_queue_name" {
  value = aws_sqs_queue.dead.name
}

output "table_name" {
  value = aws_dynamodb_table.this.name
}
`;

async function invariant(app: App): Promise<void> {
  const ids = Array.from({ length: 6 }, () => app.random.uuid());
  for (const id of ids) await app.channel('queue_name').send({ body: JSON.stringify({ id }) });
  await app.settled();
  const counts = new Map((await app.documents('table_name')).map(({ id, count }) => [id, count]));
  const dead = app.deadLetters('dead_letter_queue_name').map(({ body }) => body);
  for (const id of ids) {
    const isDead = dead.some((body) => body.includes(id));
    assert.ok(
      counts.get(id) === 1 || (isDead && counts.get(id) === undefined),
      `${id} counted ${counts.get(id)} times`,
    );
  }
}

const directory = mkdtempSync(path.join(os.tmpdir(), 'fault-runs-'));

beforeAll(() => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  writeFileSync(path.join(directory, 'worker.zip'), zip(new Map([['index.mjs', Buffer.from(handler)]])));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const stack = (update: string): StackTest => ({
  pattern: 'counter',
  cloud: 'aws',
  directory,
  variables: { project_name: 'acme', update },
  prepare: async () => scenario({ run: async () => undefined, invariant }),
});

test('a consumer that counts every delivery is found out, with the one fault that it takes', async () => {
  const result = await testUnderFaults(
    stack('ADD #count :one'),
    { rates: { 'lost-acknowledgement': 0.5, delay: 0.3 }, seeds: [1, 2, 3] },
    explain,
  );
  expect(result).toMatchObject({ passed: false, pattern: 'counter' });
  const [failure] = result.failures;
  expect(failure?.error).toMatch(/counted 2 times/);
  expect(failure?.strikes.map(({ kind }) => kind)).toEqual(['lost-acknowledgement']);
  expect(failure?.timeline.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['enqueued', 'delivered', 'fault', 'redelivered']),
  );
}, 120_000);

test('one that writes the same for every delivery holds, and poison stands in the dead-letter queue', async () => {
  const result = await testUnderFaults(
    stack('SET #count = :one'),
    {
      rates: { 'lost-acknowledgement': 0.3, duplicate: 0.3, 'crash-after': 0.1, throttle: 0.1, poison: 0.3 },
      seeds: [1, 2],
    },
    explain,
  );
  expect(result.failures).toEqual([]);
  expect(result).toMatchObject({ passed: true, seeds: 2 });
  expect(Object.keys(result.strikes).sort()).toEqual(
    ['crash-after', 'duplicate', 'lost-acknowledgement', 'poison', 'throttle'].filter(
      (kind) => kind in result.strikes,
    ),
  );
  expect(result.strikes.poison).toBeGreaterThan(0);
}, 120_000);
