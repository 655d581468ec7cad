import type { CloudRunFunction } from './runtime.ts';

/** https://cloud.google.com/run/docs/container-contract and https://cloud.google.com/functions/docs/configuring/env-var */
const RESERVED = new Set([
  'PORT',
  'K_SERVICE',
  'K_REVISION',
  'K_CONFIGURATION',
  'FUNCTION_TARGET',
  'FUNCTION_SIGNATURE_TYPE',
]);

/**
 * All environment variables of the function's container.
 * @throws when the function's own variables hold names that the platform sets
 */
export function containerEnvironment(service: CloudRunFunction, port: number): Record<string, string> {
  const reserved = Object.keys(service.environment).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw new Error(
      `Function ${service.name}: the following reserved names were provided as environment variables: ${reserved.join(', ')}. ` +
        'These values are automatically set by the system.',
    );
  }
  return {
    HOME: '/www-data-home',
    PATH: '/layers/google.nodejs.runtime/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    NODE_ENV: 'production',
    LANG: 'C.UTF-8',
    // Set by the API on deployment unless the configuration does: every line of a request's log gets its execution id.
    LOG_EXECUTION_ID: 'true',
    ...service.environment,
    PORT: String(port),
    K_SERVICE: service.name,
    K_REVISION: service.revision,
    K_CONFIGURATION: service.name,
    FUNCTION_TARGET: service.entryPoint,
    FUNCTION_SIGNATURE_TYPE: service.signature,
  };
}
