import type { TraceStore } from '../engine/trace-store.ts';
import type { GrpcCall, GrpcMethod, GrpcService } from './grpc-server.ts';
import type { GcpRuntime } from './service.ts';

/**
 * The same service, every call of which becomes a span of the trace that the caller names in `traceparent`. Streams
 * in both directions stay open for as long as somebody listens and are no step of a request.
 */
export function withSpans(service: GrpcService, traces: TraceStore, runtime: GcpRuntime): GrpcService {
  const label = service.name.split('.').at(-1)?.toLowerCase() ?? service.name;
  const begin = (call: GrpcCall, name: string): End | undefined => {
    const traceparent = call.header('traceparent') ?? '';
    return beginSpan({ traceparent, service: label, name }, traces, runtime);
  };
  const methods = Object.entries(service.methods).map(([name, method]) => [
    name,
    spanned(name, method, begin),
  ]);
  return { name: service.name, methods: Object.fromEntries(methods) };
}

/** Begins a span beneath the one that `traceparent` names; nothing when there is none or it is not recorded. */
export function beginSpan(
  { traceparent, service, name }: { traceparent: string; service: string; name: string },
  traces: TraceStore,
  runtime: GcpRuntime,
): End | undefined {
  const [, traceId, parentSpanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(traceparent) ?? [];
  if (traceId === undefined || parentSpanId === undefined) return undefined;
  const startMs = runtime.clock.now();
  const started = performance.now();
  return (failed) =>
    traces.add({
      traceId,
      spanId: runtime.random.text(16),
      parentSpanId,
      service,
      name,
      startMs,
      durationMs: performance.now() - started,
      failed,
      attributes: {},
    });
}

function spanned(
  name: string,
  method: GrpcMethod,
  begin: (call: GrpcCall, name: string) => End | undefined,
): GrpcMethod {
  switch (method.kind) {
    case 'unary':
      return {
        kind: 'unary',
        run: (request, call) => untilAnswer(() => method.run(request, call), begin(call, name)),
      };
    case 'serverStream':
      return {
        kind: 'serverStream',
        run(request, call) {
          const end = begin(call, name);
          const messages = method.run(request, call);
          return end ? untilLast(messages, end) : messages;
        },
      };
    case 'duplex':
      return method;
  }
}

/** Ends a span. */
export type End = (failed: boolean) => void;

function untilAnswer(run: () => Buffer | Promise<Buffer>, end: End | undefined): Buffer | Promise<Buffer> {
  if (!end) return run();
  try {
    const result = run();
    if (result instanceof Promise) {
      result.then(
        () => end(false),
        () => end(true),
      );
    } else end(false);
    return result;
  } catch (error) {
    end(true);
    throw error;
  }
}

async function* untilLast(
  messages: Iterable<Buffer> | AsyncIterable<Buffer>,
  end: End,
): AsyncGenerator<Buffer> {
  let failed = true;
  try {
    yield* messages;
    failed = false;
  } finally {
    end(failed);
  }
}
