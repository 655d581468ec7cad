import { describe, expect, test } from 'vitest';
import { parseQuery } from './parser.ts';
import { compileQuery } from './program.ts';
import { QueryError } from './query-error.ts';
import type { Json } from './value.ts';

const context = { nowMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678), random: () => 0.25 };

function run(text: string, documents: Json[] = [{}], parameters: Record<string, Json> = {}): Json[] {
  const query = parseQuery(text);
  const program = compileQuery(query, new Map(Object.entries(parameters)), context);
  const over = query.sources.length === 0 ? [{}] : documents;
  const rows = over.flatMap((document) => [...program.rowsOf({ values: [document] })]);
  return [...program.gather(rows)].slice(program.offset, program.offset + program.limit);
}

/** The value of one expression; undefined gives no result. */
const value = (expression: string, document: Json = {}) =>
  run(`SELECT VALUE ${expression} FROM c`, [document])[0];

function refusal(text: string): QueryError {
  try {
    run(text);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`Not refused: ${text}`);
}

// The examples and truth tables of learn.microsoft.com/azure/cosmos-db/nosql/query/.
describe('values', () => {
  const item = { n: 5, s: 'five', t: true, z: null, a: [1, 2, 3], o: { k: 'v' } };
  test.each<[string, Json | undefined]>([
    ['c.n', 5],
    ['c["n"]', 5],
    ['c.a[1]', 2],
    ['c.a[9]', undefined],
    ['c.missing', undefined],
    ['c.missing.deeper', undefined],
    ['c.o.k', 'v'],
    ['0x1F', 31],
    ['1.5e2', 150],
    ["'it\\'s \\u0041'", "it's A"],
    ['[1, undefined, 2]', [1, 2]],
    ['{ a: 1, "b c": undefined, d: null }', { a: 1, d: null }],
    // Logical operators: true, false and undefined.
    ['true OR undefined', true],
    ['false OR undefined', undefined],
    ['undefined OR true', true],
    ['false AND undefined', false],
    ['undefined AND false', false],
    ['true AND undefined', undefined],
    ['NOT undefined', undefined],
    ['NOT c.t', false],
    ['NOT c.n', undefined],
    // Comparison: order across types is undefined, equality is not.
    ['1 < 2', true],
    ['"a" < "b"', true],
    ['1 < "2"', undefined],
    ['[1] < [2]', undefined],
    ['1 = 1.0', true],
    ['1 = "1"', false],
    ['c.s != null', true],
    ['c.missing != null', undefined],
    ['c.missing = null', undefined],
    ['{a: 1, b: [2]} = {b: [2], a: 1}', true],
    ['c.n <> 4', true],
    // Arithmetic, bits, text.
    ['1 + 2 * 3 - 4 / 2', 5],
    ['(1 + 2) * 3', 9],
    ['7 % 4', 3],
    ['-c.n', -5],
    ['1 + "1"', undefined],
    ['1 / 0', undefined],
    ['6 & 3', 2],
    ['6 | 3', 7],
    ['6 ^ 3', 5],
    ['~5', -6],
    ['1 << 4', 16],
    ['-16 >> 2', -4],
    ['"a" || "b"', 'ab'],
    ['"a" || 1', undefined],
    // BETWEEN, IN, LIKE, ??, ? :
    ['c.n BETWEEN 1 AND 5', true],
    ['c.n NOT BETWEEN 1 AND 4', true],
    ['c.s BETWEEN 1 AND 4', undefined],
    ['c.n IN (1, 5)', true],
    ['c.n NOT IN (1, 5)', false],
    ['c.missing IN (1)', undefined],
    ['"abc" LIKE "a%"', true],
    ['"abc" LIKE "%b"', false],
    ['"abc" LIKE "a_c"', true],
    ['"SOT" LIKE "SO[t-zT]"', true],
    ['"SOT" LIKE "SO[^abc]"', true],
    ['"20%" LIKE "20^%" ESCAPE "^"', true],
    ['"20x" LIKE "20^%" ESCAPE "^"', false],
    ['"_n" LIKE "[_]n"', true],
    ['"xn" LIKE "[_]n"', false],
    ['c.s NOT LIKE "f%"', false],
    ['c.missing ?? "none"', 'none'],
    ['c.z ?? "none"', null],
    ['c.t ? 1 : 2', 1],
    ['c.n ? 1 : 2', 2],
    ['EXISTS(SELECT VALUE x FROM x IN c.a WHERE x > 2)', true],
    ['EXISTS(SELECT VALUE x FROM x IN c.a WHERE x > 3)', false],
    ['ARRAY(SELECT VALUE x * c.n FROM x IN c.a)', [5, 10, 15]],
    ['(SELECT VALUE COUNT(1) FROM x IN c.a)', 3],
  ])('%s', (expression, expected) => expect(value(expression, item)).toEqual(expected));
});

