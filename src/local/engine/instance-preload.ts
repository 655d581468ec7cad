/**
 * What runs in an instance before anything else (`node --require`): the network that leads to the local cloud,
 * virtual time, and no trace of either for the handler.
 *
 * Bundled into one CommonJS file by `instance-script.ts`. Runs again in every worker thread of the instance.
 */
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { HOOKS, type InstanceHooks, START_VARIABLE, type StartOptions } from './instance-hooks.ts';
import { installNetwork, type NetworkRules } from './instance-network.ts';
import { installVirtualTime } from './instance-time.ts';

export function prepareInstance(rules: NetworkRules): void {
  const start = takeStartOptions();
  const hooks: InstanceHooks = {
    hostOptions: start.hostOptions,
    ...(start.nowMs !== undefined && { time: installVirtualTime(start.nowMs) }),
    report: { outsideCall: () => undefined, listening: () => undefined },
  };
  installNetwork(rules, {
    outsideCall: (...call) => hooks.report.outsideCall(...call),
    listening: (port) => hooks.report.listening(port),
  });
  writeThrough('stdout');
  writeThrough('stderr');
  syncBuiltinESMExports();
  if (isMainThread) Object.defineProperty(globalThis, HOOKS, { value: hooks, configurable: true });
}

/**
 * Makes writing to a standard stream wait until the runner has room for it, so that what a handler has written is
 * out before its answer is, and before the process may end. Done on first use: opening a stream costs time.
 */
function writeThrough(name: 'stdout' | 'stderr'): void {
  const property = Object.getOwnPropertyDescriptor(process, name);
  const open = property?.get;
  if (!property || !open) return;
  const get = () => {
    const stream: NodeJS.WriteStream & { _handle?: { setBlocking?(on: boolean): void } } = open.call(process);
    stream._handle?.setBlocking?.(true);
    Object.defineProperty(process, name, property);
    return stream;
  };
  Object.defineProperty(process, name, { ...property, get });
}

/** Reads and removes what only this machinery needs, so that the handler's environment is the platform's. */
function takeStartOptions(): StartOptions {
  const text = process.env[START_VARIABLE];
  for (const name of [START_VARIABLE, 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE']) delete process.env[name];
  process.execArgv = [];
  const options: StartOptions = text === undefined ? { hostOptions: undefined } : JSON.parse(text);
  for (const [name, value] of Object.entries(options.restore ?? {})) process.env[name] = value;
  return options;
}
