// https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html

import { invalid, unsupported } from './errors.ts';
import { type FilterPolicy, type FilterPolicyScope, parseFilterPolicy } from './filter-policy.ts';

export interface SubscriptionSettings {
  /** Whether a queue gets the message alone, without the envelope. */
  raw: boolean;
  filter?: FilterPolicy;
  deadLetterArn?: string;
}

const settable = new Set(['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy']);
const ofOthers = new Set(['DeliveryPolicy', 'ReplayPolicy', 'SubscriptionRoleArn']);

/** Reads the attributes. @throws AwsError InvalidParameter */
export function settingsOf(attributes: Record<string, string>, protocol: string): SubscriptionSettings {
  for (const name of Object.keys(attributes)) {
    if (ofOthers.has(name)) throw unsupported(`the subscription attribute ${name}`);
    if (!settable.has(name)) throw invalid('AttributeName');
  }
  const { FilterPolicy, FilterPolicyScope: scope, RawMessageDelivery, RedrivePolicy } = attributes;
  const filter = FilterPolicy === undefined ? undefined : parseFilterPolicy(FilterPolicy, scopeOf(scope));
  if (scope !== undefined) scopeOf(scope);
  const raw = RawMessageDelivery?.toLowerCase() ?? 'false';
  if (raw !== 'true' && raw !== 'false')
    throw invalid(
      'Attributes Reason: RawMessageDelivery: Invalid value [' +
        `${RawMessageDelivery}]. Must be true or false.`,
    );
  if (raw === 'true' && protocol !== 'sqs')
    throw invalid(
      `Attributes Reason: RawMessageDelivery: Delivery protocol [${protocol}] does not support raw message delivery.`,
    );
  return {
    raw: raw === 'true',
    ...(filter && { filter }),
    ...(RedrivePolicy !== undefined && { deadLetterArn: deadLetterOf(RedrivePolicy) }),
  };
}

function scopeOf(scope = 'MessageAttributes'): FilterPolicyScope {
  if (scope === 'MessageAttributes' || scope === 'MessageBody') return scope;
  throw invalid(
    `FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`,
  );
}

function deadLetterOf(text: string): string {
  let target: unknown;
  try {
    const policy: unknown = JSON.parse(text);
    target =
      typeof policy === 'object' && policy !== null ? Reflect.get(policy, 'deadLetterTargetArn') : undefined;
  } catch {
    throw invalid('RedrivePolicy: failed to parse JSON.');
  }
  if (typeof target === 'string' && /^arn:[^:]+:sqs:[^:]+:\d{12}:[\w.-]+$/.test(target)) return target;
  throw invalid(`RedrivePolicy: deadLetterTargetArn is an invalid arn`);
}
