import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { zip } from '../src/package/zip.ts';

/** One function per way to treat messages, each with a queue of its own. */
const handlers = {
  whole: `export const handler = async (event) => {
    for (const record of event.Records) {
      console.log('RECORD ' + JSON.stringify(record));
      if (record.body === 'poison') throw new Error('cannot process this');
    }
  };`,
  partly: `export const handler = async (event) => {
    console.log('BATCH ' + event.Records.map(({ body }) => body).join());
    const bad = event.Records.filter(({ body }) => body.startsWith('bad'));
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };`,
  filtered: `export const handler = async (event) => {
    for (const { body } of event.Records) {
      console.log('GOT ' + body);
      const response = await fetch(new URL('/', process.env.FORWARD_URL), {
        method: 'POST',
        headers: {
          'x-amz-target': 'AmazonSQS.SendMessage',
          'content-type': 'application/x-amz-json-1.0',
          authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/sqs/aws4_request',
        },
        body: JSON.stringify({ QueueUrl: process.env.FORWARD_URL, MessageBody: 'forwarded' }),
      });
      if (!response.ok) throw new Error(await response.text());
    }
  };`,
  denied: 'export const handler = async () => console.log("CALLED");',
};

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
  functions = {
    whole    = { batch_size = 1, responses = [], actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"], pattern = null }
    partly   = { batch_size = 10, responses = ["ReportBatchItemFailures"], actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"], pattern = null }
    filtered = { batch_size = 10, responses = [], actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"], pattern = jsonencode({ body = { kind = [{ prefix = "order" }] } }) }
    denied   = { batch_size = 10, responses = [], actions = ["ReceiveMessage", "GetQueueAttributes"], pattern = null }
  }
}

resource "aws_sqs_queue" "dead" {
  for_each = local.functions
  name     = "\${var.project_name}-\${each.key}-dead"
}

resource "aws_sqs_queue" "this" {
  for_each                   = local.functions
  name                       = "\${var.project_name}-\${each.key}"
  visibility_timeout_seconds = 2
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = 2
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "this" {
  for_each  = local.functions
  queue_url = aws_sqs_queue.dead[each.key].id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this[each.key].arn]
  })
}

resource "aws_iam_role" "this" {
  for_each = local.functions
  name     = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.functions
  name     = "work"
  role     = aws_iam_role.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(each.key != "filtered" ? [] : [
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.dead[each.key].arn },
    ], [
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "\${aws_cloudwatch_log_group.this[each.key].arn}:*" },
      { Effect = "Allow", Action = [for action in each.value.actions : "sqs:\${action}"], Resource = aws_sqs_queue.this[each.key].arn },
    ])
  })
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = local.functions
  name              = "/aws/lambda/\${each.key}"
  retention_in_days = 1
}

resource "aws_lambda_function" "this" {
  for_each      = local.functions
  function_name = each.key
  role          = aws_iam_role.this[each.key].arn
  filename      = "\${path.module}/\${each.key}.zip"
  handler       = "index.handler"
  runtime       = "nodejs24.x"
  memory_size   = 192
  timeout       = 2

  environment {
    variables = { FORWARD_URL = aws_sqs_queue.dead[each.key].url }
  }
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each                = local.functions
  event_source_arn        = aws_sqs_queue.this[each.key].arn
  function_name           = aws_lambda_function.this[each.key].arn
  batch_size              = each.value.batch_size
  function_response_types = each.value.responses

  scaling_config {
    maximum_concurrency = 2
  }

  dynamic "filter_criteria" {
    for_each = each.value.pattern == null ? [] : [each.value.pattern]
    content {
      filter {
        pattern = filter_criteria.value
      }
    }
  }
}

output "queue_url" {
  value = aws_sqs_queue.this["whole"].url
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'queues-'));
const warnings: string[] = [];
let cloud: LocalCloud;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  for (const [name, source] of Object.entries(handlers))
    writeFileSync(path.join(directory, `${name}.zip`), zip(new Map([['index.mjs', Buffer.from(source)]])));
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

const endpoint = () => cloud.endpoints[0]?.environment.AWS_ENDPOINT_URL ?? '';
const urlOf = (name: string) => `${endpoint()}/123456789012/acme-${name}`;

