/**
 * Runs one Cloud Run function inside an instance: the vendor's own Functions Framework, started as the buildpack's
 * container starts it. Bundled by `instanceScript`.
 */
import { subscribe } from 'node:diagnostics_channel';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheCode } from '../../engine/code-cache.ts';
import { describeError, openChannel } from '../../engine/instance-channel.ts';
import { hideGcloud } from './absent-gcloud.ts';
import type { HostOptions } from './runtime.ts';
import { traceCalls } from './trace-calls.ts';

const FRAMEWORK = '@google-cloud/functions-framework';

const channel = openChannel<HostOptions>();

/** Where the framework is: the function's own dependencies first, as in its container. */
function frameworkMain(directory: string, fallbackDirectory: string): { file: string; isOwn: boolean } {
  try {
    return { file: createRequire(join(directory, 'index.js')).resolve(FRAMEWORK), isOwn: true };
  } catch {
    return { file: createRequire(join(fallbackDirectory, 'index.js')).resolve(FRAMEWORK), isOwn: false };
  }
}

function start({ directory, frameworkDirectory, cacheDirectory }: HostOptions): void {
  const codeCache = cacheCode(directory, cacheDirectory);
  void channel.listening.then((port) => channel.ready({ port }));
  // What the first request needs is compiled by then, and what only the start needed has not been discarded yet.
  subscribe('http.server.response.finish', () =>
    setImmediate(() => {
      codeCache.keep();
      channel.keepCompiledCode();
    }),
  );
  channel.listen((header) => {
    if (header.kind === 'terminate') process.kill(process.pid, 'SIGTERM');
  });
  try {
    const { file, isOwn } = frameworkMain(directory, frameworkDirectory);
    // A bundle keeps the framework external, so that both share its registry of functions.
    if (!isOwn) {
      const url = pathToFileURL(file).href;
      registerHooks({
        resolve: (specifier, context, next) =>
          specifier === FRAMEWORK ? { url, shortCircuit: true } : next(specifier, context),
      });
    }
    const main = join(dirname(file), 'main.js');
    process.argv = [process.execPath, main];
    createRequire(file)(main);
  } catch (error) {
    channel.send({ kind: 'initFailed', error: describeError(error) });
  }
}

hideGcloud();
traceCalls();
start(channel.hostOptions);
