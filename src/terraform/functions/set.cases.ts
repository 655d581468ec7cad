import { type FunctionCase, fails, gives, set } from './function-case.ts';

/** What Terraform 1.11.4 makes of each of these calls. */
export const setCases: FunctionCase[] = [
  gives('setintersection', [['a', 'b'], ['b']], ['b']),
  gives('setintersection', [['a']], ['a']),
  gives('setintersection', [[1, 2], ['2']], ['2']),
  gives('setintersection', [[], []], []),
  gives('setintersection', [set('é', 'a'), ['é'], ['é', 'b']], ['é']),
  fails(
    'setintersection',
    [['a'], 'a'],
    'Invalid value for "other_sets" parameter: set of any single type required.',
  ),
  gives('setintersection', [[null], [null]], [null]),
  gives(
    'setproduct',
    [
      ['a', 'b'],
      [1, 2],
    ],
    [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ],
  ),
  gives('setproduct', [['a'], []], []),
  gives(
    'setproduct',
    [set('b', 'a'), set(1)],
    [
      ['a', 1],
      ['b', 1],
    ],
  ),
  gives(
    'setproduct',
    [set('a'), ['z', 'y']],
    [
      ['a', 'y'],
      ['a', 'z'],
    ],
  ),
  gives(
    'setproduct',
    [[1, 'a'], [true]],
    [
      ['1', true],
      ['a', true],
    ],
  ),
  gives(
    'setproduct',
    [['a'], ['b'], ['c', 'd']],
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'd'],
    ],
  ),
  fails('setproduct', [['a']], 'Call to function "setproduct" failed: at least two arguments are required.'),
  fails('setproduct', [], 'Call to function "setproduct" failed: at least two arguments are required.'),
  fails('setproduct', ['a', ['b']], 'Invalid value for "sets" parameter: a set or a list is required.'),
  fails(
    'setproduct',
    [[1, {}], ['a']],
    'Invalid value for "sets" parameter: all elements must be of the same type.',
  ),
  gives('setsubtract', [['a', 'b'], ['b']], ['a']),
  gives('setsubtract', [[1], ['1']], []),
  gives('setsubtract', [[1], ['a']], ['1']),
  gives('setsubtract', [[], ['a']], []),
  fails('setsubtract', [['a'], null], 'Invalid value for "b" parameter: argument must not be null.'),
  gives('setunion', [['a'], ['b', 'a']], ['a', 'b']),
  gives('setunion', [[1], ['a']], ['1', 'a']),
  gives('setunion', [[], []], []),
  gives(
    'setunion',
    [
      [
        { b: 1, a: 'z' },
        { b: 0, a: 'zz' },
      ],
      [{ b: 1, a: 'z' }],
    ],
    [
      { a: 'z', b: 1 },
      { a: 'zz', b: 0 },
    ],
  ),
  fails(
    'setunion',
    [[{}], ['a']],
    'Call to function "setunion" failed: given sets must all have compatible element types.',
  ),
];
