import { errorFields, type LogFields, type Logger } from '../logging/logger.ts';
import { withCorrelation } from '../tracing/correlation.ts';
import type { TraceContext } from '../tracing/trace-context.ts';
import { type HttpAnswer, Overloaded, problemAnswer } from './answer.ts';

/**
 * What every HTTP handler has around it: log records that carry the request's fields, one record per request, every
 * failure as problem+json, and the correlation id in the response.
 */
export function answerRequest(
  log: Logger,
  request: {
    correlationId: string;
    /** Where the request stands in its trace; what the handler sends on carries it. */
    trace?: TraceContext | undefined;
    fields: LogFields;
    /** Whether an error says that the store throttles, in the terms of the cloud's SDK. */
    isThrottling(error: unknown): boolean;
  },
  handle: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const { correlationId, trace } = request;
  const run = async () => {
    const started = performance.now();
    let answer: HttpAnswer;
    try {
      answer = await handle();
    } catch (error) {
      const cause = request.isThrottling(error) ? new Overloaded(error) : error;
      const problem = problemAnswer(cause, correlationId);
      if (problem.unexpected) log.error('request failed', errorFields(cause));
      answer = problem.answer;
    }
    log.info('request', { status: answer.status, durationMs: Math.round(performance.now() - started) });
    return { ...answer, headers: { ...answer.headers, 'x-correlation-id': correlationId } };
  };
  return log.with({ correlationId, ...request.fields }, () =>
    withCorrelation({ correlationId, ...(trace && { trace }) }, run),
  );
}
