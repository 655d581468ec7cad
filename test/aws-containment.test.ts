import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { zip } from '../src/package/zip.ts';

/** One function per way to misbehave, each behind a route of its own. */
const handlers = {
  good: 'export const handler = async () => ({ statusCode: 200, body: "ok" });',
  loops: 'export const handler = async () => { for (;;); };',
  exits: 'export const handler = async () => process.exit(3);',
  leaks:
    'const kept = []; export const handler = async () => { for (;;) kept.push(Buffer.alloc(1 << 20, 1)); };',
  fails: 'export const handler = async () => { throw new RangeError("no such thing"); };',
  broken: 'throw new TypeError("cannot start"); export const handler = async () => {};',
  nothing: 'export const other = 1;',
  outside:
    'export const handler = async () => { await fetch("https://example.com/"); return { statusCode: 200 }; };',
  strange: 'export const handler = async () => ({ statusCode: "many" });',
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
  names = ${JSON.stringify(Object.keys(handlers))}
}

resource "aws_iam_role" "this" {
  for_each           = toset(local.names)
  name               = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "logs" {
  for_each = aws_iam_role.this
  name     = "logs"
  role     = each.value.id
  policy   = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "\${aws_cloudwatch_log_group.this[each.key].arn}:*" }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = toset(local.names)
  name              = "/aws/lambda/\${each.key}"
  retention_in_days = 1
}

resource "aws_lambda_function" "this" {
  for_each      = toset(local.names)
  function_name = each.key
  role          = aws_iam_role.this[each.key].arn
  filename      = "\${path.module}/\${each.key}.zip"
  handler       = "index.handler"
  runtime       = "nodejs24.x"
  memory_size   = 192
  timeout       = each.key == "leaks" ? 30 : 1
}

resource "aws_apigatewayv2_api" "this" {
  name          = "hostile"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "this" {
  for_each               = aws_lambda_function.this
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "this" {
  for_each  = aws_apigatewayv2_integration.this
  api_id    = aws_apigatewayv2_api.this.id
  route_key = "GET /\${each.key}"
  target    = "integrations/\${each.value.id}"
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_lambda_permission" "this" {
  for_each      = aws_lambda_function.this
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = each.value.function_name
  source_arn    = "\${aws_apigatewayv2_api.this.execution_arn}/*/*"
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
const warnings: string[] = [];
let cloud: LocalCloud;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  for (const [name, source] of Object.entries(handlers)) {
    writeFileSync(path.join(directory, `${name}.zip`), zip(new Map([['index.mjs', Buffer.from(source)]])));
  }
  cloud = await startLocalCloud({ cloud: 'aws', directory, warn: (text) => warnings.push(text) });
});

afterAll(async () => {
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

const get = async (name: string) => {
  const response = await fetch(`${cloud.entrances[0]?.url}/${name}`);
  return { status: response.status, body: await response.text() };
};
const log = (name: string) =>
  cloud.logs
    .entries({ group: `/aws/lambda/${name}` })
    .map((entry) => entry.message)
    .join('\n');
const serverError = { status: 500, body: '{"message":"Internal Server Error"}' };

test.each([
  ['loops', /Task timed out after 1\.00 seconds/],
  ['exits', /Runtime exited with error: exit status 3/],
  ['leaks', /Runtime\.(OutOfMemory|ExitError)|signal: (killed|aborted)/],
  ['fails', /RangeError.*no such thing/s],
  ['broken', /TypeError.*cannot start/s],
  ['nothing', /Runtime\.HandlerNotFound/],
  ['strange', /REPORT/],
])('a handler that %s is contained, twice, and reported as Lambda reports it', async (name, expected) => {
  expect(await get(name)).toEqual(serverError);
  expect(await get(name)).toEqual(serverError);
  expect(log(name)).toMatch(expected);
});

test('a call to an address outside the machine is refused and named', async () => {
  expect(await get('outside')).toEqual(serverError);
  expect(warnings.join('\n')).toContain('outside tried to reach example.com:443');
});

test('the others go on working', async () => {
  expect(await get('good')).toEqual({ status: 200, body: 'ok' });
});
