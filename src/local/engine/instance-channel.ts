/** The instance's end of the two pipes to the runner. Bundled into each platform's host script. */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import {
  encodeFrame,
  FrameReader,
  type FromInstance,
  type InstanceError,
  type Rest,
  type ToInstance,
} from './instance-frames.ts';
import { HOOKS, type InstanceHooks } from './instance-hooks.ts';
import type { InstanceTime } from './instance-time.ts';
import { workOfProcess } from './process-work.ts';

const FROM_RUNNER_FD = 3;
const TO_RUNNER_FD = 4;

/** `Options` and `Context` are what this platform's runtime sends; both ends are this package. */
export interface Channel<Options, Context> {
  hostOptions: Options;
  /** Local port of the server on the platform's port, once it listens. */
  listening: Promise<number>;
  /** Synchronous, so that nothing is lost when the process ends right after, and order is kept. */
  send(header: FromInstance, payload?: Uint8Array): void;
  /** Hands over every frame of the runner. Call once. */
  listen(receive: (header: ToInstance<Context>, payload: Buffer) => void): void;
  /** Whether waiting for the runner keeps the process alive. */
  keepAlive(on: boolean): void;
  /** Tells the runner that the handler is loaded. */
  ready(detail: unknown): void;
  /**
   * Writes Node's compile cache for the next cold start; only the first call does something. Instances are
   * killed, not ended, so Node would never write it by itself. Best after the first invocation, when the code that
   * every invocation needs is compiled.
   */
  keepCompiledCode(): void;
}

/** Takes over from the preload and leaves nothing behind that a handler could see. */
export function openChannel<Options = undefined, Context = Record<string, unknown>>(): Channel<
  Options,
  Context
> {
  const hooks: InstanceHooks<Options> = Reflect.get(globalThis, HOOKS);
  Reflect.deleteProperty(globalThis, HOOKS);
  const input = new Socket({ fd: FROM_RUNNER_FD, readable: true, writable: false });
  const endSelf = () => process.kill(process.pid, 'SIGKILL');
  input.on('close', endSelf).on('error', endSelf);

  let compiledCodeKept = false;

  const send = (header: FromInstance, payload?: Uint8Array) => {
    const frame = encodeFrame(header, payload);
    for (let offset = 0; offset < frame.length; ) {
      try {
        offset += writeSync(TO_RUNNER_FD, frame, offset);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) endSelf();
      }
    }
  };
  hooks.report.outsideCall = (host, port, protocol) => send({ kind: 'outsideCall', host, port, protocol });
  const listening = new Promise<number>((resolve) => {
    hooks.report.listening = resolve;
  });

  return {
    hostOptions: hooks.hostOptions,
    listening,
    send,
    listen(receive) {
      const reader = new FrameReader<ToInstance<Context>>(({ header, payload }) => {
        if (header.kind === 'ping') send({ kind: 'pong' });
        else if (header.kind === 'time') hooks.time?.set(header.nowMs);
        else if (header.kind === 'skip') hooks.time?.skip(header.durationMs);
        else if (header.kind === 'rest?') send({ kind: 'rest', rest: restOf(hooks.time) });
        else {
          if (header.kind === 'invoke' && header.nowMs !== undefined) hooks.time?.set(header.nowMs);
          receive(header, payload);
        }
      });
      input.on('data', (chunk) => reader.push(chunk));
    },
    keepAlive: (on) => (on ? input.ref() : input.unref()),
    ready(detail) {
      send({ kind: 'ready', detail, initDurationMs: performance.now(), rssBytes: process.memoryUsage.rss() });
    },
    keepCompiledCode() {
      if (!compiledCodeKept) flushCompileCache();
      compiledCodeKept = true;
    },
  };
}

function restOf(time: InstanceTime | undefined): Rest {
  const nextTimerMs = time?.nextTimerMs();
  return {
    ...workOfProcess(),
    ...(nextTimerMs !== undefined && { nextTimerMs }),
  };
}

/** What was thrown, as Lambda's and Azure's runtimes describe it: name, message and the lines of the stack. */
export function describeError(thrown: unknown): InstanceError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: String(thrown), stack: [] };
  return { type: thrown.name, message: thrown.message, stack: thrown.stack?.split('\n') ?? [] };
}
