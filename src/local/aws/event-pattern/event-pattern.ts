// The pattern language of EventBridge rules, SNS filter policies and Lambda's event filters: one grammar, of which each
// service knows its own operators.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { isInCidr } from './cidr.ts';

/** Which operators a service knows. */
export interface PatternDialect {
  /** Who reads the pattern, as errors name it: `event source mappings`. */
  of: string;
  /** Operators on a value. */
  operators: ReadonlySet<string>;
  /** Operators within `anything-but`. */
  exclusions: ReadonlySet<string>;
  /** Whether `prefix` and `suffix` may ignore case. */
  affixesIgnoreCase: boolean;
}

export const eventBridgeDialect: PatternDialect = {
  of: 'EventBridge',
  operators: new Set([
    'anything-but',
    'cidr',
    'equals-ignore-case',
    'exists',
    'numeric',
    'prefix',
    'suffix',
    'wildcard',
  ]),
  exclusions: new Set(['equals-ignore-case', 'prefix', 'suffix', 'wildcard']),
  affixesIgnoreCase: true,
};

/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
export const snsDialect: PatternDialect = {
  of: 'SNS filter policies',
  operators: new Set(['anything-but', 'cidr', 'equals-ignore-case', 'exists', 'numeric', 'prefix', 'suffix']),
  exclusions: new Set(['prefix', 'suffix']),
  affixesIgnoreCase: false,
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax */
export const eventSourceMappingDialect: PatternDialect = {
  of: 'event source mappings',
  operators: new Set(['anything-but', 'equals-ignore-case', 'exists', 'numeric', 'prefix', 'suffix']),
  exclusions: new Set(['equals-ignore-case', 'prefix', 'suffix']),
  affixesIgnoreCase: false,
};

type Test = (value: unknown) => boolean;

/** A checked pattern, ready to be compared with values. */
export interface EventPattern {
  /** As it was written. */
  readonly source: Readonly<Record<string, unknown>>;
  /** Whether a value has what the pattern asks for. */
  matches(value: unknown): boolean;
}

/** Reads a pattern from JSON. @throws Error that names what is not valid in it */
export function parseEventPattern(text: string, dialect: PatternDialect): EventPattern {
  let source: unknown;
  try {
    source = JSON.parse(text);
  } catch (error) {
    throw new Error(`the filter pattern ${text} is not valid JSON: ${(error as Error).message}`);
  }
  if (!isObject(source)) throw new Error(`the filter pattern ${text} must be an object`);
  return { source, matches: objectTest(source, '', dialect) };
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectTest(pattern: Record<string, unknown>, path: string, dialect: PatternDialect): Test {
  const tests = Object.entries(pattern).map(([key, wanted]): Test => {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === '$or') return alternatives(wanted, path, dialect);
    const test = memberTest(wanted, at, dialect);
    return (value) => test(isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined);
  });
  return (value) => tests.every((test) => test(value));
}

function alternatives(wanted: unknown, path: string, dialect: PatternDialect): Test {
  const at = path === '' ? '$or' : `${path}.$or`;
  if (!Array.isArray(wanted) || wanted.length === 0) throw new Error(`${at} must be a list of patterns`);
  const tests = wanted.map((one: unknown) => {
    if (!isObject(one)) throw new Error(`${at} must be a list of patterns`);
    return objectTest(one, path, dialect);
  });
  return (value) => tests.some((test) => test(value));
}

function memberTest(wanted: unknown, at: string, dialect: PatternDialect): Test {
  if (Array.isArray(wanted)) {
    if (wanted.length === 0) throw new Error(`${at} must not be an empty list`);
    const rules = wanted.map((rule: unknown) => ruleTest(rule, at, dialect));
    return (value) => rules.some((rule) => rule(value));
  }
  if (!isObject(wanted)) throw new Error(`${at} must be an object or a list, not ${JSON.stringify(wanted)}`);
  const test = objectTest(wanted, at, dialect);
  // What is asked of an object must all be in the same element of a list.
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}

/** One element of a list of rules: a value to be equal to, or an operator. */
function ruleTest(rule: unknown, at: string, dialect: PatternDialect): Test {
  if (Array.isArray(rule)) throw new Error(`${at} must not have a list within a list`);
  if (!isObject(rule)) return onElements((value) => value === rule);
  const [operator = '', ...others] = Object.keys(rule);
  const operand = rule[operator];
  if (others.length > 0) throw new Error(`${at} must have one operator at a time`);
  if (!dialect.operators.has(operator)) throw unknownRule(rule, at, dialect);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw new Error(`${at}: exists must be true or false`);
    return (value) => isLeaf(value) === operand;
  }
  if (operator === 'anything-but') return onElements(exclusion(operand, at, dialect));
  return onElements(operatorTest(operator, operand, at, dialect));
}

