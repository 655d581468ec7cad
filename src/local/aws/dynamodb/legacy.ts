/**
 * The parameters that expressions replaced: Expected, QueryFilter, ScanFilter, KeyConditions and
 * AttributeUpdates. They are turned into what the expressions are parsed to.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
 */
import { type AttributeValue, compareValues, readAttributeValue, typeOf } from './attribute-value.ts';
import { invalid, invalidParameter } from './errors.ts';
import type { Comparator, Condition, ParsedCondition } from './expression/condition.ts';
import type { KeyTest } from './expression/key-condition.ts';
import type { Operand } from './expression/operand.ts';
import type { UpdateAction } from './expression/update.ts';
import { boolean, document, listOf, oneOf, type Parsed, parseInput, structure } from './shape.ts';

const operators = [
  'IN',
  'NULL',
  'BETWEEN',
  'LT',
  'NOT_CONTAINS',
  'EQ',
  'GT',
  'NOT_NULL',
  'NE',
  'LE',
  'BEGINS_WITH',
  'GE',
  'CONTAINS',
] as const;
type Operator = (typeof operators)[number];

const conditionShape = structure({
  ComparisonOperator: oneOf(...operators),
  AttributeValueList: listOf(document),
  Value: document,
  Exists: boolean,
});
const updateShape = structure({ Action: oneOf('PUT', 'ADD', 'DELETE'), Value: document });

const comparators: { [operator in Operator]?: Comparator } = {
  EQ: '=',
  NE: '<>',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
};
const allowedTypes: { [operator in Operator]?: readonly string[] } = {
  LE: ['S', 'N', 'B'],
  LT: ['S', 'N', 'B'],
  GE: ['S', 'N', 'B'],
  GT: ['S', 'N', 'B'],
  CONTAINS: ['S', 'N', 'B'],
  NOT_CONTAINS: ['S', 'N', 'B'],
  BEGINS_WITH: ['S', 'B'],
  IN: ['S', 'N', 'B'],
  BETWEEN: ['S', 'N', 'B'],
};

interface Test {
  operator: Operator;
  values: AttributeValue[];
}

/** `Expected`, `QueryFilter` or `ScanFilter` as a condition; the tests are joined by `operator`. */
export function legacyCondition(
  parameter: 'Expected' | 'QueryFilter' | 'ScanFilter',
  tests: { [name: string]: unknown } | undefined,
  operator: 'AND' | 'OR' = 'AND',
): ParsedCondition | undefined {
  const entries = Object.entries(tests ?? {});
  const conditions = entries.map(([name, raw]) => {
    const input = parseInput(conditionShape, raw);
    const test = parameter === 'Expected' ? readExpected(name, input) : readTest(input);
    return conditionOf(name, test);
  });
  const [first, ...others] = conditions;
  if (!first) return undefined;
  const kind = operator === 'AND' ? 'and' : 'or';
  return {
    condition: others.reduce<Condition>((left, right) => ({ kind, left, right }), first),
    paths: entries.map(([name]) => [name]),
  };
}

/** `KeyConditions` as one test for each key attribute. */
export function legacyKeyTests(conditions: { [name: string]: unknown }): Map<string, KeyTest> {
  return new Map(
    Object.entries(conditions).map(([name, raw]) => [
      name,
      keyTestOf(readTest(parseInput(conditionShape, raw))),
    ]),
  );
}

/** `AttributeUpdates` as actions. */
export function legacyUpdates(updates: { [name: string]: unknown }): UpdateAction[] {
  return Object.entries(updates).map(([name, raw]) => {
    const { Action: action = 'PUT', Value: value } = parseInput(updateShape, raw);
    if (value !== undefined) return updateOf(name, action, readAttributeValue(value));
    if (action === 'DELETE') return { kind: 'remove', path: [name] };
    throw invalidParameter('Only DELETE action is allowed when no attribute value is specified');
  });
}

