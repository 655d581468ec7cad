import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { document, runQueryRequest } from '../firestore/messages.ts';
import type { Value } from '../firestore/value.ts';
import { value } from '../firestore/value-codec.ts';
import {
  bool,
  bytes,
  double,
  int32,
  int64,
  message,
  optional,
  repeated,
  string,
  stringMap,
  withDefault,
} from './protobuf.ts';

const sample = message({
  text: withDefault(1, string, ''),
  count: withDefault(2, int32, 0),
  big: optional(3, int64),
  ratio: optional(4, double),
  flag: withDefault(5, bool, false),
  data: optional(6, bytes),
  numbers: repeated(7, int32),
  names: stringMap(16, string),
});

describe('the wire format', () => {
  test('is that of the protocol buffer guide', () => {
    // https://protobuf.dev/programming-guides/encoding/: field 1 of 150, and the string "testing" in field 2.
    expect(
      message({ a: withDefault(1, int32, 0) })
        .encode({ a: 150 })
        .toString('hex'),
    ).toBe('089601');
    expect(
      message({ b: withDefault(2, string, '') })
        .encode({ b: 'testing' })
        .toString('hex'),
    ).toBe('120774657374696e67');
    expect(
      message({ c: optional(1, int64) })
        .encode({ c: -2n })
        .toString('hex'),
    ).toBe('08feffffffffffffffff01');
  });

  test('leaves defaults out and gives them back', () => {
    expect(sample.encode({ text: '', count: 0, flag: false }).length).toBe(0);
    expect(sample.decode(Buffer.alloc(0))).toEqual({
      text: '',
      count: 0,
      big: undefined,
      ratio: undefined,
      flag: false,
      data: undefined,
      numbers: [],
      names: new Map(),
    });
  });

  test('reads packed and unpacked numbers and skips what it does not know', () => {
    expect(sample.decode(Buffer.from('3a03010203', 'hex')).numbers).toEqual([1, 2, 3]);
    expect(sample.decode(Buffer.from('38013802', 'hex')).numbers).toEqual([1, 2]);
    expect(sample.decode(Buffer.from('f83f05' + 'fa3f0161' + '1001', 'hex')).count).toBe(1);
  });

  test('refuses a message that is cut off', () => {
    expect(() => sample.decode(Buffer.from('0a05616263', 'hex'))).toThrow('ends in the middle');
    expect(() => runQueryRequest.decode(Buffer.from('1205', 'hex'))).toThrow('ends in the middle');
  });

  test('any message comes back as it went', () => {
    const anyInt64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const samples = fc.record({
      text: fc.string({ unit: 'binary' }),
      count: fc.integer(),
      big: fc.option(anyInt64, { nil: undefined }),
      ratio: fc.option(fc.double(), { nil: undefined }),
      flag: fc.boolean(),
      data: fc.option(
        fc.uint8Array().map((part) => Buffer.from(part)),
        { nil: undefined },
      ),
      numbers: fc.array(fc.integer()),
      names: fc.array(fc.tuple(fc.string(), fc.string())).map((entries) => new Map(entries)),
    });
    fc.assert(
      fc.property(samples, (input) => {
        expect(sample.decode(sample.encode(input))).toEqual(input);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('any value comes back as it went, also in a document longer than the first buffer', () => {
    const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant<Value>({ kind: 'null' }),
        fc.boolean().map((part): Value => ({ kind: 'boolean', value: part })),
        fc
          .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
          .map((part): Value => ({ kind: 'integer', value: part })),
        fc.double().map((part): Value => ({ kind: 'double', value: part })),
        fc.string({ unit: 'binary' }).map((part): Value => ({ kind: 'string', value: part })),
        fc.uint8Array().map((part): Value => ({ kind: 'bytes', value: Buffer.from(part) })),
        fc
          .record({
            seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
            nanos: fc.nat(999_999_999),
          })
          .map((part): Value => ({ kind: 'timestamp', value: part })),
        fc.array(tie('value')).map((values): Value => ({ kind: 'array', values })),
        fc
          .array(fc.tuple(fc.string(), tie('value')))
          .map((entries): Value => ({ kind: 'map', fields: new Map(entries) })),
      ),
    }));
    fc.assert(
      fc.property(anyValue, (input) => {
        expect(value.decode(value.encode(input))).toEqual(input);
        const fields = new Map([
          ['long', { kind: 'string' as const, value: 'x'.repeat(2000) }],
          ['v', input],
        ]);
        expect(document.decode(document.encode({ name: 'n', fields })).fields).toEqual(fields);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
