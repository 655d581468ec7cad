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

/**
 * The options that make V8 size its heap by the container's memory, as it does inside one: half of it for old objects.
 * The space for young ones is larger than V8 would choose for a small container (1 MiB), where it spends a third of a
 * function's time on collections; that needs no more memory, because less grows old by mistake.
 */
export function heapArguments(memoryMb: number, nodeOptions = ''): string[] {
  if (/--max[-_](?:semi|old)[-_]space[-_]size/.test(nodeOptions)) return [];
  const semiSpaceMb = Math.min(16, Math.max(1, Math.floor(memoryMb / 64)));
  return [`--max-old-space-size=${Math.floor(memoryMb / 2)}`, `--max-semi-space-size=${semiSpaceMb}`];
}
