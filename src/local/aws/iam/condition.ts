// Condition operators.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
import { BlockList, isIP, isIPv6 } from 'node:net';
import {
  type ContextLookup,
  literal,
  matchesArn,
  matchesWildcards,
  type Pattern,
  pattern,
} from './pattern.ts';

/** One `operator: { key: values }` of a statement's condition block. */
export interface Condition {
  /** Condition keys that it reads, in lower case: its own and those of its variables. */
  readonly keys: readonly string[];
  holds(lookup: ContextLookup): boolean;
}

/** Whether one value of the call matches one value of the policy; `undefined` is a policy value without meaning here. */
type Comparison = (given: string, lookup: ContextLookup) => boolean | undefined;
type Operand = (
  value: string,
  withVariables: boolean,
) => { compare: Comparison; variables: readonly string[] };

interface Operator {
  operand: Operand;
  /** The condition holds when no value matches. */
  negated: boolean;
}

function byPattern(matches: (resolved: string, given: string) => boolean): Operand {
  return (value, withVariables) => {
    const wanted: Pattern = pattern(value, withVariables);
    return {
      variables: wanted.variables,
      compare(given, lookup) {
        const resolved = wanted.resolve(lookup);
        return resolved === undefined ? undefined : matches(resolved, given);
      },
    };
  };
}

function byValue<Value>(
  parse: (text: string) => Value | undefined,
  matches: (given: Value, wanted: Value) => boolean,
): Operand {
  return (value) => {
    const wanted = parse(value);
    if (wanted === undefined) throw new Error(`"${value}" is not a value that the operator can compare`);
    return {
      variables: [],
      compare(given) {
        const parsed = parse(given);
        return parsed !== undefined && matches(parsed, wanted);
      },
    };
  };
}

const number = (text: string) =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;

/** ISO 8601, or seconds since the Unix epoch. */
function date(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function boolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

const ipAddress: Operand = (value) => {
  const [address = '', prefix] = value.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix);
  if (!isIP(address) || !Number.isInteger(bits))
    throw new Error(`"${value}" is not an IP address or CIDR range`);
  const range = new BlockList();
  range.addSubnet(address, bits, family);
  return {
    variables: [],
    compare: (given) => isIP(given) > 0 && range.check(given, isIPv6(given) ? 'ipv6' : 'ipv4'),
  };
};

const stringEquals = byPattern((wanted, given) => literal(wanted) === given);
const stringEqualsIgnoreCase = byPattern(
  (wanted, given) => literal(wanted).toLowerCase() === given.toLowerCase(),
);
const stringLike = byPattern(matchesWildcards);
const arnLike = byPattern(matchesArn);

const operators: Record<string, Operator> = {
  StringEquals: { operand: stringEquals, negated: false },
  StringNotEquals: { operand: stringEquals, negated: true },
  StringEqualsIgnoreCase: { operand: stringEqualsIgnoreCase, negated: false },
  StringNotEqualsIgnoreCase: { operand: stringEqualsIgnoreCase, negated: true },
  StringLike: { operand: stringLike, negated: false },
  StringNotLike: { operand: stringLike, negated: true },
  NumericEquals: { operand: byValue(number, (a, b) => a === b), negated: false },
  NumericNotEquals: { operand: byValue(number, (a, b) => a === b), negated: true },
  NumericLessThan: { operand: byValue(number, (a, b) => a < b), negated: false },
  NumericLessThanEquals: { operand: byValue(number, (a, b) => a <= b), negated: false },
  NumericGreaterThan: { operand: byValue(number, (a, b) => a > b), negated: false },
  NumericGreaterThanEquals: { operand: byValue(number, (a, b) => a >= b), negated: false },
  DateEquals: { operand: byValue(date, (a, b) => a === b), negated: false },
  DateNotEquals: { operand: byValue(date, (a, b) => a === b), negated: true },
  DateLessThan: { operand: byValue(date, (a, b) => a < b), negated: false },
  DateLessThanEquals: { operand: byValue(date, (a, b) => a <= b), negated: false },
  DateGreaterThan: { operand: byValue(date, (a, b) => a > b), negated: false },
  DateGreaterThanEquals: { operand: byValue(date, (a, b) => a >= b), negated: false },
  Bool: { operand: byValue(boolean, (a, b) => a === b), negated: false },
  BinaryEquals: {
    operand: byValue(
      (text) => text,
      (a, b) => a === b,
    ),
    negated: false,
  },
  IpAddress: { operand: ipAddress, negated: false },
  NotIpAddress: { operand: ipAddress, negated: true },
  // ArnEquals and ArnLike behave identically.
  ArnEquals: { operand: arnLike, negated: false },
  ArnLike: { operand: arnLike, negated: false },
  ArnNotEquals: { operand: arnLike, negated: true },
  ArnNotLike: { operand: arnLike, negated: true },
};

const operatorName = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/**
 * Reads one operator of a condition block.
 * Throws an error without position for an operator that IAM does not have or a value that it can't compare.
 */
export function condition(name: string, key: string, values: string[], withVariables: boolean): Condition {
  const [, quantifier, base = '', ifExists] = operatorName.exec(name) ?? [];
  const ownKey = key.toLowerCase();
  if (base === 'Null') {
    if (quantifier || ifExists) throw new Error(`${name} is not a condition operator`);
    const absent = values.map((value) => boolean(value));
    if (absent.includes(undefined)) throw new Error('Null takes "true" or "false"');
    return { keys: [ownKey], holds: (lookup) => absent.includes((lookup(ownKey)?.length ?? 0) === 0) };
  }
  const operator = Object.hasOwn(operators, base) ? operators[base] : undefined;
  if (!operator) throw new Error(`${name} is not a condition operator`);
  const operands = values.map((value) => operator.operand(value, withVariables));
  const keys = [ownKey, ...operands.flatMap((operand) => operand.variables)];
  return {
    keys,
    holds(lookup) {
      const given = lookup(ownKey);
      if (given === undefined || given.length === 0) {
        if (ifExists || quantifier === 'ForAllValues') return true;
        return quantifier !== 'ForAnyValue' && operator.negated;
      }
      // A variable that the call has no value for makes the statement not apply.
      const outcomes = given.map((value) => {
        const compared = operands.map((operand) => operand.compare(value, lookup));
        if (compared.includes(undefined)) return undefined;
        return compared.includes(true) !== operator.negated;
      });
      if (outcomes.includes(undefined)) return false;
      if (quantifier === 'ForAllValues') return !outcomes.includes(false);
      if (quantifier === 'ForAnyValue') return outcomes.includes(true);
      return operator.negated ? !outcomes.includes(false) : outcomes.includes(true);
    },
  };
}
