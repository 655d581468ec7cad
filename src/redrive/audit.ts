import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { RedriveError, textOf } from './redrive-error.ts';

/** What became of a letter. */
export type Outcome =
  /** It was sent on and removed. */
  | 'redriven'
  /** It was sent on, and stands in the dead-letter queue still: whoever redrives it again makes a duplicate. */
  | 'sent-not-removed'
  | 'purged'
  | 'would-redrive'
  | 'would-purge'
  /** It was asked for, and a rule kept it where it is. */
  | 'left'
  | 'failed';

/** One line of the audit file. */
export interface AuditLine {
  time: string;
  who: { user: string; identity?: string };
  outcome: Outcome;
  from: string;
  to?: string;
  oldMessageId: string;
  newMessageId?: string;
  cause: string;
  redriveCount: number;
  /** SHA-256 of the body before and after, where it was changed. */
  edited?: { before: string; after: string };
  /** Why it was left, or failed. */
  detail?: string;
  dryRun: boolean;
}

export type WriteAudit = (line: AuditLine) => void;

/**
 * Appends to a file, one JSON value a line, each written before the next message is touched.
 *
 * @throws RedriveError when the file cannot be written, before anything is redriven
 */
export function auditFile(file: string): WriteAudit {
  const append = (text: string) => {
    try {
      appendFileSync(file, text, { mode: 0o600 });
    } catch (error) {
      throw new RedriveError(
        `The audit file cannot be written: ${textOf(error)}. Name another with --audit.`,
      );
    }
  };
  append('');
  return (line) => append(`${JSON.stringify(line)}\n`);
}

export const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
