import { AsyncLocalStorage } from 'node:async_hooks';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Record<string, unknown>;

/** One log record before a cloud's sink gives it its form. */
export interface LogRecord {
  level: LogLevel;
  message: string;
  /** Fields of the request or message being handled, then those of this record. */
  fields: LogFields;
}

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Runs `work` with fields that every record inside it carries, also across awaits and concurrent requests. */
  with<Result>(fields: LogFields, work: () => Result): Result;
}

const rank: Record<LogLevel, number> = { debug: 10, info: 20, warn: 30, error: 40 };

/** Reads a level as settings spell it (`INFO`, `warning`); unknown text means `info`. */
export function parseLogLevel(text: string | undefined): LogLevel {
  const level = text?.toLowerCase();
  if (level === 'warning') return 'warn';
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info';
}

/** A structured logger. `sink` writes one record; each cloud has its own in `middleware/<cloud>/`. */
export function createLogger(options: { level: LogLevel; sink: (record: LogRecord) => void }): Logger {
  const scope = new AsyncLocalStorage<LogFields>();
  const write = (level: LogLevel, message: string, fields: LogFields = {}) => {
    if (rank[level] < rank[options.level]) return;
    options.sink({ level, message, fields: { ...scope.getStore(), ...fields } });
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    with: (fields, work) => scope.run({ ...scope.getStore(), ...fields }, work),
  };
}

/** An error as a log field: name, message, stack, and its cause in the same form. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: { message: String(error) } };
  return {
    error: {
      name: error.name,
      message: error.message,
      stack: error.stack,
      ...(error.cause !== undefined && { cause: errorFields(error.cause).error }),
    },
  };
}
