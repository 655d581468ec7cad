import { invalid } from '../errors.ts';

export interface Token {
  kind: 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';
  text: string;
  /** Offsets in the expression. */
  start: number;
  end: number;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const maximumExpressionBytes = 4096;
const tokenPattern = /\s*(?:([A-Za-z_]\w*)|(#\w+)|(:\w+)|(\d+)|(<=|>=|<>|[=<>()[\].,+-])|(\S))/y;
const kinds = ['word', 'name', 'value', 'number', 'symbol'] as const;

/** A reader of one expression: words, `#names`, `:values`, whole numbers and symbols. */
export class TokenReader {
  /** `UpdateExpression`, as error messages begin. */
  readonly parameter: string;
  readonly #text: string;
  readonly #tokens: Token[];
  #position = 0;

  constructor(parameter: string, text: string) {
    this.parameter = parameter;
    this.#text = text;
    if (text.trim() === '') {
      throw invalid(`Invalid ${parameter}: The expression can not be empty;`);
    }
    const sizeBytes = Buffer.byteLength(text);
    if (sizeBytes > maximumExpressionBytes) {
      throw this.fail(`Expression size has exceeded the maximum allowed size; expression size: ${sizeBytes}`);
    }
    this.#tokens = this.#split();
  }

  /** The next token, without consuming it. */
  get next(): Token {
    return this.#at(this.#position);
  }

  /** Where the reader stands; assigning it goes back. */
  get position(): number {
    return this.#position;
  }

  set position(position: number) {
    this.#position = position;
  }

  take(): Token {
    return this.#at(this.#position++);
  }

  /** Whether the next token is this symbol or keyword; keywords are case-insensitive. */
  at(text: string): boolean {
    const { kind, text: found } = this.next;
    if (kind === 'symbol') return found === text;
    return kind === 'word' && found.length === text.length && found.toUpperCase() === text;
  }

  /** Consumes the next token when it is this symbol or keyword. */
  skip(text: string): boolean {
    if (!this.at(text)) return false;
    this.#position++;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (this.next.kind !== 'end') throw this.syntaxError();
  }

  /** The error for the next token, with its neighbours as DynamoDB quotes them. */
  syntaxError(): Error {
    const token = this.next;
    const before = this.#position > 0 ? this.#at(this.#position - 1) : token;
    const after = this.#at(this.#position + 1);
    const near = this.#text.slice(before.start, after.end);
    return this.#error(token.kind === 'end' ? '<EOF>' : token.text, near);
  }

  fail(message: string): Error {
    return invalid(`Invalid ${this.parameter}: ${message}`);
  }

  #error(token: string, near: string): Error {
    return this.fail(`Syntax error; token: "${token}", near: "${near}"`);
  }

  #at(position: number): Token {
    const token = this.#tokens[Math.min(position, this.#tokens.length - 1)];
    if (!token) throw new Error('A token list always has its end token.');
    return token;
  }

  #split(): Token[] {
    const text = this.#text;
    const tokens: Token[] = [];
    let offset = 0;
    while (offset < text.length) {
      tokenPattern.lastIndex = offset;
      const match = tokenPattern.exec(text);
      if (!match) break;
      const end = tokenPattern.lastIndex;
      const unexpected = match[6];
      if (unexpected !== undefined) {
        throw this.#error(unexpected, text.slice(tokens.at(-1)?.start ?? end - 1, end + 5));
      }
      const group = kinds.findIndex((_, index) => match[index + 1] !== undefined);
      const word = match[group + 1] ?? '';
      tokens.push({ kind: kinds[group] ?? 'symbol', text: word, start: end - word.length, end });
      offset = end;
    }
    tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
    return tokens;
  }
}
