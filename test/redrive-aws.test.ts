import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCommandLine } from '../src/cli/command-line.ts';
import { publishRunningApp } from '../src/cli/running-apps.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';

const terraform = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

variable "project_name" {
  type = string
}

resource "aws_sqs_queue" "dead" {
  for_each   = { plain = "", ordered = ".fifo" }
  name       = "\${each.key}-dead\${each.value}"
  fifo_queue = each.value == ".fifo"
}

resource "aws_sqs_queue" "this" {
  for_each                   = { plain = "", ordered = ".fifo" }
  name                       = "\${each.key}\${each.value}"
  fifo_queue                 = each.value == ".fifo"
  visibility_timeout_seconds = 0
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn, maxReceiveCount = 1 })
}

resource "aws_sqs_queue" "other" {
  name = "other"
}

output "dead_letter_queue_url" {
  value = aws_sqs_queue.dead["plain"].url
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'redrive-'));
const audit = path.join(directory, 'audit.jsonl');
let cloud: LocalCloud;
let published: { close(): void };
let sqs: SQSClient;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  cloud = await startLocalCloud({ cloud: 'aws', directory });
  published = await publishRunningApp(cloud, 'redrive');
  const { AWS_ENDPOINT_URL = '', AWS_REGION = '' } = cloud.endpoints[0]?.environment ?? {};
  sqs = new SQSClient({
    endpoint: AWS_ENDPOINT_URL,
    region: AWS_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(async () => {
  published.close();
  sqs.destroy();
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

const urlOf = async (name: string) => (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
const send = async (name: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: await urlOf(name), MessageBody, ...more }));
async function receive(name: string): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: await urlOf(name),
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
}
/** Receives until the queue has given up everything. */
async function letDie(name: string) {
  while ((await receive(name)).length > 0);
}
const held = (name: string) => find('queue', cloud.access.channels, name).peek?.() ?? [];
const text = (value: string) => ({ DataType: 'String', StringValue: value });

/** Runs the command, and gives its exit code, JSON and messages. */
async function cli(...words: string[]) {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += chunk;
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    err += chunk;
    return true;
  });
  const code = await runCommandLine(['redrive', ...words]);
  stdout.mockRestore();
  stderr.mockRestore();
  return { code, out, err, json: () => JSON.parse(out) };
}

test('letters are listed by cause, shown, edited and sent back, and the audit tells', async () => {
  await send('plain', '{"id":1,"price":"x"}', { MessageAttributes: { tenant: text('acme') } });
  await letDie('plain');
  const cause = (number: number) => ({
    DeadLetterReason: text('InvalidOrder'),
    DeadLetterErrorDescription: text(`order ${number} has no price`),
    DeadLetterMessageId: text(`m${number}`),
    DeadLetterSource: text('arn:aws:sqs:us-east-1:123456789012:plain'),
  });
  const packed = { extra: { dataType: 'String', stringValue: 'kept' } };
  for (const number of [4711, 4712])
    await send('plain-dead', `{"id":${number}}`, {
      MessageAttributes: { ...cause(number), DeadLetterAttributes: text(JSON.stringify(packed)) },
      MessageSystemAttributes: { AWSTraceHeader: text('Root=1-5759e988-bd862e3fe1be46a994272793') },
    });

  const list = (await cli('list', 'dead_letter_queue_url', '--json')).json();
  expect(list).toMatchObject({ queue: 'plain-dead', count: 3, complete: true });
  expect(list.groups).toMatchObject([
    { cause: 'InvalidOrder: order <number> has no price', count: 2, receiveCounts: { least: 1, most: 1 } },
    { cause: 'MaxReceiveCountExceeded: moved from plain, and SQS keeps no cause', count: 1 },
  ]);

  const shown = await cli('show', 'plain-dead', '--filter', 'body.id=4712');
  expect(shown.out).toContain('order 4712 has no price');
  expect(shown.out).toContain('"id": 4712');

  const filter = ['--filter', 'reason=InvalidOrder', '--filter', 'body.id=4712'];
  const dry = await cli('run', 'plain-dead', ...filter, '--dry-run', '--json');
  expect(dry.json()).toMatchObject({ dryRun: true, outcomes: { 'would-redrive': 1, redriven: 0 } });
  expect(held('plain-dead')).toHaveLength(3);

  const run = await cli('run', 'plain-dead', ...filter, '--set', 'price=12', '--audit', audit, '--json');
  expect(run.json()).toMatchObject({ seen: 3, outcomes: { redriven: 1, left: 0, failed: 0 } });
  expect(held('plain-dead').map(({ body }) => body)).toEqual(['{"id":1,"price":"x"}', '{"id":4711}']);
  const [back] = await receive('plain');
  expect(back).toMatchObject({
    Body: '{"id":4712,"price":12}',
    Attributes: { AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793' },
    MessageAttributes: { extra: { StringValue: 'kept' }, RedriveCount: { StringValue: '1' } },
  });
  expect(Object.keys(back?.MessageAttributes ?? {}).sort()).toEqual(['RedriveCount', 'RedrivenAt', 'extra']);
  const [line] = readFileSync(audit, 'utf8')
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one));
  expect(line).toMatchObject({
    outcome: 'redriven',
    from: 'plain-dead',
    to: 'arn:aws:sqs:us-east-1:123456789012:plain',
    newMessageId: back?.MessageId,
    cause: 'InvalidOrder: order 4712 has no price',
    edited: { before: expect.stringMatching(/^\w{64}$/), after: expect.stringMatching(/^\w{64}$/) },
    dryRun: false,
  });
  expect(line.who.user).toBe(os.userInfo().username);

  // The same poison comes back: it is left when it was redriven often enough.
  await letDie('plain');
  const again = await cli(
    'run',
    'plain-dead',
    '--max-redrives',
    '1',
    '--to',
    'other',
    '--audit',
    audit,
    '--json',
  );
  expect(again.json()).toMatchObject({
    outcomes: { redriven: 2, left: 1 },
    left: { 'it was redriven 1 times already (--max-redrives)': 1 },
  });
  expect(held('other')).toHaveLength(2);

  const refused = await cli('purge', 'plain-dead', '--yes');
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('say which letters with --filter') });
  const purged = await cli(
    'purge',
    'plain-dead',
    '--filter',
    'redrives>=1',
    '--yes',
    '--audit',
    audit,
    '--json',
  );
  expect(purged.json()).toMatchObject({ outcomes: { purged: 1 } });
  expect(held('plain-dead')).toEqual([]);
});

