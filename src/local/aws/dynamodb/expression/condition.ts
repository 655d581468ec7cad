import { type AttributeValue, attributeTypes, compareValues, typeOf } from '../attribute-value.ts';
import { type Operand, OperandReader, staticType } from './operand.ts';
import { type Path, pathText, samePath } from './path.ts';
import type { ExpressionScope } from './scope.ts';
import { TokenReader } from './tokens.ts';

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html */
export type Condition =
  | { kind: 'and'; left: Condition; right: Condition }
  | { kind: 'or'; left: Condition; right: Condition }
  | { kind: 'not'; condition: Condition }
  | { kind: 'compare'; comparator: Comparator; left: Operand; right: Operand }
  | { kind: 'between'; operand: Operand; low: Operand; high: Operand }
  | { kind: 'in'; operand: Operand; choices: Operand[] }
  | { kind: 'call'; name: string; operands: Operand[] };

export interface ParsedCondition {
  condition: Condition;
  /** Every path that it mentions. */
  paths: readonly Path[];
}

const comparators: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const operandCounts = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
  ['size', 1],
]);
const maximumChoices = 100;

/**
 * Parses a condition, filter or key condition expression. `parameter` is its name in the request; errors
 * begin with it.
 */
export function parseCondition(parameter: string, text: string, scope: ExpressionScope): ParsedCondition {
  const parser = new ConditionParser(new OperandReader(new TokenReader(parameter, text), scope));
  return parser.whole();
}

class ConditionParser {
  readonly #operands: OperandReader;

  constructor(operands: OperandReader) {
    this.#operands = operands;
  }

  whole(): ParsedCondition {
    const operands = this.#operands;
    const condition = this.#or();
    operands.tokens.expectEnd();
    if (condition.kind === 'call' && condition.name === 'size') this.#noteMisused(condition.name);
    operands.expectNoMistake([
      'parentheses',
      'unknown function',
      'misused function',
      'reserved word',
      'name',
      'value',
      'operand count',
      'distinct',
      'function',
    ]);
    return { condition, paths: operands.paths };
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#operands.tokens.skip('OR')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#operands.tokens.skip('AND')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    if (this.#operands.tokens.skip('NOT')) return { kind: 'not', condition: this.#not() };
    return this.#term();
  }

