import type { Expression, TemplatePart } from './ast.ts';
import { Cursor } from './parser/cursor.ts';
import { parseExpression } from './parser/expression.ts';
import { parseBareTemplate } from './parser/template.ts';
import type { SourceFile } from './source.ts';

/** Parses the text of a template file, as `templatefile` takes it. Throws `TerraformError`. */
export function parseTemplate(file: SourceFile): Expression {
  const parts: TemplatePart[] = parseBareTemplate(new Cursor(file, 'bare'));
  const range = { file, start: 0, end: file.text.length };
  const [only, second] = parts;
  if (only?.kind === 'interpolation' && second === undefined) {
    return { kind: 'parentheses', inner: only.expression, range };
  }
  return { kind: 'template', parts, range };
}

/** Parses a text that is one expression and nothing else, as a `-var` value. Throws `TerraformError`. */
export function parseStandaloneExpression(file: SourceFile): Expression {
  const cursor = new Cursor(file);
  return cursor.withNewlines('ignored', () => {
    const expression = parseExpression(cursor);
    if (cursor.peek().kind !== 'end') {
      cursor.fail(
        'Extra characters after expression',
        'An expression was successfully parsed, but extra characters were found after it.',
      );
    }
    return expression;
  });
}
