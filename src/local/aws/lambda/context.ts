import type { Context } from 'aws-lambda';

/** What the runner tells a host about one invocation. */
export interface InvocationContext {
  invokedFunctionArn: string;
  /** Milliseconds since the Unix epoch, in the function's time. */
  deadlineMs: number;
  /** Value of `X-Amzn-Trace-Id`. */
  traceHeader?: string;
  clientContext?: Context['clientContext'];
  identity?: Context['identity'];
  tenantId?: string;
}

/** The handler's second argument. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export function lambdaContext(requestId: string, invocation: InvocationContext): object {
  const { deadlineMs, traceHeader, clientContext, identity, tenantId, invokedFunctionArn } = invocation;
  const variable = process.env;
  return {
    clientContext,
    identity,
    invokedFunctionArn,
    awsRequestId: requestId,
    tenantId,
    xRayTraceId: traceHeader,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    functionName: variable.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: variable.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: variable.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: variable.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: variable.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}
