import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../package/project.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'price-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, content: string): string {
  writeFileSync(path.join(directory, name), content);
  return path.join(directory, name);
}

function price(words: string[], input?: string) {
  return spawnSync(process.execPath, [path.join(projectRoot, 'src', 'cli', 'main.ts'), 'price', ...words], {
    encoding: 'utf8',
    input: input ?? '',
    env: { ...process.env, NO_COLOR: '1' },
  });
}

const example = JSON.stringify({ requests: 3_000_000, durationMs: 120, memoryMb: 1536 });

describe('a bill', () => {
  test('for people, from a file', () => {
    const { stdout, stderr, status } = price(['aws', 'lambda', '--input', file('lambda.json', example)]);
    expect(stdout).toContain('Total 2.73 USD');
    expect(stdout).toMatch(
      /Requests +3,000,000 +1,000,000 +2,000,000 +request +0\.4000 +0\.0000002 \(us-east-1, /,
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('as JSON, from standard input, in another region without free tier', () => {
    const words = [
      'aws',
      'lambda',
      '--input',
      '-',
      '--json',
      '--free-tier',
      'off',
      '--region',
      'eu-central-1',
    ];
    const { stdout, status } = price(words, example);
    expect(JSON.parse(stdout)).toMatchObject({
      cloud: 'aws',
      service: 'lambda',
      region: 'eu-central-1',
      freeTier: 'off',
      monthHours: 730,
      currency: 'USD',
      components: [
        {
          name: 'Requests',
          unit: 'request',
          quantity: 3_000_000,
          freeQuantity: 0,
          billedQuantity: 3_000_000,
          usd: 0.6,
        },
        {
          name: 'Duration (x86)',
          unit: 'GB-second',
          billedQuantity: 540_000,
          price: { id: 'aws.lambda.duration_x86' },
        },
      ],
      total: { kind: 'known', usd: 9.600018, toTheCent: '9.60' },
    });
    expect(status).toBe(0);
  });

  test('with a gap shows it, and gives no total', () => {
    const { stdout, stderr, status } = price(['azure', 'durable', '--input', '-'], '{"schedulerActions":7}');
    expect(stdout).toContain('Total unknown: 0.00 USD and what is missing');
    expect(stderr).toContain('No price is known for: Scheduler actions.');
    expect(status).toBe(0);
    const json = price(['azure', 'durable', '--input', '-', '--json'], '{"schedulerActions":7}').stdout;
    expect(JSON.parse(json).total).toEqual({
      kind: 'incomplete',
      knownUsd: 0,
      unknown: ['Scheduler actions'],
    });
  });

  test('for a month of 30 days', () => {
    const { stdout } = price(['aws', 'nat', '--input', '-', '--month-days', '30'], '{"gateways":1}');
    expect(stdout).toContain('Total 32.40 USD');
  });
});

test('--list documents every service, or one', () => {
  const { stdout, status } = price(['--list']);
  expect(status).toBe(0);
  for (const text of [
    'aws lambda: AWS Lambda',
    'azure cosmos: Azure Cosmos DB',
    'gcp firestore: Firestore',
    'default 128',
  ]) {
    expect(stdout).toContain(text);
  }
  const one = JSON.parse(price(['aws', 'sqs', '--list', '--json']).stdout);
  expect(one).toHaveLength(1);
  expect(one[0].inputs[0]).toEqual({
    field: 'standardRequests',
    unit: 'requests',
    description: 'API calls on standard queues; a batch of up to 10 messages is one',
    default: '0',
  });
});

describe('what is asked for wrongly', () => {
  test.each([
    [
      ['aws', 'lambda', '--input', 'nowhere.json'],
      1,
      "Can't read the quantities from nowhere.json: no such file",
    ],
    [['aws', 'lambda', '--input', file('broken.json', '{"requests":')], 1, 'broken.json is not JSON'],
    [['aws', 'lambda', '--input', file('field.json', '{"memory":1}')], 1, 'Did you mean "memoryMb"?'],
    [
      ['aws', 'lambda', '--input', file('type.json', '{"requests":"many"}')],
      1,
      '"requests" must be a number',
    ],
    [
      ['aws', 'lambda', '--input', file('days.json', '{}'), '--month-days', 'x'],
      1,
      '"monthDays" must be a number',
    ],
    [['aws', 'lambda'], 2, 'durationMs'],
    [[], 2, 'price <cloud> <service> --input <file>'],
    [['ibm', 'lambda'], 2, 'Allowed choices are aws, azure, gcp'],
    [
      ['aws', 'lamda', '--input', '-'],
      2,
      'There is no price for a service "lamda" of aws. There is: apigateway',
    ],
    [
      ['aws', 'lambda', '--input', file('ok.json', '{}'), '--region', 'x'],
      2,
      'There is: us-east-1, eu-west-1',
    ],
    [
      ['aws', 'lambda', '--input', file('ok.json', '{}'), '--free-tier', 'yes'],
      2,
      'Allowed choices are on, off',
    ],
  ])('%j ends with exit code %i and says what is wrong', (words, status, text) => {
    const result = price(words);
    expect(result.stderr).toContain(text);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stdout).toBe('');
    expect(result.status).toBe(status);
  });
});
