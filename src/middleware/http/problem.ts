/** One thing that is wrong with a request: where (`price`, `tags.0`) and why. */
export interface InvalidField {
  path: string;
  message: string;
}

/** The members of an `application/problem+json` body (RFC 9457). */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail?: string;
  errors?: InvalidField[];
  correlationId?: string;
}

/**
 * A failure that the caller is meant to see, as RFC 9457 describes it. Business logic throws it; the HTTP
 * wrapper of each cloud turns it into a response. Everything else that is thrown becomes a plain 500.
 */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly errors: InvalidField[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    title: string,
    options: { detail?: string; errors?: InvalidField[]; headers?: Record<string, string> } = {},
  ) {
    super(options.detail ?? title);
    this.status = status;
    this.title = title;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  details(correlationId?: string): ProblemDetails {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      ...(this.message !== this.title && { detail: this.message }),
      ...(this.errors && { errors: this.errors }),
      ...(correlationId !== undefined && { correlationId }),
    };
  }
}
