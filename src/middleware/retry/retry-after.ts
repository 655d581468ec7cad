/** The forms in which SDKs hand over what the service said about when to come back. */
interface ErrorWithHeaders {
  /** Problem, fetch-like errors. */
  headers?: unknown;
  /** AWS SDK. */
  $response?: { headers?: unknown };
  /** Azure SDKs. */
  response?: { headers?: unknown };
  /** Cosmos DB, in milliseconds. */
  retryAfterInMs?: unknown;
}

/**
 * How long the service that failed asks to wait, in milliseconds: `Retry-After` in seconds or as a date (RFC 9110,
 * section 10.2.3), or Azure's milliseconds. `undefined` when it does not say.
 */
export function retryAfterMs(error: unknown, nowMs: number): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { headers, $response, response, retryAfterInMs } = error as ErrorWithHeaders;
  if (typeof retryAfterInMs === 'number') return Math.max(0, retryAfterInMs);
  for (const source of [headers, $response?.headers, response?.headers]) {
    const inMs = headerOf(source, 'retry-after-ms') ?? headerOf(source, 'x-ms-retry-after-ms');
    if (inMs !== undefined && /^\d+$/.test(inMs)) return Number(inMs);
    const text = headerOf(source, 'retry-after');
    if (text === undefined) continue;
    const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
    if (Number.isFinite(ms)) return Math.max(0, ms);
  }
  return undefined;
}

function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const value: unknown =
    'get' in headers && typeof headers.get === 'function' ? headers.get(name) : Reflect.get(headers, name);
  return typeof value === 'string' ? value.trim() : undefined;
}
