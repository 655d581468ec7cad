import type { Claims, TokenIssuer } from '../../engine/token-issuer.ts';
import type { WireRequest } from '../../engine/wire.ts';

/**
 * App Service authentication with Entra ID, for clients that bring a token: `auth_settings_v2`.
 * https://learn.microsoft.com/azure/app-service/overview-authentication-authorization
 */
export interface Authentication {
  issuer: string;
  clientId: string;
  allowedAudiences: string[];
}

export type Admission =
  | {
      admitted: true;
      /** What the function is told of the caller. */
      headers: Record<string, string>;
    }
  | { admitted: false; reason: string };

/** Checks the bearer token of a request. */
export function admit(
  { issuer, clientId, allowedAudiences }: Authentication,
  request: WireRequest,
  tokens: TokenIssuer,
  nowMs: number,
): Admission {
  const [, token] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) return { admitted: false, reason: 'the request has no bearer token' };
  const check = tokens.check(token, nowMs);
  if (!check.valid) return { admitted: false, reason: check.reason };
  const { iss, aud } = check.claims;
  if (withoutSlash(iss) !== withoutSlash(issuer))
    return { admitted: false, reason: `the issuer of the token is ${String(iss)}, not ${issuer}` };
  const audiences = [clientId, `api://${clientId}`, ...allowedAudiences];
  if (![aud].flat().some((one) => typeof one === 'string' && audiences.includes(one)))
    return { admitted: false, reason: `the token is for ${String(aud)}, not for ${audiences.join(' or ')}` };
  return { admitted: true, headers: principalHeaders(check.claims) };
}

/** Claims of a token that `admit` accepts. */
export function callerClaims({ issuer, clientId, allowedAudiences }: Authentication, nowMs: number): Claims {
  const issuedAt = Math.floor(nowMs / 1000);
  return {
    iss: issuer,
    aud: allowedAudiences[0] ?? clientId,
    sub: 'local-user',
    oid: 'local-user',
    name: 'Local user',
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  };
}

const lifetimeSeconds = 12 * 3600;

/** https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities */
function principalHeaders(claims: Claims): Record<string, string> {
  const entries = Object.entries(claims).flatMap(([typ, value]) =>
    [value].flat().map((one) => ({ typ, val: String(one) })),
  );
  const principal = { auth_typ: 'aad', claims: entries, name_typ: 'name', role_typ: 'roles' };
  return {
    'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64'),
    'x-ms-client-principal-id': String(claims.oid ?? claims.sub ?? ''),
    'x-ms-client-principal-idp': 'aad',
    ...(claims.name !== undefined && { 'x-ms-client-principal-name': String(claims.name) }),
  };
}

/** A caller's own headers of these names never reach the function. */
export const isPrincipalHeader = (name: string): boolean => name.startsWith('x-ms-client-principal');

const withoutSlash = (value: unknown) => String(value).replace(/\/+$/, '');
