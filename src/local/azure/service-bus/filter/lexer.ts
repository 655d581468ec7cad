// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-filter

export type Token =
  | { kind: 'name'; text: string; delimited: boolean; at: number }
  | { kind: 'string'; text: string; at: number }
  | { kind: 'number'; value: number; at: number }
  | { kind: 'symbol'; text: string; at: number }
  | { kind: 'end'; at: number };

/** A filter or a rule that cannot be read; names the place in the expression. */
export class FilterSyntaxError extends Error {
  constructor(what: string, at: number, expression: string) {
    super(`There was an error parsing the SQL expression '${expression}': ${what} at position ${at + 1}.`);
    this.name = 'FilterSyntaxError';
  }
}

type Reading = Token extends infer One ? (One extends Token ? Omit<One, 'at'> : never) : never;

const unquoted = (text: string, quote: string) => text.slice(1, -1).replaceAll(quote + quote, quote);

const forms: [RegExp, (text: string) => Reading | undefined][] = [
  [/\s+/y, () => undefined],
  [/'(?:[^']|'')*'/y, (text) => ({ kind: 'string', text: unquoted(text, "'") })],
  [/0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy, (text) => ({ kind: 'number', value: Number(text) })],
  [/[a-z_@][\p{L}\p{N}_@$#-]*/iuy, (text) => ({ kind: 'name', text, delimited: false })],
  [/\[(?:[^\]]|\]\])*\]/y, (text) => ({ kind: 'name', text: unquoted(text, ']'), delimited: true })],
  [/"(?:[^"]|"")*"/y, (text) => ({ kind: 'name', text: unquoted(text, '"'), delimited: true })],
  [/<>|!=|>=|<=|[=<>+\-*/%(),.]/y, (text) => ({ kind: 'symbol', text })],
];

/** @throws FilterSyntaxError */
export function tokens(expression: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const { length, token } = next(expression, at);
    if (token) found.push({ ...token, at });
    at += length;
  }
  found.push({ kind: 'end', at });
  return found;
}

function next(expression: string, at: number): { length: number; token: Reading | undefined } {
  for (const [form, read] of forms) {
    form.lastIndex = at;
    const [text] = form.exec(expression) ?? [];
    if (text !== undefined) return { length: text.length, token: read(text) };
  }
  throw new FilterSyntaxError(`unexpected character '${expression.charAt(at)}'`, at, expression);
}
