import type { Faults } from '../engine/faults.ts';
import type { WireHandler, WireResponse } from '../engine/wire.ts';

const retryAfterMs = 20;

/**
 * The same service, whose calls by functions fail as the fault plan says: refused as one too many, or because the
 * service is down, each before it has an effect. Place: `place`.
 */
export function withFaults(handle: WireHandler, faults: Faults, place: string): WireHandler {
  return (request) => {
    if (request.headers.authorization === undefined) return handle(request);
    if (faults.strikes('dependency-down', place))
      return failure(503, 'ServiceUnavailable', 'Service is currently unavailable.');
    if (faults.strikes('throttle', place))
      return failure(429, 'TooManyRequests', 'The request rate is too large.');
    return handle(request);
  };
}

/** The error form of Cosmos DB, which Key Vault and the other data planes share. */
function failure(status: number, code: string, message: string): WireResponse {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'x-ms-retry-after-ms': String(retryAfterMs),
      'retry-after': '1',
    },
    body: JSON.stringify({ code, message, error: { code, message } }),
  };
}
