// Requests per second through a whole running pattern at 10 connections:
// node bench/load.ts [aws,azure,gcp] [seconds]
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '..');
const connections = Number(process.env.CONNECTIONS ?? 10);
const item = JSON.stringify({ name: 'Test Item', price: 29.99 });

export interface LoadResult {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  failures: number;
}

interface Call {
  method: string;
  path: string;
  body?: string;
}

/** Sends the same call over keep-alive connections for a while, one request at a time on each. */
export async function load(port: number, call: Call, seconds: number, expected: number): Promise<LoadResult> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let failures = 0;
  const started = performance.now();
  const endMs = started + seconds * 1000;
  const one = async () => {
    while (performance.now() < endMs) {
      const begun = performance.now();
      const { status } = await send(port, call, agent);
      times.push(performance.now() - begun);
      if (status !== expected) failures++;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const elapsedSeconds = (performance.now() - started) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const percentile = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    requestsPerSecond: times.length / elapsedSeconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    failures,
  };
}

export function send(port: number, call: Call, agent: http.Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers =
      call.body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(call.body) };
    const request = http.request(
      { host: '127.0.0.1', port, method: call.method, path: call.path, headers, agent },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on('error', reject);
    request.end(call.body);
  });
}

/** Waits until somebody answers on the port. */
export async function listening(port: number): Promise<void> {
  const agent = new http.Agent();
  for (;;) {
    const answer = await send(port, { method: 'GET', path: '/' }, agent).catch(() => undefined);
    if (answer) return;
    await sleep(20);
  }
}

if (import.meta.main) {
  const [clouds = 'aws,azure,gcp', seconds = '5'] = process.argv.slice(2);
  const port = 3978;
  for (const cloud of clouds.split(',')) {
    const child = spawn(
      process.execPath,
      [path.join(root, 'src/cli/main.ts'), 'run', '01', '--cloud', cloud, '--port', String(port)],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await listening(port);
    const agent = new http.Agent();
    const created = await send(port, { method: 'POST', path: '/items', body: item }, agent);
    const { id } = JSON.parse(created.body) as { id: string };
    const get = { method: 'GET', path: `/items/${id}` };
    const post = { method: 'POST', path: '/items', body: item };
    await load(port, get, 2, 200);
    for (const [name, call, status] of [
      ['GET', get, 200],
      ['POST', post, 201],
    ] as const) {
      const { requestsPerSecond, p50Ms, p99Ms, failures } = await load(port, call, Number(seconds), status);
      console.log(
        `${cloud.padEnd(5)} ${name.padEnd(4)} ${requestsPerSecond.toFixed(0).padStart(6)} requests/s  p50 ${p50Ms.toFixed(1)} ms  p99 ${p99Ms.toFixed(1)} ms  ${failures} failures`,
      );
    }
    child.kill('SIGINT');
    await ended;
  }
}
