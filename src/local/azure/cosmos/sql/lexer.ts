import { QueryError } from './query-error.ts';

export interface Token {
  kind: 'number' | 'string' | 'name' | 'parameter' | 'symbol' | 'end';
  /** As written; for strings with their quotes. */
  text: string;
  /** Upper-case form of a reserved word; empty for every other token. */
  keyword: string;
  /** Content of a string, value of a number. */
  value: string | number;
  start: number;
  end: number;
}

/**
 * Words that cannot name a property without brackets: `c.order` is a syntax error, `c["order"]` is not.
 * learn.microsoft.com/azure/cosmos-db/nosql/query/keywords and the query grammar of the .NET SDK.
 */
const reservedWords = new Set(
  (
    'AND ARRAY AS ASC BETWEEN BY DESC DISTINCT ESCAPE EXISTS FALSE FROM GROUP IN JOIN LIKE LIMIT NOT NULL ' +
    'OFFSET OR ORDER SELECT TOP TRUE UDF UNDEFINED VALUE WHERE'
  ).split(' '),
);

const whitespaceOrComment = /(?:\s+|--[^\n]*)*/y;
const number = /0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const parameter = /@[A-Za-z0-9_]+/y;
const string = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;
const symbol = />>>|<<|>>|!=|<>|<=|>=|\?\?|\|\||[()[\]{},.:?=<>+\-*/%&|^~]/y;

const escapes: Record<string, string> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '/': '/',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function decodeString(text: string, start: number): string {
  return text
    .slice(1, -1)
    .replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (whole, sequence: string, offset: number) => {
      if (sequence.length === 5) return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
      const character = escapes[sequence];
      if (character !== undefined) return character;
      const at = start + 1 + offset;
      throw new QueryError('SC1012', `Syntax error, invalid string escape sequence '${whole}'.`, {
        start: at,
        end: at + whole.length,
      });
    });
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Splits a query into tokens; the last one has the kind `end`. Throws `QueryError`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: Token['kind'], source: string, value: string | number = '', keyword = '') => {
    tokens.push({ kind, text: source, keyword, value, start: at, end: at + source.length });
    at += source.length;
  };
  for (;;) {
    at += match(whitespaceOrComment, text, at)?.length ?? 0;
    if (at >= text.length) break;
    const word = match(name, text, at);
    if (word !== undefined) {
      const upper = word.toUpperCase();
      add('name', word, word, reservedWords.has(upper) ? upper : '');
      continue;
    }
    const digits = match(number, text, at);
    if (digits !== undefined) {
      add('number', digits, Number(digits));
      continue;
    }
    const quoted = match(string, text, at);
    if (quoted !== undefined) {
      add('string', quoted, decodeString(quoted, at));
      continue;
    }
    const reference = match(parameter, text, at);
    if (reference !== undefined) {
      add('parameter', reference, reference);
      continue;
    }
    const sign = match(symbol, text, at);
    if (sign === undefined) {
      const bad = text[at] ?? '';
      throw new QueryError('SC1010', `Syntax error, invalid token '${bad}'.`, { start: at, end: at + 1 });
    }
    add('symbol', sign);
  }
  add('end', '');
  return tokens;
}