  #term(): Condition {
    const { tokens } = this.#operands;
    if (!tokens.at('(')) return this.#predicate();
    // A parenthesis opens an operand, as in `(a) = :b`, or a condition.
    const start = tokens.position;
    const operand = this.#attemptOperand();
    if (operand) return this.#predicate(operand);
    tokens.position = start;
    tokens.expect('(');
    const doubled = tokens.at('(');
    const innerStart = tokens.position;
    const condition = this.#or();
    if (doubled && this.#isOneGroup(innerStart, tokens.position)) {
      this.#operands.note('parentheses', 'The expression has redundant parentheses;');
    }
    tokens.expect(')');
    return condition;
  }

  /** The parenthesised operand of a comparison, when that is what stands here. */
  #attemptOperand(): Operand | undefined {
    const { tokens } = this.#operands;
    try {
      const operand = this.#operands.operand();
      const compared = comparators.includes(tokens.next.text) || tokens.at('IN') || tokens.at('BETWEEN');
      return compared ? operand : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether one pair of parentheses spans all tokens from `start` to before `end`. */
  #isOneGroup(start: number, end: number): boolean {
    const { tokens } = this.#operands;
    let depth = 0;
    let spans = true;
    tokens.position = start;
    while (tokens.position < end) {
      if (tokens.at('(')) depth++;
      if (tokens.at(')')) depth--;
      tokens.take();
      if (depth === 0 && tokens.position < end) spans = false;
    }
    return spans;
  }

  #predicate(first?: Operand): Condition {
    const { tokens } = this.#operands;
    const operand = first ?? this.#operands.operand();
    if (tokens.next.kind === 'symbol' && comparators.includes(tokens.next.text)) {
      return this.#comparison(operand);
    }
    if (tokens.skip('BETWEEN')) return this.#between(operand);
    if (tokens.skip('IN')) return this.#in(operand);
    if (operand.kind !== 'call') throw tokens.syntaxError();
    this.#checkCall(operand.name, operand.operands);
    return { kind: 'call', name: operand.name, operands: operand.operands };
  }

  #comparison(left: Operand): Condition {
    const { tokens } = this.#operands;
    const comparator = comparatorOf(tokens.take().text);
    const right = this.#operands.operand();
    this.#checkValues([left, right]);
    this.#noteSamePath(comparator, left, right);
    if (comparator !== '=' && comparator !== '<>') {
      for (const type of [staticType(left), staticType(right)]) {
        if (type && !['S', 'N', 'B'].includes(type)) {
          this.#operands.noteOperandType(comparator, type);
        }
      }
    }
    return { kind: 'compare', comparator, left, right };
  }

  #between(operand: Operand): Condition {
    const low = this.#operands.operand();
    this.#operands.tokens.expect('AND');
    const high = this.#operands.operand();
    this.#checkValues([operand, low, high]);
    if (low.kind === 'value' && high.kind === 'value') {
      const [lower, upper] = [typeOf(low.value), typeOf(high.value)];
      const bounds = `lower bound operand: AttributeValue: {${lower}:${content(low.value)}}, upper bound operand: AttributeValue: {${upper}:${content(high.value)}}`;
      if (lower !== upper) {
        this.#operands.note(
          'function',
          `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
        );
      } else if ((compareValues(low.value, high.value) ?? 0) > 0) {
        this.#operands.note(
          'function',
          `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
        );
      }
    }
    return { kind: 'between', operand, low, high };
  }

  #in(operand: Operand): Condition {
    const { tokens } = this.#operands;
    tokens.expect('(');
    const choices = [this.#operands.operand()];
    while (tokens.skip(',')) choices.push(this.#operands.operand());
    tokens.expect(')');
    this.#checkValues([operand, ...choices]);
    if (choices.length > maximumChoices) {
      this.#operands.note(
        'operand count',
        `Too many operands for the IN operator; maximum: ${maximumChoices}, number of operands: ${choices.length}`,
      );
    }
    return { kind: 'in', operand, choices };
  }

  /** Of the functions only `size` gives a value that can be compared. */
  #checkValues(operands: readonly Operand[]): void {
    for (const operand of operands) {
      if (operand.kind !== 'call') continue;
      this.#checkCall(operand.name, operand.operands);
      if (operand.name !== 'size') this.#noteMisused(operand.name);
    }
  }

  #noteMisused(name: string): void {
    this.#operands.note(
      'misused function',
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
  }

  #checkCall(name: string, operands: readonly Operand[]): void {
    const reader = this.#operands;
    const expected = operandCounts.get(name);
    if (expected === undefined) {
      reader.note('unknown function', `Invalid function name; function: ${name}`);
      return;
    }
    this.#checkValues(operands);
    if (!reader.noteOperandCount(name, operands, expected)) return;
    const [first, second] = operands;
    if (first && second) this.#noteSamePath(name, first, second);
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      reader.notePathRequired(name, first);
    } else if (name === 'begins_with') {
      for (const operand of operands) {
        const type = staticType(operand);
        if (type && type !== 'S' && type !== 'B') reader.noteOperandType(name, type);
      }
    } else if (name === 'attribute_type') this.#checkTypeName(second);
    else if (name === 'size') {
      const type = staticType(first);
      if (type && ['N', 'BOOL', 'NULL'].includes(type)) reader.noteOperandType(name, type);
    }
  }

  #checkTypeName(operand: Operand | undefined): void {
    if (operand?.kind !== 'value' || !('S' in operand.value)) {
      const type = staticType(operand) ?? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}';
      this.#operands.noteOperandType('attribute_type', type);
      return;
    }
    const named = operand.value.S;
    if (!attributeTypes.some((type) => type === named)) {
      this.#operands.note(
        'function',
        `Invalid attribute type name found; type: ${named}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
      );
    }
  }

  #noteSamePath(operator: string, left: Operand, right: Operand): void {
    if (left.kind !== 'path' || right.kind !== 'path' || !samePath(left.path, right.path)) return;
    this.#operands.note(
      'distinct',
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${pathText(left.path)}`,
    );
  }
}

function comparatorOf(text: string): Comparator {
  switch (text) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return text;
    default:
      throw new Error(`${text} is no comparator.`);
  }
}

function content(value: AttributeValue): string {
  return Object.values(value).map(String).join('');
}
