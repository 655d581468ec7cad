import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { AccessRequest } from '../service.ts';
import { AwsError } from '../service.ts';
import type { FunctionDefinition, Lambda } from './lambda.ts';

/** The Lambda API calls that programs make at run time (REST JSON, version 2015-03-31). */
export function lambdaApi(lambda: Lambda, authorize: (request: WireRequest, access: AccessRequest) => void) {
  return async (request: WireRequest): Promise<WireResponse> => {
    const [, version, collection, target, action] = request.path.split('/').map(decodeURIComponent);
    if (version !== '2015-03-31' || collection !== 'functions') {
      throw new AwsError(
        'UnknownOperationException',
        `${request.method} ${request.path} is not supported by the local Lambda API`,
        404,
      );
    }
    if (!target) {
      authorize(request, { action: 'lambda:ListFunctions', resource: '*' });
      return json(200, { Functions: lambda.functions.map((definition) => configurationOf(definition)) });
    }
    const named = lambda.parseArn(target);
    const qualifier = new URLSearchParams(request.query).get('Qualifier') ?? named.qualifier;
    const { definition, version: runs } = lambda.describe(named.functionName, qualifier);
    const resource =
      qualifier === undefined ? definition.functionArn : `${definition.functionArn}:${qualifier}`;
    if (request.method === 'POST' && action === 'invocations') {
      authorize(request, { action: 'lambda:InvokeFunction', resource });
      return invoke(lambda, request, definition.functionName, qualifier, runs);
    }
    if (request.method === 'GET' && action === undefined) {
      authorize(request, { action: 'lambda:GetFunction', resource });
      return json(200, { Configuration: configurationOf(definition), Code: { RepositoryType: 'S3' } });
    }
    if (request.method === 'GET' && action === 'configuration') {
      authorize(request, { action: 'lambda:GetFunctionConfiguration', resource });
      return json(200, configurationOf(definition));
    }
    throw new AwsError(
      'UnknownOperationException',
      `${request.method} ${request.path} is not supported by the local Lambda API`,
      404,
    );
  };
}

async function invoke(
  lambda: Lambda,
  request: WireRequest,
  functionName: string,
  qualifier: string | undefined,
  version: string,
): Promise<WireResponse> {
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const payload = request.body.length === 0 ? Buffer.from('{}') : request.body;
  try {
    JSON.parse(payload.toString());
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
      400,
      { Type: 'User' },
    );
  }
  const traceHeader = request.headers['x-amzn-trace-id'];
  const call = { payload, qualifier, ...(typeof traceHeader === 'string' && { traceHeader }) };
  if (type === 'DryRun') return json(204, undefined);
  if (type === 'Event') {
    lambda.invokeAsync(functionName, call);
    return json(202, undefined);
  }
  if (type !== 'RequestResponse') {
    throw new AwsError('InvalidParameterValueException', `Unsupported invocation type: ${String(type)}`, 400);
  }
  const answer = await lambda.invoke(functionName, call);
  if (answer.kind === 'throttled') {
    throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
      Reason: answer.reason,
      Type: 'User',
    });
  }
  if (answer.kind === 'requestTooLarge') {
    throw new AwsError('RequestEntityTooLargeException', answer.message, 413, { Type: 'User' });
  }
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': version,
      ...(answer.functionError && { 'x-amz-function-error': answer.functionError }),
      ...(request.headers['x-amz-log-type'] === 'Tail' && {
        'x-amz-log-result': Buffer.from(answer.log.join('\n')).subarray(-4096).toString('base64'),
      }),
    },
    body: answer.payload,
  };
}

function configurationOf(definition: FunctionDefinition) {
  return {
    FunctionName: definition.functionName,
    FunctionArn: definition.functionArn,
    Runtime: definition.runtime,
    Role: definition.roleArn,
    Handler: definition.handler,
    Description: definition.description,
    Timeout: definition.timeoutMs / 1000,
    MemorySize: definition.memoryMb,
    Version: '$LATEST',
    Environment: { Variables: definition.environment },
    TracingConfig: { Mode: definition.tracing ? 'Active' : 'PassThrough' },
    Architectures: [definition.architecture],
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    LoggingConfig: { LogFormat: definition.logFormat, LogGroup: definition.logGroupName },
  };
}

function json(status: number, body: unknown): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}
