import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { noFaults } from '../../engine/faults.ts';
import { FunctionPool, type Lease, type PoolSurroundings, type Refusal } from '../../engine/function-pool.ts';
import type { Instance, LogLine } from '../../engine/instance.ts';
import type { NetworkRules } from '../../engine/instance-network.ts';
import { instanceScript } from '../../engine/instance-script.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import { BillableTime } from './billable-time.ts';
import { containerEnvironment, heapArguments } from './environment.ts';
import { type LogEntry, parseLogLine } from './log-entry.ts';

/** One Cloud Run function, as Terraform configures it. */
export interface CloudRunFunction {
  /** Service name, as in `K_SERVICE`. */
  name: string;
  /** `name-00001-abc` */
  revision: string;
  /** Unpacked source archive, built. */
  directory: string;
  /** The exported or registered name: `entry_point`. */
  entryPoint: string;
  signature: 'http' | 'cloudevent' | 'event';
  environment: Record<string, string>;
  memoryMb: number;
  timeoutMs: number;
  concurrencyPerInstance: number;
  maximumInstances: number;
  minimumInstances: number;
  /** Whether an instance has CPU only while it answers requests (`cpu_idle`); it stands still in between. */
  cpuOnlyDuringRequests: boolean;
}

export interface CloudRunSurroundings extends PoolSurroundings {
  network: NetworkRules;
  trustCertificateFile: string;
  /** A folder from which `@google-cloud/functions-framework` is found when the function brings none. */
  frameworkDirectory: string;
  onLogEntry?(entry: LogEntry): void;
  onRequest?(report: RequestReport): void;
}

/** What is billed and shown for one request. */
export interface RequestReport {
  status: number;
  latencyMs: number;
  coldStart: boolean;
  initDurationMs?: number;
  instanceId?: string;
  maxMemoryUsedMb: number;
  /** Time of the instance that is billed because of this request; 0 when others are billed for the same time. */
  billableMs: number;
}

export interface HostOptions {
  directory: string;
  frameworkDirectory: string;
  /** Folder that keeps compiled code between starts. */
  cacheDirectory: string;
}

const Ready = z.object({ port: z.number() });

/** The platform's port; every instance believes that it listens there. */
const PORT = 8080;
/** https://cloud.google.com/run/docs/configuring/healthchecks: the default startup probe gives up after 240 s. */
const START_TIMEOUT_MS = 240_000;
/** https://cloud.google.com/run/docs/about-instance-autoscaling: idle instances stay up to 15 minutes. */
const KEEP_ALIVE_MS = 15 * 60_000;
const SHUTDOWN_GRACE_MS = 1_000;
/** After a timeout: an instance that cannot even answer a ping runs in an endless loop and would never end. */
const STUCK_AFTER_MS = 1_000;
/** Requests wait up to 3.5 times the average start-up, or 10 s. https://cloud.google.com/run/docs/about-instance-autoscaling */
const QUEUE_WAIT_MS = 10_000;
const BYTES_PER_MB = 1024 * 1024;
/** An answer of known length up to this is passed on whole, a longer one or one of unknown length as it comes. */
const WHOLE_ANSWER_BYTES = 256 * 1024;

/** Runs one Cloud Run function: what Cloud Run's front end and autoscaler do around its containers. */
export class CloudRunRuntime {
  readonly service: CloudRunFunction;
  readonly #surroundings: CloudRunSurroundings;
  readonly #pool: FunctionPool;
  readonly #agents = new WeakMap<Instance, Agent>();
  readonly #billable = new BillableTime();

