import type { TraceStore } from '../engine/trace-store.ts';
import type { WireHandler, WireRequest } from '../engine/wire.ts';
import { beginSpan } from './rpc-spans.ts';
import type { GcpRuntime } from './service.ts';

/** The same HTTP service, every call of which becomes a span of the trace that the caller names in `traceparent`. */
export function withHttpSpans(
  handler: WireHandler,
  { service, nameOf }: { service: string; nameOf(request: WireRequest): string },
  traces: TraceStore,
  runtime: GcpRuntime,
): WireHandler {
  return (request) => {
    const { traceparent } = request.headers;
    if (typeof traceparent !== 'string') return handler(request);
    const end = beginSpan({ traceparent, service, name: nameOf(request) }, traces, runtime);
    if (!end) return handler(request);
    const answer = handler(request);
    if (!(answer instanceof Promise)) {
      end(answer.status >= 400);
      return answer;
    }
    return answer.then(
      (response) => {
        end(response.status >= 400);
        return response;
      },
      (error: unknown) => {
        end(true);
        throw error;
      },
    );
  };
}
