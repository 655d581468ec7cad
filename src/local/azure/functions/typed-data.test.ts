import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pack, unpack } from './typed-data.ts';

it('carries bytes beside JSON and back', () => {
  const bytes = fc.uint8Array().map((value) => Buffer.from(value));
  const value = fc.array(
    fc.record({
      name: fc.string(),
      data: fc.oneof(fc.record({ bytes }), fc.record({ string: fc.string() })),
    }),
  );
  fc.assert(
    fc.property(value, (original) => {
      const { json, payload } = pack(original);
      expect(unpack(JSON.parse(JSON.stringify(json)), payload)).toEqual(original);
    }),
  );
});
