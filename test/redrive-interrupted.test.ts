/** `redrive run` as a process of its own that is interrupted or killed in the middle of its work. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fastForwardClock } from '../src/local/engine/clock.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { projectRoot } from '../src/package/project.ts';

const terraform = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

variable "project_name" {
  type = string
}

# A pair of queues for each test.
locals {
  queues = toset(["sending", "removing", "pausing", "looking", "moving", "killed-sending", "killed-removing", "killed.fifo"])
}

resource "aws_sqs_queue" "dead" {
  for_each   = local.queues
  name       = "dead-\${each.key}"
  fifo_queue = endswith(each.key, ".fifo")
}

resource "aws_sqs_queue" "this" {
  for_each       = local.queues
  name           = each.key
  fifo_queue     = endswith(each.key, ".fifo")
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn, maxReceiveCount = 1 })
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'redrive-interrupted-'));
const clock = fastForwardClock();
let audit: string;
let cloud: LocalCloud;
let sqs: SQSClient;
let gate: Gate;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  cloud = await startLocalCloud({ cloud: 'aws', directory, virtualClock: clock });
  const { AWS_ENDPOINT_URL = '', AWS_REGION = '' } = cloud.endpoints[0]?.environment ?? {};
  sqs = new SQSClient({
    endpoint: AWS_ENDPOINT_URL,
    region: AWS_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  gate = await openGate(AWS_ENDPOINT_URL);
});
beforeEach(() => {
  audit = path.join(mkdtempSync(path.join(directory, 'audit-')), 'audit.jsonl');
});
afterAll(async () => {
  gate.close();
  sqs.destroy();
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Gate {
  url: string;
  /** Called with each request before it goes on to the cloud; `false` keeps it back for good. */
  onRequest: (operation: string) => boolean | Promise<boolean>;
  close(): void;
}

/** Stands before the cloud and lets a test act while a request is on its way. */
async function openGate(upstream: string): Promise<Gate> {
  const server = http.createServer(async (request, response) => {
    const { 'x-amz-target': target = '', authorization = '', 'content-type': type = '' } = request.headers;
    const body = await text(request);
    if (!(await opened.onRequest(String(target).split('.').at(-1) ?? ''))) return;
    const headers = { 'x-amz-target': String(target), 'content-type': type, authorization };
    // The SDK goes where the URL of a queue leads.
    const answer = await fetch(upstream, {
      method: 'POST',
      headers,
      body: body.replaceAll(opened.url, upstream),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end((await answer.text()).replaceAll(upstream, opened.url));
  });
  const opened: Gate = {
    url: '',
    onRequest: () => true,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return opened;
}

const urlOf = async (name: string) => (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;

/** Fills a dead-letter queue. */
async function letters(name: string, texts: readonly string[]) {
  const QueueUrl = await urlOf(name);
  for (const MessageBody of texts)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody,
        ...(name.endsWith('.fifo') && { MessageGroupId: 'g', MessageDeduplicationId: MessageBody }),
      }),
    );
}

const held = (name: string) =>
  (find('queue', cloud.access.channels, name).peek?.() ?? []).map(({ body }) => body).sort();

/** What a consumer would get of a queue now. */
async function receivable(name: string): Promise<string[]> {
  const request = new ReceiveMessageCommand({ QueueUrl: await urlOf(name), MaxNumberOfMessages: 10 });
  const { Messages = [] } = await sqs.send(request);
  return Messages.map(({ Body = '' }) => Body).sort();
}

/** Starts the command in a process group of its own, as a terminal does. */
function start(action: 'run' | 'list', queue: string, ...words: string[]) {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = cloud.endpoints[0]?.environment ?? {};
  const program = path.join(projectRoot, 'bin', 'serverless-patterns.mjs');
  const command = ['redrive', action, queue, '--account', 'aws', '--json', ...words];
  if (action === 'run') command.push('--yes', '--audit', audit);
  return spawn(process.execPath, [program, ...command], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AWS_ENDPOINT_URL: gate.url, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
  });
}

/** Ctrl-C in a terminal, and `kill -9`, reach the whole group. */
const signalGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals) => {
  if (pid !== undefined) process.kill(-pid, signal);
};

async function ended(run: ReturnType<typeof start>) {
  const [out, err, [code]] = await Promise.all([text(run.stdout), text(run.stderr), once(run, 'exit')]);
  return { code, out, err };
}

const audited = () =>
  readFileSync(audit, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line).outcome);

