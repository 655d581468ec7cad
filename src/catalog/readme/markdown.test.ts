import { expect, test } from 'vitest';
import { markdownTable, section } from './markdown.ts';

test('a table that fits is aligned', () => {
  expect(
    markdownTable(
      ['Name', 'Value'],
      [
        ['a', '1'],
        ['longer', '22'],
      ],
    ).split('\n'),
  ).toEqual(['| Name   | Value |', '| ------ | ----- |', '| a      | 1     |', '| longer | 22    |']);
});

test('in a table that does not fit only its narrow columns are', () => {
  const wide = 'word '.repeat(40).trim();
  expect(
    markdownTable(
      ['Name', 'Text'],
      [
        ['a', wide],
        ['longer', 'b'],
      ],
    ).split('\n'),
  ).toEqual(['| Name   | Text |', '| ------ | --- |', `| a      | ${wide} |`, '| longer | b   |']);
});

test('bars and line ends cannot break a table', () => {
  expect(markdownTable(['A'], [['x | y\n  z']])).toContain('| x \\| y z |');
});

test('a section without content, and a table without rows, are nothing at all', () => {
  expect(section(2, 'Empty', '', undefined, markdownTable(['A'], []))).toBe('');
  expect(section(2, 'Full', 'text')).toBe('## Full\n\ntext');
});
