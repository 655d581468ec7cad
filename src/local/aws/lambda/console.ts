import { format } from 'node:util';

const PRIORITY = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 } as const;
export type Level = keyof typeof PRIORITY;

const isLevel = (name: string): name is Level => name in PRIORITY;

export interface LogSink {
  requestId(): string | undefined;
  /** One record, which may hold line feeds. */
  write(level: Level, text: string): void;
}

/**
 * Makes `console` write Lambda's text or JSON records.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
export function replaceConsole(sink: LogSink): void {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const wanted = process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() ?? 'INFO';
  // Lambda filters by level only in JSON format.
  const minimum = json && isLevel(wanted) ? PRIORITY[wanted] : 0;
  const logger = (level: Level) => {
    if (PRIORITY[level] < minimum) return () => undefined;
    return (message?: unknown, ...parameters: unknown[]) => {
      const timestamp = new Date().toISOString();
      const requestId = sink.requestId() ?? '-';
      sink.write(
        level,
        json
          ? jsonRecord(timestamp, requestId, level, message, parameters)
          : `${timestamp}\t${requestId}\t${level}\t${format(message, ...parameters)}`,
      );
    };
  };
  Object.assign(console, {
    trace: logger('TRACE'),
    debug: logger('DEBUG'),
    info: logger('INFO'),
    log: logger('INFO'),
    warn: logger('WARN'),
    error: logger('ERROR'),
    fatal: logger('FATAL'),
  });
}

/** Logs an error that the runtime caught, in the form of the chosen format. */
export function logFailure(what: 'Init Error' | 'Invoke Error', thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON') console.error(error);
  else console.error(what, `\t${errorJson(error)}`);
}

function jsonRecord(
  timestamp: string,
  requestId: string,
  level: Level,
  message: unknown,
  parameters: unknown[],
): string {
  const record = { timestamp, level, requestId };
  if (parameters.length === 0) {
    try {
      return JSON.stringify({ ...record, message }, (_key, value) =>
        value instanceof Error ? errorRecord(value) : value,
      );
    } catch {
      return JSON.stringify({ ...record, message: format(message) });
    }
  }
  const error = parameters.find((parameter) => parameter instanceof Error);
  const details = error && {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: stackLines(error),
  };
  return JSON.stringify({ ...record, message: format(message, ...parameters), ...details });
}

const stackLines = (error: Error) => (typeof error.stack === 'string' ? error.stack.split('\n') : []);

const errorRecord = (error: Error) => ({
  errorType: error.constructor?.name ?? 'UnknownError',
  errorMessage: error.message,
  stackTrace: stackLines(error),
  ...error,
});

function errorJson(error: Error): string {
  const form = (value: unknown) =>
    value instanceof Error
      ? {
          errorType: value.name,
          errorMessage: value.message,
          ...('code' in value && { code: value.code }),
          ...value,
          stack: stackLines(value),
        }
      : value;
  try {
    return JSON.stringify(form(error), (_key, value) => form(value));
  } catch {
    return JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: stackLines(error) });
  }
}
