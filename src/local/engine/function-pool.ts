// Longer than most files: which instance takes a call, waits, starts or ends is one decision over one set of members.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from './clock.ts';
import { type Faults, noFaults } from './faults.ts';
import {
  type ChunkListener,
  type Crash,
  type InitOutcome,
  Instance,
  type InstanceSpec,
  type LogLine,
  type OutsideCall,
  type RunOutcome,
} from './instance.ts';
import type { InstanceError } from './instance-frames.ts';
import type { NetworkRules } from './instance-network.ts';
import { instanceScript } from './instance-script.ts';
import type { Processes } from './processes.ts';
import type { Random } from './random.ts';
import { WarmPreference, warmerInstanceWaitMs } from './warm-preference.ts';

/** What happens to a call when every instance is busy and no further one may start. */
export type BusyPolicy =
  /** Lambda: refuse at once. */
  | { kind: 'reject' }
  /** Azure, Cloud Run: wait for a free place, at most so many calls and so long. */
  | { kind: 'queue'; maximumWaiting: number; maximumWaitMs: number };

/** How a function runs on its platform. */
export interface FunctionSpec extends Omit<InstanceSpec, 'preload'> {
  /** Names the function in errors. */
  name: string;
  network: NetworkRules;
  /** Longest time of one invocation; the instance is killed after it. */
  timeoutMs: number;
  /**
   * Longest time from process start to a loaded handler, one entry for each time that the platform tries before it
   * gives up on the call (Lambda tries twice).
   */
  initTimeoutsMs: [number, ...number[]];
  /** Variables that differ between instances, such as the log stream's name. */
  instanceEnvironment?(instanceId: string): Record<string, string>;
  concurrencyPerInstance: number;
  maximumInstances: number;
  /** Instances that are never reaped (provisioned concurrency, minimum instances, always ready). */
  minimumInstances: number;
  /** An instance that is idle this long is ended. */
  keepAliveMs: number;
  whenBusy: BusyPolicy;
}

/** What all functions of a run share. */
export interface PoolSurroundings {
  clock: Clock;
  /** The time that processes run in; differs from `clock` when that is virtual and is moved from outside. */
  wallClock: Clock;
  virtualTime: boolean;
  random: Random;
  processes: Processes;
  /** Folder that stays between runs: built scripts. */
  cacheDirectory: string;
  /** Folder of this run. */
  runDirectory: string;
  /** What is made to go wrong; nothing by default. Place: the function's name. */
  faults?: Faults;
  /** Every line of every instance, whether or not it belongs to an invocation. */
  onLog?(line: LogLine & { instanceId: string }): void;
  /** A connection that was refused because it would have left the machine. */
  onOutsideCall?(call: OutsideCall & { functionName: string }): void;
}

export type Outcome =
  | { kind: 'succeeded'; payload: Buffer; detail: unknown }
  | { kind: 'failed'; error: InstanceError }
  | { kind: 'timedOut'; afterMs: number }
  | Crash
  | { kind: 'initFailed'; error: InstanceError }
  | { kind: 'throttled'; reason: string };

export interface Invocation {
  id: string;
  outcome: Outcome;
  /** Time in the handler; 0 when it did not run. */
  durationMs: number;
  /** Present on a cold start: from process start to loaded handler. */
  initDurationMs?: number;
  coldStart: boolean;
  /** Starts for this call that came to nothing, in order. */
  failedStarts: FailedStart[];
  /** Highest memory of the instance so far. */
  maxMemoryUsedMb: number;
  /** Absent when the call was throttled. */
  instanceId?: string;
  logs: LogLine[];
}

export type FailedStart = StartFailure & { instanceId: string };

type StartFailure = (
  | { kind: 'timedOut'; afterMs: number }
  | { kind: 'initFailed'; error: InstanceError }
  | Crash
) & { initDurationMs: number };

export interface InvocationStart {
  instanceId: string;
  /** Detail of the instance's `ready` message. */
  detail: unknown;
  initDurationMs?: number;
}

export interface InvokeOptions {
  /** By default a new UUID. */
  id?: string;
  /** What the host script of this platform needs to know about the call; asked when an instance is there. */
  context?(): Record<string, unknown>;
  /** Shortens the function's timeout for this call. */
  timeoutMs?: number;
  /** Called when an instance is there, right before the handler runs. */
  onStart?(start: InvocationStart): void;
  onChunk?: ChunkListener;
}

