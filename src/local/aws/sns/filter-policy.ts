// Which messages a subscription takes.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
import { isObject, parseEventPattern, snsDialect } from '../event-pattern/event-pattern.ts';
import type { MessageAttributes } from '../sqs/message.ts';
import { invalid } from './errors.ts';
import type { SnsMessage } from './message.ts';

export type FilterPolicyScope = 'MessageAttributes' | 'MessageBody';

export interface FilterPolicy {
  scope: FilterPolicyScope;
  passes(message: Pick<SnsMessage, 'body' | 'attributes'>): boolean;
}

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const maximumKeys = 5;
const maximumCombinations = 150;

/** Reads a policy; one without conditions is none. @throws AwsError InvalidParameter */
export function parseFilterPolicy(text: string, scope: FilterPolicyScope): FilterPolicy | undefined {
  const pattern = (() => {
    try {
      return parseEventPattern(text, snsDialect);
    } catch (error) {
      throw invalid(`FilterPolicy: ${(error as Error).message}`);
    }
  })();
  const keys = Object.keys(pattern.source);
  if (keys.length === 0) return undefined;
  if (keys.length > maximumKeys) throw invalid('FilterPolicy: Filter policy can not have more than 5 keys');
  if (scope === 'MessageAttributes' && isNested(pattern.source))
    throw invalid('Filter policy scope MessageAttributes does not support nested filter policy');
  if (combinations(pattern.source, 1) > maximumCombinations)
    throw invalid('FilterPolicy: Filter policy is too complex');
  return {
    scope,
    passes({ body, attributes }) {
      const value = scope === 'MessageBody' ? jsonObject(body) : attributeValues(attributes);
      return value !== undefined && pattern.matches(value);
    },
  };
}

const isNested = (policy: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(policy).some(([key, wanted]) =>
    key === '$or' && Array.isArray(wanted)
      ? wanted.some((one) => isObject(one) && isNested(one))
      : isObject(wanted),
  );

/** Values of each list multiplied, each list also by the depth at which it stands. */
function combinations(policy: Readonly<Record<string, unknown>>, depth: number): number {
  let product = 1;
  for (const [key, wanted] of Object.entries(policy)) {
    if (isObject(wanted)) product *= combinations(wanted, depth + 1);
    else if (Array.isArray(wanted)) {
      product *= wanted.length * depth;
      if (key === '$or') for (const one of wanted) if (isObject(one)) product *= combinations(one, depth + 1);
    }
  }
  return product;
}

function jsonObject(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The attributes by their types. Without any, no policy lets a message pass. */
function attributeValues(attributes: MessageAttributes): object | undefined {
  const values: Record<string, unknown> = {};
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    if (StringValue === undefined) continue;
    values[name] =
      DataType === 'String.Array'
        ? arrayOf(StringValue)
        : DataType.startsWith('Number')
          ? Number(StringValue)
          : StringValue;
  }
  return Object.keys(attributes).length === 0 ? undefined : values;
}

function arrayOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : text;
  } catch {
    return text;
  }
}
