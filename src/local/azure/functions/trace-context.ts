import type { Random } from '../../engine/random.ts';

/** Where something stands in a trace. https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  traceId: string;
  spanId: string;
}

/** Reads a `traceparent` header; `undefined` when it is not valid. */
export function parseTraceParent(header: unknown): (TraceContext & { sampled: boolean }) | undefined {
  if (typeof header !== 'string') return undefined;
  const [, traceId, spanId, flags = '0'] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header) ?? [];
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** @param sampled whether what happens below is recorded */
export const traceParentOf = ({ traceId, spanId }: TraceContext, sampled: boolean): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

/** A span below `parent`, or the first of a new trace. */
export const childOf = (parent: TraceContext | undefined, random: Random): TraceContext => ({
  traceId: parent?.traceId ?? random.text(32),
  spanId: random.text(16),
});
