import type { WireRequest, WireResponse } from '../../engine/wire.ts';

/**
 * Cross-origin requests as the Functions host handles them (ASP.NET Core's CORS): a preflight is answered in any case,
 * and what an origin may not do is left out of the answer.
 * https://learn.microsoft.com/azure/azure-functions/functions-how-to-use-azure-function-app-settings#cors
 */
export interface Cors {
  /** Explicit origins, or `*`. */
  allowedOrigins: string[];
  supportCredentials: boolean;
}

/** The answer to a preflight request; `undefined` when it is none. */
export function answerPreflight(cors: Cors, request: WireRequest): WireResponse | undefined {
  const { origin } = request.headers;
  const method = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || origin === undefined || typeof method !== 'string') return undefined;
  if (!isAllowed(cors, origin)) return { status: 204, headers: {}, body: '' };
  const asked = request.headers['access-control-request-headers'];
  const headers = {
    ...originHeaders(cors, origin),
    'access-control-allow-methods': method,
    ...(typeof asked === 'string' && { 'access-control-allow-headers': asked }),
  };
  return { status: 204, headers, body: '' };
}

/** What the answer to a cross-origin request says besides. */
export function corsHeaders(cors: Cors, request: WireRequest): Record<string, string> {
  const { origin } = request.headers;
  return origin !== undefined && isAllowed(cors, origin) ? originHeaders(cors, origin) : {};
}

const isAllowed = ({ allowedOrigins }: Cors, origin: string) =>
  allowedOrigins.includes('*') || allowedOrigins.some((one) => one.toLowerCase() === origin.toLowerCase());

function originHeaders(cors: Cors, origin: string): Record<string, string> {
  const any = cors.allowedOrigins.includes('*') && !cors.supportCredentials;
  return {
    'access-control-allow-origin': any ? '*' : origin,
    ...(cors.supportCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(!any && { vary: 'Origin' }),
  };
}
