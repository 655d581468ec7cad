import { AsyncLocalStorage } from 'node:async_hooks';
import { formatTraceparent, parseTraceparent, type TraceContext } from './trace-context.ts';

/** What ties a unit of work to what caused it. */
export interface Correlation {
  correlationId: string;
  trace?: TraceContext;
}

const current = new AsyncLocalStorage<Correlation>();

/** Runs `work` so that what it sends carries this correlation, also across awaits and concurrent work. */
export function withCorrelation<Result>(correlation: Correlation, work: () => Result): Result {
  return current.run(correlation, work);
}

/** The correlation of the request or message that is being handled. */
export function currentCorrelation(): Correlation | undefined {
  return current.getStore();
}

/** The `traceparent` that an outgoing message carries; none outside a trace. */
export function currentTraceparent(): string | undefined {
  const trace = current.getStore()?.trace;
  // An X-Ray header without a parent names a trace, but no position in it.
  return trace && !/^0+$/.test(trace.spanId) ? formatTraceparent(trace) : undefined;
}

/** Attributes, alike on every cloud, by which a message carries the current correlation on. */
export function carriedAttributes(): Record<string, string> {
  const traceparent = currentTraceparent();
  const correlationId = current.getStore()?.correlationId;
  return {
    ...(correlationId !== undefined && { correlationId }),
    ...(traceparent !== undefined && { traceparent }),
  };
}

/** What a received message's attributes say. `vendorTrace` is the platform's own header, second to `traceparent`. */
export function carriedCorrelation(
  attributes: Readonly<Record<string, string>>,
  fallbackId: string,
  vendorTrace?: TraceContext,
): Correlation {
  const trace = parseTraceparent(attributes.traceparent) ?? vendorTrace;
  return { correlationId: attributes.correlationId || fallbackId, ...(trace && { trace }) };
}
