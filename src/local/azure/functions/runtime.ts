import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FailedStart, Invocation } from '../../engine/function-pool.ts';
import type { LogLine } from '../../engine/instance.ts';
import { instanceScript } from '../../engine/instance-script.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type {
  AzureFunctionsSurroundings,
  FunctionApp,
  HttpCallOptions,
  LogRecord,
  TriggerAnswer,
  TriggerCall,
} from './function-app.ts';
import { type HostSettings, isLogged, LOG_LEVELS, type LogLevel, readHostJson } from './host-json.ts';
import { type ForwardedRequest, forwardStream, httpAnswer, httpInput } from './http-answer.ts';
import {
  clientUrl,
  findRoute,
  type HttpRoute,
  httpBindingData,
  isAuthorised,
  isTrigger,
  type RegisteredRoute,
  routesOf,
  streamMetadata,
  traceOf,
  triggerOf,
} from './http-routes.ts';
import type { InputCall } from './input-bindings.ts';
import type { HostOptions, InvocationRequest } from './invocation.ts';
import type { OutputCall } from './output-bindings.ts';
import { outputsOf } from './outputs.ts';
import { ScaleGroups, scaleGroupOf } from './scale-groups.ts';
import { type FunctionMetadata, type NamedData, pack, unpack } from './typed-data.ts';

