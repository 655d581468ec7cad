/**
 * The id that ties together everything one request causes: the caller's own `x-correlation-id` when it is a
 * sane token, otherwise the platform's request id. It goes into every log record and every response.
 */
export function correlationIdOf(header: string | undefined | null, requestId: string): string {
  return header && /^[\w.:-]{1,128}$/.test(header) ? header : requestId;
}
