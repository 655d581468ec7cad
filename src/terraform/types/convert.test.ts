import { describe, expect, test } from 'vitest';
import { Unknown } from '../stack.ts';
import { Sensitive, SetValue, type Value } from '../value.ts';
import {
  anyType,
  boolType,
  ConversionError,
  convert,
  listOf,
  mapOf,
  numberType,
  setOf,
  stringType,
  type TypeConstraint,
  unify,
} from './index.ts';

type Shorthand = Record<string, TypeConstraint | [TypeConstraint] | [TypeConstraint, Value]>;

/** An attribute in brackets is optional, with its default behind it. */
function object(attributes: Shorthand): TypeConstraint {
  const entries = Object.entries(attributes).map(([name, attribute]) => {
    if (!Array.isArray(attribute)) return [name, { type: attribute, optional: false }] as const;
    const [type, fallback] = attribute;
    return [name, { type, optional: true, ...(fallback !== undefined && { default: fallback }) }] as const;
  });
  return { kind: 'object', attributes: Object.fromEntries(entries) };
}

const tuple = (...elements: TypeConstraint[]): TypeConstraint => ({ kind: 'tuple', elements });

function problemOf(value: Value, type: TypeConstraint): string {
  try {
    convert(value, type);
  } catch (error) {
    if (error instanceof ConversionError)
      return error.path === '' ? error.message : `${error.path}: ${error.message}`;
    throw error;
  }
  return 'none';
}

const inner = object({ x: [numberType, 7] });

