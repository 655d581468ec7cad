// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-filter
import { FilterSyntaxError, type Token, tokens } from './lexer.ts';
import { calculate, compare, isNumber, like, type SqlValue, type Truth } from './sql-value.ts';

/** What a filter looks at. */
export interface FilteredMessage {
  /** `sys.Label` by its name in lower case. */
  system: Readonly<Record<string, SqlValue>>;
  user: Readonly<Record<string, unknown>>;
  newId(): string;
}

/** Whether a message passes. @throws Error when the expression cannot be evaluated for it */
export type Filter = (message: FilteredMessage) => boolean;

type Expression = (message: FilteredMessage) => SqlValue;
type Predicate = (message: FilteredMessage) => Truth;
/** What stands in parentheses shows only at its end which of the two it is. */
type Node = { kind: 'value'; run: Expression } | { kind: 'truth'; run: Predicate };

/** Properties of a message as `sys.` names them. */
export const systemProperties = [
  'contenttype',
  'correlationid',
  'deliverycount',
  'enqueuedtimeutc',
  'expiresatutc',
  'forcepersistence',
  'label',
  'messageid',
  'partitionkey',
  'replyto',
  'replytosessionid',
  'scheduledenqueuetimeutc',
  'sequencenumber',
  'sessionid',
  'size',
  'subject',
  'timetolive',
  'to',
  'viapartitionkey',
] as const;

/** @throws FilterSyntaxError, also for a system property that there is not */
export function sqlFilter(expression: string): Filter {
  const parser = new Parser(expression);
  const node = parser.disjunction();
  parser.end();
  const run = parser.truth(node);
  return (message) => run(message) === true;
}

const reserved = new Set([
  'and',
  'or',
  'not',
  'in',
  'like',
  'is',
  'null',
  'exists',
  'escape',
  'true',
  'false',
]);

