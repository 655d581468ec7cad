import type { BinaryOperator, Expression, ReferenceExpression, Step, TemplatePart } from '../ast.ts';
import { rangeBetween } from '../source.ts';
import type { Cursor } from './cursor.ts';
import { parseHeredocTemplate, parseQuotedTemplate } from './template.ts';

/** Binding strength; operators of the same strength associate to the left. */
const strengths: Record<BinaryOperator, number> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};
const isBinaryOperator = (kind: string): kind is BinaryOperator => Object.hasOwn(strengths, kind);

/** Parses one expression and stops at the first token that cannot continue it. */
export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => parseConditional(cursor));
}

function parseConditional(cursor: Cursor): Expression {
  const condition = parseBinary(cursor, 1);
  if (!cursor.take('?')) return condition;
  const whenTrue = parseExpression(cursor);
  if (!cursor.take(':')) {
    cursor.fail(
      'Missing false expression in conditional',
      'The conditional operator (...?...:...) requires a false expression, delimited by a colon.',
    );
  }
  const whenFalse = parseExpression(cursor);
  const range = rangeBetween(condition.range, whenFalse.range);
  return { kind: 'conditional', condition, whenTrue, whenFalse, range };
}

function parseBinary(cursor: Cursor, weakest: number): Expression {
  let left = parseWithSteps(cursor);
  for (;;) {
    const operator = cursor.peek().kind;
    if (!isBinaryOperator(operator) || strengths[operator] < weakest) return left;
    cursor.next();
    const right = parseBinary(cursor, strengths[operator] + 1);
    left = { kind: 'binary', operator, left, right, range: rangeBetween(left.range, right.range) };
  }
}

/** A term and what is written after it: `.name`, `[key]`, `[*]`, `.*`. */
function parseWithSteps(cursor: Cursor): Expression {
  let expression = parseTerm(cursor);
  if (expression.kind === 'unary') return expression;
  for (;;) {
    const opening = cursor.peek();
    if (opening.kind === '[' && cursor.peekSecond().kind === '*') {
      expression = parseFullSplat(cursor, expression);
    } else if (opening.kind === '[') {
      expression = addStep(expression, parseIndex(cursor));
    } else if (opening.kind === '.' && cursor.peekSecond().kind === '*') {
      expression = parseAttributeSplat(cursor, expression);
    } else if (opening.kind === '.') {
      expression = addStep(expression, parseDot(cursor));
    } else {
      return expression;
    }
  }
}

function addStep(source: Expression, step: Step): Expression {
  const range = rangeBetween(source.range, step.range);
  if (source.kind === 'reference') return { ...source, steps: [...source.steps, step], range };
  return { kind: 'access', source, step, range };
}

/** `.name`, or the legacy `.0`. */
function parseDot(cursor: Cursor): Step {
  const dot = cursor.next();
  const token = cursor.peek();
  if (token.kind === 'identifier') {
    cursor.next();
    const range = { file: cursor.file, start: dot.start, end: token.end };
    return { kind: 'attribute', name: cursor.text(token), range };
  }
  if (token.kind === 'number') {
    const digits = cursor.text(cursor.next());
    if (!/^\d+$/.test(digits)) {
      cursor.fail(
        'Invalid legacy index syntax',
        'When using the legacy index syntax, chaining two indexes together is not permitted. Use the proper index syntax instead, like [0][0].',
        token,
      );
    }
    const range = { file: cursor.file, start: dot.start, end: token.end };
    return { kind: 'index', key: { kind: 'literal', value: Number(digits), range }, range };
  }
  return cursor.fail('Invalid attribute name', 'An attribute name is required after a dot.');
}

function parseIndex(cursor: Cursor): Step {
  const bracket = cursor.next();
  const key = cursor.withNewlines('ignored', () => {
    const expression = parseExpression(cursor);
    if (cursor.peek().kind !== ']') {
      cursor.fail(
        'Missing close bracket on index',
        'The index operator must end with a closing bracket ("]").',
      );
    }
    return expression;
  });
  const close = cursor.next();
  return { kind: 'index', key, range: { file: cursor.file, start: bracket.start, end: close.end } };
}

/** `source[*]`: all further steps apply to each element. */
function parseFullSplat(cursor: Cursor, source: Expression): Expression {
  const bracket = cursor.next();
  cursor.next();
  if (!cursor.take(']')) {
    cursor.fail(
      'Missing close bracket on splat index',
      'The star for a full splat operator must be immediately followed by a closing bracket ("]").',
    );
  }
  let each: Expression = { kind: 'splatItem', range: cursor.rangeFrom(bracket.start) };
  for (;;) {
    const opening = cursor.peek();
    if (opening.kind === '[' && cursor.peekSecond().kind === '*') {
      const inner = each;
      each = cursor.nested(() => parseFullSplat(cursor, inner));
      break;
    }
    if (opening.kind === '[') each = addStep(each, parseIndex(cursor));
    else if (opening.kind === '.' && cursor.peekSecond().kind === '*')
      each = parseAttributeSplat(cursor, each);
    else if (opening.kind === '.') each = addStep(each, parseDot(cursor));
    else break;
  }
  return { kind: 'splat', source, each, range: rangeBetween(source.range, each.range) };
}

