import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HIGH_WATER_MARK, type ResponseStream, STREAMING } from './response-stream.ts';
import { RuntimeError } from './runtime-error.ts';

export type LoadedHandler =
  | { kind: 'buffered'; run(event: unknown, context: object): Promise<unknown> }
  | {
      kind: 'streaming';
      highWaterMark: number | undefined;
      run(event: unknown, stream: ResponseStream, context: object): unknown;
    };

type AnyFunction = (...args: unknown[]) => unknown;

const CALLBACK_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to ' +
  'modify this function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/** Finds the function that `module/path.export.name` names below `taskRoot`; throws what Lambda reports as init error. */
export async function loadHandler(taskRoot: string, handlerName: string): Promise<LoadedHandler> {
  if (handlerName.includes('..')) {
    throw new RuntimeError(
      'Runtime.MalformedHandlerName',
      `'${handlerName}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const name = basename(handlerName);
  const [, moduleName, exportName] = /^([^.]*)\.(.*)$/.exec(name) ?? [];
  if (moduleName === undefined || exportName === undefined) {
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const moduleRoot = handlerName.slice(0, -name.length);
  const exported = pick(await loadModule(taskRoot, moduleRoot, moduleName), exportName);
  if (!exported)
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (!isFunction(exported))
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  return asHandler(exported);
}

function asHandler(handler: AnyFunction): LoadedHandler {
  const streaming: unknown = Reflect.get(handler, STREAMING);
  if (streaming) {
    if (streaming !== 'response') {
      throw new RuntimeError('Runtime.MalformedStreamingHandler', 'Only response streaming is supported.');
    }
    const mark = Number(Reflect.get(handler, HIGH_WATER_MARK));
    return { kind: 'streaming', highWaterMark: mark > 0 ? mark : undefined, run: handler };
  }
  if (handler.length < 3) return { kind: 'buffered', run: async (event, context) => handler(event, context) };
  const version = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? '')?.[1]);
  if (version < 24)
    return { kind: 'buffered', run: (event, context) => runWithCallback(handler, event, context) };
  throw new RuntimeError('Runtime.CallbackHandlerDeprecated', CALLBACK_REMOVED);
}

/**
 * The style of Node.js 22 and earlier: the answer is what the callback is given, sent when the event loop is empty
 * unless `context.callbackWaitsForEmptyEventLoop` is false.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
function runWithCallback(handler: AnyFunction, event: unknown, context: object): Promise<unknown> {
  const callbackContext = Object.assign(context, { callbackWaitsForEmptyEventLoop: true });
  return new Promise((resolveAnswer, reject) => {
    let answer: () => void = () => resolveAnswer(null);
    const whenIdle = () => answer();
    process.once('beforeExit', whenIdle);
    const settle = (error: unknown, result?: unknown) => {
      const failed = error !== undefined && error !== null;
      answer = () => {
        process.off('beforeExit', whenIdle);
        if (failed) reject(error);
        else resolveAnswer(result);
      };
      if (failed || !callbackContext.callbackWaitsForEmptyEventLoop) answer();
    };
    const returned = handler(event, callbackContext, settle);
    if (returned instanceof Promise) {
      process.off('beforeExit', whenIdle);
      returned.then(resolveAnswer, reject);
    }
  });
}

async function loadModule(taskRoot: string, moduleRoot: string, moduleName: string): Promise<unknown> {
  const requireFromTask = createRequire(join(resolve(taskRoot), 'index.js'));
  const path = resolve(taskRoot, moduleRoot, moduleName);
  const file = ['', '.js', '.mjs', '.cjs']
    .map((extension) => path + extension)
    .find((candidate) => existsSync(candidate));
  try {
    if (file === undefined) {
      return requireFromTask(
        requireFromTask.resolve(moduleName, { paths: [taskRoot, join(taskRoot, moduleRoot)] }),
      );
    }
    return await loadFile(file, requireFromTask);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(new RuntimeError('Runtime.UserCodeSyntaxError', String(error)), {
        stack: error.stack,
      });
    }
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
}

/** `require` also loads ES modules and is quicker; only a module with top-level await needs `import`. */
async function loadFile(file: string, require: NodeJS.Require): Promise<unknown> {
  try {
    return require(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_REQUIRE_ASYNC_MODULE'))
      throw error;
    return import(pathToFileURL(file).href);
  }
}

/** A nested export, or the same of the default export. */
function pick(module: unknown, path: string): unknown {
  const found = path.split('.').reduce(property, module);
  return found ?? path.split('.').reduce(property, property(module, 'default'));
}

const property = (object: unknown, key: string): unknown =>
  typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined;

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function';