class Parser {
  readonly #expression: string;
  readonly #tokens: Token[];
  #index = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = tokens(expression);
  }

  disjunction(): Node {
    let left = this.#conjunction();
    while (this.#word('or')) {
      const [a, b] = [this.truth(left), this.truth(this.#conjunction())];
      left = { kind: 'truth', run: (message) => either(a(message), b(message)) };
    }
    return left;
  }

  end(): void {
    if (this.#peek().kind !== 'end') throw this.#unexpected();
  }

  truth(node: Node): Predicate {
    if (node.kind === 'truth') return node.run;
    // A Boolean property or constant stands for itself.
    return (message) => {
      const value = node.run(message);
      if (value === undefined || typeof value === 'boolean') return value;
      throw new Error('an expression that is not Boolean stands where a condition is needed');
    };
  }

  #conjunction(): Node {
    let left = this.#negation();
    while (this.#word('and')) {
      const [a, b] = [this.truth(left), this.truth(this.#negation())];
      left = { kind: 'truth', run: (message) => both(a(message), b(message)) };
    }
    return left;
  }

  #negation(): Node {
    if (!this.#word('not')) return this.#condition();
    const inner = this.truth(this.#negation());
    return { kind: 'truth', run: (message) => not(inner(message)) };
  }

  #condition(): Node {
    if (this.#word('exists')) return this.#exists();
    const left = this.#sum();
    const operator = this.#symbol('=', '<>', '!=', '>', '>=', '<', '<=');
    if (operator !== undefined) return this.#comparison(left, operator);
    if (this.#word('is')) {
      const isNegated = this.#word('not');
      this.#expectWord('null');
      const run = this.#value(left);
      return { kind: 'truth', run: (message) => (run(message) === undefined) !== isNegated };
    }
    const isNegated = this.#word('not');
    if (this.#word('in')) return negatedIf(isNegated, this.#in(left));
    if (this.#word('like')) return negatedIf(isNegated, this.#like(left));
    if (isNegated) throw this.#unexpected();
    return left;
  }

  #exists(): Node {
    this.#expectSymbol('(');
    const property = this.#property();
    this.#expectSymbol(')');
    return { kind: 'truth', run: (message) => property(message) !== undefined };
  }

  #comparison(node: Node, operator: string): Node {
    const [left, right] = [this.#value(node), this.#value(this.#sum())];
    return {
      kind: 'truth',
      run(message) {
        const [a, b] = [left(message), right(message)];
        const order = compare(a, b);
        // Values of different types are unequal, and nothing else can be said of them.
        if (order === undefined)
          return a === undefined || b === undefined ? undefined : operator === '<>' || operator === '!=';
        return holds(operator, order);
      },
    };
  }

  #in(node: Node): Predicate {
    const left = this.#value(node);
    this.#expectSymbol('(');
    const candidates = [this.#value(this.#sum())];
    while (this.#symbol(',')) candidates.push(this.#value(this.#sum()));
    this.#expectSymbol(')');
    return (message) => {
      const value = left(message);
      if (value === undefined) return undefined;
      const orders = candidates.map((candidate) => compare(value, candidate(message)));
      if (orders.includes(0)) return true;
      return candidates.some((candidate) => candidate(message) === undefined) ? undefined : false;
    };
  }

  #like(node: Node): Predicate {
    const [left, pattern] = [this.#value(node), this.#value(this.#sum())];
    const escaping = this.#word('escape') ? this.#value(this.#sum()) : undefined;
    return (message) => {
      const [text, form, escaped] = [left(message), pattern(message), escaping?.(message)];
      if (text === undefined || form === undefined) return undefined;
      if (typeof text !== 'string' || typeof form !== 'string') return false;
      return like(text, form, typeof escaped === 'string' ? escaped : undefined);
    };
  }

  #sum(): Node {
    return this.#operators(() => this.#operators(() => this.#unary(), '*', '/', '%'), '+', '-');
  }

  #operators(operand: () => Node, ...symbols: string[]): Node {
    let left = operand();
    for (let operator = this.#symbol(...symbols); operator; operator = this.#symbol(...symbols)) {
      const sign = operator;
      const [a, b] = [this.#value(left), this.#value(operand())];
      left = { kind: 'value', run: (message) => calculate(sign, a(message), b(message)) };
    }
    return left;
  }

  #unary(): Node {
    const sign = this.#symbol('+', '-');
    if (sign === undefined) return this.#primary();
    const inner = this.#value(this.#unary());
    return {
      kind: 'value',
      run(message) {
        const value = inner(message);
        if (value !== undefined && !isNumber(value)) throw new Error(`the sign ${sign} needs a number`);
        return sign === '-' && value !== undefined ? -value : value;
      },
    };
  }

  #primary(): Node {
    if (this.#symbol('(')) {
      const inner = this.disjunction();
      this.#expectSymbol(')');
      return inner;
    }
    const token = this.#peek();
    if (token.kind === 'string' || token.kind === 'number') {
      this.#index++;
      const value = token.kind === 'string' ? token.text : token.value;
      return { kind: 'value', run: () => value };
    }
    if (this.#word('true')) return { kind: 'value', run: () => true };
    if (this.#word('false')) return { kind: 'value', run: () => false };
    if (this.#word('null')) return { kind: 'value', run: () => undefined };
    const next = this.#tokens[this.#index + 1];
    if (token.kind === 'name' && next?.kind === 'symbol' && next.text === '(') return this.#call();
    return { kind: 'value', run: this.#property() };
  }

  /** `newid()`, `property(name)` and `p(name)`. */
  #call(): Node {
    const token = this.#peek();
    const name = token.kind === 'name' ? token.text.toLowerCase() : '';
    if (name !== 'newid' && name !== 'property' && name !== 'p') throw this.#unexpected();
    this.#index += 2;
    if (name === 'newid') {
      this.#expectSymbol(')');
      return { kind: 'value', run: (message) => message.newId() };
    }
    const argument = this.#value(this.#sum());
    this.#expectSymbol(')');
    return { kind: 'value', run: (message) => userValue(message, String(argument(message))) };
  }

  #property(): Expression {
    const first = this.#name();
    if (!this.#symbol('.')) return (message) => userValue(message, first);
    const scope = first.toLowerCase();
    const name = this.#name();
    if (scope === 'user') return (message) => userValue(message, name);
    const key = name.toLowerCase();
    if (scope !== 'sys' || !systemProperties.some((known) => known === key))
      throw new FilterSyntaxError(`there is no property ${first}.${name}`, this.#peek().at, this.#expression);
    return ({ system }) => system[key];
  }

  #name(): string {
    const token = this.#peek();
    if (token.kind !== 'name' || (!token.delimited && reserved.has(token.text.toLowerCase())))
      throw this.#unexpected();
    this.#index++;
    return token.text;
  }

  #value(node: Node): Expression {
    return node.run;
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', at: this.#expression.length };
  }

  #symbol(...symbols: string[]): string | undefined {
    const token = this.#peek();
    if (token.kind !== 'symbol' || !symbols.includes(token.text)) return undefined;
    this.#index++;
    return token.text;
  }

  #word(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'name' || token.delimited || token.text.toLowerCase() !== word) return false;
    this.#index++;
    return true;
  }

  #expectSymbol(symbol: string): void {
    if (this.#symbol(symbol) === undefined) throw this.#unexpected();
  }

  #expectWord(word: string): void {
    if (!this.#word(word)) throw this.#unexpected();
  }

  #unexpected(): FilterSyntaxError {
    const token = this.#peek();
    const what =
      token.kind === 'end' ? 'unexpected end' : `unexpected '${'text' in token ? token.text : token.value}'`;
    return new FilterSyntaxError(what, token.at, this.#expression);
  }
}

/** Names of user properties regard case. */
function userValue({ user }: FilteredMessage, name: string): SqlValue {
  const value = Object.hasOwn(user, name) ? user[name] : undefined;
  const isPlain =
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    value instanceof Date;
  return isPlain ? value : undefined;
}

const both = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
const either = (a: Truth, b: Truth): Truth =>
  a === true || b === true ? true : a === undefined || b === undefined ? undefined : false;
const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);

const negatedIf = (isNegated: boolean, run: Predicate): Node => ({
  kind: 'truth',
  run: isNegated ? (message) => not(run(message)) : run,
});

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return order !== 0;
  }
}
