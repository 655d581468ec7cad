import { describe, expect, it } from 'vitest';
import type { Item } from '../attribute-value.ts';
import { applyUpdate } from './apply-update.ts';
import { parseCondition } from './condition.ts';
import { isMet } from './evaluate.ts';
import { keyTests } from './key-condition.ts';
import { parseProjection } from './projection.ts';
import { isReserved } from './reserved-words.ts';
import { ExpressionScope } from './scope.ts';
import { parseUpdate } from './update.ts';

const item: Item = {
  id: { S: 'x' },
  n: { N: '5' },
  tags: { SS: ['a', 'b'] },
  l: { L: [{ S: '0' }, { S: '1' }, { S: '2' }] },
  m: { M: { k: { S: 'v' } } },
};
const values = {
  ':five': { N: '5' },
  ':six': { N: '6' },
  ':x': { S: 'x' },
  ':a': { S: 'a' },
  ':t': { S: 'SS' },
  ':list': { L: [{ S: 'new' }] },
};
const scope = () =>
  new ExpressionScope({ ExpressionAttributeValues: values, ExpressionAttributeNames: { '#n': 'n' } });
const holds = (text: string) => isMet(parseCondition('ConditionExpression', text, scope()).condition, item);
const updated = (text: string) => applyUpdate(item, parseUpdate(text, scope()).actions);

