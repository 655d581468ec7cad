import type { LogLine } from '../../engine/instance.ts';

/** One entry of Cloud Logging. */
export interface LogEntry {
  atMs: number;
  /** Last part of the log's name: `stdout`, `stderr`, `varlog/system`. */
  log: 'stdout' | 'stderr' | 'varlog/system';
  severity: string;
  payload: { kind: 'text'; text: string } | { kind: 'json'; fields: Record<string, unknown> };
  labels?: Record<string, string>;
  /** Full resource name, or what the line gave. */
  trace?: string;
  spanId?: string;
}

/**
 * How Cloud Run's logging agent reads a line: JSON becomes structured, with its special fields lifted out.
 * https://cloud.google.com/run/docs/logging#using-json and
 * https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
 */
export function parseLogLine(text: string, source: LogLine['source']): Omit<LogEntry, 'atMs'> {
  const log = source === 'stderr' ? 'stderr' : 'stdout';
  const fields = jsonObject(text);
  if (!fields) return { log, severity: 'DEFAULT', payload: { kind: 'text', text } };
  const {
    severity = 'DEFAULT',
    'logging.googleapis.com/trace': trace,
    'logging.googleapis.com/spanId': spanId,
    'logging.googleapis.com/labels': labels,
    ...rest
  } = fields;
  const onlyMessage = Object.keys(rest).length === 1 && typeof rest.message === 'string';
  return {
    log,
    severity: String(severity).toUpperCase(),
    payload: onlyMessage ? { kind: 'text', text: String(rest.message) } : { kind: 'json', fields: rest },
    ...(typeof trace === 'string' && { trace }),
    ...(typeof spanId === 'string' && { spanId }),
    ...(isStringRecord(labels) && { labels }),
  };
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isStringRecord = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((member) => typeof member === 'string');
