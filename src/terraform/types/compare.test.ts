import { expect, test } from 'vitest';
import { Unknown } from '../stack.ts';
import { Sensitive, SetValue, type Value } from '../value.ts';
import {
  compareCodePoints,
  equal,
  makeSet,
  numberText,
  parseNumber,
  typeExpression,
  typeName,
  typeOf,
} from './index.ts';

test.each<[Value, Value, boolean]>([
  [1, '1', false],
  [null, null, true],
  [null, false, false],
  [[1, [2]], [1, [2]], true],
  [[1], [1, 2], false],
  [{ a: 1 }, { a: 1 }, true],
  [{ a: null }, { b: null }, false],
  [{}, [], false],
  [new SetValue([1]), new SetValue([1]), true],
  [new SetValue([1]), [1], false],
  [new Sensitive('a'), 'a', true],
])('equal(%j, %j) is %j', (a, b, expected) => {
  expect(equal(a, b)).toBe(expected);
  expect(equal(b, a)).toBe(expected);
});

test('a set has each element once, in the order of its kind', () => {
  expect(makeSet(['b', null, 'a', 'b'])).toEqual(new SetValue(['a', 'b', null]));
  expect(makeSet([100, 20, -1, 20])).toEqual(new SetValue([-1, 20, 100]));
  expect(makeSet([true, false])).toEqual(new SetValue([false, true]));
  // By Terraform's text form, in which "10" stands before "9".
  expect(makeSet([{ a: 9 }, { a: 10 }])).toEqual(new SetValue([{ a: 10 }, { a: 9 }]));
});

test('unknown elements stay apart and come last', () => {
  const [first, second] = [new Unknown('a.b'), new Unknown('a.b')];
  expect(makeSet([first, 'x', second])).toEqual(new SetValue(['x', first, second]));
});

test('strings are ordered by code point', () => {
  expect(['\uff00', '👍', 'z', 'é'].sort(compareCodePoints)).toEqual(['z', 'é', '\uff00', '👍']);
});

test.each([
  [1e21, '1000000000000000000000'],
  [1.5e-7, '0.00000015'],
  [-1.25e22, '-12500000000000000000000'],
  [0.1, '0.1'],
  [-0, '-0'],
])('numberText(%d)', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test('parseNumber takes decimals only', () => {
  expect(['1', '+.5', '5.', '1E3', ''].map(parseNumber)).toEqual([1, 0.5, 5, 1000, undefined]);
  expect(['0x1', ' 1', '1_0', 'Inf', 'NaN', '1e999'].map(parseNumber)).toEqual(Array(6).fill(undefined));
});

test('types have a name for messages and an expression for configurations', () => {
  const type = typeOf({ a: [1, 'x'], b: new SetValue(['y']), c: null });
  expect(typeExpression(type)).toBe('object({a=tuple([number,string]),b=set(string),c=dynamic})');
  expect(typeName(typeOf(new Unknown('x', 'map(list(any))')))).toBe('map of list of any single type');
});
