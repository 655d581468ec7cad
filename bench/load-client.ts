import type { Figures, Settings } from './benchmark.ts';
import { HttpConnection } from './http-connection.ts';
import type { ServerProcess } from './server-process.ts';

/** The same kind of call, made over and over. */
export interface Load {
  /** `worker` counts from 0 to the number of connections, `index` all calls. Throws when the call did not do its work. */
  call(worker: number, index: number): Promise<void>;
}

export interface LoadResult {
  wallMs: number;
  /** Time from a call's start to its end, of those that did their work. */
  timesMs: Float64Array;
  failures: number;
  firstFailure: Error | undefined;
}

/** A server that takes no call at all would otherwise keep the client in an endless loop. */
const failuresInARow = 100;

/**
 * Keeps as many calls under way as there are connections: each worker starts its next call when the last has ended.
 * @throws Error when 100 calls in a row have failed, and at an interruption
 */
export async function runLoad(
  load: Load,
  { connections, interruption }: Settings,
  durationMs: number,
): Promise<LoadResult> {
  const times: number[] = [];
  let index = 0;
  let failures = 0;
  let inARow = 0;
  let firstFailure: Error | undefined;
  const startMs = performance.now();
  const work = async (worker: number) => {
    for (;;) {
      const callMs = performance.now();
      if (callMs - startMs >= durationMs) return;
      interruption.throwIfAborted();
      try {
        await load.call(worker, index++);
        times.push(performance.now() - callMs);
        inARow = 0;
      } catch (error) {
        failures++;
        firstFailure ??= error instanceof Error ? error : new Error(String(error));
        if (++inARow >= failuresInARow) throw firstFailure;
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, worker) => work(worker)));
  const wallMs = performance.now() - startMs;
  return {
    wallMs,
    timesMs: Float64Array.from(times),
    failures,
    firstFailure,
  };
}

/** HTTP requests over one kept connection for each worker, with what they must be answered with. */
export class HttpLoad implements Load, Disposable {
  readonly #connections: HttpConnection[];
  readonly #request: (index: number) => Buffer;
  readonly #status: number;

  constructor(options: {
    port: number;
    connections: number;
    request(index: number): Buffer;
    status: number;
  }) {
    const { port, connections, request, status } = options;
    this.#connections = Array.from({ length: connections }, () => new HttpConnection(port));
    this.#request = request;
    this.#status = status;
  }

  async call(worker: number, index: number): Promise<void> {
    const connection = this.#connections[worker];
    if (!connection) throw new RangeError(`There is no connection for worker ${worker}.`);
    const { status, body } = await connection.send(this.#request(index));
    if (status !== this.#status) {
      throw new Error(`answered with ${status} instead of ${this.#status}: ${body.slice(0, 200)}`);
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** A load and the servers whose CPU time it takes. */
export interface Subject {
  servers: readonly ServerProcess[];
  load: Load;
}

/** Warms a server up with a load, then measures the same load; the CPU time is that of the servers. */
export async function measureLoad(
  settings: Settings,
  servers: readonly ServerProcess[],
  load: Load,
): Promise<Figures> {
  const measurement = new Measurement(settings, { servers, load });
  await measurement.warmUp();
  await measurement.run(settings.measureMs);
  return measurement.figures();
}

/** Rounds in which subjects are measured that are compared with each other. */
const rounds = 3;

/**
 * Measures several subjects as `measureLoad` does one, but in turn and in rounds, so that whatever changes meanwhile
 * changes for all of them: the rest of the machine, and how warm the client is. Gives the error of one that fails.
 */
export async function measureInTurn(
  settings: Settings,
  subjects: readonly Subject[],
): Promise<(Figures | Error)[]> {
  const measurements = subjects.map((subject) => new Measurement(settings, subject));
  const errors = new Map<Measurement, Error>();
  const each = async (run: (measurement: Measurement) => Promise<void>) => {
    for (const measurement of measurements) {
      if (errors.has(measurement)) continue;
      try {
        await run(measurement);
      } catch (error) {
        settings.interruption.throwIfAborted();
        errors.set(measurement, error instanceof Error ? error : new Error(String(error)));
      }
    }
  };
  await each((measurement) => measurement.warmUp());
  for (let round = 0; round < rounds; round++)
    await each((measurement) => measurement.run(settings.measureMs / rounds));
  return measurements.map((measurement) => errors.get(measurement) ?? measurement.figures());
}

/** What one or more runs of a load have come to. */
class Measurement {
  readonly #settings: Settings;
  readonly #subject: Subject;
  readonly #times: Float64Array[] = [];
  #wallMs = 0;
  #failures = 0;
  /** `undefined` where the system does not tell. */
  #cpuMs: number | undefined = 0;

  constructor(settings: Settings, subject: Subject) {
    this.#settings = settings;
    this.#subject = subject;
  }

  async warmUp(): Promise<void> {
    await runLoad(this.#subject.load, this.#settings, this.#settings.warmUpMs);
  }

  async run(durationMs: number): Promise<void> {
    const { servers, load } = this.#subject;
    const cpuBeforeMs = cpuMsOf(servers);
    const { wallMs, timesMs, failures, firstFailure } = await runLoad(load, this.#settings, durationMs);
    const cpuAfterMs = cpuMsOf(servers);
    if (firstFailure) this.#settings.progress(`${failures} calls failed; the first: ${firstFailure.message}`);
    this.#times.push(timesMs);
    this.#wallMs += wallMs;
    this.#failures += failures;
    if (cpuBeforeMs === undefined || cpuAfterMs === undefined) this.#cpuMs = undefined;
    else if (this.#cpuMs !== undefined) this.#cpuMs += cpuAfterMs - cpuBeforeMs;
  }

  figures(): Figures {
    const timesMs = Float64Array.from(this.#times.flatMap((times) => [...times])).sort();
    const succeeded = timesMs.length;
    const percentile = (share: number) => timesMs[Math.min(succeeded - 1, Math.floor(succeeded * share))];
    const [p50Ms, p99Ms] = [percentile(0.5), percentile(0.99)];
    return {
      requestsPerSecond: (succeeded / this.#wallMs) * 1000,
      ...(p50Ms !== undefined && { p50Ms }),
      ...(p99Ms !== undefined && { p99Ms }),
      failures: this.#failures,
      ...(this.#cpuMs !== undefined && { cpuMsPerRequest: this.#cpuMs / succeeded }),
    };
  }
}

function cpuMsOf(servers: readonly ServerProcess[]): number | undefined {
  let sumMs = 0;
  for (const server of servers) {
    const cpuMs = server.cpuMs();
    if (cpuMs === undefined) return undefined;
    sumMs += cpuMs;
  }
  return sumMs;
}
