// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
import { s3Error } from './errors.ts';

export interface CorsRule {
  id?: string;
  allowedOrigins: string[];
  allowedMethods: string[];
  allowedHeaders: string[];
  exposeHeaders: string[];
  maxAgeSeconds?: number;
}

export interface CorsQuestion {
  origin: string;
  method: string;
  /** Of a preflight, in lower case. */
  headers: readonly string[];
}

/** A pattern with at most one `*`. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const before = pattern.slice(0, star);
  const after = pattern.slice(star + 1);
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

/** The headers by which a browser learns that it may read the answer; none when no rule says so. */
export function corsHeaders(rules: readonly CorsRule[], question: CorsQuestion): Record<string, string> {
  const rule = rules.find(
    ({ allowedOrigins, allowedMethods, allowedHeaders }) =>
      allowedOrigins.some((pattern) => matches(pattern, question.origin)) &&
      allowedMethods.includes(question.method) &&
      question.headers.every((name) =>
        allowedHeaders.some((pattern) => matches(pattern.toLowerCase(), name)),
      ),
  );
  if (!rule) return {};
  const isForAll = rule.allowedOrigins.includes('*');
  return {
    'access-control-allow-origin': isForAll ? '*' : question.origin,
    'access-control-allow-methods': rule.allowedMethods.join(', '),
    ...(question.headers.length > 0 && { 'access-control-allow-headers': question.headers.join(', ') }),
    ...(rule.exposeHeaders.length > 0 && { 'access-control-expose-headers': rule.exposeHeaders.join(', ') }),
    ...(rule.maxAgeSeconds !== undefined && { 'access-control-max-age': String(rule.maxAgeSeconds) }),
    ...(!isForAll && { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** @throws AwsError when no rule allows the preflight */
export function preflight(rules: readonly CorsRule[], question: CorsQuestion): Record<string, string> {
  const headers = corsHeaders(rules, question);
  if (Object.keys(headers).length > 0) return headers;
  throw s3Error(
    'AccessForbidden',
    rules.length === 0
      ? 'CORSResponse: CORS is not enabled for this bucket.'
      : "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    403,
  );
}
