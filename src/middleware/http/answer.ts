import { Problem } from './problem.ts';

/** A response before it takes the form of a cloud. `body` is sent as JSON; without it the response is empty. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

export function noContent(): HttpAnswer {
  return { status: 204, headers: {} };
}

/** A dependency refuses more work for now. What the request asked for may be asked for again. */
export class Overloaded extends Problem {
  override name = 'Overloaded';
  constructor(cause: unknown) {
    super(503, 'Service Unavailable', {
      detail: 'The service is busy. Try again in a moment.',
      headers: { 'retry-after': '1' },
    });
    this.cause = cause;
  }
}

/** What the caller gets for an error. `unexpected` is true where the error is ours and must be logged. */
export function problemAnswer(
  error: unknown,
  correlationId: string,
): { answer: HttpAnswer; unexpected: boolean } {
  const known = error instanceof Problem;
  const problem = known
    ? error
    : new Problem(500, 'Internal Server Error', {
        detail: 'The request could not be completed. Try again later.',
      });
  return {
    answer: {
      status: problem.status,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        ...problem.headers,
      },
      body: problem.details(correlationId),
    },
    unexpected: !known || problem.status >= 500,
  };
}
