import { describe, expect, it } from 'vitest';
import { condition } from './condition.ts';

/** [operator, policy values, values of the call (none: key absent), holds] */
const table: [string, string[], string[] | undefined, boolean][] = [
  ['StringEquals', ['a', 'b'], ['b'], true],
  ['StringEquals', ['a'], ['A'], false],
  ['StringEquals', ['a*'], ['a*'], true],
  ['StringEquals', ['a*'], ['ab'], false],
  ['StringEquals', ['a'], undefined, false],
  ['StringEqualsIfExists', ['a'], undefined, true],
  ['StringEqualsIfExists', ['a'], ['b'], false],
  ['StringNotEquals', ['a', 'b'], ['c'], true],
  ['StringNotEquals', ['a', 'b'], ['b'], false],
  ['StringNotEquals', ['a'], undefined, true],
  ['StringEqualsIgnoreCase', ['Abc'], ['aBC'], true],
  ['StringNotEqualsIgnoreCase', ['Abc'], ['aBC'], false],
  ['StringLike', ['a*c', 'x?z'], ['xyz'], true],
  ['StringLike', ['x?z'], ['xz'], false],
  ['StringNotLike', ['a*'], ['b'], true],
  ['NumericEquals', ['10'], ['10.0'], true],
  ['NumericNotEquals', ['10'], ['11'], true],
  ['NumericLessThan', ['10'], ['10'], false],
  ['NumericLessThanEquals', ['10'], ['10'], true],
  ['NumericGreaterThan', ['10'], ['11'], true],
  ['NumericGreaterThanEquals', ['10'], ['9'], false],
  ['NumericEquals', ['10'], ['ten'], false],
  ['DateEquals', ['2026-01-01T00:00:00Z'], ['1767225600'], true],
  ['DateNotEquals', ['2026-01-01T00:00:00Z'], ['2026-01-02T00:00:00Z'], true],
  ['DateLessThan', ['2026-01-01T00:00:00Z'], ['2025-12-31T23:59:59Z'], true],
  ['DateLessThanEquals', ['2026-01-01T00:00:00Z'], ['2026-01-01T00:00:01Z'], false],
  ['DateGreaterThan', ['2026-01-01T00:00:00Z'], ['2026-01-01T00:00:00Z'], false],
  ['DateGreaterThanEquals', ['2026-01-01T00:00:00Z'], ['2026-01-01T00:00:00Z'], true],
  ['Bool', ['true'], ['True'], true],
  ['Bool', ['true'], ['false'], false],
  ['BoolIfExists', ['true'], undefined, true],
  ['BinaryEquals', ['QmluYXJ5'], ['QmluYXJ5'], true],
  ['IpAddress', ['203.0.113.0/24', '2001:db8::/32'], ['203.0.113.7'], true],
  ['IpAddress', ['2001:db8::/32'], ['2001:db8::1'], true],
  ['IpAddress', ['203.0.113.0/24'], ['203.0.114.7'], false],
  ['NotIpAddress', ['203.0.113.7'], ['203.0.113.7'], false],
  [
    'ArnEquals',
    ['arn:aws:sns:*:123456789012:orders-*'],
    ['arn:aws:sns:eu-west-1:123456789012:orders-new'],
    true,
  ],
  ['ArnLike', ['arn:aws:sns:*:orders'], ['arn:aws:sns:eu-west-1:123456789012:orders'], false],
  ['ArnNotEquals', ['arn:aws:s3:::a'], ['arn:aws:s3:::b'], true],
  ['ArnNotLike', ['arn:aws:s3:::a*'], ['arn:aws:s3:::ab'], false],
  ['Null', ['true'], undefined, true],
  ['Null', ['true'], ['x'], false],
  ['Null', ['false'], ['x'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a'], undefined, true],
  ['ForAllValues:StringNotEquals', ['a'], ['b', 'a'], false],
  ['ForAnyValue:StringEquals', ['a'], ['c', 'a'], true],
  ['ForAnyValue:StringEquals', ['a'], ['c'], false],
  ['ForAnyValue:StringEquals', ['a'], undefined, false],
  ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
  ['ForAnyValue:StringNotEquals', ['a'], undefined, false],
  ['ForAnyValue:StringLike', ['tenant-*'], ['x', 'tenant-1'], true],
  ['ForAnyValue:StringLikeIfExists', ['tenant-*'], undefined, true],
];

describe('condition operators', () => {
  it.each(table)('%s %j of a call with %j: %s', (operator, values, given, holds) => {
    const compiled = condition(operator, 'Service:Key', values, true);
    expect(compiled.holds((key) => (key === 'service:key' ? given : undefined))).toBe(holds);
  });

  it('fills in policy variables, with and without a default', () => {
    const lookup = (tag: string[] | undefined) => (key: string) =>
      key === 'aws:principaltag/team' ? tag : key === 's3:prefix' ? ['home/blue/a'] : undefined;
    const plain = condition('StringLike', 's3:prefix', ['home/${aws:PrincipalTag/team}/*'], true);
    expect(plain.holds(lookup(['blue']))).toBe(true);
    expect(plain.holds(lookup(['*']))).toBe(false);
    expect(plain.holds(lookup(undefined))).toBe(false);
    const withDefault = condition(
      'StringLike',
      's3:prefix',
      ["home/${aws:PrincipalTag/team, 'blue'}/*"],
      true,
    );
    expect(withDefault.holds(lookup(undefined))).toBe(true);
    expect(plain.keys).toEqual(['s3:prefix', 'aws:principaltag/team']);
  });

  it('does not apply where a variable has no value, whatever the operator', () => {
    const negated = condition('StringNotEquals', 'k', ['${aws:username}'], true);
    expect(negated.holds((key) => (key === 'k' ? ['x'] : undefined))).toBe(false);
  });

  it.each(['StringEqual', 'ForSomeValues:StringEquals', 'NullIfExists', 'toString'])(
    'refuses %s',
    (operator) => {
      expect(() => condition(operator, 'k', ['true'], true)).toThrow(
        `${operator} is not a condition operator`,
      );
    },
  );

  it('refuses a value that the operator can not compare', () => {
    expect(() => condition('NumericEquals', 'k', ['ten'], true)).toThrow('"ten"');
    expect(() => condition('IpAddress', 'k', ['300.1.1.1'], true)).toThrow('"300.1.1.1"');
    expect(() => condition('DateLessThan', 'k', ['soon'], true)).toThrow('"soon"');
  });
});
