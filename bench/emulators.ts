import path from 'node:path';
import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { type Load, measureInTurn } from './load-client.ts';
import { findPeer, type PeerName } from './peers.ts';
import {
  freePort,
  listening,
  type ServerCommand,
  type ServerProcess,
  startModule,
  startProcess,
} from './server-process.ts';
import { whereIs } from './where-is.ts';

/** An emulator of a service that listens on a port of this machine. */
export interface RunningEmulator {
  process: ServerProcess;
  port: number;
}

export type Emulator =
  | { kind: 'there'; subject: string; start(): Promise<RunningEmulator> }
  | { kind: 'missing'; subject: string; reason: string };

/** The part of the local cloud that one of the modules in `servers/` runs. */
export const ourEmulator = (module: string, ...moduleArguments: string[]): Emulator => ({
  kind: 'there',
  subject: 'serverless-patterns',
  start: () => startModule(module, ...moduleArguments),
});

export function motoEmulator(): Emulator {
  const subject = 'moto_server';
  const command = whereIs(subject);
  if (!command) return { kind: 'missing', subject, reason: 'it is not on this machine' };
  return {
    kind: 'there',
    subject,
    start: () =>
      startOnPort((port) => ({
        name: subject,
        command,
        arguments: ['-H', '127.0.0.1', '-p', String(port)],
      })),
  };
}

export const fauxqsEmulator = (settings: Settings): Promise<Emulator> =>
  npmEmulator('fauxqs', settings, 'fauxqs/dist/cli.js', (port) => ({
    environment: { FAUXQS_PORT: String(port), FAUXQS_LOGGER: 'false' },
  }));

/** One from npm; `program` is its file under `node_modules`. */
export async function npmEmulator(
  name: PeerName,
  settings: Settings,
  program: string,
  options: (port: number) => { words?: string[]; environment?: Record<string, string> },
): Promise<Emulator> {
  const peer = await findPeer(name, settings);
  if (peer.kind === 'missing') return { kind: 'missing', subject: peer.title, reason: peer.reason };
  const file = path.join(peer.directory, 'node_modules', program);
  return {
    kind: 'there',
    subject: peer.title,
    start: () =>
      startOnPort((port) => {
        const { words = [], environment = {} } = options(port);
        return { name, command: process.execPath, arguments: [file, ...words], environment };
      }),
  };
}

async function startOnPort(commandOf: (port: number) => ServerCommand): Promise<RunningEmulator> {
  const port = await freePort();
  const server = startProcess(commandOf(port));
  try {
    await listening(server, port);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { process: server, port };
}

export interface Work {
  work: string;
  load(emulator: RunningEmulator): (Load & Disposable) | Promise<Load & Disposable>;
}

/**
 * The same works on every emulator that is there, in turn. `prepare` is done once in each, before any work. All of them
 * run meanwhile; those whose turn it is not have nothing to do.
 */
export async function compare(
  settings: Settings,
  emulators: readonly Emulator[],
  works: readonly Work[],
  prepare: (emulator: RunningEmulator) => Promise<void> = async () => undefined,
): Promise<Row[]> {
  const rows = new Map<string, Row[]>();
  const running: { subject: string; emulator: RunningEmulator }[] = [];
  await using servers = new AsyncDisposableStack();
  for (const emulator of emulators) {
    const { subject } = emulator;
    const failed = await rowsOf(subject, settings, async () => {
      if (emulator.kind === 'missing') return [{ kind: 'skipped', subject, reason: emulator.reason }];
      settings.progress(`  ${subject}`);
      const started = await emulator.start();
      servers.use(started.process);
      await prepare(started);
      running.push({ subject, emulator: started });
      return [];
    });
    rows.set(subject, failed);
  }
  for (const { work, load } of works) {
    settings.progress(`  ${work}`);
    using loads = new DisposableStack();
    const subjects = [];
    for (const { emulator } of running)
      subjects.push({ servers: [emulator.process], load: loads.use(await load(emulator)) });
    const results = await measureInTurn(settings, subjects);
    for (const [index, { subject }] of running.entries()) {
      const figures = results[index];
      if (figures instanceof Error)
        rows.get(subject)?.push({ kind: 'failed', subject, reason: `${work}: ${figures.message}` });
      else if (figures) rows.get(subject)?.push({ kind: 'measured', subject, work, figures });
    }
  }
  return [...rows.values()].flat();
}
