// The filter language of event source mappings.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax

/** A checked filter pattern. */
export type FilterPattern = { readonly [key: string]: unknown };

type Rule = (value: unknown) => boolean;

/** Reads a pattern. @throws Error that names what is not valid in it */
export function parseFilterPattern(text: string): FilterPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw new Error(`the filter pattern ${text} is not valid JSON: ${(error as Error).message}`);
  }
  if (!isObject(pattern)) throw new Error(`the filter pattern ${text} must be an object`);
  checkPattern(pattern, '');
  return pattern;
}

/** Whether a value has what the pattern asks for. */
export function matchesPattern(pattern: FilterPattern, value: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or' && Array.isArray(wanted))
      return wanted.some((one) => isObject(one) && matchesPattern(one, value));
    const found = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (Array.isArray(wanted)) return wanted.some((rule) => ruleOf(rule, key)(found));
    if (!isObject(wanted)) return false;
    if (Array.isArray(found)) return found.some((element) => matchesPattern(wanted, element));
    return matchesPattern(wanted, found);
  });
}

/**
 * Whether a record of a queue passes at least one filter. The body is compared as JSON with an object and as text with
 * a list; a record whose body is of the other kind does not pass.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function recordPasses<SourceRecord extends { readonly body: string }>(
  patterns: readonly FilterPattern[],
  record: SourceRecord,
): boolean {
  if (patterns.length === 0) return true;
  const json = parsedObject(record.body);
  return patterns.some((pattern) => {
    if (isObject(pattern.body))
      return json !== undefined && matchesPattern(pattern, { ...record, body: json });
    if (Array.isArray(pattern.body) && json !== undefined) return false;
    return matchesPattern(pattern, record);
  });
}

function parsedObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkPattern(pattern: FilterPattern, path: string): void {
  for (const [key, wanted] of Object.entries(pattern)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === '$or') {
      if (!Array.isArray(wanted)) throw new Error(`${at} must be a list of patterns`);
      for (const one of wanted) {
        if (!isObject(one)) throw new Error(`${at} must be a list of patterns`);
        checkPattern(one, at);
      }
    } else if (Array.isArray(wanted)) {
      if (wanted.length === 0) throw new Error(`${at} must not be an empty list`);
      for (const rule of wanted) ruleOf(rule, at);
    } else if (isObject(wanted)) checkPattern(wanted, at);
    else throw new Error(`${at} must be an object or a list, not ${JSON.stringify(wanted)}`);
  }
}

/** One element of a list of rules: a value to be equal to, or an operator. */
function ruleOf(rule: unknown, path: string): Rule {
  if (!isObject(rule)) return onElements((value) => value === rule);
  const [operator = '', ...others] = Object.keys(rule);
  const operand = rule[operator];
  if (others.length > 0) throw new Error(`${path} must have one operator at a time`);
  if (operator === 'exists' && typeof operand === 'boolean')
    return (value) => (value !== undefined && !isObject(value)) === operand;
  const test = testOf(operator, operand, path);
  return onElements(test);
}

/** A list has what one of its elements has. */
function onElements(test: Rule): Rule {
  return (value) => (Array.isArray(value) ? value.some(test) : value !== undefined && test(value));
}

function testOf(operator: string, operand: unknown, path: string): Rule {
  if (operator === 'anything-but') {
    const excluded = Array.isArray(operand) ? operand : [operand];
    const tests = excluded.map((one) => {
      if (!isObject(one)) return (value: unknown) => value === one;
      const [inner = ''] = Object.keys(one);
      return testOf(inner, one[inner], path);
    });
    return (value) => !tests.some((test) => test(value));
  }
  if (operator === 'numeric' && Array.isArray(operand)) return numericTest(operand, path);
  if (typeof operand === 'string') {
    if (operator === 'prefix') return (value) => typeof value === 'string' && value.startsWith(operand);
    if (operator === 'suffix') return (value) => typeof value === 'string' && value.endsWith(operand);
    if (operator === 'equals-ignore-case')
      return (value) => typeof value === 'string' && value.toLowerCase() === operand.toLowerCase();
  }
  throw new Error(
    `${path}: the filter rule ${JSON.stringify({ [operator]: operand })} is not one that event source mappings know`,
  );
}

const comparisons: Record<string, (value: number, limit: number) => boolean> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function numericTest(operand: readonly unknown[], path: string): Rule {
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = comparisons[String(operand[index])];
    const limit = operand[index + 1];
    if (!compare || typeof limit !== 'number')
      throw new Error(`${path}: ${JSON.stringify(operand)} is not a numeric range`);
    tests.push((value) => compare(value, limit));
  }
  if (tests.length === 0) throw new Error(`${path}: an empty numeric range`);
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}
