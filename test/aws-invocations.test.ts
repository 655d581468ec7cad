import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { virtualClock } from '../src/local/engine/clock.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { zip } from '../src/package/zip.ts';
import { eventually } from './support/eventually.ts';

const handler = `
export const handler = async (event, context) => {
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  if (event.fail) throw new Error('asked to fail');
  return { arn: context.invokedFunctionArn, version: context.functionVersion, event };
};`;

const terraform = `
variable "project_name" { type = string }

resource "aws_iam_role" "this" {
  name               = "f"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "logs" {
  name   = "logs"
  role   = aws_iam_role.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "\${aws_cloudwatch_log_group.this.arn}:*" }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/f"
  retention_in_days = 1
}

resource "aws_lambda_function" "this" {
  function_name                  = "f"
  role                           = aws_iam_role.this.arn
  filename                       = "f.zip"
  handler                        = "index.handler"
  runtime                        = "nodejs24.x"
  timeout                        = 5
  publish                        = true
  reserved_concurrent_executions = 2
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 2
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name          = aws_lambda_function.this.function_name
  maximum_retry_attempts = 1
}
`;

let directory: string;
let cloud: LocalCloud;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'invocations-'));
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  writeFileSync(path.join(directory, 'f.zip'), zip(new Map([['index.mjs', Buffer.from(handler)]])));
});
afterEach(async () => {
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

async function invoke(target: string, event: object, type = 'RequestResponse') {
  const url = `${cloud.endpoints[0]?.environment.AWS_ENDPOINT_URL}/2015-03-31/functions/${target}/invocations`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': type },
    body: JSON.stringify(event),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

const attempts = () => cloud.logs.entries().filter(({ message }) => message.startsWith('REPORT')).length;
test('an alias runs its version; what does not exist is said to', async () => {
  cloud = await startLocalCloud({ cloud: 'aws', directory });
  const answer = await invoke('f:live', { a: 1 });
  expect(answer.body).toEqual({
    arn: 'arn:aws:lambda:us-east-1:123456789012:function:f:live',
    version: '1',
    event: { a: 1 },
  });
  expect(answer.headers.get('x-amz-executed-version')).toBe('1');
  expect(await invoke('f:nope', {})).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('function:f:nope') },
  });
  expect(await invoke('g', {})).toMatchObject({ status: 404 });
  expect((await invoke('f', { fail: true })).headers.get('x-amz-function-error')).toBe('Unhandled');
});

test('provisioned instances are there before the first call, and reserved concurrency is the limit', async () => {
  cloud = await startLocalCloud({ cloud: 'aws', directory });
  // Long enough for two empty functions to load, also on a busy machine.
  await sleep(1500);
  const calls = await Promise.all([1, 2, 3].map(() => invoke('f:live', { sleepMs: 300 })));
  expect(calls.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
  expect(calls.find(({ status }) => status === 429)?.body).toMatchObject({
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
  const reports = cloud.logs.entries().filter(({ message }) => message.startsWith('REPORT'));
  expect(reports).toHaveLength(2);
  for (const { message } of reports) expect(message).not.toContain('Init Duration');
});

test('a failed asynchronous event is tried again after a minute, as often as configured, and then dropped', async () => {
  const warnings: string[] = [];
  const clock = virtualClock(Date.UTC(2030, 0, 1));
  cloud = await startLocalCloud({
    cloud: 'aws',
    directory,
    virtualClock: clock,
    warn: (text) => warnings.push(text),
  });
  expect(await invoke('f', { fail: true }, 'Event')).toMatchObject({ status: 202, body: undefined });
  cloud.advance(0);
  await eventually(() => attempts() === 1);
  cloud.advance(59_000);
  expect(attempts()).toBe(1);
  cloud.advance(1_000);
  await eventually(() => attempts() === 2);
  await eventually(() => warnings.length > 0);
  expect(warnings).toEqual(['f dropped an asynchronous event after 2 attempts']);
});
