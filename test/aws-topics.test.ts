import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { zip } from '../src/package/zip.ts';

/** Sends a notification for each event, and fails for those that are poison. */
const worker = `export const handler = async (event) => {
  console.log('EVENT ' + JSON.stringify(event));
  if (event.detail?.poison) throw new Error('cannot process this');
  return { done: event.detail?.order };
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

locals {
  branches = { billing = ["paid", "refunded"], shipping = ["paid"] }
  queues   = toset(["billing", "shipping", "closed", "audit", "done", "failed", "dead", "unrouted"])
}

resource "aws_sqs_queue" "this" {
  for_each = local.queues
  name     = "\${var.project_name}-\${each.key}"
}

resource "aws_sns_topic" "orders" {
  name = "\${var.project_name}-orders"
}

resource "aws_sns_topic_subscription" "branch" {
  for_each             = local.branches
  topic_arn            = aws_sns_topic.orders.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this[each.key].arn
  raw_message_delivery = true
  filter_policy        = jsonencode({ status = each.value })
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.this["dead"].arn })
}

resource "aws_sns_topic_subscription" "closed" {
  topic_arn      = aws_sns_topic.orders.arn
  protocol       = "sqs"
  endpoint       = aws_sqs_queue.this["closed"].arn
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.this["dead"].arn })
}

data "aws_iam_policy_document" "topic" {
  for_each = toset(["billing", "shipping", "dead"])
  statement {
    sid       = "FromTopic"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.this[each.key].arn]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.orders.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "topic" {
  for_each  = data.aws_iam_policy_document.topic
  queue_url = aws_sqs_queue.this[each.key].url
  policy    = each.value.json
}

resource "aws_cloudwatch_event_bus" "shop" {
  name = "\${var.project_name}-shop"
}

resource "aws_cloudwatch_event_rule" "placed" {
  name           = "\${var.project_name}-placed"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = ["shop"], detail-type = [{ prefix = "Order" }] })
}

resource "aws_cloudwatch_event_target" "worker" {
  rule           = aws_cloudwatch_event_rule.placed.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  arn            = aws_lambda_function.worker.arn
}

resource "aws_cloudwatch_event_target" "audit" {
  rule           = aws_cloudwatch_event_rule.placed.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  arn            = aws_sqs_queue.this["audit"].arn
  input_transformer {
    input_paths    = { order = "$.detail.order" }
    input_template = "{\\"order\\": <order>}"
  }
}

resource "aws_cloudwatch_event_target" "closed" {
  rule           = aws_cloudwatch_event_rule.placed.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  arn            = aws_sqs_queue.this["closed"].arn
  retry_policy {
    maximum_retry_attempts       = 1
    maximum_event_age_in_seconds = 60
  }
  dead_letter_config {
    arn = aws_sqs_queue.this["unrouted"].arn
  }
}

data "aws_iam_policy_document" "rule" {
  for_each = toset(["audit", "unrouted"])
  statement {
    sid       = "FromRule"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.this[each.key].arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.placed.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "rule" {
  for_each  = data.aws_iam_policy_document.rule
  queue_url = aws_sqs_queue.this[each.key].url
  policy    = each.value.json
}

resource "aws_lambda_permission" "rule" {
  statement_id  = "rule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.worker.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.placed.arn
}

resource "aws_lambda_permission" "never" {
  statement_id  = "never"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.worker.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.orders.arn
}

resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "worker" {
  name = "work"
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "\${aws_cloudwatch_log_group.worker.arn}:*" },
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [aws_sqs_queue.this["done"].arn, aws_sqs_queue.this["failed"].arn] },
    ]
  })
}

resource "aws_cloudwatch_log_group" "worker" {
  name              = "/aws/lambda/worker"
  retention_in_days = 1
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn
  filename      = "\${path.module}/worker.zip"
  handler       = "index.handler"
  runtime       = "nodejs24.x"
  memory_size   = 192
  timeout       = 5
}

resource "aws_lambda_function_event_invoke_config" "worker" {
  function_name          = aws_lambda_function.worker.function_name
  maximum_retry_attempts = 0
  destination_config {
    on_success {
      destination = aws_sqs_queue.this["done"].arn
    }
    on_failure {
      destination = aws_sqs_queue.this["failed"].arn
    }
  }
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'topics-'));
const warnings: string[] = [];
let cloud: LocalCloud;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  writeFileSync(path.join(directory, 'worker.zip'), zip(new Map([['index.mjs', Buffer.from(worker)]])));
  cloud = await startLocalCloud({
    cloud: 'aws',
    directory,
    variables: { project_name: 'acme' },
    warn: (text) => warnings.push(text),
  });
});

afterAll(async () => {
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

const environment = () => cloud.endpoints[0]?.environment ?? {};
const client = () => ({
  endpoint: environment().AWS_ENDPOINT_URL ?? '',
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const topicArn = 'arn:aws:sns:us-east-1:123456789012:acme-orders';

interface Message {
  Body: string;
  MessageAttributes?: Record<string, { StringValue?: string }>;
}

/** Receives until so many messages have come. */
async function messages(queue: string, count: number): Promise<Message[]> {
  const found: Message[] = [];
  while (found.length < count) {
    const response = await fetch(client().endpoint, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AmazonSQS.ReceiveMessage',
        'content-type': 'application/x-amz-json-1.0',
        authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sqs/aws4_request',
      },
      body: JSON.stringify({
        QueueUrl: `${client().endpoint}/123456789012/acme-${queue}`,
        WaitTimeSeconds: 10,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    });
    const { Messages = [] } = (await response.json()) as { Messages?: Message[] };
    if (Messages.length === 0) break;
    found.push(...Messages);
  }
  return found;
}

test('a topic fans out to the queues whose filters take the message', async () => {
  const sns = new SNSClient(client());
  for (const status of ['paid', 'refunded', 'lost'])
    await sns.send(
      new PublishCommand({
        TopicArn: topicArn,
        Message: status,
        MessageAttributes: { status: { DataType: 'String', StringValue: status } },
      }),
    );
  expect((await messages('billing', 2)).map(({ Body }) => Body)).toEqual(['paid', 'refunded']);
  expect((await messages('shipping', 1)).map(({ Body }) => Body)).toEqual(['paid']);
  const dead = await messages('dead', 3);
  expect(dead.map(({ Body }) => JSON.parse(Body).Message)).toEqual(['paid', 'refunded', 'lost']);
});

test('a rule sends events to a function and a queue; what cannot be delivered is dead with its cause', async () => {
  const events = new EventBridgeClient(client());
  const entry = { EventBusName: 'acme-shop', Source: 'shop', DetailType: 'Order placed' };
  await events.send(
    new PutEventsCommand({
      Entries: [
        { ...entry, Detail: '{"order":1}' },
        { ...entry, Detail: '{"order":2,"poison":true}' },
        { ...entry, DetailType: 'Other', Detail: '{"order":3}' },
      ],
    }),
  );
  expect((await messages('audit', 2)).map(({ Body }) => Body)).toEqual(['{"order": 1}', '{"order": 2}']);
  expect((await messages('done', 1)).map(({ Body }) => JSON.parse(Body))).toMatchObject([
    {
      requestContext: { condition: 'Success' },
      requestPayload: { detail: { order: 1 } },
      responsePayload: { done: 1 },
    },
  ]);
  expect((await messages('failed', 1)).map(({ Body }) => JSON.parse(Body))).toMatchObject([
    {
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      requestPayload: { source: 'shop', detail: { order: 2 } },
      responsePayload: { errorMessage: 'cannot process this' },
    },
  ]);
  const unrouted = await messages('unrouted', 2);
  expect(unrouted.map(({ MessageAttributes }) => MessageAttributes?.ERROR_CODE?.StringValue)).toEqual([
    'NO_PERMISSIONS',
    'NO_PERMISSIONS',
  ]);
}, 30_000);

const hasCli = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;

test.skipIf(!hasCli)(
  'aws sns publish reaches the queues (skipped without the aws CLI)',
  async () => {
    const attributes = '{"status":{"DataType":"String","StringValue":"refunded"}}';
    const { spawn } = await import('node:child_process');
    const cli = spawn(
      'aws',
      ['sns', 'publish', '--topic-arn', topicArn, '--message', 'by hand', '--message-attributes', attributes],
      { env: { ...process.env, ...environment(), AWS_EC2_METADATA_DISABLED: 'true' }, stdio: 'ignore' },
    );
    expect(await new Promise((resolve) => cli.on('close', resolve))).toBe(0);
    expect((await messages('billing', 1)).map(({ Body }) => Body)).toEqual(['by hand']);
  },
  60_000,
);

test('topics and buses are channels of the stack', async () => {
  await find('channel', cloud.access.channels, topicArn).send({
    body: 'x',
    attributes: { status: 'refunded' },
  });
  expect((await messages('billing', 1)).map(({ Body }) => Body)).toEqual(['x']);
  expect(find('channel', cloud.access.channels, 'acme-shop').kind).toBe('bus');
});

test('a permission that nothing needs is found, and all others were needed', () => {
  expect(cloud.unusedGrants().map(({ source }) => source.address)).toEqual(['aws_lambda_permission.never']);
  expect(warnings).toEqual([]);
});
