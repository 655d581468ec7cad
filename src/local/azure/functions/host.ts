/**
 * Runs one Azure Functions app (Node.js programming model v4) inside an instance, in the place of Azure's language
 * worker. Bundled by `instanceScript`.
 *
 * `@azure/functions` asks for the module `@azure/functions-core`, which only the worker has; this supplies it. The
 * order of steps follows https://github.com/Azure/azure-functions-nodejs-worker
 */
import { globSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeError, openChannel } from '../../engine/instance-channel.ts';
import type { HostOptions, InvocationRequest } from './invocation.ts';
import { markOutgoingRequests, withTrace } from './outgoing-trace.ts';
import { type FunctionMetadata, pack, unpack } from './typed-data.ts';

type AnyFunction = (...args: unknown[]) => unknown;
type Level = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

/** What `@azure/functions` hands over when its first function is registered. */
interface ProgrammingModel {
  name: string;
  version: string;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
  getInvocationModel(invocation: CoreInvocation): InvocationModel;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: AnyFunction): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: unknown; outputData?: unknown[] }>;
}

interface CoreInvocation {
  invocationId: string;
  request: object;
  metadata: FunctionMetadata;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: Level, category: string, message: string): void;
}

type HookName = 'preInvocation' | 'postInvocation' | 'appStart' | 'appTerminate' | 'log';

const channel = openChannel<HostOptions>();
const functions = new Map<string, { metadata: FunctionMetadata; handler: AnyFunction }>();
const hooks: Record<HookName, AnyFunction[]> = {
  preInvocation: [],
  postInvocation: [],
  appStart: [],
  appTerminate: [],
  log: [],
};
/** Shared by all hooks of the app's life. */
const appHookData = {};
const appLevelHookData = {};
let model: ProgrammingModel | undefined;
let started = false;

function log(
  level: Level,
  category: string,
  message: string,
  id?: string,
  invocationContext?: unknown,
): void {
  const record = { level, category, message, invocationContext, hookData: {}, appHookData };
  for (const hook of hooks.log) hook(record);
  channel.send(
    { kind: 'log', level: record.level, category, ...(id && { id }) },
    Buffer.from(record.message),
  );
}

const functionsCore = {
  version: '3.12.0',
  hostVersion: '4.1045.0',
  registerFunction(metadata: FunctionMetadata, handler: AnyFunction) {
    if (started) throw new Error('A function can only be registered during app startup.');
    functions.set(metadata.name, { metadata, handler });
    return { dispose: () => functions.delete(metadata.name) };
  },
  registerHook(name: HookName, hook: AnyFunction) {
    hooks[name].push(hook);
    return { dispose: () => hooks[name].splice(hooks[name].indexOf(hook), 1) };
  },
  setProgrammingModel(programmingModel: ProgrammingModel) {
    model = programmingModel;
  },
  getProgrammingModel: () => model,
  log: (level: Level, category: string, message: string) => log(level, category, message),
};

function supplyFunctionsCore(): void {
  const load: AnyFunction = Reflect.get(Module, '_load');
  Reflect.set(Module, '_load', function loadModule(this: unknown, id: string, ...rest: unknown[]) {
    return id === '@azure/functions-core' ? functionsCore : Reflect.apply(load, this, [id, ...rest]);
  });
}

async function start({ directory }: HostOptions): Promise<void> {
  process.argv = [process.execPath, '/azure-functions-host/workers/node/dist/src/nodejsWorker.js'];
  supplyFunctionsCore();
  markOutgoingRequests();
  try {
    await loadApp(directory);
    const capabilities = (await model?.getCapabilities({})) ?? {};
    await runHooks('appStart', { hookData: appLevelHookData, appHookData });
    started = true;
    channel.listen((header, payload) => {
      if (header.kind === 'invoke') {
        // Packed by this package's own runtime.
        const request = unpack(header.context, payload) as InvocationRequest;
        void invoke(header.id, request);
      }
      if (header.kind === 'terminate') void terminate();
    });
    channel.ready({
      functions: [...functions.values()].map(({ metadata }) => metadata),
      capabilities,
      model: model && { name: model.name, version: model.version },
    });
  } catch (error) {
    channel.send({ kind: 'initFailed', error: describeError(error) });
  }
}