describe('conditions', () => {
  it.each([
    ['id = :x AND n = :six OR #n = :five', true],
    ['id = :x AND (n = :six OR #n = :six)', false],
    ['NOT id = :a AND n = :five', true],
    ['NOT (id = :x AND n = :five)', false],
    ['NOT NOT id = :x', true],
    ['n BETWEEN :five AND :six AND contains(tags, :a)', true],
    ['id IN (:a, :x)', true],
    ['(id) = (:x)', true],
    ['absent <> :x', true],
    ['absent = :x', false],
    ['id < :six', false],
    ['size(l) < :five AND attribute_type(tags, :t)', true],
    ['attribute_exists(m.k) AND attribute_not_exists(l[3])', true],
    ['begins_with(m.k, :a) OR size ( tags ) >= :five', false],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each([
    ['id =', 'Syntax error; token: "<EOF>", near: "="'],
    ['id = :x id', 'Syntax error; token: "id", near: ":x id"'],
    ['id ! :x', 'Syntax error; token: "!", near: "id ! :x"'],
    ['size = :five', 'Attribute name is a reserved keyword; reserved keyword: size'],
    ['#o = :x', 'An expression attribute name used in the document path is not defined; attribute name: #o'],
    ['id = :o', 'An expression attribute value used in expression is not defined; attribute value: :o'],
    ['has(id)', 'Invalid function name; function: has'],
    ['((id = :x))', 'The expression has redundant parentheses;'],
    ['size(id)', 'The function is not allowed to be used this way in an expression; function: size'],
    ['attribute_exists(id) = :x', 'The function is not allowed to be used this way'],
    ['id = id', 'The first operand must be distinct from the remaining operands'],
    [
      `id = :x ${' '.repeat(4096)}`,
      'Expression size has exceeded the maximum allowed size; expression size: 4104',
    ],
    ['begins_with(id, :five)', 'operator or function: begins_with, operand type: N'],
    ['n BETWEEN :six AND :five', 'requires upper bound to be greater than or equal to lower bound'],
  ])('refuses %s', (text, message) => {
    expect(() => holds(text)).toThrow('Invalid ConditionExpression: ');
    expect(() => holds(text)).toThrow(message);
  });

  it('allows two groups in parentheses side by side', () => {
    expect(holds('((id = :x) OR (n = :six))')).toBe(true);
  });
});

describe('updates', () => {
  it('take list positions as they were before', () => {
    expect(updated('REMOVE l[0], l[1]').l).toEqual({ L: [{ S: '2' }] });
    expect(updated('SET l[9] = :x REMOVE l[0]').l).toEqual({ L: [{ S: '1' }, { S: '2' }, { S: 'x' }] });
  });

  it('see the old values on every right-hand side', () => {
    const { id, n } = updated('SET id = n, n = id');
    expect([id, n]).toEqual([{ N: '5' }, { S: 'x' }]);
  });

  it('calculate, append and default', () => {
    expect(updated('SET n = n - :six').n).toEqual({ N: '-1' });
    expect(updated('SET z = if_not_exists(z, :five) + :six').z).toEqual({ N: '11' });
    expect(updated('SET l = list_append(:list, l)').l).toEqual({
      L: [{ S: 'new' }, { S: '0' }, { S: '1' }, { S: '2' }],
    });
  });

  it('leave the old item as it is', () => {
    const before = JSON.stringify(item);
    updated('SET m.k = :x, l[1] = :x');
    expect(JSON.stringify(item)).toBe(before);
  });

  it.each([
    ['SET n = n + :five + :six', 'Syntax error; token: "+"'],
    ['SET id = :x SET n = :six', 'The "SET" section can only be used once in an update expression;'],
    ['SET m = :x, m.k = :x', 'Two document paths overlap with each other'],
    ['SET m.k = :x, m[0] = :x', 'Two document paths conflict with each other'],
    ['SET id = size(id)', 'Invalid function name; function: size'],
    ['ADD n :x', 'operator: ADD, operand type: STRING'],
    ['SET n = n + :x', 'operator or function: +, operand type: S'],
    ['SET n = if_not_exists(:x, n)', 'Operator or function requires a document path'],
    ['', 'The expression can not be empty;'],
  ])('refuse %s', (text, message) => {
    expect(() => updated(text)).toThrow(message);
  });

  it.each([
    ['SET a.b = :x', 'The document path provided in the update expression is invalid for update'],
    ['SET a = absent', 'The provided expression refers to an attribute that does not exist in the item'],
    ['SET n = n + id', 'An operand in the update expression has an incorrect data type'],
  ])('fail on the item with %s', (text, message) => {
    expect(() => updated(text)).toThrow(message);
  });
});

it('projects nested paths with their structure', () => {
  expect(parseProjection('m.k, l[2], l[0], absent.a', scope()).of(item)).toEqual({
    m: { M: { k: { S: 'v' } } },
    l: { L: [{ S: '0' }, { S: '2' }] },
  });
});

it('names what is not used', () => {
  const unused = scope();
  parseCondition('ConditionExpression', 'id = :x', unused);
  expect(() => unused.expectAllUsed()).toThrow(
    'Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}',
  );
});

describe('key conditions', () => {
  const tests = (text: string) => keyTests(parseCondition('KeyConditionExpression', text, scope()).condition);

  it('are one test for each key', () => {
    expect(tests('id = :x AND n BETWEEN :five AND :six').get('n')).toEqual({
      operator: 'between',
      value: { N: '5' },
      high: { N: '6' },
    });
    expect(tests(':five < n').get('n')).toEqual({ operator: '>', value: { N: '5' } });
  });

  it.each([
    ['id = :x OR n = :five', 'Invalid operator used in KeyConditionExpression: OR'],
    ['id <> :x', 'Invalid operator used in KeyConditionExpression: <>'],
    ['id = :x AND id = :a', 'KeyConditionExpressions must only contain one condition per key'],
    ['m.k = :x', 'KeyConditionExpressions cannot have conditions on nested attributes'],
    ['id = n', 'Multiple attribute names used in one condition'],
  ])('refuse %s', (text, message) => {
    expect(() => tests(text)).toThrow(message);
  });
});

it('knows the 573 reserved words', () => {
  expect(['name', 'Status', 'TTL', 'zone', 'abort'].every(isReserved)).toBe(true);
  expect(['id', 'price', 'pk'].some(isReserved)).toBe(false);
});