test('FIFO keeps group and order; a new deduplication id, since SQS would drop the old one in silence', async () => {
  for (const number of [1, 2, 3])
    await send('ordered.fifo', String(number), { MessageGroupId: 'g', MessageDeduplicationId: `d${number}` });
  await letDie('ordered.fifo');
  expect(held('ordered-dead.fifo')).toHaveLength(3);
  const run = await cli('run', 'ordered-dead.fifo', '--rate', '100', '--audit', audit, '--json');
  expect(run.json()).toMatchObject({ outcomes: { redriven: 3 } });
  expect(held('ordered.fifo').map(({ body, group }) => [body, group])).toEqual([
    ['1', 'g'],
    ['2', 'g'],
    ['3', 'g'],
  ]);
  const [first] = await receive('ordered.fifo');
  expect(first?.Attributes?.MessageDeduplicationId).toBe('d1.redrive1');
});

test('--edit opens the editor for what the filter meets, before anything is taken', async () => {
  await send('plain-dead', 'wrong');
  await send('plain-dead', 'fine');
  const editor = path.join(directory, 'editor.cjs');
  writeFileSync(editor, "require('node:fs').writeFileSync(process.argv[2], 'right\\n')");
  vi.stubEnv('VISUAL', '');
  vi.stubEnv('EDITOR', `${process.execPath} ${editor}`);
  const words = [
    'run',
    'plain-dead',
    '--filter',
    'body=wrong',
    '--edit',
    '--to',
    'other',
    '--audit',
    audit,
    '--json',
  ];
  const run = await cli(...words);
  expect(run.json()).toMatchObject({ outcomes: { redriven: 1 } });
  expect(held('other').at(-1)?.body).toBe('right');
  expect(held('plain-dead').map(({ body }) => body)).toEqual(['fine']);
  vi.stubEnv('EDITOR', '');
  expect((await cli(...words)).err).toContain('--edit needs an editor');
  vi.unstubAllEnvs();
  await cli('purge', 'plain-dead', '--filter', 'body=fine', '--yes', '--audit', audit);
});

test('--native lets SQS move them', async () => {
  await send('plain', 'native');
  await letDie('plain');
  const run = await cli('run', 'plain-dead', '--native', '--rate', '100', '--audit', audit, '--json');
  expect(run.json()).toMatchObject({ moved: 1, status: 'COMPLETED' });
  expect(held('plain').map(({ body }) => body)).toContain('native');
});

test('a real account is not changed without --yes where nobody can be asked', async () => {
  for (const [name, value] of Object.entries(cloud.endpoints[0]?.environment ?? {})) vi.stubEnv(name, value);
  const refused = await cli('run', 'plain-dead', '--account', 'aws');
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('This changes a real account') });
  const unknown = await cli('list', 'nowhere', '--account', 'aws');
  expect(unknown.err).toContain(
    "The SQS queue 'nowhere' cannot be opened: The specified queue does not exist",
  );
  const dry = await cli(
    'run',
    'arn:aws:sqs:us-east-1:123456789012:plain-dead',
    '--account',
    'aws',
    '--dry-run',
  );
  expect(dry.code).toBe(0);
  vi.unstubAllEnvs();
});

test.each([
  [['list', 'nowhere'], 1, "The running stack has no queue 'nowhere'. It has: "],
  [['run', 'plain-dead', '--filter', 'nonsense'], 1, "'nonsense' is no filter."],
  [['run', 'plain-dead', '--rate', 'fast'], 2, 'Write it as 5/s, 0.5/s or 30/m.'],
  [['run', 'plain-dead', '--native', '--filter', 'age>1h'], 1, '--native moves every message as it is'],
  [['list', 'plain-dead', '--account', 'ibm'], 2, 'Allowed choices are aws, azure, gcp'],
  [['run', 'plain-dead', '--audit', '/nowhere/a'], 1, 'The audit file cannot be written'],
])('%j ends with what is wrong', async (words, code, message) => {
  const result = await cli(...words);
  expect(result.err).toContain(message);
  expect(result.code).toBe(code);
});
