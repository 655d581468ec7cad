import { randomUUID } from 'node:crypto';
import type { HttpFunction, Request } from '@google-cloud/functions-framework';
import type { HttpAnswer } from '../http/answer.ts';
import { answerRequest } from '../http/answer-request.ts';
import { parseJsonBody } from '../http/body.ts';
import { correlationIdOf } from '../http/correlation.ts';
import { createLogger, type Logger, type LogLevel, parseLogLevel } from '../logging/logger.ts';
import { parseTraceparent } from '../tracing/trace-context.ts';

const severity: Record<LogLevel, string> = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/**
 * JSON lines as Cloud Logging reads them from standard output
 * (https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields).
 */
export function cloudLogger(options: { service: string; level: string | undefined }): Logger {
  return createLogger({
    level: parseLogLevel(options.level),
    sink: ({ level, message, fields }) =>
      process.stdout.write(
        `${JSON.stringify({ severity: severity[level], message, service: options.service, ...fields })}\n`,
      ),
  });
}

/** The JSON body of a request. Throws a Problem for what is not JSON or too large. */
export function jsonBody(request: Request): unknown {
  return parseJsonBody(request.rawBody ?? new Uint8Array(), request.get('content-type'));
}

/** Wraps an HTTP function: correlated logs, and every failure as problem+json. */
export function httpFunction(log: Logger, handle: (request: Request) => Promise<HttpAnswer>): HttpFunction {
  return async (request, response) => {
    const requestId = request.get('function-execution-id') ?? randomUUID();
    const trace = parseTraceparent(request.get('traceparent'));
    const fields = {
      requestId,
      route: `${request.method} ${request.path}`,
      ...(trace && {
        'logging.googleapis.com/trace': trace.traceId,
        'logging.googleapis.com/spanId': trace.spanId,
      }),
    };
    const correlationId = correlationIdOf(request.get('x-correlation-id'), requestId);
    const answer = await answerRequest(log, { correlationId, trace, fields, isThrottling }, () =>
      handle(request),
    );
    response.status(answer.status).set(answer.headers);
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  };
}

/** RESOURCE_EXHAUSTED and UNAVAILABLE, after the client's own retries (https://cloud.google.com/firestore/docs/understand-error-codes). */
function isThrottling(error: unknown): boolean {
  return [8, 14].includes(Number((error as { code?: unknown }).code));
}
