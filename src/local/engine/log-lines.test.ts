import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './log-lines.ts';

function linesOf(chunks: Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.flush();
  return lines;
}

describe('LineSplitter', () => {
  it('joins partial lines and keeps empty ones', () => {
    expect(linesOf([Buffer.from('a'), Buffer.from('b\n\nc'), Buffer.from('\r\nd')])).toEqual([
      'ab',
      '',
      'c',
      'd',
    ]);
  });

  it('cuts a line that never ends', () => {
    const lines = linesOf([Buffer.alloc(600 * 1024, 'x')]);
    expect(lines.map((line) => line.length)).toEqual([256 * 1024, 256 * 1024, 88 * 1024]);
  });

  it('gives the same lines wherever the chunks are cut, also inside a character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }).filter((line) => !/[\r\n]/.test(line))),
        fc.integer({ min: 1, max: 7 }),
        (lines, size) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          expect(linesOf(chunks)).toEqual(lines);
        },
      ),
    );
  });
});