const bodies = ['1', '2', '3', '4', '5', '6'];

/** Ctrl-C, and time for it to arrive before the request goes on. */
const interrupt = (run: ChildProcess) => async () => {
  signalGroup(run, 'SIGINT');
  await sleep(500);
  return true;
};

/** Lets `count` requests of an operation pass, and acts at the next. */
function at(operation: string, count: number, act: () => boolean | Promise<boolean>): void {
  let passed = 0;
  gate.onRequest = (requested) => requested !== operation || passed++ !== count || act();
}

test.each([
  ['sending', 'SendMessage'],
  ['removing', 'DeleteMessage'],
])('Ctrl-C while %s a message ends after it: nothing is lost or sent twice', async (name, operation) => {
  await letters(`dead-${name}`, bodies);
  const run = start('run', `dead-${name}`, '--rate', '100/s');
  at(operation, 2, interrupt(run));
  const { code, out, err } = await ended(run);
  expect(err).toBe('');
  expect(code).toBe(130);
  expect(JSON.parse(out)).toMatchObject({ stopped: 'interrupted', outcomes: { redriven: 3, failed: 0 } });
  expect(audited()).toEqual(['redriven', 'redriven', 'redriven']);
  // The rest is there again at once, and not only when the visibility timeout is over.
  const left = await receivable(`dead-${name}`);
  expect(left).toHaveLength(3);
  expect([...held(name), ...left].sort()).toEqual(bodies);
});

test('Ctrl-C in a pause ends at once', async () => {
  await letters('dead-pausing', bodies);
  const run = start('run', 'dead-pausing', '--rate', '1/m');
  at('DeleteMessage', 0, () => {
    setTimeout(() => signalGroup(run, 'SIGINT'), 500);
    return true;
  });
  const { code, out } = await ended(run);
  expect(code).toBe(130);
  expect(JSON.parse(out)).toMatchObject({ stopped: 'interrupted', outcomes: { redriven: 1 } });
  expect(await receivable('dead-pausing')).toHaveLength(5);
  expect(held('pausing')).toHaveLength(1);
});

test('Ctrl-C while letters are looked at shows no half list, and puts them back', async () => {
  await letters('dead-looking', bodies);
  const run = start('list', 'dead-looking');
  at('ReceiveMessage', 0, interrupt(run));
  expect(await ended(run)).toEqual({ code: 130, out: '', err: '' });
  expect(await receivable('dead-looking')).toEqual(bodies);
});

test('Ctrl-C while SQS itself moves them cancels that, and tells how far it came', async () => {
  await letters('dead-moving', bodies);
  const run = start('run', 'dead-moving', '--native', '--to', 'moving', '--rate', '1/s');
  at('ListMessageMoveTasks', 2, interrupt(run));
  const { code, out, err } = await ended(run);
  expect({ code, err }).toEqual({ code: 130, err: '' });
  const { moved, status } = JSON.parse(out);
  expect(status).toBe('CANCELLED');
  expect(moved).toBeLessThan(bodies.length);
  expect(held('moving')).toHaveLength(moved);
  expect([...held('moving'), ...held('dead-moving')].sort()).toEqual(bodies);
  expect(audited()).toEqual(['redriven']);
});

describe('kill -9 loses nothing: the letters come back when their visibility timeout is over', () => {
  test.each([
    ['killed-sending', 'before a message is sent', 'SendMessage', 2, []],
    ['killed-removing', 'between sending and removing', 'DeleteMessage', 3, ['3']],
    // The second has the deduplication id of the first, and SQS takes it once.
    ['killed.fifo', 'between sending and removing', 'DeleteMessage', 3, []],
  ])('%s, %s', async (name, _, operation, sent, twice) => {
    await letters(`dead-${name}`, bodies);
    const killed = start('run', `dead-${name}`, '--rate', '100/s');
    at(operation, 2, () => {
      signalGroup(killed, 'SIGKILL');
      return false;
    });
    expect((await ended(killed)).code).not.toBe(0);
    expect(held(name)).toHaveLength(sent);
    expect(audited()).toEqual(['redriven', 'redriven']);
    expect(await receivable(`dead-${name}`)).toEqual([]);
    cloud.advance(120_000);
    gate.onRequest = () => true;
    const again = await ended(start('run', `dead-${name}`, '--rate', '100/s'));
    expect(again.code).toBe(0);
    expect(held(`dead-${name}`)).toEqual([]);
    expect(held(name)).toEqual([...bodies, ...twice].sort());
  });
});
