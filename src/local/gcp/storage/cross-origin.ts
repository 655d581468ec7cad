// What browsers of other origins may do. https://docs.cloud.google.com/storage/docs/cross-origin
import type { WireRequest } from '../../engine/wire.ts';
import type { BucketConfiguration } from './bucket.ts';
import { headerOf } from './call.ts';

type Rule = NonNullable<BucketConfiguration['cors']>[number];

/** Headers that let a browser read the answer; none when no rule of the bucket covers the request. */
export function crossOriginHeaders(
  request: WireRequest,
  rules: BucketConfiguration['cors'] = [],
): Record<string, string> {
  const origin = headerOf(request, 'origin');
  if (origin === undefined) return {};
  const isPreflight = request.method === 'OPTIONS';
  const method = isPreflight ? headerOf(request, 'access-control-request-method') : request.method;
  const rule = rules.find((candidate) => covers(candidate, origin, method ?? ''));
  if (!rule) return {};
  const headers = (rule.responseHeader ?? []).join(', ');
  return {
    'access-control-allow-origin': rule.origin?.includes('*') ? '*' : origin,
    vary: 'Origin',
    ...(isPreflight
      ? {
          'access-control-allow-methods': (rule.method ?? []).join(','),
          ...(headers !== '' && { 'access-control-allow-headers': headers }),
          'access-control-max-age': String(rule.maxAgeSeconds ?? 3600),
        }
      : headers !== '' && { 'access-control-expose-headers': headers }),
  };
}

const covers = ({ origin = [], method = [] }: Rule, asked: string, askedMethod: string) =>
  origin.some((allowed) => allowed === '*' || allowed === asked) &&
  method.some((allowed) => allowed === '*' || allowed === askedMethod);
