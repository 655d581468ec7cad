/** A query that Cosmos DB refuses, with the place in its text. */
export class QueryError extends Error {
  override name = 'QueryError';
  /** `SC1001` is a syntax error, `SC2001` an unknown name, ... */
  readonly code: string;
  /** Character offsets into the query text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;

  constructor(code: string, message: string, at: { start: number; end: number }) {
    super(message);
    this.code = code;
    this.start = at.start;
    this.end = at.end;
  }

  /** The body of the gateway's 400 answer: a list of errors with severity, location and code. */
  toErrorList(): string {
    const location = { start: this.start, end: this.end };
    return JSON.stringify({
      errors: [{ severity: 'Error', location, code: this.code, message: this.message }],
    });
  }
}