const Ready = z.object({
  functions: z.array(
    z.looseObject({
      name: z.string(),
      bindings: z.record(
        z.string(),
        z.looseObject({ type: z.string(), direction: z.enum(['in', 'out', 'inout']) }),
      ),
      retryOptions: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  capabilities: z.record(z.string(), z.string()),
});

interface LoadedApp {
  functions: Map<string, FunctionMetadata>;
  routes: RegisteredRoute[];
}

const START_TIMEOUT_MS = 60_000;
const TERMINATE_GRACE_MS = 2_000;
const KEEP_ALIVE_MS = 5 * 60_000;
const QUEUE = { kind: 'queue', maximumWaiting: 1_000, maximumWaitMs: 60_000 } as const;

/** Runs one Azure Functions app: what the Functions host does around the language worker. */
export class AzureFunctionsRuntime {
  readonly app: FunctionApp;
  readonly settings: HostSettings;
  readonly #surroundings: AzureFunctionsSurroundings;
  readonly #groups: ScaleGroups;
  /** Function names by invocation, for the log's categories. */
  readonly #running = new Map<string, string>();
  readonly #readyByDetail = new WeakMap<object, z.infer<typeof Ready>>();
  #loaded: Promise<LoadedApp> | undefined;

  /** @throws when host.json is missing or not valid */
  constructor(app: FunctionApp, surroundings: AzureFunctionsSurroundings) {
    this.app = app;
    this.#surroundings = surroundings;
    this.settings = readHostJson(app.directory, app.environment);
    const hostOptions: HostOptions = { directory: app.directory };
    this.#groups = new ScaleGroups(
      {
        name: app.name,
        hostScript: instanceScript(
          fileURLToPath(new URL('host.ts', import.meta.url)),
          surroundings.cacheDirectory,
        ),
        hostOptions,
        environment: app.environment,
        instanceEnvironment: (id) => ({ WEBSITE_INSTANCE_ID: id }),
        workingDirectory: app.directory,
        // The host gives workers no heap limit of their own but the instance's memory.
        nodeArguments: [`--max-old-space-size=${app.memoryMb}`],
        memoryMb: app.memoryMb,
        trustCertificateFile: surroundings.trustCertificateFile,
        compileCacheDirectory: surroundings.cacheDirectory,
        freezeWhenIdle: false,
        network: surroundings.network,
        timeoutMs: this.settings.functionTimeoutMs ?? app.planTimeoutMs,
        initTimeoutsMs: [START_TIMEOUT_MS],
        concurrencyPerInstance: app.concurrencyPerInstance,
        maximumInstances: app.maximumInstances,
        minimumInstances: 0,
        keepAliveMs: KEEP_ALIVE_MS,
        whenBusy: QUEUE,
      },
      app.alwaysReady,
      { ...surroundings, onLog: (line) => this.#record(line) },
    );
  }

  /**
   * The functions that the app registers, by name; starts an instance to learn them.
   *
   * @throws when the app fails to load, or registers none
   */
  async functions(): Promise<ReadonlyMap<string, FunctionMetadata>> {
    return (await this.#load()).functions;
  }

  async routes(): Promise<HttpRoute[]> {
    return (await this.#load()).routes.map(({ route }) => route);
  }

  /** Starts the instances that are to stand ready. */
  async prewarm(): Promise<void> {
    await this.#groups.prewarm();
  }

  /** Lets `appTerminate` hooks run, then ends the instances. */
  async close(): Promise<void> {
    await this.#groups.close(TERMINATE_GRACE_MS);
  }

  /** Answers a request to the app's host name. @throws when the app does not start */
  async invokeHttp(request: WireRequest, options: HttpCallOptions = {}): Promise<WireResponse> {
    const { routes } = await this.#load();
    const found = findRoute(routes, request);
    if (!found) return EMPTY_404;
    const { route, params } = found;
    if (!isAuthorised(route, request, this.app.keys)) return EMPTY_401;
    options.onRoute?.(route);
    const url = clientUrl(request);
    const id = this.#surroundings.random.uuid();
    const streamed = Promise.withResolvers<WireResponse>();
    let forwarded: ForwardedRequest | undefined;
    const traceContext = options.traceContext ?? traceOf(request);
    const bindingData = () => httpBindingData(request, params);
    const finished = this.#run(route.functionName, id, bindingData, (httpUri) => {
      if (httpUri !== undefined) {
        forwarded = forwardStream(httpUri, id, url, request);
        forwarded.answer.then(streamed.resolve, streamed.reject);
      }
      return {
        data: httpInput(request, url.href, params),
        triggerMetadata: httpUri === undefined ? {} : streamMetadata(request, params),
        ...(traceContext && { traceContext }),
      };
    });
    const answered = finished.then((result) => {
      if (result.kind === 'succeeded') return forwarded ? streamed.promise : httpAnswer(result.returnValue);
      forwarded?.abandon(new Error(`Function ${route.functionName} failed.`));
      return result.kind === 'throttled' ? EMPTY_429 : EMPTY_500;
    });
    // A streamed answer begins before the function has finished; one that fails before its first byte is `answered`.
    streamed.promise.catch(() => undefined);
    return Promise.any([streamed.promise, answered]);
  }

  /** Runs a function for an event of its trigger. */
  async invokeTrigger(functionName: string, call: TriggerCall): Promise<TriggerAnswer> {
    const id = call.invocationId ?? this.#surroundings.random.uuid();
    const { triggerMetadata = {} } = call;
    return this.#run(
      functionName,
      id,
      () => triggerMetadata,
      () => call,
      call.callsPerInstance,
    );
  }

  async #run(
    functionName: string,
    id: string,
    bindingData: InputCall['bindingData'],
    callFor: (httpUri: string | undefined) => TriggerCall,
    callsPerInstance?: number,
  ): Promise<TriggerAnswer> {
    const { functions } = await this.#load();
    const metadata = functions.get(functionName);
    const trigger = metadata && triggerOf(metadata);
    if (!metadata || !trigger) {
      throw new Error(
        `App ${this.app.name} has no function "${functionName}"; it has ${[...functions.keys()].join(', ')}.`,
      );
    }
    const group = scaleGroupOf(metadata);
    const inputs = await this.#readInputs(metadata, bindingData).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    let request: { json: unknown; payload: Buffer } = { json: {}, payload: Buffer.alloc(0) };
    let traceParent: string | undefined;
    let startedAtMs = this.#surroundings.clock.now();
    // Packed when the instance is known: a streaming app is told its request's data only then.
    const prepare = (httpUri: string | undefined, instanceId: string) => {
      const { data, triggerMetadata = {}, traceContext, retryContext, reason = CALLED } = callFor(httpUri);
      traceParent = traceContext?.traceParent;
      startedAtMs = this.#surroundings.clock.now();
      const invocation: InvocationRequest = {
        functionName,
        inputData: [{ name: trigger, data }, ...(inputs instanceof Error ? [] : inputs)],
        triggerMetadata,
        ...(traceContext && { traceContext }),
        ...(retryContext && { retryContext }),
      };
      request = pack(invocation);
      const text = `Executing 'Functions.${functionName}' (Reason='${reason}', Id=${id})`;
      this.#surroundings.onInvocationStart?.({ instanceId, group });
      this.#hostLog(functionName, { id, instanceId }, 'Information', text);
    };
    const pool = this.#groups.pool(group);
    if (callsPerInstance !== undefined) pool.callsPerInstance = callsPerInstance;
    this.#running.set(id, functionName);
    const invocation =
      inputs instanceof Error
        ? notBound(id, inputs)
        : await pool.invoke(() => request.payload, {
            id,
            onStart: ({ detail, instanceId }) =>
              prepare(this.#ready(detail).capabilities.HttpUri, instanceId),
            context: () => CallContext.parse(request.json),
          });
    this.#running.delete(id);
    const answer = await this.#answerOf(metadata, invocation, {
      functionName,
      invocationId: id,
      bindingData,
      ...(traceParent !== undefined && { traceParent }),
    });
    const word = answer.kind === 'succeeded' ? 'Succeeded' : 'Failed';
    const level = answer.kind === 'succeeded' ? 'Information' : 'Error';
    const text = `Executed 'Functions.${functionName}' (${word}, Id=${id}, Duration=${Math.round(invocation.durationMs)}ms)`;
    this.#hostLog(
      functionName,
      invocation,
      level,
      answer.kind === 'failed' ? [text, answer.message, ...answer.stack].join('\n') : text,
    );
    this.#surroundings.onInvocation?.({
      id,
      functionName,
      ...(invocation.instanceId !== undefined && { instanceId: invocation.instanceId }),
      ...(traceParent !== undefined && { traceParent }),
      succeeded: answer.kind === 'succeeded',
      startedAtMs,
      durationMs: invocation.durationMs,
      coldStart: invocation.coldStart,
      ...(invocation.initDurationMs !== undefined && { initDurationMs: invocation.initDurationMs }),
    });
    return answer;
  }

  /** What an instance told when it was ready; parsed once for each. */
  #ready(detail: unknown): z.infer<typeof Ready> {
    if (typeof detail !== 'object' || detail === null) return Ready.parse(detail);
    const known = this.#readyByDetail.get(detail);
    if (known) return known;
    const ready = Ready.parse(detail);
    this.#readyByDetail.set(detail, ready);
    return ready;
  }

  async #readInputs(metadata: FunctionMetadata, bindingData: InputCall['bindingData']): Promise<NamedData[]> {
    const bindings = Object.fromEntries(
      Object.entries(metadata.bindings).filter(
        ([, { type, direction }]) => direction === 'in' && !isTrigger(type),
      ),
    );
    if (Object.keys(bindings).length === 0) return [];
    const { readInputs } = this.#surroundings;
    if (!readInputs) throw new Error(`Function ${metadata.name} has input bindings, and nothing reads them.`);
    return readInputs({ functionName: metadata.name, bindings, bindingData });
  }

  async #answerOf(
    metadata: FunctionMetadata,
    invocation: Invocation,
    call: OutputCall,
  ): Promise<TriggerAnswer> {
    const { id, outcome, instanceId, durationMs, initDurationMs, coldStart, maxMemoryUsedMb } = invocation;
    const measures = {
      id,
      durationMs,
      coldStart,
      maxMemoryUsedMb,
      ...(instanceId !== undefined && { instanceId }),
      ...(initDurationMs !== undefined && { initDurationMs }),
    };
    const failed = (errorType: string, message: string, stack: string[] = []): TriggerAnswer => ({
      ...measures,
      kind: 'failed',
      errorType,
      message,
      stack,
    });
    switch (outcome.kind) {
      case 'succeeded': {
        const { returnValue, outputs } = outputsOf(metadata, unpack(outcome.detail, outcome.payload));
        if (outputs.length > 0) {
          const { writeOutputs } = this.#surroundings;
          if (!writeOutputs)
            return failed('Error', `Function ${metadata.name} has output bindings, and nothing writes them.`);
          try {
            await writeOutputs(outputs, call);
          } catch (error) {
            return failed('Error', error instanceof Error ? error.message : String(error));
          }
        }
        return { ...measures, kind: 'succeeded', returnValue, outputs };
      }
      case 'failed':
      case 'initFailed':
        return failed(outcome.error.type, outcome.error.message, outcome.error.stack);
      case 'timedOut':
        return failed(
          'Microsoft.Azure.WebJobs.Host.FunctionTimeoutException',
          `Timeout value of ${timeSpan(outcome.afterMs)} was exceeded by function: Functions.${metadata.name}`,
        );
      case 'crashed': {
        const code = outcome.exitCode ?? 128 + 9;
        return failed(
          'Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException',
          `node exited with code ${code} (0x${code.toString(16).toUpperCase()})${outcome.cause === 'out-of-memory' ? ': out of memory' : ''}`,
        );
      }
      case 'throttled':
        return { ...measures, kind: 'throttled', reason: outcome.reason };
    }
  }

  /** Learns what the app registers from its first instance; a failed attempt is repeated by the next call. */
  #load(): Promise<LoadedApp> {
    this.#loaded ??= this.#loadApp().catch((error: unknown) => {
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  async #loadApp(): Promise<LoadedApp> {
    const { name } = this.app;
    const lease = await this.#groups.first.lease();
    if ('kind' in lease) {
      const reason = lease.kind === 'throttled' ? lease.reason : startFailure(lease.failedStarts.at(-1));
      throw new Error(`Function app ${name} does not start: ${reason}`);
    }
    lease.release();
    const ready = this.#ready(lease.detail);
    if (ready.functions.length === 0) {
      throw new Error(
        `Function app ${name} registers no function. In an ES module bundle without a createRequire banner ` +
          '"@azure/functions" cannot find its host and registers nothing, here and in Azure; bundle to CommonJS.',
      );
    }
    const functions = new Map(ready.functions.map((metadata) => [metadata.name, withoutUndefined(metadata)]));
    this.#groups.register([...functions.values()]);
    const routes = [...functions.values()].flatMap((metadata) =>
      routesOf(metadata, this.settings.routePrefix),
    );
    return { functions, routes: routes.sort((a, b) => a.template.precedence - b.template.precedence) };
  }

  #hostLog(
    functionName: string,
    invocation: { id: string; instanceId?: string },
    level: LogLevel,
    message: string,
  ): void {
    const { id: invocationId, instanceId } = invocation;
    this.#emit({
      level,
      category: `Function.${functionName}`,
      message,
      functionName,
      invocationId,
      ...(instanceId !== undefined && { instanceId }),
    });
  }

  /** A line of an instance: the app's own records come with level and category, the rest is its console. */
  #record(line: LogLine & { instanceId: string }): void {
    const level =
      LOG_LEVELS.find((known) => known.toLowerCase() === line.level) ??
      (line.source === 'stderr' ? 'Error' : 'Information');
    const functionName = line.invocationId === undefined ? undefined : this.#running.get(line.invocationId);
    const category =
      line.source !== 'host'
        ? 'Host.Function.Console'
        : line.category === 'user' && functionName !== undefined
          ? `Function.${functionName}.User`
          : 'Worker.rpcWorkerProcess';
    this.#emit({
      level,
      category,
      message: line.text,
      instanceId: line.instanceId,
      ...(functionName !== undefined && { functionName }),
      ...(line.invocationId !== undefined && { invocationId: line.invocationId }),
    });
  }

  #emit(record: Omit<LogRecord, 'atMs'>): void {
    if (!isLogged(this.settings.logLevels, record.category, record.level)) return;
    this.#surroundings.onLogRecord?.({ atMs: this.#surroundings.clock.now(), ...record });
  }
}