function updateOf(name: string, action: 'PUT' | 'ADD' | 'DELETE', value: AttributeValue): UpdateAction {
  const type = typeOf(value);
  if (action === 'PUT') return { kind: 'set', path: [name], operand: { kind: 'value', value } };
  if (action === 'ADD') {
    if (['N', 'SS', 'NS', 'BS', 'L'].includes(type)) return { kind: 'add', path: [name], value };
    throw invalidParameter(`ADD action is not supported for the type ${type}`);
  }
  if (['SS', 'NS', 'BS'].includes(type)) return { kind: 'delete', path: [name], value };
  throw invalidParameter(`DELETE action with value is not supported for the type ${type}`);
}

function readExpected(name: string, input: Parsed<typeof conditionShape>): Test {
  const { ComparisonOperator: operator, AttributeValueList: list, Value: value, Exists: exists } = input;
  if (list && value !== undefined) {
    throw invalidParameter(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
  }
  if (operator) {
    if (exists !== undefined) {
      throw invalidParameter(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
    }
    return readTest({
      ComparisonOperator: operator,
      AttributeValueList: list ?? (value === undefined ? [] : [value]),
    });
  }
  if (list) {
    throw invalidParameter(
      `AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`,
    );
  }
  if (exists === false) {
    if (value === undefined) return { operator: 'NULL', values: [] };
    throw invalidParameter(`Value cannot be used when Exists is false for Attribute: ${name}`);
  }
  if (value !== undefined) return { operator: 'EQ', values: [readAttributeValue(value)] };
  throw invalidParameter(`Value must be provided when Exists is ${exists ?? 'null'} for Attribute: ${name}`);
}

function readTest(input: Parsed<typeof conditionShape>): Test {
  const { ComparisonOperator: operator, AttributeValueList: list = [] } = input;
  if (!operator) {
    throw invalid(
      "1 validation error detected: Value null at 'comparisonOperator' failed to satisfy constraint: Member must not be null",
    );
  }
  const values = list.map((value) => readAttributeValue(value));
  if (!hasRightCount(operator, values.length)) {
    throw invalidParameter(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  }
  const [first, second] = values;
  const type = first && typeOf(first);
  if (values.some((value) => typeOf(value) !== type)) {
    throw invalidParameter('AttributeValues inside AttributeValueList must be of same type');
  }
  if (type && !(allowedTypes[operator]?.includes(type) ?? true)) {
    throw invalidParameter(`ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`);
  }
  if (operator === 'BETWEEN' && first && second && (compareValues(first, second) ?? 0) > 0) {
    throw invalid(
      'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
    );
  }
  return { operator, values };
}

function hasRightCount(operator: Operator, count: number): boolean {
  if (operator === 'NULL' || operator === 'NOT_NULL') return count === 0;
  if (operator === 'IN') return count > 0;
  return count === (operator === 'BETWEEN' ? 2 : 1);
}

function conditionOf(name: string, { operator, values }: Test): Condition {
  const path: Operand = { kind: 'path', path: [name] };
  const operands = values.map((value): Operand => ({ kind: 'value', value }));
  const [first, second] = operands;
  const call = (functionName: string): Condition => ({
    kind: 'call',
    name: functionName,
    operands: [path, ...operands],
  });
  if (operator === 'NULL') return call('attribute_not_exists');
  if (operator === 'NOT_NULL') return call('attribute_exists');
  if (operator === 'CONTAINS') return call('contains');
  if (operator === 'NOT_CONTAINS') return { kind: 'not', condition: call('contains') };
  if (operator === 'BEGINS_WITH') return call('begins_with');
  if (operator === 'IN') return { kind: 'in', operand: path, choices: operands };
  if (operator === 'BETWEEN' && first && second) {
    return { kind: 'between', operand: path, low: first, high: second };
  }
  const comparator = comparators[operator];
  if (!comparator || !first) throw new Error(`${operator} has no comparator.`);
  return { kind: 'compare', comparator, left: path, right: first };
}

function keyTestOf({ operator, values: [value, high] }: Test): KeyTest {
  const comparator = comparators[operator];
  if (value && comparator && comparator !== '<>') return { operator: comparator, value };
  if (value && operator === 'BEGINS_WITH') return { operator: 'begins_with', value };
  if (value && high && operator === 'BETWEEN') return { operator: 'between', value, high };
  throw invalid('Attempted conditional constraint is not an indexable operation');
}