/** Loads the files that `main` of the app's package.json names; it may be a glob. */
async function loadApp(directory: string): Promise<void> {
  const packageFile = join(directory, 'package.json');
  const { main, type }: { main?: string; type?: string } = JSON.parse(readFileSync(packageFile, 'utf8'));
  if (!main) throw new Error(`${packageFile} has no "main": Azure Functions finds an app's functions by it.`);
  const files = globSync(main, { cwd: directory }).sort();
  if (files.length === 0)
    throw new Error(`Found zero files matching the glob pattern "${main}" of ${packageFile}.`);
  const requireFromApp = createRequire(packageFile);
  for (const name of files) {
    const file = resolve(directory, name);
    const isModule = file.endsWith('.mjs') || (type === 'module' && !file.endsWith('.cjs'));
    if (isModule) await import(pathToFileURL(file).href);
    else requireFromApp(file);
  }
}

async function runHooks(name: HookName, context: object): Promise<void> {
  for (const hook of hooks[name]) await hook(context);
}

async function invoke(id: string, request: InvocationRequest): Promise<void> {
  const startedMs = performance.now();
  const measures = () => ({
    id,
    durationMs: performance.now() - startedMs,
    rssBytes: residentBytes(),
  });
  try {
    const response = await withTrace(request.traceContext?.traceParent, () => runInvocation(id, request));
    const { json, payload } = pack(response);
    channel.send({ kind: 'succeeded', ...measures(), detail: json }, payload);
  } catch (error) {
    channel.send({ kind: 'failed', ...measures(), error: describeError(error) });
  }
  channel.keepCompiledCode();
}

const MEMORY_MEASURE_MS = 250;
const memory = { bytes: 0, measuredAtMs: Number.NEGATIVE_INFINITY };

/** Asking the system takes longer than a short invocation, so its answer holds for a while. */
function residentBytes(): number {
  const nowMs = performance.now();
  if (nowMs - memory.measuredAtMs >= MEMORY_MEASURE_MS) {
    memory.bytes = process.memoryUsage.rss();
    memory.measuredAtMs = nowMs;
  }
  return memory.bytes;
}

async function runInvocation(id: string, request: InvocationRequest): Promise<unknown> {
  const registered = functions.get(request.functionName);
  if (!registered || !model)
    throw new Error(`Function ${request.functionName} is not registered in this app.`);
  const { metadata, handler } = registered;
  let context: unknown;
  const core: CoreInvocation = {
    invocationId: id,
    metadata,
    request: { invocationId: id, functionId: request.functionName, ...request },
    state: undefined,
    log: (level, category, message) => log(level, category, message, id, context),
  };
  const invocationModel = model.getInvocationModel(core);
  const prepared = await invocationModel.getArguments();
  context = prepared.context;

  const shared = { invocationContext: context, hookData: {}, appHookData };
  const before = { ...shared, functionCallback: handler, inputs: prepared.inputs };
  core.state = 'preInvocationHooks';
  await runHooks('preInvocation', before);

  const after = {
    ...shared,
    inputs: before.inputs,
    result: undefined as unknown,
    error: undefined as unknown,
  };
  core.state = 'invocation';
  try {
    after.result = await invocationModel.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  core.state = 'postInvocationHooks';
  await runHooks('postInvocation', after);
  if (after.error !== undefined && after.error !== null) throw after.error;
  const { returnValue, outputData } = await invocationModel.getResponse(context, after.result);
  return { returnValue, outputData };
}

async function terminate(): Promise<void> {
  try {
    await runHooks('appTerminate', { hookData: appLevelHookData, appHookData });
  } finally {
    process.exit(0);
  }
}

void start(channel.hostOptions);
