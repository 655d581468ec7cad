import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { projectRoot } from '../src/package/project.ts';
import { cpuMsOfTree } from './cpu-time.ts';

/** How long a server may take to listen, and after a signal to end. */
const startLimitMs = 60_000;
const stopLimitMs = 10_000;
/** Short against every start that is measured, long enough to leave the cores to the one that starts. */
const pollMs = 2;

export interface ServerCommand {
  name: string;
  command: string;
  arguments: string[];
  directory?: string;
  /** Set on top of the benchmark's own environment. */
  environment?: Record<string, string>;
}

/** A server in a process of its own. Ends with all that it has started, at the latest when the benchmark ends. */
export class ServerProcess implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #killGroup: () => void;
  #complaints = '';

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    this.#killGroup = () => killGroup(child);
    process.once('exit', this.#killGroup);
    child.on('error', (error) => (this.#complaints += error.message));
    // Only the end is kept: it tells why a server did not start.
    child.stderr?.on('data', (text) => (this.#complaints = (this.#complaints + text).slice(-1000)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** CPU time of the process and all that it has started; `undefined` where the system does not tell. */
  cpuMs(): number | undefined {
    return cpuMsOfTree(this.pid);
  }

  /** @throws Error with what the process wrote last, when it has ended */
  requireRunning(): void {
    const { exitCode, signalCode, pid } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) return;
    throw new Error(
      `${this.name} ended (${signalCode ?? exitCode ?? 'not started'}): ${this.#complaints.trim()}`,
    );
  }

  /** Asks it to end as Ctrl-C does, and kills what does not. */
  async stop(): Promise<void> {
    process.off('exit', this.#killGroup);
    if (this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGINT');
      await Promise.race([ended, sleep(stopLimitMs, undefined, { ref: false })]);
    }
    killGroup(this.#child);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Starts a program and does not wait for it. */
export function startProcess(server: ServerCommand): ServerProcess {
  const child = spawn(server.command, server.arguments, {
    cwd: server.directory ?? projectRoot,
    env: { ...process.env, ...server.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  return new ServerProcess(server.name, child);
}

const Listening = z.object({ port: z.number() });

/** Starts one of the modules in `servers/` and waits until it tells its port. */
export async function startModule(
  module: string,
  ...moduleArguments: string[]
): Promise<{ process: ServerProcess; port: number }> {
  const file = path.join(import.meta.dirname, 'servers', `${module}.ts`);
  const child = fork(file, moduleArguments, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], detached: true });
  const server = new ServerProcess(module, child);
  const message = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (!message) {
    await server.stop();
    server.requireRunning();
  }
  return { process: server, port: Listening.parse(message?.[0]).port };
}

/** Waits until somebody accepts connections on the port. */
export async function listening(server: ServerProcess, port: number): Promise<void> {
  await until(server, () => accepts(port));
}

/**
 * Asks again and again until the answer is yes.
 * @throws Error when the server has ended, or is not ready after a minute, with what `lastSign` tells
 */
export async function until(
  server: ServerProcess,
  isThere: () => Promise<boolean>,
  lastSign: () => string = () => 'nobody listens',
): Promise<void> {
  const endMs = performance.now() + startLimitMs;
  while (!(await isThere())) {
    server.requireRunning();
    if (performance.now() > endMs) {
      throw new Error(`${server.name} was not ready after ${startLimitMs / 1000} s; ${lastSign()}`);
    }
    await sleep(pollMs);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port on 127.0.0.1');
  return address.port;
}

/** A detached child leads a group of its own, which holds what it has started. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}