describe('functions', () => {
  test.each<[string, Json | undefined]>([
    ['ARRAY_CONCAT(["a"], ["b", 1])', ['a', 'b', 1]],
    ['ARRAY_CONTAINS(["coats", "jackets"], "coats")', true],
    ['ARRAY_CONTAINS([{ category: "shirts", color: "blue" }], { category: "shirts" })', false],
    ['ARRAY_CONTAINS([{ category: "shirts", color: "blue" }], { category: "shirts" }, true)', true],
    ['ARRAY_CONTAINS_ANY([1, 2], 3, 2)', true],
    ['ARRAY_CONTAINS_ALL([1, 2], 1, 3)', false],
    ['ARRAY_LENGTH([70, 86, 92])', 3],
    ['ARRAY_LENGTH("x")', undefined],
    ['ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], -2, 1)', [90]],
    ['ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], 3, 5)', [99, 85, 90, 82]],
    ['SetIntersect([1, 2, 3, 3], [3, 3, 1])', [1, 3]],
    ['SetUnion([1, 2], [2, 3])', [1, 2, 3]],
    ['ObjectToArray({a: 1})', [{ k: 'a', v: 1 }]],
    ['CONCAT("a", "b", "c")', 'abc'],
    ['CONCAT("a", 1)', undefined],
    ['CONTAINS("AdventureWorks", "works", true)', true],
    ['CONTAINS("AdventureWorks", "works")', false],
    ['STARTSWITH("AdventureWorks", "adventure", true)', true],
    ['ENDSWITH("AdventureWorks", "Works")', true],
    ['INDEX_OF("AdventureWorks", "tureW")', 5],
    ['INDEX_OF("AdventureWorks", "Adventure", 5)', -1],
    ['LEFT("abc", 2)', 'ab'],
    ['RIGHT("abc", 2)', 'bc'],
    ['LENGTH("abc")', 3],
    ['LOWER("ABC")', 'abc'],
    ['UPPER(c.missing)', undefined],
    ['LTRIM("  x ")', 'x '],
    ['TRIM("  x ")', 'x'],
    ['REPLACE("$a$", "$", "&")', '&a&'],
    ['REPLICATE("ab", 3)', 'ababab'],
    ['REVERSE("abc")', 'cba'],
    ['SUBSTRING("AdventureWorks", 0, 9)', 'Adventure'],
    ['StringEquals("a", "A", true)', true],
    ['StringToNumber("   60   ")', 60],
    ['StringToNumber("Hello")', undefined],
    ['StringToArray("[1, 2]")', [1, 2]],
    ['StringToBoolean("false")', false],
    ['StringToNull("null")', null],
    ['ToString(1.5)', '1.5'],
    ['ToString({a: [true]})', '{"a":[true]}'],
    ['StringSplit("a,b", ",")', ['a', 'b']],
    ['StringJoin(["a", "b"], "-")', 'a-b'],
    ['RegexMatch("abcd", "aB c", "ix")', true],
    ['RegexMatch("abcd", "ABC")', false],
    ['RegexMatch("abcd", "[")', undefined],
    ['ABS(-1.5)', 1.5],
    ['CEILING(1.2)', 2],
    ['FLOOR(-1.2)', -2],
    ['ROUND(2.5)', 3],
    ['ROUND(-2.6)', -3],
    ['ROUND(1.005, 2)', 1.01],
    ['TRUNC(-2.6)', -2],
    ['POWER(2, 10)', 1024],
    ['SQRT(-1)', undefined],
    ['SIGN(-3)', -1],
    ['LOG(8, 2)', 3],
    ['IntDiv(7, 2)', 3],
    ['IntMod(7, 0)', undefined],
    ['NumberBin(37, 10)', 30],
    ['RAND()', 0.25],
    ['IS_DEFINED(c.missing)', false],
    ['IS_NULL(c.missing)', false],
    ['IS_NUMBER(1)', true],
    ['IS_INTEGER(3454.123)', false],
    ['IS_INTEGER(9223372036854775807)', true],
    ['IS_INTEGER(18446744073709551615)', false],
    ['IS_PRIMITIVE(null)', true],
    ['IS_OBJECT([])', false],
    ['IIF(true, "a", "b")', 'a'],
    ['IIF("true", "a", "b")', 'b'],
    ['CHOOSE(2, "a", "b")', 'b'],
    ['DateTimeAdd("mm", 1, "2020-01-31T00:00:00.0000000Z")', '2020-02-29T00:00:00.0000000Z'],
    ['DateTimeAdd("hh", -2, "2020-07-03T00:00:00.0000000Z")', '2020-07-02T22:00:00.0000000Z'],
    ['DateTimeAdd("nope", 1, "2020-07-03T00:00:00.0000000Z")', undefined],
    ['DateTimeAdd("dd", 1, "2020-02-30T00:00:00.0000000Z")', undefined],
    ['DateTimeDiff("yyyy", "2019-02-04T16:00:00.0000000", "2018-03-05T05:00:00.0000000")', -1],
    ['DateTimeDiff("mm", "2018-03-05T05:00:00.0000000", "2019-02-04T16:00:00.0000000")', 11],
    ['DateTimeDiff("hh", "2019-02-04T16:00:00.0000000", "2018-03-05T05:00:00.0000000")', -8075],
    ['DateTimeDiff("ss", "2018-03-05T05:00:00.0000000", "2019-02-04T16:00:00.0000000")', 29_070_000],
    ['DateTimePart("mcs", "2016-05-29T08:30:00.1301617")', 130_161],
    ['DateTimePart("ns", "2016-05-29T08:30:00.1301617")', 130_161_700],
    ['DateTimeBin("2021-01-08T18:35:00.0000000", "hh", 5)', '2021-01-08T15:00:00.0000000Z'],
    ['DateTimeBin("2021-01-08T18:35:00.0000000", "dd", 7)', '2021-01-07T00:00:00.0000000Z'],
    [
      'DateTimeBin("2021-01-08T18:35:00.0000000", "dd", 7, "1601-01-01T00:00:00.0000000")',
      '2021-01-04T00:00:00.0000000Z',
    ],
    ['DateTimeFromParts(2017, 4, 20, 13, 15, 20, 3456789)', '2017-04-20T13:15:20.3456789Z'],
    ['DateTimeFromParts(-2000, -1, -1)', undefined],
    ['DateTimeToTimestamp("2020-07-03T00:00:00.0000000Z")', 1_593_734_400_000],
    ['TimestampToDateTime(1593734400000)', '2020-07-03T00:00:00.0000000Z'],
    ['TicksToDateTime(DateTimeToTicks("2020-07-03T00:00:00.0000000Z"))', '2020-07-03T00:00:00.0000000Z'],
    ['GetCurrentDateTime()', '2026-01-02T03:04:05.6780000Z'],
    ['GetCurrentTimestamp()', context.nowMs],
  ])('%s', (expression, expected) => expect(value(expression)).toEqual(expected));
});