/** A place in an instance, taken for one call. */
export interface Lease {
  instance: Instance;
  coldStart: boolean;
  initDurationMs?: number;
  /** Detail of the instance's `ready` message. */
  detail: unknown;
  failedStarts: FailedStart[];
  /** Gives the place back. Must be called once. */
  release(): void;
}

/** Why a call gets no instance. */
export type Refusal =
  | { kind: 'throttled'; reason: string }
  | { kind: 'notStarted'; failedStarts: FailedStart[] };

interface Member {
  instance: Instance;
  places: number;
  idleSinceMs: number | undefined;
  started: Promise<Extract<InitOutcome, { kind: 'ready' }> | StartFailure>;
}

const BYTES_PER_MB = 1024 * 1024;
const killed: Crash = { kind: 'crashed', cause: 'exit', exitCode: null, signal: 'SIGKILL' };

/** The processes of one function: started on demand, reused, limited, reaped when idle. */
export class FunctionPool {
  readonly spec: FunctionSpec;
  /** Calls that an instance takes at a time: as the function's settings say, until its trigger says something else. */
  callsPerInstance: number;
  readonly #surroundings: PoolSurroundings;
  readonly #preload: string;
  #members: Member[] = [];
  readonly #waiting: (() => void)[] = [];
  #reaping = false;
  #closed = false;
  readonly #warmPreference = new WarmPreference();

  constructor(spec: FunctionSpec, surroundings: PoolSurroundings) {
    this.spec = spec;
    this.callsPerInstance = spec.concurrencyPerInstance;
    this.#surroundings = surroundings;
    this.#preload = preloadScript(spec.name, spec.network, surroundings);
  }

  get instanceCount(): number {
    return this.#members.length;
  }

  get inFlight(): number {
    return this.#members.reduce((sum, member) => sum + member.places, 0);
  }

