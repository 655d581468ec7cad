// Longer than most files: start, calls, output, freezing, memory and end of one process share one state.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { type Clock, realClock } from './clock.ts';
import {
  encodeFrame,
  FrameReader,
  type FromInstance,
  type InstanceError,
  type Rest,
  type ToInstance,
} from './instance-frames.ts';
import { START_VARIABLE, type StartOptions } from './instance-hooks.ts';
import { LineSplitter } from './log-lines.ts';
import type { Processes } from './processes.ts';

/** How one process of a function is started. */
export interface InstanceSpec {
  /** Absolute path of the platform's host script, as `instanceScript` gives it. */
  hostScript: string;
  /** Absolute path of the script that prepares network and time; see `preloadScript`. */
  preload: string;
  /** What the host script needs to know; sent as JSON. */
  hostOptions: unknown;
  /** All of the process's environment: nothing is inherited. */
  environment: Record<string, string>;
  workingDirectory: string;
  /** V8 and Node options that the platform's bootstrap passes. */
  nodeArguments: string[];
  /** The process is killed when it uses more. */
  memoryMb: number;
  /** PEM file of the certificate authority that the process trusts beside the well-known ones. */
  trustCertificateFile?: string;
  /** Folder that keeps compiled code between starts. */
  compileCacheDirectory?: string;
  /** Stop the process while nothing runs, as Lambda does; timers and sockets stand still until the next call. */
  freezeWhenIdle: boolean;
}

/** One line of output. `invocationId` is absent when no single invocation can be blamed for it. */
export interface LogLine {
  atMs: number;
  source: 'stdout' | 'stderr' | 'host';
  /** The platform's own level name, where the platform knows one. */
  level?: string;
  category?: string;
  text: string;
  invocationId?: string;
}

export interface OutsideCall {
  host: string;
  port: number;
  protocol: 'tcp' | 'udp' | 'dns';
}

/** What an instance needs from its surroundings. */
export interface InstanceSurroundings {
  /** The time that the function sees. */
  clock: Clock;
  virtualTime: boolean;
  processes: Processes;
  onLog(line: LogLine): void;
  onOutsideCall(call: OutsideCall): void;
}

export type Crash = {
  kind: 'crashed';
  cause: 'exit' | 'out-of-memory';
  exitCode: number | null;
  signal: NodeJS.Signals | null;
};

export type InitOutcome =
  | { kind: 'ready'; detail: unknown; initDurationMs: number }
  | { kind: 'initFailed'; error: InstanceError }
  | Crash;

export type RunOutcome =
  | { kind: 'succeeded'; payload: Buffer; detail: unknown; durationMs: number }
  | { kind: 'failed'; error: InstanceError; durationMs: number }
  | Crash;

export type ChunkListener = (chunk: Buffer, detail: unknown) => void | Promise<void>;

interface Pending {
  logs: LogLine[];
  onChunk: ChunkListener | undefined;
  settle(outcome: RunOutcome): void;
}

const MEMORY_WATCH_MS = 50;
/** How long an instance may still run after its last call before it is frozen. */
const FREEZE_AFTER_MS = 5;
/** How long an instance may take to answer a ping before it counts as busy. */
const PING_MS = 1_000;
/** How long output that was written before the end may still arrive when a grandchild holds the pipes open. */
const OUTPUT_GRACE_MS = 200;

/** One process of a function. */
export class Instance {
  readonly id: string;
  /** Settles once: the handler is loaded, or why not. */
  readonly initialised: Promise<InitOutcome>;
  /** Highest resident memory seen, in bytes. */
  peakRssBytes = 0;

  readonly #spec: InstanceSpec;
  readonly #surroundings: InstanceSurroundings;
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #pending = new Map<string, Pending>();
  readonly #splitters: LineSplitter[];
  readonly #pongs: ((responsive: boolean) => void)[] = [];
  readonly #rests: ((rest: Rest | undefined) => void)[] = [];
  #state: 'starting' | 'running' | 'frozen' | 'ended' = 'starting';
  #killedForMemory = false;
  #watching = false;
  #freezing = false;
  #visits = 0;
  #outputChunks = 0;
  #retired = false;
  #settleInit: (outcome: InitOutcome) => void = () => undefined;

