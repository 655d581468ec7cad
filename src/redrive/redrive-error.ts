/** A redrive that cannot be done as asked: says what, where and what to do. */
export class RedriveError extends Error {
  override name = 'RedriveError';
}

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
