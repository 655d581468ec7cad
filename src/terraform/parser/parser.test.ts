import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TerraformError } from '../diagnostics.ts';
import { SourceFile } from '../source.ts';
import { parseStandaloneExpression, parseTemplate } from '../template.ts';
import { parseFile } from './body.ts';

const file = (text: string) => new SourceFile('main.tf', text);

/** The expression as JSON without positions. */
function shape(text: string): unknown {
  return JSON.parse(
    JSON.stringify(parseStandaloneExpression(file(text)), (key, value) =>
      key === 'range' || key === 'nameRange' ? undefined : value,
    ),
  );
}

function onlyTerraformErrors(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof TerraformError)) throw error;
    expect(error.diagnostics.length).toBeGreaterThan(0);
  }
}

/** Pieces of the language, so that random texts get past the first token. */
const piece = fc.constantFrom(
  ...[
    'a',
    'for',
    'in',
    'if',
    'x.y',
    '1',
    '1.5e3',
    '"',
    '${',
    '%{',
    '~}',
    '}',
    '{',
    '[',
    ']',
    '(',
    ')',
    '=',
    '=>',
    '?',
    ':',
    ',',
    '...',
    '.',
    '.*',
    '[*]',
  ],
  ...[
    '\n',
    ' ',
    '<<EOT\n',
    '<<-X\n',
    '\nEOT\n',
    '\nX\n',
    '\\',
    '\\n',
    '\\u12',
    '$${',
    '#',
    '//',
    '/*',
    '*/',
    '&&',
    '||',
    '!',
    '-',
    '*',
    '/',
    '::',
    'é',
    '😀',
    '\r\n',
    '\u0000',
    'endif',
    'else',
  ],
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
);

test('random texts are parsed or rejected, and never anything else', () => {
  fc.assert(
    fc.property(text, (random) => {
      onlyTerraformErrors(() => parseFile(file(random)));
      onlyTerraformErrors(() => parseFile(file(`a = ${random}\n`)));
      onlyTerraformErrors(() => parseFile(file(`a = "${random}"\n`)));
      onlyTerraformErrors(() => parseTemplate(file(random)));
    }),
    { numRuns: 2000, seed: 20240501 },
  );
});

test.each(['(', '[', '{a=', '"${', '-', '!', 'f(', 'a ? ', 'x{\n', '[for a in ', 'a[', 'a[*][', '%{if '])(
  '%s nested without end is rejected, not a stack overflow',
  (opening) => {
    onlyTerraformErrors(() => parseFile(file(`a = ${opening.repeat(20_000)}`)));
    onlyTerraformErrors(() => parseFile(file(opening.repeat(20_000))));
    onlyTerraformErrors(() => parseTemplate(file(opening.repeat(20_000))));
  },
);

test('binary operators bind as Terraform says', () => {
  expect(shape('1 + 2 * 3')).toMatchObject({ operator: '+', right: { operator: '*' } });
  expect(shape('1 - 2 - 3')).toMatchObject({ operator: '-', left: { operator: '-' }, right: { value: 3 } });
  expect(shape('!a && b || c == d')).toMatchObject({
    operator: '||',
    left: { operator: '&&', left: { kind: 'unary' } },
    right: { operator: '==' },
  });
});

test('an attribute splat ends at the index, a full splat takes it in', () => {
  expect(shape('a.*.b[0]')).toMatchObject({ kind: 'access', source: { kind: 'splat' } });
  expect(shape('a[*].b[0]')).toMatchObject({
    kind: 'splat',
    each: { kind: 'access', step: { kind: 'index' } },
  });
});

test('positions count characters and name the block', () => {
  const source = file('resource "x" "ü" {\n  b = "é" = 2\n}\n');
  expect(() => parseFile(source)).toThrow('on main.tf line 2:\n   2:   b = "é" = 2');
  try {
    parseFile(source);
  } catch (error) {
    const range = error instanceof TerraformError ? error.diagnostics[0]?.range : undefined;
    expect(range?.file.position(range.start)).toEqual({ file: 'main.tf', line: 2, column: 11 });
  }
});
