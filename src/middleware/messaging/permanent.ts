import { Problem } from '../http/problem.ts';

/** Why a message cannot be processed, for the person who finds it in the dead-letter queue. */
export interface Cause {
  /** One word by which dead letters are grouped: `InvalidMessage`. */
  reason: string;
  description: string;
}

/**
 * A message that no further attempt can help: business logic throws it, and the message goes to the dead-letter queue
 * at once. Everything else that is thrown counts as transient, and the message is delivered again.
 */
export class Permanent extends Error {
  override name = 'Permanent';
  readonly reason: string;

  /** @param reason one word by which dead letters are grouped: `InvalidMessage` */
  constructor(reason: string, description: string, options?: { cause?: unknown }) {
    super(description, options);
    this.reason = reason;
  }
}

/** Answers to a request that may turn out better when it is repeated (RFC 9110; 423 and 425: RFC 4918, RFC 8470). */
const retryableStatuses = new Set([408, 409, 412, 423, 425, 429]);

/**
 * Why no further attempt can help; `undefined` for an error that may pass. A `Problem` of the client's making counts as
 * permanent, so that logic shared with an HTTP entrance means the same to both.
 */
export function permanentCause(error: unknown): Cause | undefined {
  if (error instanceof Permanent) return { reason: error.reason, description: error.message };
  if (!(error instanceof Problem)) return undefined;
  const { status, title, name, message } = error;
  if (status < 400 || status >= 500 || retryableStatuses.has(status)) return undefined;
  const fields = error.errors?.map((field) => `${field.path}: ${field.message}`).join('; ');
  return {
    reason: name === 'Problem' ? title.replaceAll(' ', '') : name,
    description: fields ? `${message} ${fields}` : message,
  };
}

/** Any error as the cause of a dead letter, for one that has failed too often. */
export function causeOf(error: unknown): Cause {
  if (!(error instanceof Error)) return { reason: 'Error', description: String(error) };
  return { reason: error.name, description: error.message };
}
