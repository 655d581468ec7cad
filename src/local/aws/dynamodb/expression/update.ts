import type { AttributeValue } from '../attribute-value.ts';
import { type Operand, OperandReader, staticType } from './operand.ts';
import type { Path } from './path.ts';
import type { ExpressionScope } from './scope.ts';
import { TokenReader } from './tokens.ts';

/** One change of an item. */
export type UpdateAction =
  | { kind: 'set'; path: Path; operand: Operand }
  | { kind: 'remove'; path: Path }
  | { kind: 'add'; path: Path; value: AttributeValue }
  | { kind: 'delete'; path: Path; value: AttributeValue };

export interface ParsedUpdate {
  actions: UpdateAction[];
  /** Every path that the expression mentions, also on right-hand sides. */
  paths: readonly Path[];
}

const operandTypeNames: { [type: string]: string } = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

/**
 * Parses an UpdateExpression.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function parseUpdate(text: string, scope: ExpressionScope): ParsedUpdate {
  const reader = new OperandReader(new TokenReader('UpdateExpression', text), scope);
  const { tokens } = reader;
  const actions: UpdateAction[] = [];
  const sections = new Set<string>();
  do {
    const section = tokens.next.text.toUpperCase();
    const parseAction = tokens.next.kind === 'word' ? sectionParsers[section] : undefined;
    if (!parseAction) throw tokens.syntaxError();
    tokens.take();
    if (sections.has(section)) {
      reader.note('section', `The "${section}" section can only be used once in an update expression;`);
    }
    sections.add(section);
    do actions.push(parseAction(reader));
    while (tokens.skip(','));
  } while (tokens.next.kind !== 'end');
  reader.noteClashes(actions.map((action) => action.path));
  reader.expectNoMistake([
    'reserved word',
    'unknown function',
    'section',
    'name',
    'value',
    'overlap',
    'conflict',
    'operand type',
    'operand count',
    'function',
  ]);
  return { actions, paths: reader.paths };
}

const sectionParsers: { [section: string]: ((reader: OperandReader) => UpdateAction) | undefined } = {
  SET(reader) {
    const path = reader.path();
    reader.tokens.expect('=');
    return { kind: 'set', path, operand: parseSetValue(reader) };
  },
  REMOVE: (reader) => ({ kind: 'remove', path: reader.path() }),
  ADD(reader) {
    const path = reader.path();
    return { kind: 'add', path, value: parseSetOperand(reader, 'ADD', ['N', 'SS', 'NS', 'BS']) };
  },
  DELETE(reader) {
    const path = reader.path();
    return { kind: 'delete', path, value: parseSetOperand(reader, 'DELETE', ['SS', 'NS', 'BS']) };
  },
};

function parseSetOperand(
  reader: OperandReader,
  operator: string,
  allowed: readonly string[],
): AttributeValue {
  const value = reader.value();
  const type = staticType({ kind: 'value', value });
  if (type && !allowed.includes(type)) {
    reader.note(
      'operand type',
      `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${operandTypeNames[type] ?? type}`,
    );
  }
  return value;
}

/** An operand, or the sum or difference of two. */
function parseSetValue(reader: OperandReader): Operand {
  const { tokens } = reader;
  const start = tokens.position;
  if (tokens.skip('(')) {
    // `(a + b)` is a value in parentheses; `(a) + b` begins with an operand in parentheses.
    const inner = parseSetValue(reader);
    if (inner.kind === 'arithmetic') {
      tokens.expect(')');
      return inner;
    }
    tokens.position = start;
  }
  const left = parseUpdateOperand(reader);
  const operator = tokens.at('+') ? '+' : tokens.at('-') ? '-' : undefined;
  if (!operator) return left;
  tokens.take();
  const right = parseUpdateOperand(reader);
  for (const operand of [left, right]) {
    const type = staticType(operand);
    if (type && type !== 'N') reader.noteOperandType(operator, type);
  }
  return { kind: 'arithmetic', operator, left, right };
}

function parseUpdateOperand(reader: OperandReader): Operand {
  const operand = reader.operand();
  checkCalls(reader, operand);
  return operand;
}

function checkCalls(reader: OperandReader, operand: Operand): void {
  if (operand.kind !== 'call') return;
  const { name, operands } = operand;
  if (name !== 'if_not_exists' && name !== 'list_append') {
    reader.note('unknown function', `Invalid function name; function: ${name}`);
    return;
  }
  for (const inner of operands) checkCalls(reader, inner);
  if (!reader.noteOperandCount(name, operands, 2)) return;
  if (name === 'if_not_exists') {
    reader.notePathRequired(name, operands[0]);
    return;
  }
  for (const inner of operands) {
    const type = staticType(inner);
    if (type && type !== 'L') reader.noteOperandType(name, type);
  }
}
