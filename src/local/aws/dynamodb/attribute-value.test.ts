import { describe, expect, it } from 'vitest';
import { itemSizeBytes, readAttributeValue, readItem, sameValue } from './attribute-value.ts';

describe('readAttributeValue', () => {
  it('makes numbers canonical, also deep inside', () => {
    expect(readAttributeValue({ M: { a: { L: [{ NS: ['1.0', '2e1'] }] } } })).toEqual({
      M: { a: { L: [{ NS: ['1', '20'] }] } },
    });
  });

  it.each([
    [{}, 'must contain exactly one of the supported datatypes'],
    [{ S: 'a', N: '1' }, 'has more than one datatypes set'],
    [{ NULL: false }, 'Null attribute value types must have the value of true'],
    [{ SS: [] }, 'An string set  may not be empty'],
    [{ SS: ['a', 'a'] }, 'Input collection [a, a] contains duplicates.'],
    [{ NS: ['1', '1.0'] }, 'Input collection contains duplicates'],
    [{ N: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ S: true }, 'TRUE_VALUE cannot be converted to String'],
    [{ L: 'a' }, 'Unexpected field type'],
    [{ B: 'abc' }, 'Base64 encoded length is expected a multiple of 4 bytes but found: 3'],
    ['a', 'Unexpected value type in payload'],
  ])('refuses %j', (raw, message) => {
    expect(() => readAttributeValue(raw)).toThrow(message);
  });

  it('takes 32 levels and no more', () => {
    const nested = (levels: number): object => (levels === 0 ? { S: '' } : { L: [nested(levels - 1)] });
    expect(readAttributeValue(nested(32))).toEqual(nested(32));
    expect(() => readAttributeValue(nested(33))).toThrow('Nesting Levels have exceeded supported limits');
  });

  it('keeps an attribute called __proto__ as any other', () => {
    const item = readItem(JSON.parse('{"__proto__":{"S":"a"},"constructor":{"S":"b"}}'));
    expect(Object.keys(item)).toEqual(['__proto__', 'constructor']);
  });
});

it('counts the bytes of an item as AWS documents', () => {
  expect(itemSizeBytes({ id: { S: 'ä' } })).toBe(2 + 2);
  expect(itemSizeBytes({ n: { NULL: true }, b: { BOOL: false } })).toBe(4);
  expect(itemSizeBytes({ bin: { B: Buffer.from('four').toString('base64') } })).toBe(3 + 4);
  expect(itemSizeBytes({ l: { L: [{ S: 'ab' }, { N: '1' }] } })).toBe(1 + 3 + (1 + 2) + (1 + 2));
  expect(itemSizeBytes({ m: { M: { k: { S: 'v' } } } })).toBe(1 + 3 + 1 + 2);
});

it('compares sets without order and lists with order', () => {
  expect(sameValue({ SS: ['a', 'b'] }, { SS: ['b', 'a'] })).toBe(true);
  expect(sameValue({ L: [{ S: 'a' }, { S: 'b' }] }, { L: [{ S: 'b' }, { S: 'a' }] })).toBe(false);
  expect(sameValue({ M: { a: { N: '1' } } }, { M: { a: { N: '2' } } })).toBe(false);
});