/** `source.*`: only the attributes that follow at once apply to each element; an index applies to the result. */
function parseAttributeSplat(cursor: Cursor, source: Expression): Expression {
  const dot = cursor.next();
  cursor.next();
  let each: Expression = { kind: 'splatItem', range: cursor.rangeFrom(dot.start) };
  while (cursor.peek().kind === '.') {
    if (cursor.peekSecond().kind === '*') {
      cursor.fail(
        'Nested splat expression not allowed',
        'A splat expression (*) cannot be used inside another attribute-only splat expression.',
      );
    }
    each = addStep(each, parseDot(cursor));
  }
  return { kind: 'splat', source, each, range: rangeBetween(source.range, each.range) };
}

function parseTerm(cursor: Cursor): Expression {
  const token = cursor.peek();
  switch (token.kind) {
    case 'number':
      cursor.next();
      return { kind: 'literal', value: Number(cursor.text(token)), range: cursor.range(token) };
    case 'identifier':
      return parseName(cursor);
    case 'openQuote': {
      cursor.next();
      const parts = parseQuotedTemplate(cursor);
      return template(parts, cursor, token.start);
    }
    case 'openHeredoc': {
      cursor.next();
      const parts = parseHeredocTemplate(cursor, cursor.text(token).startsWith('<<-'));
      return template(parts, cursor, token.start);
    }
    case '(':
      return parseParentheses(cursor);
    case '[':
      return parseTuple(cursor);
    case '{':
      return parseObject(cursor);
    case '-':
    case '!': {
      cursor.next();
      const operand = cursor.nested(() => parseWithSteps(cursor));
      return { kind: 'unary', operator: token.kind, operand, range: cursor.rangeFrom(token.start) };
    }
    default:
      return cursor.fail(
        'Invalid expression',
        'Expected the start of an expression, but found an invalid expression token.',
      );
  }
}

/** A template of one interpolation is that expression itself; one without sequences is a string. */
function template(parts: TemplatePart[], cursor: Cursor, start: number): Expression {
  const range = cursor.rangeFrom(start);
  const [first, second] = parts;
  if (second === undefined) {
    if (first === undefined) return { kind: 'literal', value: '', range };
    if (first.kind === 'text') return { kind: 'literal', value: first.text, range };
    if (first.kind === 'interpolation') return { kind: 'parentheses', inner: first.expression, range };
  }
  return { kind: 'template', parts, range };
}

function parseName(cursor: Cursor): Expression {
  const token = cursor.next();
  const range = cursor.range(token);
  let name = cursor.text(token);
  while (cursor.peek().kind === '::') {
    cursor.next();
    const part = cursor.take('identifier');
    if (part === undefined) {
      cursor.fail(
        'Missing function name',
        'Function scope resolution symbol :: must be followed by a function name.',
      );
    }
    name += `::${cursor.text(part)}`;
    range.end = part.end;
  }
  if (cursor.peek().kind === '(') return parseCall(cursor, name, range);
  if (name.includes('::')) {
    cursor.fail(
      'Missing open parenthesis',
      'Function selector must be followed by an open parenthesis to begin the function call.',
    );
  }
  switch (name) {
    case 'true':
      return { kind: 'literal', value: true, range };
    case 'false':
      return { kind: 'literal', value: false, range };
    case 'null':
      return { kind: 'literal', value: null, range };
    default:
      return { kind: 'reference', root: name, steps: [], range };
  }
}

function parseCall(cursor: Cursor, name: string, nameRange: ReferenceExpression['range']): Expression {
  cursor.next();
  const args: Expression[] = [];
  let expandLast = false;
  cursor.withNewlines('ignored', () => {
    while (cursor.peek().kind !== ')') {
      args.push(parseExpression(cursor));
      if (cursor.take('...')) {
        expandLast = true;
        if (cursor.peek().kind !== ')') {
          cursor.fail(
            'Missing closing parenthesis',
            'An expanded function argument (with ...) must be immediately followed by closing parentheses.',
          );
        }
      } else if (!cursor.take(',') && cursor.peek().kind !== ')') {
        cursor.fail(
          'Missing argument separator',
          'A comma is required to separate each function argument from the next.',
        );
      }
    }
  });
  cursor.next();
  return { kind: 'call', name, nameRange, args, expandLast, range: cursor.rangeFrom(nameRange.start) };
}

