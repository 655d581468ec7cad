import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import * as z from 'zod';
import type { LocalCloud } from '../local/local-cloud.ts';
import { cacheDirectory } from '../package/project.ts';
import { placeOf } from './redrive-place.ts';
import { sendTo, targetsOf } from './send-target.ts';

const AppRecord = z.object({
  pid: z.number(),
  pattern: z.string(),
  cloud: z.string(),
  startedAt: z.string(),
  url: z.string(),
  token: z.string(),
});
export type RunningApp = z.output<typeof AppRecord>;

/** No pattern is running, or not the one that was asked for. */
export class NotRunningError extends Error {
  override name = 'NotRunningError';
}

/** The running pattern did not do what it was asked to. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}

const directory = path.join(cacheDirectory, 'running');

/** Lets other commands see into a running pattern: a server on loopback that only the holder of the token may ask. */
export async function publishRunningApp(app: LocalCloud, pattern: string): Promise<{ close(): void }> {
  const token = randomBytes(18).toString('base64url');
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    void answer(app, url, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const file = path.join(directory, `${process.pid}.json`);
  mkdirSync(directory, { recursive: true });
  const record: RunningApp = {
    pid: process.pid,
    pattern,
    cloud: app.cloud,
    startedAt: new Date().toISOString(),
    url: `http://127.0.0.1:${port}`,
    token,
  };
  // Only this user may read the token.
  writeFileSync(file, JSON.stringify(record), { mode: 0o600 });
  return {
    close() {
      rmSync(file, { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  app: LocalCloud,
  url: URL,
  request: http.IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  try {
    const body = request.method === 'POST' ? await act(app, url, await bodyOf(request)) : view(app, url);
    return body === undefined ? { status: 404, body: {} } : { status: 200, body };
  } catch (error) {
    return { status: 400, body: { error: (error as Error).message } };
  }
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What another command does in the running stack. */
async function act(app: LocalCloud, url: URL, body: Buffer): Promise<unknown> {
  switch (url.pathname) {
    case '/send':
      return sendTo(app, JSON.parse(url.searchParams.get('input') ?? '{}'), body);
    default:
      return undefined;
  }
}

function view(app: LocalCloud, url: URL): unknown {
  switch (url.pathname) {
    case '/logs':
      return app.logs.entries({ afterSequence: Number(url.searchParams.get('after') ?? 0) });
    case '/traces':
      return app.traces.traces().slice(-Number(url.searchParams.get('last') ?? 10));
    case '/meter':
      return app.meter.readings();
    case '/grants':
      return app.unusedGrants();
    case '/targets':
      return targetsOf(app);
    case '/place':
      return placeOf(app, url.searchParams.get('queue') ?? '');
    default:
      return undefined;
  }
}

/** The patterns that run now, latest first. Records of runs that were killed are removed. */
export function runningApps(): RunningApp[] {
  let names: string[] = [];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  const apps: RunningApp[] = [];
  for (const name of names) {
    const file = path.join(directory, name);
    const parsed = AppRecord.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success && isAlive(parsed.data.pid)) apps.push(parsed.data);
    else rmSync(file, { force: true });
  }
  return apps.sort((a, b) => (a.startedAt > b.startedAt ? -1 : 1));
}

/**
 * Asks the latest running pattern; with a body, lets it do something.
 *
 * @throws NotRunningError, and RefusedError with the running pattern's reason
 */
export async function askRunningApp<Answer>(pathAndQuery: string, body?: Uint8Array): Promise<Answer> {
  const [app] = runningApps();
  if (!app)
    throw new NotRunningError(
      'No pattern is running. Start one in another terminal: serverless-patterns run 01',
    );
  const response = await fetch(app.url + pathAndQuery, {
    headers: { authorization: `Bearer ${app.token}` },
    ...(body && { method: 'POST', body: new Uint8Array(body) }),
  });
  const answer = (await response.json()) as Answer & { error?: string };
  if (response.status === 400) throw new RefusedError(answer.error ?? 'The running pattern refused it.');
  return answer;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
