import type { TokenIssuer } from '../../engine/token-issuer.ts';
import type { WireRequest } from '../../engine/wire.ts';
import type { AwsPrincipal } from '../service.ts';

export interface JwtAuthorizer {
  issuer: string;
  audience: string[];
  /** `$request.header.Authorization` or `$request.querystring.token` */
  identitySource: string;
}

export type Authorization =
  | { allowed: true; context?: Record<string, unknown> }
  | { allowed: false; status: 401 | 403; message: string; reason: string };

const unauthorized = (reason: string): Authorization => ({
  allowed: false,
  status: 401,
  message: 'Unauthorized',
  reason,
});

/**
 * The checks of a JWT authorizer, in API Gateway's order
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html).
 */
export function checkJwt(
  authorizer: JwtAuthorizer,
  scopes: readonly string[],
  request: WireRequest,
  tokens: TokenIssuer,
  nowMs: number,
): Authorization {
  const token = tokenOf(authorizer.identitySource, request);
  if (token === undefined) return unauthorized(`no token at ${authorizer.identitySource}`);
  const checked = tokens.check(token, nowMs);
  if (!checked.valid) return unauthorized(checked.reason);
  const { claims } = checked;
  if (claims.iss !== authorizer.issuer) return unauthorized(`iss is not ${authorizer.issuer}`);
  const audience = claims.aud === undefined ? [claims.client_id] : [claims.aud].flat();
  if (!audience.some((entry) => typeof entry === 'string' && authorizer.audience.includes(entry))) {
    return unauthorized(`aud is none of ${authorizer.audience.join(', ')}`);
  }
  const granted = String(claims.scope ?? claims.scp ?? '')
    .split(' ')
    .filter(Boolean);
  if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) {
    return {
      allowed: false,
      status: 403,
      message: 'Forbidden',
      reason: `scope is none of ${scopes.join(', ')}`,
    };
  }
  const text = Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));
  return {
    allowed: true,
    context: { jwt: { claims: text, scopes: scopes.length > 0 ? [...scopes] : null } },
  };
}

function tokenOf(identitySource: string, request: WireRequest): string | undefined {
  const [, place, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(identitySource) ?? [];
  const value =
    place === 'header' ? request.headers[name.toLowerCase()] : new URLSearchParams(request.query).get(name);
  if (typeof value !== 'string' || value === '') return undefined;
  return value.replace(/^Bearer\s+/i, '');
}

/** Claims reach the function as text. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Who signed a request, as IAM names them. */
export interface SignedCaller {
  principal: AwsPrincipal;
  accessKeyId: string;
  /** ARN as GetCallerIdentity gives it: of a role, that of its session. */
  userArn: string;
  userId: string;
}

/**
 * What a function learns of who signed a request to a route with `AWS_IAM`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 */
export function iamContext({
  principal,
  accessKeyId,
  userArn,
  userId,
}: SignedCaller): Record<string, unknown> {
  return {
    iam: {
      accessKey: accessKeyId,
      accountId: principal.accountId,
      callerId: userId,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn,
      userId,
    },
  };
}

/** How a caller with an access key signs. As at every service but S3, the key says who it is; only its form counts. */
export function signedBy(
  accessKeyId: string,
  region: string,
  nowMs: number,
): { authorization: string; 'x-amz-date': string } {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${accessKeyId}/${time.slice(0, 8)}/${region}/execute-api/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    'x-amz-date': time,
  };
}