  constructor(service: CloudRunFunction, surroundings: CloudRunSurroundings) {
    this.service = service;
    this.#surroundings = surroundings;
    const hostOptions: HostOptions = {
      directory: service.directory,
      frameworkDirectory: surroundings.frameworkDirectory,
      cacheDirectory: surroundings.cacheDirectory,
    };
    this.#pool = new FunctionPool(
      {
        name: service.name,
        hostScript: instanceScript(
          fileURLToPath(new URL('host.ts', import.meta.url)),
          surroundings.cacheDirectory,
        ),
        hostOptions,
        environment: containerEnvironment(service, PORT),
        workingDirectory: service.directory,
        nodeArguments: heapArguments(service.memoryMb, service.environment.NODE_OPTIONS),
        memoryMb: service.memoryMb,
        trustCertificateFile: surroundings.trustCertificateFile,
        compileCacheDirectory: surroundings.cacheDirectory,
        freezeWhenIdle: service.cpuOnlyDuringRequests,
        network: { ...surroundings.network, listenPort: PORT },
        timeoutMs: service.timeoutMs,
        initTimeoutsMs: [START_TIMEOUT_MS],
        concurrencyPerInstance: service.concurrencyPerInstance,
        maximumInstances: service.maximumInstances,
        minimumInstances: service.minimumInstances,
        keepAliveMs: KEEP_ALIVE_MS,
        whenBusy: {
          kind: 'queue',
          maximumWaiting: service.maximumInstances * service.concurrencyPerInstance * 10,
          maximumWaitMs: QUEUE_WAIT_MS,
        },
      },
      { ...surroundings, onLog: (line) => this.#logLine(line) },
    );
  }

  get instanceCount(): number {
    return this.#pool.instanceCount;
  }

  async prewarm(count = this.service.minimumInstances): Promise<void> {
    await this.#pool.prewarm(count);
  }

  /** Sends SIGTERM, as Cloud Run does, then ends the instances. */
  async close(): Promise<void> {
    await this.#pool.close(SHUTDOWN_GRACE_MS);
  }

  /**
   * Answers a request to the service's URL. The caller has checked who may invoke it.
   *
   * @param onEnd called when the last byte of the answer has left the instance
   */
  async invoke(request: WireRequest, onEnd?: (report: RequestReport) => void): Promise<WireResponse> {
    const { wallClock } = this.#surroundings;
    const startedMs = wallClock.now();
    const lease = await this.#pool.lease();
    const tell = (report: RequestReport) => {
      this.#surroundings.onRequest?.(report);
      onEnd?.(report);
    };
    if ('kind' in lease) return this.#refused(lease, startedMs, tell);
    const { instance } = lease;
    this.#billable.begin(instance.id, lease.coldStart ? startedMs : wallClock.now());
    await instance.enter();
    const end = (status: number) => {
      const endedMs = wallClock.now();
      const billableMs = this.#billable.end(instance.id, endedMs);
      instance.leave();
      lease.release();
      tell({
        status,
        latencyMs: endedMs - startedMs,
        billableMs,
        coldStart: lease.coldStart,
        instanceId: instance.id,
        maxMemoryUsedMb: Math.ceil(instance.peakRssBytes / BYTES_PER_MB),
        ...(lease.initDurationMs !== undefined && { initDurationMs: lease.initDurationMs }),
      });
    };
    return this.#forward(request, lease, end);
  }

