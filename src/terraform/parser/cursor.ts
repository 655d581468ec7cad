import { terraformError } from '../diagnostics.ts';
import { type Token, type TokenKind, tokenize } from '../lexer.ts';
import type { SourceFile, SourceRange } from '../source.ts';

const maximumNesting = 300;

/** A place in the tokens of one file. Inside parentheses and brackets newlines do not count. */
export class Cursor {
  readonly file: SourceFile;
  readonly #tokens: Token[];
  #index = 0;
  #skipNewlines = false;
  #nesting = 0;

  constructor(file: SourceFile, start: 'normal' | 'bare' = 'normal') {
    this.file = file;
    this.#tokens = tokenize(file, start);
  }

  peek(): Token {
    if (this.#skipNewlines) this.skipNewlines();
    return this.#tokenAt(this.#index);
  }

  /** The token after the next one. */
  peekSecond(): Token {
    this.peek();
    let index = this.#index + 1;
    while (this.#skipNewlines && this.#tokenAt(index).kind === 'newline') index++;
    return this.#tokenAt(index);
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#index++;
    return token;
  }

  /** Takes the next token if it is of this kind. */
  take(kind: TokenKind): Token | undefined {
    return this.peek().kind === kind ? this.next() : undefined;
  }

  takeKeyword(word: string): boolean {
    const found = this.isKeyword(word);
    if (found) this.next();
    return found;
  }

  isKeyword(word: string, token = this.peek()): boolean {
    return token.kind === 'identifier' && this.text(token) === word;
  }

  skipNewlines(): void {
    while (this.#tokenAt(this.#index).kind === 'newline') this.#index++;
  }

  /** Parses something inside of which newlines separate (`significant`) or do not count (`ignored`). */
  withNewlines<T>(newlines: 'significant' | 'ignored', parse: () => T): T {
    const outer = this.#skipNewlines;
    this.#skipNewlines = newlines === 'ignored';
    const result = parse();
    this.#skipNewlines = outer;
    return result;
  }

  /** Bounds the recursion, so that a hostile text is an error and not a stack overflow. */
  nested<T>(parse: () => T): T {
    if (++this.#nesting > maximumNesting) {
      this.fail(
        'Expression nested too deeply',
        `Expressions can be nested at most ${maximumNesting} levels deep.`,
      );
    }
    const result = parse();
    this.#nesting--;
    return result;
  }

  text(token: Token): string {
    return this.file.text.slice(token.start, token.end);
  }

  range(token: Token): SourceRange {
    return { file: this.file, start: token.start, end: token.end };
  }

  /** From `start` to the end of the token taken last. */
  rangeFrom(start: number): SourceRange {
    let last = this.#index - 1;
    while (last > 0 && this.#tokenAt(last).kind === 'newline') last--;
    return { file: this.file, start, end: Math.max(start, this.#tokens[last]?.end ?? start) };
  }

  fail(summary: string, detail: string, token = this.peek()): never {
    throw terraformError(summary, detail, this.range(token));
  }

  #tokenAt(index: number): Token {
    return this.#tokens[index] ?? { kind: 'end', start: this.file.text.length, end: this.file.text.length };
  }
}