describe('convert', () => {
  // Each is what Terraform 1.11.4 makes of a variable of that type with that default.
  test.each<[Value, TypeConstraint, Value]>([
    [true, stringType, 'true'],
    [1.5, stringType, '1.5'],
    ['true', boolType, true],
    ['0', boolType, false],
    ['1e3', numberType, 1000],
    [null, listOf(stringType), null],
    [[1, 'a'], anyType, [1, 'a']],
    [
      { a: 1 },
      object({ a: stringType, b: [numberType, 5], c: [listOf(stringType)] }),
      { a: '1', b: 5, c: null },
    ],
    [{ a: 1, b: null, z: 3 }, object({ a: stringType, b: [numberType, 5] }), { a: '1', b: 5 }],
    [{}, object({ m: [inner, {}] }), { m: { x: 7 } }],
    [{}, object({ m: [inner] }), { m: null }],
    [{ m: {} }, object({ m: [inner] }), { m: { x: 7 } }],
    [{}, object({ a: [listOf(stringType), [1]] }), { a: ['1'] }],
    [{ a: {}, b: { x: null }, c: { x: 1 } }, mapOf(inner), { a: { x: 7 }, b: { x: 7 }, c: { x: 1 } }],
    [[1, '2'], tuple(stringType, numberType), ['1', 2]],
    [['b', 'a', 'b'], setOf(stringType), new SetValue(['a', 'b'])],
    [['3', '20', '100'], setOf(numberType), new SetValue([3, 20, 100])],
    [[{}, { a: 1 }, { a: 2 }], setOf(object({ a: [numberType, 1] })), new SetValue([{ a: 1 }, { a: 2 }])],
    [new SetValue(['a', 'b']), listOf(stringType), ['a', 'b']],
    [[[1], ['a', true]], listOf(listOf(stringType)), [['1'], ['a', 'true']]],
    [['a', 1], listOf(anyType), ['a', '1']],
    [{ a: 1, b: 'x' }, mapOf(anyType), { a: '1', b: 'x' }],
    [[{ a: 1 }, { a: 'x' }], listOf(object({ a: anyType })), [{ a: '1' }, { a: 'x' }]],
  ])('%j as %j', (value, type, expected) => {
    expect(convert(value, type)).toEqual(expected);
  });

  test.each<[Value, TypeConstraint, string]>([
    [['1', 'x'], listOf(numberType), '[1]: a number is required'],
    [['1', {}], listOf(numberType), 'element 1: number required'],
    [{ a: 1 }, listOf(stringType), 'list of string required'],
    [{ a: 1, b: {} }, mapOf(stringType), 'element "b": string required'],
    [['a'], mapOf(stringType), 'map of string required'],
    [{}, object({ a: stringType }), 'attribute "a" is required'],
    [{}, object({ a: stringType, b: stringType }), 'attributes "a" and "b" are required'],
    [
      {},
      object({ a: stringType, b: stringType, c: numberType }),
      'attributes "a", "b", and "c" are required',
    ],
    [{ a: [] }, object({ a: stringType }), 'attribute "a": string required'],
    [{ k: { a: 'x' } }, mapOf(object({ a: numberType })), '["k"].a: a number is required'],
    [{ k: { b: 'x' } }, mapOf(object({ a: numberType })), 'element "k": attribute "a" is required'],
    [{ a: {} }, object({ a: object({ b: stringType }) }), 'attribute "a": attribute "b" is required'],
    [['a'], tuple(stringType, numberType), 'tuple required'],
    [[1, {}], tuple(stringType, numberType), 'tuple required'],
    [['a', {}], listOf(anyType), 'all list elements must have the same type'],
    [['a', []], setOf(anyType), 'all set elements must have the same type'],
    [{ a: 1, b: [] }, mapOf(anyType), 'all map elements must have the same type'],
    [new SetValue([{ a: 1 }]), listOf(stringType), 'incorrect list element type: string required'],
    ['yes', boolType, 'a bool is required'],
    ['TRUE', boolType, 'a bool is required; to convert from string, use lowercase "true"'],
    [1, boolType, 'bool required'],
    ['x', numberType, 'a number is required'],
    [true, numberType, 'number required'],
    [[], stringType, 'string required'],
  ])('%j is not %j', (value, type, problem) => {
    expect(problemOf(value, type)).toBe(problem);
  });

  test('keeps unknowns and sensitive marks where they are', () => {
    const unknown = new Unknown('aws_sqs_queue.q.arn');
    expect(convert([unknown, new Sensitive(1)], listOf(stringType))).toEqual([
      new Unknown('aws_sqs_queue.q.arn', 'string'),
      new Sensitive('1'),
    ]);
    expect(convert(new Sensitive([1]), listOf(stringType))).toEqual(new Sensitive(['1']));
    expect(convert(unknown, object({ a: [numberType], b: stringType }))).toEqual(
      new Unknown('aws_sqs_queue.q.arn', 'object({a=optional(number),b=string})'),
    );
  });

  test('makes a set sensitive as a whole', () => {
    expect(convert(['b', new Sensitive('a')], setOf(stringType))).toEqual(
      new Sensitive(new SetValue(['a', 'b'])),
    );
  });

  test('judges an unknown by its type where it has one', () => {
    expect(problemOf(new Unknown('x', 'list(string)'), stringType)).toBe('string required');
    expect(problemOf(new Unknown('x', 'set(number)'), listOf(stringType))).toBe('none');
    expect(problemOf(new Unknown('x', 'dynamic'), mapOf(stringType))).toBe('none');
  });

  test('takes keys that JavaScript knows for ordinary ones', () => {
    expect(problemOf({}, object({ constructor: stringType }))).toBe('attribute "constructor" is required');
    const converted = convert(JSON.parse('{"__proto__": 1}'), mapOf(stringType));
    expect(Object.entries(converted ?? {})).toEqual([['__proto__', '1']]);
  });
});

describe('unify', () => {
  test('finds the type that two results have in common', () => {
    expect(unify([1, 'a'])).toEqual(['1', 'a']);
    expect(unify([null, 1])).toEqual([null, 1]);
    expect(unify([[], [1, 'a']])).toEqual([[], ['1', 'a']]);
    expect(unify([{ a: 1 }, { b: 'x' }])).toEqual([{ a: '1' }, { b: 'x' }]);
    expect(
      unify([
        { a: 1, b: [1] },
        { a: 'x', b: [] },
      ]),
    ).toEqual([
      { a: '1', b: [1] },
      { a: 'x', b: [] },
    ]);
    expect(unify([['b', 'a'], new SetValue([1])])).toEqual([new SetValue(['a', 'b']), new SetValue(['1'])]);
    expect(unify([new Unknown('x'), 'a'])).toEqual([new Unknown('x', 'string'), 'a']);
  });

  test.each<[Value[]]>([[[1, true]], [[1, []]], [[{ a: 1 }, [1]]], [[{ a: 1 }, { a: {} }]]])(
    'refuses %j',
    (values) => {
      expect(() => unify(values)).toThrow(ConversionError);
    },
  );
});
