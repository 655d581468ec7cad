/** One timed step of a trace. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  /** What did it: `api-gateway`, a function's name, `dynamodb`. */
  service: string;
  /** What it did: `POST /items`, `PutItem`. */
  name: string;
  startMs: number;
  durationMs: number;
  failed: boolean;
  attributes: Record<string, string | number | boolean>;
}

/** Keeps the spans of the latest traces in memory. */
export class TraceStore {
  readonly #traces = new Map<string, Span[]>();
  readonly #keptTraces: number;

  constructor(options: { keptTraces?: number } = {}) {
    this.#keptTraces = options.keptTraces ?? 1000;
  }

  add(span: Span): void {
    const spans = this.#traces.get(span.traceId);
    if (spans) {
      spans.push(span);
      return;
    }
    this.#traces.set(span.traceId, [span]);
    if (this.#traces.size > this.#keptTraces) {
      const [oldest] = this.#traces.keys();
      if (oldest !== undefined) this.#traces.delete(oldest);
    }
  }

  /** Traces in the order of their first span, the spans of each by start. */
  traces(): { traceId: string; spans: Span[] }[] {
    return [...this.#traces].map(([traceId, spans]) => ({
      traceId,
      spans: [...spans].sort((a, b) => a.startMs - b.startMs),
    }));
  }
}
