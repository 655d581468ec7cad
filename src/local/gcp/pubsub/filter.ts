/**
 * The filters of subscriptions, by the attributes of messages.
 * Syntax: https://docs.cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
 */
import { GrpcError } from '../grpc-server.ts';

export type Attributes = ReadonlyMap<string, string>;
export type Filter = (attributes: Attributes) => boolean;

type Token =
  | { kind: 'word'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'symbol'; text: string };

const maximumBytes = 256;

/** @throws GrpcError INVALID_ARGUMENT that says what is wrong and where */
export function parseFilter(source: string): Filter {
  if (Buffer.byteLength(source) > maximumBytes)
    throw invalid(`the filter is longer than ${maximumBytes} bytes`);
  if (source.trim() === '') return () => true;
  const parser = new FilterParser(tokensOf(source));
  const filter = parser.expression();
  parser.expectEnd();
  return filter;
}

const invalid = (problem: string): GrpcError =>
  new GrpcError('INVALID_ARGUMENT', `Invalid filter: ${problem}.`);

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|(?<word>[A-Za-z0-9_-]+)|(?<string>"(?:[^"\\]|\\.)*")|(?<symbol>!=|[=:.,()])/suy;
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex;
    const { word, string, symbol } = pattern.exec(source)?.groups ?? {};
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescaped(string.slice(1, -1)) });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
    else if (pattern.lastIndex <= at)
      throw invalid(`"${source.slice(at, at + 12)}" at position ${at} is not part of a filter`);
  }
  return tokens;
}

const unescaped = (text: string): string =>
  text.replace(
    /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{3})|(.))/gsu,
    (_, unicode?: string, hex?: string, octal?: string, other = '') => {
      const code = unicode ?? hex;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return escapes[other] ?? other;
    },
  );

class FilterParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Terms joined by either AND or OR; both only with parentheses. */
  expression(): Filter {
    const terms = [this.#term()];
    const operator = this.#operator();
    if (operator === undefined) return terms[0] ?? (() => true);
    for (let next: string | undefined = operator; next !== undefined; next = this.#operator()) {
      if (next !== operator) throw invalid('AND and OR can only be combined with parentheses');
      this.#at++;
      terms.push(this.#term());
    }
    return operator === 'AND'
      ? (attributes) => terms.every((term) => term(attributes))
      : (attributes) => terms.some((term) => term(attributes));
  }

  expectEnd(): void {
    const token = this.#tokens[this.#at];
    if (token) throw invalid(`"${token.text}" is not expected`);
  }

  #operator(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' && (token.text === 'AND' || token.text === 'OR') ? token.text : undefined;
  }

  #term(): Filter {
    const token = this.#next('a condition');
    if (token.kind === 'word' && token.text === 'NOT') {
      const negated = this.#term();
      return (attributes) => !negated(attributes);
    }
    if (token.kind === 'symbol' && token.text === '(') {
      const inner = this.expression();
      this.#expect(')');
      return inner;
    }
    if (token.kind === 'word' && token.text === 'hasPrefix') return this.#hasPrefix();
    if (token.kind === 'word' && token.text === 'attributes') return this.#comparison();
    throw invalid(`"${token.text}" is not a condition on attributes`);
  }

  #hasPrefix(): Filter {
    this.#expect('(');
    const attribute = this.#next('attributes');
    if (attribute.text !== 'attributes') throw invalid('hasPrefix takes an attribute and a text');
    this.#expect('.');
    const key = this.#key();
    this.#expect(',');
    const prefix = this.#value();
    this.#expect(')');
    return (attributes) => attributes.get(key)?.startsWith(prefix) ?? false;
  }

  #comparison(): Filter {
    const symbol = this.#next('"." or ":"');
    const key = this.#key();
    if (symbol.text === ':') return (attributes) => attributes.has(key);
    if (symbol.text !== '.') throw invalid(`"${symbol.text}" can not follow attributes`);
    const operator = this.#next('"=" or "!="');
    const value = this.#value();
    if (operator.text === '=') return (attributes) => attributes.get(key) === value;
    // Also true of a message that has no such attribute.
    if (operator.text === '!=') return (attributes) => attributes.get(key) !== value;
    throw invalid(`"${operator.text}" is not a comparison`);
  }

  #key(): string {
    const token = this.#next('the key of an attribute');
    if (token.kind === 'symbol') throw invalid(`"${token.text}" is not the key of an attribute`);
    return token.text;
  }

  #value(): string {
    const token = this.#next('a text in quotation marks');
    if (token.kind !== 'string') throw invalid(`"${token.text}" is not a text in quotation marks`);
    return token.text;
  }

  #expect(symbol: string): void {
    const token = this.#next(`"${symbol}"`);
    if (token.kind !== 'symbol' || token.text !== symbol)
      throw invalid(`"${symbol}" is missing before "${token.text}"`);
  }

  #next(what: string): Token {
    const token = this.#tokens[this.#at++];
    if (!token) throw invalid(`${what} is missing at the end`);
    return token;
  }
}
