import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../engine/random.ts';
import { bound, membersOf } from './binding-data.ts';

const surroundings = () => ({
  functionName: 'make',
  nowMs: Date.UTC(2026, 10, 28, 17, 5, 9),
  random: seededRandom(1),
});
const data = {
  name: { string: 'a.txt' },
  DequeueCount: { int: 2 },
  data: { json: JSON.stringify({ url: 'https://x/y', parts: [1, 2], none: null }) },
};
const text = (expression: string) => bound(expression, data, surroundings());

describe('an expression', () => {
  it('stands for what the event says, in any case, and for members of it', () => {
    expect(text('in/{name}-{NAME}/{dequeuecount}')).toBe('in/a.txt-a.txt/2');
    expect(text('{data.url}?{Data.Parts}')).toBe('https://x/y?[1,2]');
    expect(bound('{a}{b.c}', membersOf('{"a":"x","b":{"c":true}}'), surroundings())).toBe('xtrue');
  });

  it('stands for what the host knows', () => {
    expect(text('{DateTime}')).toBe('2026-11-28T17-05-09Z');
    expect(text('{datetime:yyyy/MM/dd}-{sys.utcnow:HHmmss}')).toBe('2026/11/28-170509');
    expect(text('{sys.methodname}')).toBe('make');
    expect(text('{rand-guid}')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(text('{rand-guid:N}')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is refused when nothing is known by that name, or a format is not supported', () => {
    for (const name of ['other', 'data.other', 'data.none', 'name.length'])
      expect(() => text(`{${name}}`)).toThrow(`No value for named parameter '${name}'.`);
    expect(() => text('{DateTime:MMM}')).toThrow("'M' in the format 'MMM'");
    expect(() => text('{rand-guid:X}')).toThrow("format 'X' of a GUID");
  });
});

it('has no members of what is no JSON object', () => {
  expect(membersOf('[1]')).toEqual({});
  expect(membersOf('{broken')).toEqual({});
});