async function call(operation: string, input: object): Promise<Record<string, unknown>> {
  const response = await fetch(endpoint(), {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonSQS.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sqs/aws4_request',
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${operation}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

const send = (name: string, ...bodies: string[]) =>
  call('SendMessageBatch', {
    QueueUrl: urlOf(name),
    Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
  });
/** Waits as long as a poison message needs to be given up. */
const deadLetters = async (name: string): Promise<unknown> =>
  (
    await call('ReceiveMessage', {
      QueueUrl: urlOf(`${name}-dead`),
      WaitTimeSeconds: 15,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    })
  ).Messages;
const inQueue = async (name: string) => {
  const { Attributes } = await call('GetQueueAttributes', { QueueUrl: urlOf(name), AttributeNames: ['All'] });
  const counts = Attributes as Record<string, string>;
  return Number(counts.ApproximateNumberOfMessages) + Number(counts.ApproximateNumberOfMessagesNotVisible);
};
const log = (name: string) =>
  cloud.logs.entries({ group: `/aws/lambda/${name}` }).map(({ message }) => message);

test('messages are processed and deleted; a poison message ends in the dead-letter queue', async () => {
  await send('whole', 'good', 'poison');
  expect(await deadLetters('whole')).toMatchObject([
    {
      Body: 'poison',
      Attributes: {
        ApproximateReceiveCount: '3',
        DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:123456789012:acme-whole',
      },
    },
  ]);
  expect(await inQueue('whole')).toBe(0);
  const records = log('whole')
    .flatMap((line) => /RECORD (\{.*\})/.exec(line)?.[1] ?? [])
    .map((text) => JSON.parse(text) as { body: string; attributes: Record<string, string> });
  expect(records.filter(({ body }) => body === 'good')).toMatchObject([
    {
      messageId: expect.stringMatching(/^[\da-f-]{36}$/),
      receiptHandle: expect.stringMatching(/^AQEB/),
      attributes: { ApproximateReceiveCount: '1', SenderId: '123456789012' },
      messageAttributes: {},
      md5OfBody: '755f85c2723bb39381c7379a604160d8',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:acme-whole',
      awsRegion: 'us-east-1',
    },
  ]);
  const attempts = records.filter(({ body }) => body === 'poison');
  expect(attempts.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(['1', '2']);
}, 30_000);

test('a partial batch response brings back only what it names', async () => {
  await send('partly', 'one', 'bad', 'two');
  expect(await deadLetters('partly')).toMatchObject([
    { Body: 'bad', Attributes: { ApproximateReceiveCount: '3' } },
  ]);
  const bodies = log('partly').flatMap((line) => /BATCH (\S+)/.exec(line)?.[1]?.split(',') ?? []);
  expect(bodies.sort()).toEqual(['bad', 'bad', 'one', 'two']);
  expect(await inQueue('partly')).toBe(0);
}, 30_000);

test('what no filter lets pass is deleted without a call', async () => {
  await send('filtered', '{"kind":"orderPlaced"}', '{"kind":"invoice"}', 'no json');
  await expect.poll(() => inQueue('filtered'), { timeout: 10_000 }).toBe(0);
  expect(log('filtered').filter((line) => line.includes('GOT'))).toEqual([
    expect.stringContaining('GOT {"kind":"orderPlaced"}'),
  ]);
}, 30_000);

test('a function reaches a queue by its URL in the cloud, as its role', async () => {
  const role = cloud.stack.resources.find(({ address }) => address === 'aws_iam_role.this["filtered"]');
  expect(await deadLetters('filtered')).toMatchObject([
    { Body: 'forwarded', Attributes: { SenderId: `${String(role?.values.unique_id)}:filtered` } },
  ]);
});

test('an old client speaks the Query protocol on the same port', async () => {
  const response = await fetch(urlOf('whole'), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: 'Action=GetQueueAttributes&Version=2012-11-05&AttributeName.1=QueueArn',
  });
  expect(await response.text()).toContain(
    '<Attribute><Name>QueueArn</Name><Value>arn:aws:sqs:us-east-1:123456789012:acme-whole</Value></Attribute>',
  );
});

test('a role that may not delete gets nothing, and that is told', async () => {
  await send('denied', 'a');
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /^denied gets no messages of acme-denied: its role .* may not sqs:DeleteMessage on/,
    ),
  );
  expect(await inQueue('denied')).toBe(1);
  expect(log('denied')).toEqual([]);
});

test('URLs are those of the cloud in Terraform, and local for a client on the local port', async () => {
  expect(cloud.stack.outputs.queue_url?.value).toBe(
    'https://sqs.us-east-1.amazonaws.com/123456789012/acme-whole',
  );
  expect(await call('GetQueueUrl', { QueueName: 'acme-whole' })).toEqual({ QueueUrl: urlOf('whole') });
});

test('polling and deleting is metered, and every permission was needed', () => {
  expect(cloud.meter.total('sqs', 'standard-requests')).toBeGreaterThan(10);
  const sqs = cloud.unusedGrants().filter(({ principal }) => !principal.includes('denied'));
  expect(sqs).toEqual([]);
});
