import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeFrame, FrameReader } from './instance-frames.ts';

it('restores frames from a byte stream cut anywhere', () => {
  const frame = fc.record({
    header: fc.record({ id: fc.string(), n: fc.integer() }),
    payload: fc.uint8Array(),
  });
  fc.assert(
    fc.property(fc.array(frame), fc.integer({ min: 1, max: 40 }), (frames, size) => {
      const bytes = Buffer.concat(frames.map(({ header, payload }) => encodeFrame(header, payload)));
      const read: { header: unknown; payload: Uint8Array }[] = [];
      const reader = new FrameReader<object>(({ header, payload }) =>
        read.push({ header, payload: Uint8Array.from(payload) }),
      );
      for (let start = 0; start < bytes.length; start += size)
        reader.push(bytes.subarray(start, start + size));
      expect(read).toEqual(
        frames.map(({ header, payload }) => ({ header, payload: Uint8Array.from(payload) })),
      );
    }),
  );
});
