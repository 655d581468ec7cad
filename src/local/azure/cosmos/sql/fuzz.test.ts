import fc from 'fast-check';
import { expect, test } from 'vitest';
import { needsClient } from './analysis.ts';
import { parseQuery } from './parser.ts';
import { planQuery } from './plan.ts';
import { compileQuery } from './program.ts';
import { QueryError } from './query-error.ts';
import type { Json } from './value.ts';

const words =
  'SELECT,VALUE,DISTINCT,TOP,FROM,c,JOIN,IN,WHERE,GROUP,BY,ORDER,OFFSET,LIMIT,AND,OR,NOT,BETWEEN,LIKE,ESCAPE,EXISTS,ARRAY,' +
  'COUNT,SUM,UPPER,DateTimeAdd,ARRAY_CONTAINS,.,x,tags,*,(,),[,],{,},:,?,??,=,!=,<,>=,+,-,/,%,|,||,&,^,~,<<,>>>,1,0x2,1e9,' +
  '"a",\'b%\',@p,@q,null,true,undefined,udf,AS,DESC,--,\\,#,é,"';
const fragments = [...words.split(','), ','];
const parameters = new Map<string, Json>([['@p', { a: [1] }]]);
const item = { id: '1', x: { y: [1, 'two', null] }, tags: ['a', 'b'] };

/** Reads, plans and runs a query; anything but a `QueryError` inside the text fails the test. */
function survives(text: string): 'ran' | 'refused' {
  try {
    const query = parseQuery(text);
    const program = compileQuery(query, parameters, { nowMs: 0, random: () => 0 });
    JSON.stringify([...program.gather(program.rowsOf({ values: [item] }))]);
    if (needsClient(query)) {
      const plan = planQuery(query, text, parameters);
      // What the plan tells partitions to run must itself be a query.
      if (plan.rewrittenQuery) {
        const rewritten = plan.rewrittenQuery.replace('{documentdb-formattableorderbyquery-filter}', 'true');
        compileQuery(parseQuery(rewritten), parameters, { nowMs: 0, random: () => 0 });
      }
    }
    return 'ran';
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    expect(error.start).toBeGreaterThanOrEqual(0);
    expect(error.end).toBeLessThanOrEqual(text.length + 100);
    return 'refused';
  }
}

test('no text crashes the query engine', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      survives(text);
      survives(`SELECT ${text}`);
      survives(`SELECT VALUE c.x FROM c WHERE ${text}`);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('no sequence of the language’s own words crashes it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 14 }), (parts) => {
      survives(parts.join(' '));
      survives(`SELECT ${parts.join(' ')} FROM c`);
      survives(`SELECT * FROM c WHERE ${parts.join(' ')}`);
    }),
    { numRuns: 2000, seed: 2 },
  );
});

const scalar = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('c.x.y[0]', 'c.id', 'c.none', '1', '"two"', 'null', 'undefined', 'true', '@p', 'c.tags'),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '=', '!=', '<', '>=', 'AND', 'OR', '??', '||', '&'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('expression').map((inner) => `(NOT ${inner})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a} IN (${b}, 1))`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a} LIKE ${b})`),
    tie('expression').map((inner) => `(SELECT VALUE COUNT(${inner}) FROM t IN c.tags)`),
    tie('expression').map((inner) => `IIF(${inner}, [${inner}], {k: ${inner}})`),
  ),
})).expression;

test('every well-formed query runs', () => {
  fc.assert(
    fc.property(scalar, scalar, (selected, condition) => {
      expect(survives(`SELECT ${selected} AS v FROM c WHERE ${condition}`)).toBe('ran');
      expect(survives(`SELECT DISTINCT VALUE ${selected} FROM c`)).toBe('ran');
      expect(survives(`SELECT VALUE COUNT(${selected}) FROM c`)).toBe('ran');
    }),
    { numRuns: 500, seed: 3 },
  );
});
