/** A position in a distributed trace: 32 and 16 lower-case hexadecimal digits. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** Reads a W3C `traceparent` header (https://www.w3.org/TR/trace-context/#traceparent-header). */
export function parseTraceparent(header: string | undefined | null): TraceContext | undefined {
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(
    header?.trim() ?? '',
  );
  const [, traceId, spanId, flags] = match ?? [];
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`;
}

/**
 * Reads the X-Ray header `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
 */
export function parseXrayHeader(header: string | undefined): TraceContext | undefined {
  const root = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})/i.exec(header ?? '');
  if (!root) return undefined;
  const parent = /Parent=([0-9a-f]{16})/i.exec(header ?? '');
  return {
    traceId: `${root[1]}${root[2]}`.toLowerCase(),
    spanId: parent?.[1]?.toLowerCase() ?? '0'.repeat(16),
    sampled: /Sampled=1/.test(header ?? ''),
  };
}

/** The X-Ray header that stands for the same position. */
export function formatXrayHeader({ traceId, spanId, sampled }: TraceContext): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${sampled ? 1 : 0}`;
}
