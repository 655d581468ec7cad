import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { HttpAnswer } from '../http/answer.ts';
import { answerRequest } from '../http/answer-request.ts';
import { parseJsonBody } from '../http/body.ts';
import { correlationIdOf } from '../http/correlation.ts';
import type { Logger } from '../logging/logger.ts';
import { parseXrayHeader } from '../tracing/trace-context.ts';

/** The JSON body of an HTTP API event. Throws a Problem for what is not JSON or too large. */
export function jsonBody(event: APIGatewayProxyEventV2): unknown {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return parseJsonBody(body, event.headers['content-type']);
}

/** Wraps a handler of HTTP API events: correlated logs, and every failure as problem+json. */
export function httpApi(log: Logger, handle: (event: APIGatewayProxyEventV2) => Promise<HttpAnswer>) {
  return async (
    event: APIGatewayProxyEventV2,
    context: Context,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const trace = parseXrayHeader(process.env._X_AMZN_TRACE_ID);
    const request = {
      correlationId: correlationIdOf(event.headers['x-correlation-id'], event.requestContext.requestId),
      fields: {
        requestId: context.awsRequestId,
        traceId: trace?.traceId,
        route: event.routeKey,
      },
      trace,
      isThrottling,
    };
    const answer = await answerRequest(log, request, () => handle(event));
    return {
      statusCode: answer.status,
      headers: answer.headers,
      ...(answer.body !== undefined && { body: JSON.stringify(answer.body) }),
    };
  };
}

/** How the AWS SDK tells that a service throttles, after its own retries. */
function isThrottling(error: unknown): boolean {
  const { name, $retryable } = error as { name?: string; $retryable?: { throttling?: boolean } };
  return (
    $retryable?.throttling === true ||
    /Throttl(ing|ed)|ThroughputExceeded|RequestLimitExceeded|SlowDown/.test(name ?? '')
  );
}
