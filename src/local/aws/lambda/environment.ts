import type { LambdaFunction } from './runtime.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

/** Where the runtime expects the X-Ray daemon; nobody listens there on this machine. */
export const XRAY_DAEMON_HOST = '169.254.79.129';

/**
 * All environment variables of a function's instance but the log stream's name.
 * @throws when the function's own variables hold reserved names, with Lambda's message
 */
export function lambdaEnvironment(lambda: LambdaFunction): Record<string, string> {
  const reserved = Object.keys(lambda.environment).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw new Error(
      'Lambda was unable to configure your environment variables because the environment variables you have provided ' +
        'contains reserved keys that are currently not supported for modification. Reserved keys used in this ' +
        `request: ${reserved.join(', ')} (function ${lambda.functionName})`,
    );
  }
  return {
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
    NODE_PATH: '/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: `${XRAY_DAEMON_HOST}:2000`,
    ...lambda.environment,
    _HANDLER: lambda.handler,
    AWS_REGION: lambda.region,
    AWS_DEFAULT_REGION: lambda.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${lambda.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: lambda.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: lambda.version,
    AWS_LAMBDA_INITIALIZATION_TYPE:
      lambda.provisionedConcurrency > 0 ? 'provisioned-concurrency' : 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroupName,
    AWS_LAMBDA_LOG_FORMAT: lambda.logFormat,
    ...(lambda.logFormat === 'JSON' && { AWS_LAMBDA_LOG_LEVEL: lambda.applicationLogLevel }),
    AWS_ACCESS_KEY_ID: lambda.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: lambda.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: lambda.credentials.sessionToken,
    AWS_LAMBDA_RUNTIME_API: '169.254.100.1:9001',
    LAMBDA_TASK_ROOT: lambda.directory,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
  };
}

/**
 * V8's memory options as the runtime's bootstrap sets them: a tenth of the memory for young objects, the rest for old
 * ones. A function's own NODE_OPTIONS win.
 */
export function heapArguments(memoryMb: number, nodeOptions = ''): string[] {
  if (/--max[-_](?:semi|old)[-_]space[-_]size/.test(nodeOptions)) return [];
  const youngMb = Math.floor(memoryMb / 10);
  return [
    // Below 1,769 MB a function has less than one CPU, so threads that collect garbage in parallel have nothing to
    // run on. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    ...(memoryMb < 1769 ? ['--single-threaded-gc'] : []),
    `--max-semi-space-size=${Math.max(1, Math.floor((youngMb * 5) / 10))}`,
    `--max-old-space-size=${memoryMb - youngMb}`,
  ];
}
