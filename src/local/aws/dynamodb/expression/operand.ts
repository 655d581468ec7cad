import type { AttributeType, AttributeValue } from '../attribute-value.ts';
import { typeOf } from '../attribute-value.ts';
import { clashOf, type Path, pathText } from './path.ts';
import { isReserved } from './reserved-words.ts';
import type { ExpressionScope } from './scope.ts';
import type { TokenReader } from './tokens.ts';

export type Operand =
  | { kind: 'path'; path: Path }
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'call'; name: string; operands: Operand[] }
  | { kind: 'arithmetic'; operator: '+' | '-'; left: Operand; right: Operand };

/**
 * Kinds of mistakes that are found after the syntax is known to be right. DynamoDB reports one of them, in
 * an order of its own that differs between conditions and updates.
 */
type Mistake =
  | 'parentheses'
  | 'unknown function'
  | 'misused function'
  | 'reserved word'
  | 'section'
  | 'name'
  | 'value'
  | 'operand count'
  | 'operand type'
  | 'distinct'
  | 'function'
  | 'overlap'
  | 'conflict';

/** Reads paths, placeholders and function calls, and collects the mistakes found on the way. */
export class OperandReader {
  readonly tokens: TokenReader;
  /** Every path that the expression mentions. */
  readonly paths: Path[] = [];
  readonly #scope: ExpressionScope;
  readonly #mistakes = new Map<Mistake, string>();

  constructor(tokens: TokenReader, scope: ExpressionScope) {
    this.tokens = tokens;
    this.#scope = scope;
  }

  /** Remembers the first mistake of each kind. */
  note(mistake: Mistake, message: string): void {
    if (!this.#mistakes.has(mistake)) this.#mistakes.set(mistake, message);
  }

  /** Throws the mistake whose kind comes first in `order`. */
  expectNoMistake(order: readonly Mistake[]): void {
    const message = order.flatMap((mistake) => this.#mistakes.get(mistake) ?? [])[0];
    if (message !== undefined) throw this.tokens.fail(message);
  }

  operand(): Operand {
    const { tokens } = this;
    if (tokens.skip('(')) {
      const operand = this.operand();
      tokens.expect(')');
      return operand;
    }
    if (tokens.next.kind === 'value') return { kind: 'value', value: this.value() };
    if (tokens.next.kind === 'word') {
      const start = tokens.position;
      const name = tokens.take().text;
      if (tokens.skip('(')) return { kind: 'call', name, operands: this.#operandsUntilClosed() };
      tokens.position = start;
    }
    return { kind: 'path', path: this.path() };
  }

  path(): Path {
    const { tokens } = this;
    const path: [string, ...(string | number)[]] = [this.#pathName()];
    for (;;) {
      if (tokens.skip('.')) path.push(this.#pathName());
      else if (tokens.skip('[')) {
        if (tokens.next.kind !== 'number') throw tokens.syntaxError();
        path.push(Number(tokens.take().text));
        tokens.expect(']');
      } else break;
    }
    this.paths.push(path);
    return path;
  }

  value(): AttributeValue {
    if (this.tokens.next.kind !== 'value') throw this.tokens.syntaxError();
    const placeholder = this.tokens.take().text;
    const value = this.#scope.value(placeholder);
    if (value) return value;
    this.note(
      'value',
      `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
    );
    return { NULL: true };
  }

  /** Notes two paths of one expression that cannot stand together. */
  noteClashes(paths: readonly Path[]): void {
    paths.forEach((path, index) => {
      for (const earlier of paths.slice(0, index)) {
        const clash = clashOf(earlier, path);
        if (!clash) continue;
        const what = clash === 'overlap' ? 'overlap' : 'conflict';
        this.note(
          clash,
          `Two document paths ${what} with each other; must remove or rewrite one of these paths; ` +
            `path one: ${pathText(earlier)}, path two: ${pathText(path)}`,
        );
      }
    });
  }

  noteOperandCount(name: string, operands: readonly Operand[], expected: number): boolean {
    if (operands.length === expected) return true;
    this.note(
      'operand count',
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
    return false;
  }

  noteOperandType(name: string, type: AttributeType | string): void {
    this.note(
      'function',
      `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
    );
  }

  notePathRequired(name: string, operand: Operand | undefined): void {
    if (operand?.kind === 'path') return;
    this.note('function', `Operator or function requires a document path; operator or function: ${name}`);
  }

  #operandsUntilClosed(): Operand[] {
    const operands = [this.operand()];
    while (this.tokens.skip(',')) operands.push(this.operand());
    this.tokens.expect(')');
    return operands;
  }

  #pathName(): string {
    const { kind, text } = this.tokens.next;
    if (kind !== 'name' && kind !== 'word') throw this.tokens.syntaxError();
    this.tokens.take();
    if (kind === 'word') {
      if (isReserved(text)) {
        this.note('reserved word', `Attribute name is a reserved keyword; reserved keyword: ${text}`);
      }
      return text;
    }
    const name = this.#scope.name(text);
    if (name !== undefined) return name;
    this.note(
      'name',
      `An expression attribute name used in the document path is not defined; attribute name: ${text}`,
    );
    return '';
  }
}

/** The type of an operand as far as the expression itself tells it. */
export function staticType(operand: Operand | undefined): AttributeType | undefined {
  if (operand?.kind === 'value') return typeOf(operand.value);
  if (operand?.kind === 'call' && operand.name === 'size') return 'N';
  if (operand?.kind === 'call' && operand.name === 'list_append') return 'L';
  return undefined;
}
