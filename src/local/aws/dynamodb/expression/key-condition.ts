import type { AttributeValue } from '../attribute-value.ts';
import { invalid } from '../errors.ts';
import type { Comparator, Condition } from './condition.ts';
import type { Operand } from './operand.ts';

/** What a query asks of one key attribute. */
export type KeyTest =
  | { operator: '=' | '<' | '<=' | '>' | '>='; value: AttributeValue }
  | { operator: 'begins_with'; value: AttributeValue }
  | { operator: 'between'; value: AttributeValue; high: AttributeValue };

const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** Turns the condition of a KeyConditionExpression into one test for each key attribute. */
export function keyTests(condition: Condition): Map<string, KeyTest> {
  const tests = new Map<string, KeyTest>();
  collect(condition, tests);
  return tests;
}

function collect(condition: Condition, tests: Map<string, KeyTest>): void {
  switch (condition.kind) {
    case 'and':
      collect(condition.left, tests);
      collect(condition.right, tests);
      return;
    case 'or':
    case 'not':
    case 'in':
      throw operatorNotAllowed(condition.kind.toUpperCase());
    case 'compare':
      collectComparison(condition.comparator, condition.left, condition.right, tests);
      return;
    case 'between': {
      const name = keyName(condition.operand, 'BETWEEN');
      const [value, high] = [constant(condition.low), constant(condition.high)];
      add(tests, name, { operator: 'between', value, high });
      return;
    }
    case 'call': {
      if (condition.name !== 'begins_with') throw operatorNotAllowed(condition.name);
      const [first, second] = condition.operands;
      if (!first || !second) throw new Error('begins_with has two operands.');
      add(tests, keyName(first, 'begins_with'), { operator: 'begins_with', value: constant(second) });
    }
  }
}

function collectComparison(
  comparator: Comparator,
  left: Operand,
  right: Operand,
  tests: Map<string, KeyTest>,
): void {
  if (comparator === '<>') throw operatorNotAllowed('<>');
  if (left.kind === 'path' && right.kind === 'path') throw severalNames();
  if (left.kind === 'value' && right.kind === 'value') {
    throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified');
  }
  if (left.kind === 'path') {
    add(tests, topLevel(left.path), { operator: comparator, value: constant(right) });
  } else if (right.kind === 'path') {
    add(tests, topLevel(right.path), { operator: mirrored[comparator], value: constant(left) });
  } else throw nestedOperation();
}

function keyName(operand: Operand, operator: string): string {
  if (operand.kind === 'path') return topLevel(operand.path);
  throw invalid(
    `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute as its first operand`,
  );
}

function topLevel(path: readonly [string, ...unknown[]]): string {
  if (path.length === 1) return path[0];
  throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
}

function constant(operand: Operand): AttributeValue {
  if (operand.kind === 'value') return operand.value;
  throw operand.kind === 'path' ? severalNames() : nestedOperation();
}

function add(tests: Map<string, KeyTest>, name: string, test: KeyTest): void {
  if (tests.has(name)) {
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  }
  tests.set(name, test);
}

const operatorNotAllowed = (operator: string) =>
  invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
const nestedOperation = () => invalid('KeyConditionExpressions cannot contain nested operations');
const severalNames = () =>
  invalid('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