const CallContext = z.record(z.string(), z.unknown());
const CALLED = 'This function was programmatically called via the host APIs.';

const empty = (status: number): WireResponse => ({ status, headers: {}, body: '' });
const EMPTY_401 = empty(401);
const EMPTY_404 = empty(404);
const EMPTY_429 = empty(429);
const EMPTY_500 = empty(500);

function startFailure(start: FailedStart | undefined): string {
  if (start?.kind === 'initFailed') return [start.error.message, ...start.error.stack.slice(1, 4)].join('\n');
  if (start?.kind === 'timedOut') return `its code is not loaded after ${start.afterMs / 1000} seconds`;
  return `its process ended while loading (${start?.signal ?? `exit code ${start?.exitCode}`})`;
}

function timeSpan(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

type Parsed = z.infer<typeof Ready>['functions'][number];

const withoutUndefined = ({ name, bindings, retryOptions }: Parsed): FunctionMetadata => ({
  name,
  bindings,
  ...(retryOptions && { retryOptions }),
});

/** An invocation that failed before its function ran: the host could not read what it binds to. */
const notBound = (id: string, { message }: Error): Invocation => ({
  id,
  outcome: { kind: 'failed', error: { type: 'Error', message, stack: [] } },
  durationMs: 0,
  coldStart: false,
  failedStarts: [],
  maxMemoryUsedMb: 0,
  logs: [],
});