describe('clauses', () => {
  const products = [
    { id: '1', name: 'Road bike', price: 100, tags: ['new', 'red'], category: 'bikes' },
    { id: '2', name: 'Helmet', price: 20, tags: ['red'], category: 'gear' },
    { id: '3', name: 'Gloves', price: 20, tags: [], category: 'gear' },
    { id: '4', name: 'Gift card' },
  ];
  test.each<[string, Json[]]>([
    [
      'SELECT p.id, p.price AS cost, 1 + 1, p.tags[0] FROM p WHERE p.id = "1"',
      [{ id: '1', cost: 100, $1: 2, $2: 'new' }],
    ],
    ['SELECT p.price FROM products p WHERE p.id = "4"', [{}]],
    ['SELECT VALUE p.price FROM p', [100, 20, 20]],
    ['SELECT DISTINCT VALUE p.price FROM p', [100, 20]],
    ['SELECT DISTINCT p.category FROM p', [{ category: 'bikes' }, { category: 'gear' }, {}]],
    ['SELECT TOP 2 VALUE p.id FROM p', ['1', '2']],
    ['SELECT VALUE p.id FROM p OFFSET 1 LIMIT 2', ['2', '3']],
    ['SELECT VALUE t FROM p JOIN t IN p.tags', ['new', 'red', 'red']],
    [
      'SELECT p.id, t FROM p JOIN t IN p.tags WHERE t = "red"',
      [
        { id: '1', t: 'red' },
        { id: '2', t: 'red' },
      ],
    ],
    ['SELECT VALUE t FROM t IN products.tags', ['new', 'red', 'red']],
    ['SELECT VALUE x FROM p.name x WHERE STARTSWITH(x, "G")', ['Gloves', 'Gift card']],
    ['SELECT VALUE s.n FROM p JOIN (SELECT VALUE { n: LENGTH(p.name) }) s', [9, 6, 6, 9]],
    ['SELECT VALUE COUNT(1) FROM p', [4]],
    ['SELECT VALUE COUNT(p.price) FROM p', [3]],
    ['SELECT VALUE SUM(p.price) FROM p', [140]],
    ['SELECT VALUE AVG(p.price) FROM p WHERE p.category = "gear"', [20]],
    ['SELECT VALUE AVG(p.name) FROM p', []],
    ['SELECT VALUE AVG(p.nothing) FROM p', []],
    ['SELECT VALUE MIN(p.name) FROM p', ['Gift card']],
    ['SELECT MAX(p.price) AS most, MIN(p.price) AS least FROM p', [{ most: 100, least: 20 }]],
    ['SELECT VALUE COUNT(1) FROM p WHERE p.id = "none"', [0]],
    [
      'SELECT p.category, COUNT(1) AS count, AVG(p.price) AS mean FROM p GROUP BY p.category',
      [{ category: 'bikes', count: 1, mean: 100 }, { category: 'gear', count: 2, mean: 20 }, { count: 1 }],
    ],
    ['SELECT VALUE p.category FROM p GROUP BY p.category', ['bikes', 'gear']],
    ['SELECT VALUE p.id FROM p ORDER BY p.price, p.name DESC', ['4', '2', '3', '1']],
    ['SELECT 1 AS one', [{ one: 1 }]],
    ['SELECT VALUE p.id -- the first\nFROM p WHERE p.id = "1"', ['1']],
  ])('%s', (text, expected) => expect(run(text, products)).toEqual(expected));

  test('parameters are values, whatever they hold', () => {
    expect(run('SELECT VALUE c.id FROM c WHERE c.id = @id', products, { '@id': '2' })).toEqual(['2']);
    expect(run('SELECT TOP @n VALUE c.id FROM c', products, { '@n': 1 })).toEqual(['1']);
    expect(run('SELECT VALUE ARRAY_CONTAINS(@ids, c.id) FROM c', products, { '@ids': ['3'] })).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  test('SELECT * gives the item', () =>
    expect(run('SELECT * FROM c WHERE c.id = "4"', products)).toEqual([products[3]]));
});

describe('refusals', () => {
  test.each<[string, string, number, number]>([
    ['SELECT FROM c', 'SC1001', 7, 11],
    ['SELECT c.order FROM c', 'SC1001', 9, 14],
    ['SELECT * FROM c WHERE', 'SC1001', 21, 21],
    ['SELECT # FROM c', 'SC1010', 7, 8],
    ['SELECT VALUE x.id FROM c', 'SC2001', 13, 14],
    ['SELECT VALUE @p FROM c', 'SC2001', 13, 15],
    ['SELECT VALUE NOPE(c.id) FROM c', 'SC2005', 13, 23],
    ['SELECT VALUE UPPER() FROM c', 'SC2050', 13, 20],
    ['SELECT VALUE udf.f(c) FROM c', 'SC2037', 13, 21],
    ['SELECT * FROM c JOIN t IN c.tags', 'SC2040', 0, 32],
    ['SELECT * ', 'SC2039', 0, 8],
    ['SELECT c.a, COUNT(1) FROM c', 'SC2102', 7, 10],
    ['SELECT c.a FROM c GROUP BY c.b', 'SC2102', 7, 10],
    ['SELECT c.a FROM c GROUP BY c.a ORDER BY c.a', 'SC2110', 40, 43],
    ['SELECT VALUE 1 FROM c WHERE COUNT(1) > 1', 'SC2103', 28, 36],
  ])('%s', (text, code, start, end) => {
    const error = refusal(text);
    expect([error.code, error.start, error.end]).toEqual([code, start, end]);
    expect(JSON.parse(error.toErrorList()).errors[0].message).toBe(error.message);
  });

  test('a query that would exhaust the stack', () => {
    expect(refusal(`SELECT VALUE ${'('.repeat(300)}1${')'.repeat(300)}`).code).toBe('SC3001');
    expect(refusal(`SELECT VALUE 1${'+1'.repeat(6000)}`).code).toBe('SC3001');
    expect(refusal(`SELECT VALUE c${'.a'.repeat(6000)} FROM c`).code).toBe('SC3001');
    expect(value(`1${'+1'.repeat(3000)}`)).toBe(3001);
  });
});
