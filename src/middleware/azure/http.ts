import { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { HttpAnswer } from '../http/answer.ts';
import { answerRequest } from '../http/answer-request.ts';
import { parseJsonBody } from '../http/body.ts';
import { correlationIdOf } from '../http/correlation.ts';
import { createLogger, type Logger, parseLogLevel } from '../logging/logger.ts';
import { parseTraceparent } from '../tracing/trace-context.ts';

const invocation = new AsyncLocalStorage<InvocationContext>();

/** Runs a handler so that what it logs belongs to its invocation. */
export function withInvocation<Result>(context: InvocationContext, work: () => Result): Result {
  return invocation.run(context, work);
}

/** JSON records through the log of the invocation that writes them, so that Application Insights joins them. */
export function functionsLogger(options: { service: string; level: string | undefined }): Logger {
  return createLogger({
    level: parseLogLevel(options.level),
    sink: ({ level, message, fields }) =>
      (invocation.getStore() ?? console)[level](
        JSON.stringify({ message, service: options.service, ...fields }),
      ),
  });
}

/** The JSON body of a request. Throws a Problem for what is not JSON or too large. */
export async function jsonBody(request: HttpRequest): Promise<unknown> {
  return parseJsonBody(
    new Uint8Array(await request.arrayBuffer()),
    request.headers.get('content-type') ?? undefined,
  );
}

/** Wraps an HTTP handler: correlated logs, and every failure as problem+json. */
export function httpHandler(log: Logger, handle: (request: HttpRequest) => Promise<HttpAnswer>): HttpHandler {
  return async (request, context): Promise<HttpResponseInit> => {
    const trace = parseTraceparent(context.traceContext?.traceParent);
    const fields = {
      requestId: context.invocationId,
      traceId: trace?.traceId,
      route: context.functionName,
    };
    const correlationId = correlationIdOf(request.headers.get('x-correlation-id'), context.invocationId);
    const answer = await invocation.run(context, () =>
      answerRequest(log, { correlationId, trace, fields, isThrottling }, () => handle(request)),
    );
    return {
      status: answer.status,
      headers: answer.headers,
      ...(answer.body !== undefined && { body: JSON.stringify(answer.body) }),
    };
  };
}

/** How the Cosmos DB SDK tells that the container's request units are used up, after its own retries. */
function isThrottling(error: unknown): boolean {
  return (error as { code?: unknown }).code === 429;
}