function parseParentheses(cursor: Cursor): Expression {
  const open = cursor.next();
  const inner = cursor.withNewlines('ignored', () => {
    const expression = parseExpression(cursor);
    if (cursor.peek().kind !== ')') {
      cursor.fail('Unbalanced parentheses', 'Expected a closing parenthesis to terminate the expression.');
    }
    return expression;
  });
  cursor.next();
  return { kind: 'parentheses', inner, range: cursor.rangeFrom(open.start) };
}

function parseTuple(cursor: Cursor): Expression {
  const open = cursor.next();
  const elements: Expression[] = [];
  const forExpression = cursor.withNewlines('ignored', () => {
    if (cursor.isKeyword('for')) return parseFor(cursor, open.start, ']');
    while (cursor.peek().kind !== ']') {
      elements.push(parseExpression(cursor));
      if (!cursor.take(',') && cursor.peek().kind !== ']') {
        cursor.fail('Missing item separator', 'Expected a comma to mark the beginning of the next item.');
      }
    }
    return undefined;
  });
  cursor.next();
  const range = cursor.rangeFrom(open.start);
  return forExpression === undefined ? { kind: 'tuple', elements, range } : { ...forExpression, range };
}

function parseObject(cursor: Cursor): Expression {
  const open = cursor.next();
  const isFor = cursor.withNewlines('ignored', () => cursor.isKeyword('for'));
  if (isFor) {
    const forExpression = cursor.withNewlines('ignored', () => parseFor(cursor, open.start, '}'));
    cursor.next();
    return { ...forExpression, range: cursor.rangeFrom(open.start) };
  }
  const items: { key: Expression; value: Expression }[] = [];
  cursor.withNewlines('significant', () => {
    cursor.skipNewlines();
    while (cursor.peek().kind !== '}') {
      items.push(parseObjectItem(cursor));
      const next = cursor.peek().kind;
      if (next !== ',' && next !== 'newline' && next !== '}') {
        cursor.fail(
          'Missing attribute separator',
          'Expected a newline or comma to mark the beginning of the next attribute.',
        );
      }
      cursor.take(',');
      cursor.skipNewlines();
    }
  });
  cursor.next();
  return { kind: 'object', items, range: cursor.rangeFrom(open.start) };
}

function parseObjectItem(cursor: Cursor): { key: Expression; value: Expression } {
  let key = parseExpression(cursor);
  // A bare word is a name. With further steps it is an error, but only for those who want the value of the object.
  if (key.kind === 'reference' && key.steps.length === 0) {
    key = { kind: 'literal', value: key.root, range: key.range };
  }
  const separator = cursor.peek().kind;
  if (separator !== '=' && separator !== ':') {
    cursor.fail(
      'Missing attribute value',
      'Expected an attribute value, introduced by an equals sign ("=").',
    );
  }
  cursor.next();
  return { key, value: parseExpression(cursor) };
}

function parseFor(cursor: Cursor, start: number, closing: ']' | '}'): Expression {
  cursor.next();
  const invalid = (detail: string): never => cursor.fail("Invalid 'for' expression", detail);
  const name = (detail: string): string => {
    const token = cursor.take('identifier');
    return token === undefined ? invalid(detail) : cursor.text(token);
  };
  let valueName = name("For expression requires variable name after 'for'.");
  let keyName: string | undefined;
  if (cursor.take(',')) {
    keyName = valueName;
    valueName = name('For expression requires value variable name after comma.');
  }
  if (!cursor.takeKeyword('in'))
    invalid("For expression requires the 'in' keyword after its name declarations.");
  const collection = parseExpression(cursor);
  if (!cursor.take(':')) invalid('For expression requires a colon after the collection expression.');
  let value = parseExpression(cursor);
  let key: Expression | undefined;
  if (cursor.take('=>')) {
    if (closing === ']') invalid('Key expression is not valid when building a tuple.');
    key = value;
    value = parseExpression(cursor);
  } else if (closing === '}') {
    invalid('Key expression is required when building an object.');
  }
  const grouping = cursor.take('...') !== undefined;
  if (grouping && closing === ']') invalid('Grouping ellipsis (...) cannot be used when building a tuple.');
  const condition = cursor.takeKeyword('if') ? parseExpression(cursor) : undefined;
  if (cursor.peek().kind !== closing) invalid("Extra characters after the end of the 'for' expression.");
  const range = cursor.rangeFrom(start);
  return { kind: 'for', keyName, valueName, collection, key, value, condition, grouping, range };
}
