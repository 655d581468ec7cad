import { expect, test } from 'vitest';
import { withPatternsTable } from './patterns-table.ts';

const document = '# Title\n\n<!-- patterns -->\nold\n<!-- /patterns -->\n\nEnd\n';

test('the table stands between its markers, and what is around them stays', () => {
  const once = withPatternsTable(document, '| new |');
  expect(once).toBe('# Title\n\n<!-- patterns -->\n\n| new |\n\n<!-- /patterns -->\n\nEnd\n');
  expect(withPatternsTable(once, '| new |')).toBe(once);
});

test('a document without markers stays as it is', () => {
  expect(withPatternsTable('# Title\n', '| new |')).toBe('# Title\n');
  expect(withPatternsTable('<!-- /patterns --> <!-- patterns -->', '| new |')).not.toContain('new');
});