  #forward(request: WireRequest, lease: Lease, end: (status: number) => void): Promise<WireResponse> {
    const { wallClock } = this.#surroundings;
    const { instance } = lease;
    return new Promise((resolve) => {
      let over = false;
      const finish = (status: number) => {
        if (over) return;
        over = true;
        timer.cancel();
        end(status);
      };
      const outgoing = httpRequest({
        agent: this.#agentFor(instance),
        host: '127.0.0.1',
        port: Ready.parse(lease.detail).port,
        method: request.method,
        path: request.path + (request.query === '' ? '' : `?${request.query}`),
        headers: this.#headersFor(request),
      });
      const runsOut = () => {
        this.#platformLog(
          'ERROR',
          'The request has been terminated because it has reached the maximum request timeout. To change this limit, ' +
            'see https://cloud.google.com/run/docs/configuring/request-timeout',
        );
        outgoing.destroy(new Error('timeout'));
        finish(504);
        resolve(textAnswer(504, 'upstream request timeout'));
        void this.#endIfStuck(instance);
      };
      const timer = wallClock.after(this.service.timeoutMs, runsOut);
      const breaksOff = () => {
        if (over) return;
        this.#platformLog(
          'ERROR',
          'The request failed because either the HTTP response was malformed or connection to the instance had an error.',
        );
        instance.retire();
        finish(503);
        resolve(
          textAnswer(
            503,
            'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
          ),
        );
      };
      outgoing.on('error', breaksOff);
      outgoing.on('response', (response) => {
        if (isLostAfterwards()) return;
        const status = response.statusCode ?? 200;
        void passOn(response, () => finish(status)).then(resolve);
      });
      const { faults = noFaults } = this.#surroundings;
      /** Its work is done, but nobody learns of it: the instance ends first, or the time is over. */
      const isLostAfterwards = (): boolean => {
        if (faults.strikes('timeout', this.service.name)) runsOut();
        else if (faults.strikes('crash-after', this.service.name)) breaksOff();
        else return false;
        instance.kill();
        return true;
      };
      if (faults.strikes('crash-before', this.service.name)) instance.kill();
      outgoing.end(request.body);
    });
  }

  #agentFor(instance: Instance): Agent {
    const known = this.#agents.get(instance);
    if (known) return known;
    const agent = new Agent({ keepAlive: true });
    this.#agents.set(instance, agent);
    return agent;
  }

  /** The headers that Cloud Run's front end adds. https://cloud.google.com/run/docs/container-contract */
  #headersFor(request: WireRequest): Record<string, string | string[]> {
    const { random } = this.#surroundings;
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined && !name.startsWith(':') && !HOP_BY_HOP.has(name)) headers[name] = value;
    }
    const [, traceId = random.text(32), spanId = random.text(16), flags = '01'] =
      /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(String(headers.traceparent ?? '')) ?? [];
    return {
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      ...headers,
      host: String(request.headers.host ?? request.host),
      traceparent: `00-${traceId}-${spanId}-${flags}`,
      'x-cloud-trace-context': `${traceId}/${BigInt(`0x${spanId}`)};o=${Number(flags) & 1}`,
      'content-length': String(request.body.byteLength),
    };
  }

  async #endIfStuck(instance: Instance): Promise<void> {
    // Thawed for the question, in case this was its only request.
    await instance.enter();
    const responsive = await instance.isResponsive(STUCK_AFTER_MS);
    instance.leave();
    if (!responsive) instance.kill();
  }

  #refused(refusal: Refusal, startedMs: number, tell: (report: RequestReport) => void): WireResponse {
    const latencyMs = this.#surroundings.wallClock.now() - startedMs;
    const report = { latencyMs, maxMemoryUsedMb: 0, billableMs: 0 };
    if (refusal.kind === 'throttled') {
      this.#platformLog('WARNING', 'The request was aborted because there was no available instance.');
      tell({ ...report, status: 429, coldStart: false });
      return textAnswer(429, 'Rate exceeded.');
    }
    const last = refusal.failedStarts.at(-1);
    if (last?.kind === 'initFailed')
      this.#platformLog('ERROR', `${last.error.message}\n${last.error.stack.join('\n')}`);
    const exit = last?.kind === 'crashed' ? ` Container called exit(${last.exitCode ?? last.signal}).` : '';
    this.#platformLog('ERROR', `The instance could not start successfully.${exit}`);
    tell({ ...report, status: 503, coldStart: true });
    return textAnswer(503, 'Service Unavailable');
  }

  #logLine({ atMs, text, source, instanceId }: LogLine & { instanceId: string }): void {
    const { labels, ...entry } = parseLogLine(text, source);
    this.#surroundings.onLogEntry?.({ atMs, ...entry, labels: { ...labels, instanceId } });
  }

  #platformLog(severity: string, text: string): void {
    const atMs = this.#surroundings.clock.now();
    this.#surroundings.onLogEntry?.({
      atMs,
      log: 'varlog/system',
      severity,
      payload: { kind: 'text', text },
    });
  }
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'te',
]);

const textAnswer = (status: number, body: string): WireResponse => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body,
});

/** `done` is called once, when the last byte is read or will never be. */
async function passOn(response: IncomingMessage, done: () => void): Promise<WireResponse> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = value;
  }
  const status = response.statusCode ?? 200;
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (!(length <= WHOLE_ANSWER_BYTES)) {
    response.on('close', done);
    return { status, headers, body: response };
  }
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  // One that ended in the middle reaches the client too short, as it does behind Cloud Run.
  await new Promise<void>((resolve) => response.on('close', resolve));
  done();
  return { status, headers, body: Buffer.concat(chunks) };
}
