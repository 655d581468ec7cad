import { describe, expect, it } from 'vitest';
import { correlationFilter } from './correlation-filter.ts';
import { FilterSyntaxError } from './lexer.ts';
import { type FilteredMessage, sqlFilter } from './sql-filter.ts';

const message: FilteredMessage = {
  system: { label: 'order', messageid: 'm-1', correlationid: 'c', sequencenumber: 7, to: undefined },
  user: {
    color: 'red',
    quantity: 12,
    price: 1.5,
    urgent: true,
    'a b': 'spaced',
    percent: '100%',
    big: 2n ** 60n,
    day: new Date(0),
  },
  newId: () => '00000000-0000-4000-8000-000000000000',
};

const passes = (expression: string) => sqlFilter(expression)(message);

describe('a SQL filter', () => {
  it.each([
    "color = 'red'",
    "user.color = 'red' AND sys.Label = 'order'",
    "color <> 'blue' AND color != 'green'",
    'quantity > 10 AND quantity <= 12 AND quantity >= 12 AND NOT quantity < 12',
    "color IN ('blue', 'red')",
    "color NOT IN ('blue')",
    "color LIKE 'r_d' AND color LIKE '%ed' AND color NOT LIKE 'x%'",
    "percent LIKE '100\\%' ESCAPE '\\'",
    'EXISTS(color) AND NOT EXISTS(size)',
    'EXISTS(sys.MessageId) AND NOT EXISTS(sys.To)',
    'size IS NULL AND color IS NOT NULL',
    'quantity * 2 + 1 = 25 AND 7 / 2 = 3 AND 7.0 / price > 4 AND quantity % 5 = 2',
    '-quantity = -12 AND +quantity = 12',
    '(quantity = 1 OR quantity = 12) AND urgent',
    'urgent = TRUE AND NOT (urgent = false)',
    "[a b] = 'spaced' AND \"a b\" = 'spaced'",
    "'it''s' = 'it''s'",
    "property('a b') = 'spaced' AND p('color') = 'red'",
    "color + '!' = 'red!'",
    '1=1',
    '0x10 = 16 AND 1.5e1 = 15',
    'quantity <> color',
    'big > 5',
    // The unknown decides nothing by itself.
    "size = 'L' OR color = 'red'",
    "NOT (size = 'L' AND color = 'blue')",
  ])('lets pass: %s', (expression) => {
    expect(passes(expression)).toBe(true);
  });

  it.each([
    '1=0',
    "Color = 'red'",
    "size = 'L'",
    "size <> 'L'",
    "NOT size = 'L'",
    "size IN ('L')",
    "size NOT IN ('L')",
    "size LIKE '%'",
    "color IN ('blue', size)",
    "color NOT IN ('blue', size)",
    'color > quantity',
    "color = 'red' AND size = 'L'",
    'NULL = NULL',
  ])('holds back: %s', (expression) => {
    expect(passes(expression)).toBe(false);
  });

  it.each([
    ['color =', 'unexpected end at position 8'],
    ["color == 'red'", "unexpected '=' at position 8"],
    ['sys.Colour = 1', 'no property sys.Colour'],
    ['other.color = 1', 'no property other.color'],
    ["color = 'red", "unexpected character '''"],
    ['color = 1; drop', "unexpected character ';'"],
    ['EXISTS color', "unexpected 'color'"],
    ['now() = 1', "unexpected 'now'"],
  ])('refuses %s', (expression, says) => {
    expect(() => sqlFilter(expression)).toThrow(FilterSyntaxError);
    expect(() => sqlFilter(expression)).toThrow(says);
  });

  it.each(['quantity / 0 = 1', '-color = 1', "color * 2 = 'x'", 'quantity AND urgent'])(
    'cannot be evaluated: %s',
    (expression) => {
      expect(() => passes(expression)).toThrow();
    },
  );
});

describe('a correlation filter', () => {
  it('wants every property that it names, equal', () => {
    expect(correlationFilter({ label: 'order', properties: { color: 'red', quantity: '12' } })(message)).toBe(
      true,
    );
    expect(correlationFilter({ label: 'order', properties: { color: 'Red' } })(message)).toBe(false);
    expect(correlationFilter({ label: 'other' })(message)).toBe(false);
    expect(correlationFilter({ properties: { size: 'undefined' } })(message)).toBe(false);
  });
});
