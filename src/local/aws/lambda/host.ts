/**
 * Runs one Lambda function inside an instance, as the managed Node.js runtime does. Bundled by `instanceScript`.
 *
 * What it answers, logs and refuses follows the public runtime interface client:
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
import { describeError, openChannel } from '../../engine/instance-channel.ts';
import { logFailure, replaceConsole } from './console.ts';
import { type InvocationContext, lambdaContext } from './context.ts';
import { type LoadedHandler, loadHandler } from './handler.ts';
import { installAwsLambdaGlobal, ResponseStream } from './response-stream.ts';
import { RuntimeError } from './runtime-error.ts';

const channel = openChannel<undefined, InvocationContext>();
const invocation: { id: string | undefined } = { id: undefined };
const acknowledgements = new Map<string, () => void>();

async function start(): Promise<void> {
  process.argv = [process.execPath, '/var/runtime/index.mjs'];
  installAwsLambdaGlobal();
  replaceConsole({
    requestId: () => invocation.id,
    write: (level, text) =>
      channel.send({ kind: 'log', level, ...(invocation.id && { id: invocation.id }) }, Buffer.from(text)),
  });
  try {
    const handler = await loadHandler(
      process.env.LAMBDA_TASK_ROOT ?? process.cwd(),
      process.env._HANDLER ?? '',
    );
    channel.listen((header, payload) => {
      if (header.kind === 'acknowledge') acknowledgements.get(header.id)?.();
      if (header.kind === 'invoke') {
        void invoke(handler, header.id, header.context, payload);
      }
    });
    channel.ready(undefined);
  } catch (error) {
    logFailure('Init Error', error);
    channel.send({ kind: 'initFailed', error: describeError(error) });
  }
}

async function invoke(
  handler: LoadedHandler,
  id: string,
  context: InvocationContext,
  payload: Buffer,
): Promise<void> {
  const startedMs = performance.now();
  const measures = () => ({
    id,
    durationMs: performance.now() - startedMs,
    rssBytes: process.memoryUsage.rss(),
  });
  invocation.id = id;
  if (context.traceHeader) process.env._X_AMZN_TRACE_ID = context.traceHeader;
  else delete process.env._X_AMZN_TRACE_ID;
  // The runtime ends when nothing is left to wait for, with the invocation unanswered.
  channel.keepAlive(false);
  try {
    const event: unknown = JSON.parse(payload.toString());
    const lambda = lambdaContext(id, context);
    if (handler.kind === 'streaming') {
      const stream = new ResponseStream(handler.highWaterMark, (chunk, contentType) =>
        send(id, chunk, contentType),
      );
      await stream.run(() => handler.run(event, stream, lambda));
      channel.send({ kind: 'succeeded', ...measures(), detail: { streamed: true } });
    } else {
      const result = await handler.run(event, lambda);
      const answer = Buffer.from(serialise(result));
      channel.send({ kind: 'succeeded', ...measures() }, answer);
    }
  } catch (error) {
    logFailure('Invoke Error', error);
    channel.send({ kind: 'failed', ...measures(), error: describeError(error) });
  }
  channel.keepAlive(true);
  channel.keepCompiledCode();
}

/** Hands one piece of a streamed answer over; settles when the runner has taken it. */
function send(id: string, chunk: Uint8Array, contentType: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    acknowledgements.set(id, resolve);
    channel.send({ kind: 'chunk', id, ...(contentType && { detail: { contentType } }) }, chunk);
  });
}

function serialise(result: unknown): string {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? '';
  } catch {
    throw new RuntimeError('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

void start();