const unknownRule = (rule: object, at: string, { of }: PatternDialect) =>
  new Error(`${at}: the filter rule ${JSON.stringify(rule)} is not one that ${of} know`);

/** `exists` sees leaves only. */
const isLeaf = (value: unknown) => value !== undefined && !isObject(value);

/** A list has what one of its elements has. */
function onElements(test: Test): Test {
  const onOne: Test = (value) =>
    Array.isArray(value) ? value.some(onOne) : value !== undefined && !isObject(value) && test(value);
  return onOne;
}

function exclusion(operand: unknown, at: string, dialect: PatternDialect): Test {
  if (!isObject(operand)) {
    const excluded: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
    if (excluded.length === 0 || excluded.some((one) => typeof one === 'object'))
      throw new Error(`${at}: anything-but takes a value or a list of values, or one operator`);
    return (value) => !excluded.includes(value);
  }
  const [operator = '', ...others] = Object.keys(operand);
  if (others.length > 0) throw new Error(`${at} must have one operator at a time`);
  if (!dialect.exclusions.has(operator)) throw unknownRule({ 'anything-but': operand }, at, dialect);
  const inner = operand[operator];
  const tests = (Array.isArray(inner) ? inner : [inner]).map((one: unknown) =>
    operatorTest(operator, one, at, dialect),
  );
  return (value) => !tests.some((test) => test(value));
}

const onText =
  (test: (text: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && test(value);

function operatorTest(operator: string, operand: unknown, at: string, dialect: PatternDialect): Test {
  if (operator === 'numeric') return numericTest(operand, at);
  if (operator === 'prefix' || operator === 'suffix') return affixTest(operator, operand, at, dialect);
  if (typeof operand !== 'string') throw unknownRule({ [operator]: operand }, at, dialect);
  switch (operator) {
    case 'equals-ignore-case': {
      const lower = operand.toLowerCase();
      return onText((text) => text.toLowerCase() === lower);
    }
    case 'wildcard': {
      const expression = wildcard(operand, at);
      return onText((text) => expression.test(text));
    }
    case 'cidr': {
      const isInside = isInCidr(operand);
      if (!isInside) throw new Error(`${at}: ${operand} is not a CIDR block`);
      return onText(isInside);
    }
    default:
      throw unknownRule({ [operator]: operand }, at, dialect);
  }
}

function affixTest(
  operator: 'prefix' | 'suffix',
  operand: unknown,
  at: string,
  dialect: PatternDialect,
): Test {
  const has = (text: string, affix: string) =>
    operator === 'prefix' ? text.startsWith(affix) : text.endsWith(affix);
  if (typeof operand === 'string') return onText((text) => has(text, operand));
  const ignoringCase = isObject(operand) ? operand['equals-ignore-case'] : undefined;
  if (!dialect.affixesIgnoreCase || typeof ignoringCase !== 'string')
    throw unknownRule({ [operator]: operand }, at, dialect);
  const lower = ignoringCase.toLowerCase();
  return onText((text) => has(text.toLowerCase(), lower));
}

/** `*` stands for any text; a backslash takes the meaning of a `*` or a backslash away. */
function wildcard(text: string, at: string): RegExp {
  if (/(?<!\\)\*\*/.test(text)) throw new Error(`${at}: consecutive wildcard characters in ${text}`);
  const source = text.replace(/\\([\\*])|(\*)|[\s\S]/g, (whole, escaped?: string, star?: string) => {
    if (star) return '[\\s\\S]*';
    return (escaped ?? whole).replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

const comparisons: Record<string, (value: number, limit: number) => boolean> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function numericTest(operand: unknown, at: string): Test {
  const wrong = () => new Error(`${at}: ${JSON.stringify(operand)} is not a numeric range`);
  if (!Array.isArray(operand) || operand.length === 0 || operand.length > 4) throw wrong();
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = comparisons[String(operand[index])];
    const limit: unknown = operand[index + 1];
    if (!compare || typeof limit !== 'number') throw wrong();
    tests.push((value) => compare(value, limit));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}
