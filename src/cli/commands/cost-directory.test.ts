import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clouds } from '../../package/clouds.ts';
import type { CostCommandOptions } from './cost.ts';
import { costOfDirectory } from './cost-directory.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'cost-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const main = `
variable "name" { default = "jobs" }
resource "aws_sqs_queue" "jobs" { name = var.name }
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = "arn:aws:iam::123456789012:role/worker"
  memory_size   = 512
  filename      = "worker.zip"
}
resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.worker.arn
  batch_size       = 10
}
resource "aws_kinesis_stream" "log" {
  name        = "log"
  shard_count = 2
}
resource "aws_secretsmanager_secret" "key" { count = 3 }
`;

const usage = {
  transaction: 'One job',
  functions: [{ function: 'aws_lambda_function.worker', invocations: 0, calls: {}, durationMs: 200 }],
  messages: { 'aws_sqs_queue.jobs': 1 },
  uses: [{ service: 'sqs', unit: 'standard-requests', resource: 'aws_sqs_queue.jobs', quantity: 1 }],
};

interface Result {
  clouds: {
    cloud: string;
    volumes: {
      daily: number;
      usd: number | null;
      knownUsd: number;
      components: { name: string; quantity: number }[];
    }[];
  }[];
}

/** The bill of a million jobs a day. */
async function bill(terraform: string, content: unknown = usage, changes: Partial<CostCommandOptions> = {}) {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  const file = path.join(directory, 'usage.json');
  writeFileSync(file, JSON.stringify(content));
  let result: Result | undefined;
  const warnings: string[] = [];
  const output = {
    json: true,
    text: () => undefined,
    result: (value: unknown) => {
      result = value as Result;
    },
    progress: () => undefined,
    warn: (text: string) => warnings.push(text),
  };
  await costOfDirectory(output, directory, file, {
    clouds,
    daily: [1e6],
    scale: {},
    regions: [],
    freeTier: 'off',
    monthDays: 30,
    format: 'text',
    chart: false,
    svg: undefined,
    html: undefined,
    variables: {},
    ...changes,
  });
  const month = result?.clouds[0]?.volumes[0];
  if (!month) throw new Error('no bill');
  const quantity = (name: string) => month.components.find((each) => each.name === name)?.quantity;
  return { month, quantity, warnings };
}

describe('a change of the Terraform changes the cost, with no other edit', () => {
  test('memory', async () => {
    const before = await bill(main);
    const after = await bill(main.replace('memory_size   = 512', 'memory_size   = 1024'));
    const name = 'Lambda: Duration (x86)';
    // 6 million invocations of 5 messages, 0.2 s, half a GB.
    expect(before.quantity(name)).toBeCloseTo(6e6 * 0.2 * 0.5, -1);
    expect(after.quantity(name)).toBeCloseTo(6e6 * 0.2, -1);
  });

  test('batch size', async () => {
    const before = await bill(main);
    const after = await bill(main.replace('batch_size       = 10', 'batch_size       = 4'));
    expect(before.quantity('Lambda: Requests')).toBe(6e6);
    expect(after.quantity('Lambda: Requests')).toBe(15e6);
    expect(after.month.knownUsd).toBeGreaterThan(before.month.knownUsd);
  });

  test('shard count', async () => {
    expect((await bill(main)).quantity('Kinesis: Shards')).toBe(2 * 720);
    const more = main.replace('shard_count = 2', 'shard_count = 5');
    expect((await bill(more)).quantity('Kinesis: Shards')).toBe(5 * 720);
  });

  test('the number of secrets', async () => {
    expect((await bill(main)).quantity('Secrets Manager: Secrets')).toBe(3);
  });
});

test('what is used of a queue comes on top of what its event source uses', async () => {
  const { quantity } = await bill(main);
  expect(quantity('SQS: Standard requests')).toBe(30e6);
  expect(quantity('SQS: Receives and deletes of event sources')).toBe(12e6);
  expect(quantity('SQS: Idle polling of event sources')).toBe((5 * 30 * 86_400) / 20);
});

test('a type that no price is known for is a gap with a warning', async () => {
  const { month, warnings } = await bill(`${main}\nresource "aws_wafv2_web_acl" "this" { name = "w" }`);
  expect(month.usd).toBeNull();
  expect(month.knownUsd).toBeGreaterThan(0);
  expect(warnings.join()).toContain('aws_wafv2_web_acl');
});

test('another region has its own prices, and one that nobody knows is refused', async () => {
  const here = await bill(main);
  const there = await bill(main, usage, { regions: ['eu-central-1'] });
  expect(there.month.knownUsd).not.toBe(here.month.knownUsd);
  await expect(bill(main, usage, { regions: ['atlantis-1'] })).rejects.toThrow(
    /No price is known for "atlantis-1"[\s\S]*us-east-1/,
  );
});

test('a usage file that names what is not there is refused', async () => {
  const wrong = { ...usage, messages: { 'aws_sqs_queue.other': 1 } };
  await expect(bill(main, wrong)).rejects.toThrow('names what is not in the stack: aws_sqs_queue.other');
});

test('a usage file with an unknown field is refused', async () => {
  await expect(bill(main, { ...usage, request: 1 })).rejects.toThrow(/not a usage profile:[\s\S]*request/);
});
