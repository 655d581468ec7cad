import { type Attribute, type Block, type Body, blockHeader } from '../ast.ts';
import type { Token } from '../lexer.ts';
import { describeRange, type SourceFile } from '../source.ts';
import { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';

/** Parses a configuration file or a `.tfvars` file. Throws `TerraformError` at the first syntax error. */
export function parseFile(file: SourceFile): Body {
  const cursor = new Cursor(file);
  const body = parseBody(cursor, 'end', cursor.peek());
  for (const block of body.blocks) {
    file.regions.push({
      start: block.headerRange.start,
      end: block.body.range.end,
      header: blockHeader(block),
    });
  }
  return body;
}

function parseBody(cursor: Cursor, closing: '}' | 'end', opening: Token): Body {
  const body: Body = { attributes: new Map(), blocks: [], range: cursor.range(opening) };
  for (;;) {
    cursor.skipNewlines();
    const token = cursor.peek();
    if (token.kind === closing) {
      body.range.end = token.end;
      return body;
    }
    if (token.kind !== 'identifier') {
      if (token.kind === 'end') {
        cursor.fail(
          'Unclosed configuration block',
          'There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.',
          opening,
        );
      }
      if (token.kind === 'openQuote') {
        cursor.fail('Invalid argument name', 'Argument names must not be quoted.');
      }
      cursor.fail(
        'Argument or block definition required',
        'An argument or block definition is required here.',
      );
    }
    if (cursor.peekSecond().kind === '=') {
      addAttribute(cursor, body, parseAttribute(cursor));
      const end = cursor.peek().kind;
      if (end !== 'newline' && end !== 'end') {
        cursor.fail('Missing newline after argument', 'An argument definition must end with a newline.');
      }
    } else {
      body.blocks.push(cursor.nested(() => parseBlock(cursor)));
      const end = cursor.peek().kind;
      if (end !== 'newline' && end !== 'end') {
        cursor.fail('Missing newline after block definition', 'A block definition must end with a newline.');
      }
    }
  }
}

function addAttribute(cursor: Cursor, body: Body, attribute: Attribute): void {
  const earlier = body.attributes.get(attribute.name);
  if (earlier !== undefined) {
    cursor.fail(
      'Attribute redefined',
      `The argument "${attribute.name}" was already set at ${describeRange(earlier.nameRange)}. Each argument may be set only once.`,
      { kind: 'identifier', start: attribute.nameRange.start, end: attribute.nameRange.end },
    );
  }
  body.attributes.set(attribute.name, attribute);
}

function parseAttribute(cursor: Cursor): Attribute {
  const name = cursor.next();
  cursor.next();
  return { name: cursor.text(name), nameRange: cursor.range(name), value: parseExpression(cursor) };
}

function parseBlock(cursor: Cursor): Block {
  const type = cursor.next();
  const labels: string[] = [];
  for (;;) {
    const token = cursor.peek();
    if (token.kind === '{') break;
    if (token.kind === 'identifier') {
      cursor.next();
      labels.push(cursor.text(token));
    } else if (token.kind === 'openQuote') {
      const label = parseExpression(cursor);
      if (label.kind !== 'literal' || typeof label.value !== 'string') {
        cursor.fail(
          'Invalid block label',
          'Block labels must be literal strings, without interpolation.',
          token,
        );
      }
      labels.push(label.value);
    } else if (labels.length === 0) {
      cursor.fail(
        'Argument or block definition required',
        'An argument or block definition is required here. To set an argument, use the equals sign "=" to introduce the argument value.',
        type,
      );
    } else {
      cursor.fail(
        'Invalid block definition',
        'Either a quoted string block label or an opening brace ("{") is expected here.',
      );
    }
  }
  const headerRange = cursor.rangeFrom(type.start);
  const opening = cursor.next();
  const body =
    cursor.peek().kind === 'newline' ? parseBody(cursor, '}', opening) : parseOneLineBody(cursor, opening);
  cursor.next();
  return { type: cursor.text(type), labels, headerRange, body };
}

/** `{}` or `{ name = value }`: without a line break a block holds at most one argument. */
function parseOneLineBody(cursor: Cursor, opening: Token): Body {
  const body: Body = { attributes: new Map(), blocks: [], range: cursor.range(opening) };
  if (cursor.peek().kind !== '}') {
    if (cursor.peek().kind !== 'identifier' || cursor.peekSecond().kind !== '=') {
      cursor.fail(
        'Invalid single-argument block definition',
        'A single-line block definition can contain only a single argument. If you want to define multiple arguments or nested blocks, use a line break after the opening brace.',
      );
    }
    addAttribute(cursor, body, parseAttribute(cursor));
    if (cursor.peek().kind !== '}') {
      cursor.fail(
        'Invalid single-argument block definition',
        'A single-line block definition must end with a closing brace immediately after its single argument definition.',
      );
    }
  }
  body.range.end = cursor.peek().end;
  return body;
}