  constructor(id: string, spec: InstanceSpec, surroundings: InstanceSurroundings) {
    this.id = id;
    this.#spec = spec;
    this.#surroundings = surroundings;
    this.initialised = new Promise((resolve) => {
      this.#settleInit = resolve;
    });
    this.#child = spawn(
      process.execPath,
      [...spec.nodeArguments, '--require', spec.preload, spec.hostScript],
      {
        cwd: spec.workingDirectory,
        env: this.#environment(),
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      },
    );
    const [, stdout, stderr, input, output] = this.#child.stdio;
    // A process that could not be started has no pipes; 'error' tells.
    this.#input = writable(input);
    this.#input.on('error', () => undefined);
    const lines = { stdout: this.#lines('stdout'), stderr: this.#lines('stderr') };
    this.#splitters = [lines.stdout, lines.stderr];
    for (const [stream, splitter] of [[stdout, lines.stdout] as const, [stderr, lines.stderr] as const]) {
      readable(stream).on('data', (chunk: Buffer) => {
        this.#outputChunks++;
        splitter.push(chunk);
      });
    }
    const frames = new FrameReader<FromInstance>(({ header, payload }) => this.#receive(header, payload));
    readable(output).on('data', (chunk: Buffer) => frames.push(chunk));
    const { pid } = this.#child;
    if (pid !== undefined) surroundings.processes.add(this, pid);
    this.#child.once('error', (error) => this.#ended(null, null, error));
    this.#child.once('exit', (exitCode, signal) => {
      if (pid !== undefined) surroundings.processes.remove(this, pid);
      const end = () => {
        this.#flushLines();
        this.#ended(exitCode, signal);
      };
      const grace = realClock.after(OUTPUT_GRACE_MS, end);
      this.#child.once('close', () => {
        grace.cancel();
        end();
      });
    });
    this.#watchMemory();
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Whether calls are under way in it. */
  get isBusy(): boolean {
    return this.#state !== 'ended' && (this.#pending.size > 0 || this.#visits > 0);
  }

  get isStarting(): boolean {
    return this.#state === 'starting';
  }

  /** Whether further calls may be given to it. */
  get isUsable(): boolean {
    return !this.#retired && this.#state !== 'ended';
  }

  /** Whether its handler is loaded. */
  get isReady(): boolean {
    return this.#state === 'running' || this.#state === 'frozen';
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /**
   * Runs one invocation; settles when it is answered or the process ends. Lines it logs are added to `logs`.
   * `onChunk` is awaited before the instance is told to go on.
   */
  async run(
    id: string,
    context: Record<string, unknown>,
    payload: Uint8Array,
    logs: LogLine[],
    onChunk?: ChunkListener,
  ): Promise<RunOutcome> {
    if (this.#state === 'ended') return { kind: 'crashed', cause: 'exit', exitCode: null, signal: null };
    this.#thaw();
    const outcome = await new Promise<RunOutcome>((settle) => {
      this.#pending.set(id, { logs, onChunk, settle });
      this.#send({ kind: 'invoke', id, ...this.#now(), context }, payload);
      if (!this.#watching) this.#watchMemory();
    });
    await this.#readOutput();
    if (this.#pending.size === 1) this.#flushLines();
    this.#pending.delete(id);
    this.#freezeIfIdle();
    return outcome;
  }

  /** Marks a call that reaches the instance by another way than `run`; `leave` must follow. */
  async enter(): Promise<void> {
    this.#visits++;
    this.#thaw();
    if (!this.#watching) this.#watchMemory();
    if (!this.#surroundings.virtualTime) return;
    this.tellTime();
    await this.isResponsive(PING_MS);
  }

  leave(): void {
    this.#visits--;
    if (!this.#spec.freezeWhenIdle) return;
    // A process that is about to exit must not be stopped on the way, or its end would never be seen.
    void this.isResponsive(PING_MS).then((responsive) => {
      if (responsive) this.#freezeIfIdle();
    });
  }

  /** Tells the instance the time, in a run with virtual time. */
  tellTime(): void {
    if (this.#surroundings.virtualTime && this.#state === 'running')
      this.#send({ kind: 'time', ...this.#now() });
  }

  /** Lets time go by at once, in a run with virtual time. */
  skip(durationMs: number): void {
    if (this.#state === 'running') this.#send({ kind: 'skip', durationMs });
  }

  /** Whether it works or waits, as soon as it has a moment to tell; `undefined` when it starts or has ended. */
  async rest(): Promise<Rest | undefined> {
    if (this.#state !== 'running') return undefined;
    return new Promise((resolve) => {
      this.#rests.push(resolve);
      this.#send({ kind: 'rest?' });
    });
  }

  /** Whether the event loop answers within `withinMs`; an endless loop does not. */
  async isResponsive(withinMs: number): Promise<boolean> {
    if (this.#state === 'ended') return false;
    return new Promise((resolve) => {
      const timer = realClock.after(withinMs, () => resolve(false));
      this.#pongs.push((responsive) => {
        timer.cancel();
        resolve(responsive);
      });
      this.#send({ kind: 'ping' });
    });
  }

  /** Asks the host to run the platform's shutdown; the caller kills the process afterwards. */
  terminate(): void {
    this.#thaw();
    this.#send({ kind: 'terminate' });
  }

  /** No further call is given to it; those under way go on. */
  retire(): void {
    this.#retired = true;
  }

  /** Ends the process at once, whatever it does. */
  kill(): void {
    this.#retired = true;
    if (this.#state !== 'ended') this.#child.kill('SIGKILL');
  }

  /** Settles when the process is gone. */
  async gone(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
      return;
    await new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
  }

  #environment(): Record<string, string> {
    const { environment, trustCertificateFile, compileCacheDirectory, hostOptions } = this.#spec;
    const own = {
      ...(trustCertificateFile && { NODE_EXTRA_CA_CERTS: trustCertificateFile }),
      ...(compileCacheDirectory && { NODE_COMPILE_CACHE: compileCacheDirectory }),
    };
    const restore = Object.fromEntries(Object.entries(environment).filter(([name]) => name in own));
    const start: StartOptions = { ...this.#now(), hostOptions, restore };
    return { ...environment, ...own, [START_VARIABLE]: JSON.stringify(start) };
  }

  #now(): { nowMs?: number } {
    return this.#surroundings.virtualTime ? { nowMs: this.#surroundings.clock.now() } : {};
  }

  #send(header: ToInstance | { kind: 'time'; nowMs?: number }, payload?: Uint8Array): void {
    if (this.#state !== 'ended') this.#input.write(encodeFrame(header, payload));
  }

  #receive(header: FromInstance, payload: Buffer): void {
    switch (header.kind) {
      case 'ready':
        if (this.#state === 'starting') this.#state = 'running';
        this.peakRssBytes = Math.max(this.peakRssBytes, header.rssBytes);
        this.#settleInit({ kind: 'ready', detail: header.detail, initDurationMs: header.initDurationMs });
        break;
      case 'initFailed':
        this.#settleInit({ kind: 'initFailed', error: header.error });
        break;
      case 'succeeded': {
        const { id, durationMs, detail } = header;
        this.#answered(id, header.rssBytes, { kind: 'succeeded', payload, detail, durationMs });
        break;
      }
      case 'failed': {
        const { id, durationMs, error } = header;
        this.#answered(id, header.rssBytes, { kind: 'failed', error, durationMs });
        break;
      }
      case 'chunk':
        void this.#passOn(header.id, payload, header.detail);
        break;
      case 'log': {
        const { id, level, category } = header;
        this.#log({ source: 'host', level, text: payload.toString(), ...(category && { category }) }, id);
        break;
      }
      case 'outsideCall': {
        const { host, port, protocol } = header;
        this.#surroundings.onOutsideCall({ host, port, protocol });
        break;
      }
      case 'rest':
        this.#rests.shift()?.(header.rest);
        break;
      case 'pong':
        this.#pongs.shift()?.(true);
    }
  }

  #answered(id: string, rssBytes: number, outcome: RunOutcome): void {
    this.peakRssBytes = Math.max(this.peakRssBytes, rssBytes);
    this.#pending.get(id)?.settle(outcome);
  }

  async #passOn(id: string, chunk: Buffer, detail: unknown): Promise<void> {
    const pending = this.#pending.get(id);
    try {
      await pending?.onChunk?.(chunk, detail);
    } catch {
      // The reader has gone away; the handler runs on, as it does in the cloud.
      if (pending) pending.onChunk = undefined;
    }
    this.#send({ kind: 'acknowledge', id });
  }

  #lines(source: 'stdout' | 'stderr'): LineSplitter {
    return new LineSplitter((text) => {
      const [onlyId, ...others] = this.#pending.keys();
      this.#log({ source, text }, others.length === 0 ? onlyId : undefined);
    });
  }

  /** What a handler wrote to its output before it answered is in the pipes by now; lets all of it be read. */
  async #readOutput(): Promise<void> {
    // The answer came in the poll phase; only the turn after the next one polls again.
    await turnOfEventLoop();
    for (let before = -1; before !== this.#outputChunks; ) {
      before = this.#outputChunks;
      await turnOfEventLoop();
    }
  }

  #flushLines(): void {
    for (const splitter of this.#splitters) splitter.flush();
  }

  #log(line: Omit<LogLine, 'atMs' | 'invocationId'>, invocationId: string | undefined): void {
    const entry = { atMs: this.#surroundings.clock.now(), ...line, ...(invocationId && { invocationId }) };
    if (invocationId) this.#pending.get(invocationId)?.logs.push(entry);
    this.#surroundings.onLog(entry);
  }

  #ended(exitCode: number | null, signal: NodeJS.Signals | null, error?: Error): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    const outOfMemory = this.#killedForMemory || signal === 'SIGABRT' || exitCode === 134;
    const crash: Crash = { kind: 'crashed', cause: outOfMemory ? 'out-of-memory' : 'exit', exitCode, signal };
    this.#settleInit(
      error
        ? {
            kind: 'initFailed',
            error: {
              type: error.name,
              message: `The process could not be started: ${error.message}`,
              stack: [],
            },
          }
        : crash,
    );
    for (const pending of this.#pending.values()) pending.settle(crash);
    for (const answer of this.#pongs.splice(0)) answer(false);
    for (const answer of this.#rests.splice(0)) answer(undefined);
  }

  #watchMemory(): void {
    const { pid } = this.#child;
    if (this.#state === 'ended' || pid === undefined || process.platform !== 'linux') return;
    this.#watching = true;
    realClock.after(MEMORY_WATCH_MS, () => {
      const memory = residentBytes(pid);
      this.peakRssBytes = Math.max(this.peakRssBytes, memory.peak);
      if (memory.now > this.#spec.memoryMb * 1024 * 1024 && this.#state !== 'ended') {
        this.#killedForMemory = true;
        this.kill();
      }
      if (this.isBusy || this.#state === 'starting') this.#watchMemory();
      else this.#watching = false;
    });
  }

  /**
   * Freezes the process once it has had nothing to do for a moment: stopping and waking it around every call of a
   * busy function would cost more than the calls.
   */
  #freezeIfIdle(): void {
    if (!this.#spec.freezeWhenIdle || process.platform === 'win32' || this.#freezing) return;
    this.#freezing = true;
    realClock.after(FREEZE_AFTER_MS, () => {
      this.#freezing = false;
      if (this.isBusy || this.#state !== 'running') return;
      this.#state = 'frozen';
      this.#child.kill('SIGSTOP');
    });
  }

  #thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    this.#child.kill('SIGCONT');
  }
}

const turnOfEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resident memory of a process now and at its highest, from procfs. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function residentBytes(pid: number): { now: number; peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const field = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
    return { now: field('VmRSS'), peak: field('VmHWM') };
  } catch {
    return { now: 0, peak: 0 };
  }
}

function readable(stream: Readable | Writable | null | undefined): Readable {
  if (stream && 'read' in stream) return stream;
  throw new Error('An instance was started without its pipes.');
}

function writable(stream: Readable | Writable | null | undefined): Writable {
  if (stream && 'write' in stream) return stream;
  throw new Error('An instance was started without its pipes.');
}
