import { createLogger, type Logger, parseLogLevel } from '../logging/logger.ts';

/** Writes one line to standard output, which Lambda turns into one log event as it is. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** JSON lines with the member names that Lambda's own JSON log format uses, so that both read alike in CloudWatch. */
export function lambdaLogger(options: { service: string; level: string | undefined }): Logger {
  return createLogger({
    level: parseLogLevel(options.level),
    sink: ({ level, message, fields }) =>
      writeLine(
        JSON.stringify({
          timestamp: new Date().toISOString(),
          level: level.toUpperCase(),
          message,
          service: options.service,
          ...fields,
        }),
      ),
  });
}