  /**
   * Runs one invocation. Never throws for what a function does: the outcome tells. A payload that depends on the
   * instance is given as a function, asked after `onStart`.
   */
  async invoke(payload: Uint8Array | (() => Uint8Array), options: InvokeOptions = {}): Promise<Invocation> {
    const id = options.id ?? this.#surroundings.random.uuid();
    const logs: LogLine[] = [];
    const lease = await this.lease();
    if ('kind' in lease) return this.#refused(id, lease);
    const { instance, coldStart, initDurationMs, failedStarts } = lease;
    const timeoutMs = Math.min(options.timeoutMs ?? this.spec.timeoutMs, this.spec.timeoutMs);
    let timedOut = false;
    const timer = this.#surroundings.wallClock.after(timeoutMs, () => {
      timedOut = true;
      instance.kill();
    });
    const startedMs = this.#surroundings.wallClock.now();
    options.onStart?.({
      instanceId: instance.id,
      detail: lease.detail,
      ...(initDurationMs !== undefined && { initDurationMs }),
    });
    const bytes = typeof payload === 'function' ? payload() : payload;
    const { faults = noFaults } = this.#surroundings;
    if (faults.strikes('crash-before', this.spec.name)) instance.kill();
    const run = await instance.run(id, options.context?.() ?? {}, bytes, logs, options.onChunk);
    timer.cancel();
    // Its work is done, but nobody learns of it: the process ends first, or the time is over.
    let outcome: RunOutcome = run;
    if (run.kind !== 'crashed' && faults.strikes('timeout', this.spec.name)) {
      timedOut = true;
      outcome = killed;
    } else if (run.kind !== 'crashed' && faults.strikes('crash-after', this.spec.name)) outcome = killed;
    if (outcome === killed) instance.kill();
    lease.release();
    const rest = {
      id,
      coldStart,
      failedStarts,
      maxMemoryUsedMb: Math.min(Math.ceil(instance.peakRssBytes / BYTES_PER_MB), this.spec.memoryMb),
      instanceId: instance.id,
      logs,
      ...(initDurationMs !== undefined && { initDurationMs }),
    };
    if (timedOut && outcome.kind === 'crashed') {
      return { ...rest, outcome: { kind: 'timedOut', afterMs: timeoutMs }, durationMs: timeoutMs };
    }
    if (outcome.kind === 'crashed') {
      return { ...rest, outcome, durationMs: this.#surroundings.wallClock.now() - startedMs };
    }
    const { durationMs, ...result } = outcome;
    this.#warmPreference.record(durationMs);
    return { ...rest, outcome: result, durationMs };
  }

  /** Takes a place in an instance, starting or awaiting one as the platform would; or says why there is none. */
  async lease(): Promise<Lease | Refusal> {
    const failedStarts: FailedStart[] = [];
    for (;;) {
      const place = await this.#place(failedStarts.length);
      if ('kind' in place) return place;
      const { member, cold } = place;
      const started = await member.started;
      if (started.kind === 'ready') {
        return {
          instance: member.instance,
          coldStart: cold,
          detail: started.detail,
          failedStarts,
          ...(cold && { initDurationMs: started.initDurationMs }),
          release: () => this.#giveBack(member),
        };
      }
      member.instance.kill();
      this.#giveBack(member);
      failedStarts.push({ ...started, instanceId: member.instance.id });
      if (failedStarts.length >= this.spec.initTimeoutsMs.length) return { kind: 'notStarted', failedStarts };
    }
  }

  /** Starts instances until `count` are there; settles when they have loaded the handler or failed to. */
  async prewarm(count: number): Promise<void> {
    while (this.#members.length < Math.min(count, this.spec.maximumInstances) && !this.#closed)
      this.#start(0);
    await Promise.all(this.#members.map((member) => member.started));
  }

  /**
   * Kills every instance and refuses further calls; settles when the processes are gone.
   *
   * @param graceMs how long the platform lets instances shut down by themselves before
   */
  async close(graceMs = 0): Promise<void> {
    this.#closed = true;
    const instances = this.#members.map((member) => member.instance);
    this.#members = [];
    for (const wake of this.#waiting.splice(0)) wake();
    const gone = Promise.all(instances.map((instance) => instance.gone()));
    if (graceMs > 0 && instances.length > 0) {
      for (const instance of instances) instance.terminate();
      const grace = new Promise<void>((resolve) => this.#surroundings.wallClock.after(graceMs, resolve));
      await Promise.race([gone, grace]);
    }
    for (const instance of instances) instance.kill();
    await gone;
  }

  async #place(attempt: number): Promise<{ member: Member; cold: boolean } | Refusal> {
    const { spec } = this;
    for (let hasWaited = false; ; ) {
      if (this.#closed) return { kind: 'throttled', reason: `${spec.name} has been shut down` };
      const free = this.#freeMember();
      // With one call per instance, as many instances are busy as calls are in flight.
      const oneCallEach = this.callsPerInstance === 1;
      if (free && !hasWaited && oneCallEach && this.#warmPreference.isCrowded(this.inFlight)) {
        await this.#wokenWithin(warmerInstanceWaitMs);
        hasWaited = true;
        continue;
      }
      if (free) {
        const cold = free.places === 0 && free.idleSinceMs === undefined;
        free.places++;
        free.idleSinceMs = undefined;
        return { member: free, cold };
      }
      if (this.#members.length < spec.maximumInstances) {
        const member = this.#start(attempt);
        member.places++;
        return { member, cold: true };
      }
      const refusal = await this.#waitForPlace();
      if (refusal) return refusal;
    }
  }

  /**
   * The instance that takes the next call, if one has room: the one with the fewest calls of those that are ready;
   * among equals the latest, so that the others grow idle and are reaped.
   */
  #freeMember(): Member | undefined {
    let best: Member | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      if (!member.instance.isUsable || member.places >= this.callsPerInstance) continue;
      const rank = member.instance.isReady ? member.places : this.callsPerInstance + member.places;
      if (rank > bestRank) continue;
      best = member;
      bestRank = rank;
    }
    return best;
  }

  async #waitForPlace(): Promise<Refusal | undefined> {
    const { whenBusy, maximumInstances, name } = this.spec;
    const limit = `${name} runs ${maximumInstances * this.callsPerInstance} invocations at a time at most`;
    if (whenBusy.kind === 'reject') return { kind: 'throttled', reason: limit };
    if (this.#waiting.length >= whenBusy.maximumWaiting) {
      return { kind: 'throttled', reason: `${limit}, and ${whenBusy.maximumWaiting} are waiting` };
    }
    if (await this.#wokenWithin(whenBusy.maximumWaitMs)) return undefined;
    return { kind: 'throttled', reason: `${limit}; none became free within ${whenBusy.maximumWaitMs} ms` };
  }

  /** Waits in line for a place to become free; false when none has by then. */
  #wokenWithin(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancel();
        resolve(true);
      };
      const timer = this.#surroundings.wallClock.after(waitMs, () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve(false);
      });
      this.#waiting.push(wake);
    });
  }

  #start(attempt: number): Member {
    const { clock, virtualTime, processes, random } = this.#surroundings;
    const id = random.text(32);
    const environment = { ...this.spec.environment, ...this.spec.instanceEnvironment?.(id) };
    const instance = new Instance(
      id,
      { ...this.spec, environment, preload: this.#preload },
      {
        clock,
        virtualTime,
        processes,
        onLog: (line) => this.#surroundings.onLog?.({ ...line, instanceId: id }),
        onOutsideCall: (call) =>
          this.#surroundings.onOutsideCall?.({ ...call, functionName: this.spec.name }),
      },
    );
    const member: Member = {
      instance,
      places: 0,
      idleSinceMs: undefined,
      started: this.#initialise(instance, attempt),
    };
    this.#members.push(member);
    void member.started.then((outcome) => {
      if (outcome.kind !== 'ready') this.#remove(member);
      else if (member.places === 0) {
        member.idleSinceMs ??= clock.now();
        this.#reapLater();
      }
    });
    void instance.gone().then(() => this.#remove(member));
    return member;
  }

  async #initialise(instance: Instance, attempt: number): Member['started'] {
    const { wallClock } = this.#surroundings;
    const afterMs = this.spec.initTimeoutsMs[attempt] ?? this.spec.initTimeoutsMs[0];
    const startedMs = wallClock.now();
    let timedOut = false;
    const timer = wallClock.after(afterMs, () => {
      timedOut = true;
      instance.kill();
    });
    const outcome = await instance.initialised;
    timer.cancel();
    if (outcome.kind === 'ready') return outcome;
    const initDurationMs = wallClock.now() - startedMs;
    return timedOut ? { kind: 'timedOut', afterMs, initDurationMs } : { ...outcome, initDurationMs };
  }

  #refused(id: string, refusal: Refusal): Invocation {
    const none = { id, durationMs: 0, maxMemoryUsedMb: 0, logs: [] };
    if (refusal.kind === 'throttled')
      return { ...none, outcome: refusal, coldStart: false, failedStarts: [] };
    const { failedStarts } = refusal;
    const last = failedStarts.at(-1);
    if (!last) throw new Error(`${this.spec.name} was not started, and nothing tells why`);
    const { initDurationMs, instanceId, ...outcome } = last;
    return { ...none, outcome, coldStart: true, failedStarts, initDurationMs, instanceId };
  }

  #giveBack(member: Member): void {
    member.places--;
    if (!member.instance.isUsable) {
      if (member.places === 0) this.#retire(member);
    } else if (member.places === 0) {
      member.idleSinceMs = this.#surroundings.clock.now();
      this.#reapLater();
    }
    this.#waiting.shift()?.();
  }

  #retire(member: Member): void {
    member.instance.kill();
    this.#remove(member);
  }

  #remove(member: Member): void {
    if (!this.#members.includes(member)) return;
    this.#members = this.#members.filter((other) => other !== member);
    this.#waiting.shift()?.();
  }

  #reapLater(): void {
    if (this.#reaping || this.#closed) return;
    this.#reaping = true;
    this.#surroundings.clock.after(this.spec.keepAliveMs, () => {
      this.#reaping = false;
      const nowMs = this.#surroundings.clock.now();
      for (const member of [...this.#members]) {
        if (this.#members.length <= this.spec.minimumInstances) break;
        const idleMs = member.idleSinceMs === undefined ? 0 : nowMs - member.idleSinceMs;
        if (member.places > 0 || idleMs < this.spec.keepAliveMs) continue;
        member.instance.kill();
        this.#remove(member);
      }
      if (this.#members.some((member) => member.idleSinceMs !== undefined)) this.#reapLater();
    });
  }
}

/** Writes the script that every instance of a function loads first, with its network rules inside. */
function preloadScript(name: string, network: NetworkRules, surroundings: PoolSurroundings): string {
  const module = instanceScript(sibling('instance-preload'), surroundings.cacheDirectory);
  mkdirSync(surroundings.runDirectory, { recursive: true });
  const file = join(
    surroundings.runDirectory,
    `${name.replace(/[^\w-]/g, '_')}-${surroundings.random.text(6)}.preload.cjs`,
  );
  writeFileSync(file, `require(${JSON.stringify(module)}).prepareInstance(${JSON.stringify(network)});\n`);
  return file;
}

const sibling = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url));
