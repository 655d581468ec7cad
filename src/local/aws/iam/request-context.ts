// Condition keys that every request has.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import type { AccessRequest, AwsPrincipal, AwsRuntime } from '../service.ts';
import type { ContextLookup } from './pattern.ts';

/** Global keys whose value changes by itself: a decision that read one can't be kept. */
export const clockKeys: readonly string[] = ['aws:currenttime', 'aws:epochtime'];

/** The account that owns a resource: the one in its ARN, or this one for ARNs without (S3). */
export const accountOf = (resourceArn: string, { accountId }: Pick<AwsRuntime, 'accountId'>): string =>
  resourceArn.split(':')[4] || accountId;

/** Keys of a call by a principal of the account; `tags` are those of its role and session. */
export function principalContext(
  runtime: AwsRuntime,
  request: AccessRequest,
  principal: AwsPrincipal,
  userId: string,
  tags: Record<string, string>,
): ContextLookup {
  const tagValues = new Map(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]));
  const common = commonContext(runtime, request);
  return (key) => {
    if (key.startsWith('aws:principaltag/')) {
      const value = tagValues.get(key.slice('aws:principaltag/'.length));
      return value === undefined ? undefined : [value];
    }
    switch (key) {
      case 'aws:principalarn':
        return [principal.arn];
      case 'aws:principalaccount':
        return [principal.accountId];
      case 'aws:principaltype':
        return [principal.kind === 'role' ? 'AssumedRole' : 'Account'];
      case 'aws:userid':
        return [userId];
      case 'aws:principalisawsservice':
        return ['false'];
      default:
        return common(key);
    }
  };
}

/** Keys of a call by a service on its own behalf. */
export function serviceContext(runtime: AwsRuntime, request: AccessRequest, service: string): ContextLookup {
  const common = commonContext(runtime, request);
  return (key) => {
    if (key === 'aws:principalisawsservice') return ['true'];
    if (key === 'aws:principalservicename') return [service];
    return common(key);
  };
}

/** Keys of a call that nobody has signed. */
export function anonymousContext(runtime: AwsRuntime, request: AccessRequest): ContextLookup {
  const common = commonContext(runtime, request);
  return (key) => {
    if (key === 'aws:principaltype') return ['Anonymous'];
    if (key === 'aws:principalisawsservice') return ['false'];
    return common(key);
  };
}

function commonContext(runtime: AwsRuntime, request: AccessRequest): ContextLookup {
  return (key) => {
    const given = request.context?.[key];
    if (given) return given;
    switch (key) {
      case 'aws:currenttime':
        return [new Date(runtime.clock.now()).toISOString()];
      case 'aws:epochtime':
        return [String(Math.floor(runtime.clock.now() / 1000))];
      case 'aws:requestedregion':
        return [request.resource.split(':')[3] || runtime.region];
      case 'aws:resourceaccount':
        return [accountOf(request.resource, runtime)];
      case 'aws:securetransport':
        return ['true'];
      case 'aws:sourceip':
        return ['127.0.0.1'];
      case 'aws:viaawsservice':
        return ['false'];
      default:
        return undefined;
    }
  };
}
