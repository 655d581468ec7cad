// Longer than most files: a recursive-descent grammar is read from top to bottom, one rule calling the next.

import { type Token, tokenize } from './lexer.ts';
import { QueryError } from './query-error.ts';
import type { BinaryOperator, Expression, OrderItem, Query, SelectItem, Source } from './syntax.ts';

/** Binary operators below the comparisons, weakest first. */
const arithmetic: readonly (readonly BinaryOperator[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>', '>>>'],
  ['+', '-', '||'],
  ['*', '/', '%'],
];
const comparisons: Record<string, BinaryOperator> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** Deeper nesting, or a longer chain of operators, is refused instead of exhausting the stack. */
const maxDepth = 200;
const maxOperators = 4000;

/**
 * Reads a query of Azure Cosmos DB for NoSQL. Throws `QueryError` with the position of what it cannot read.
 * Grammar: learn.microsoft.com/azure/cosmos-db/nosql/query/
 */
export function parseQuery(text: string): Query {
  const parser = new Parser(tokenize(text));
  const query = parser.query();
  parser.expectEnd();
  return query;
}

/** Reads the predicate of a conditional patch: `from c where c.taskNum = 3`. */
export function parsePredicate(text: string): Query {
  return parseQuery(`SELECT VALUE 1 ${text}`);
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;
  #operators = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  get #token(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    if (!token) throw new Error('A token list always ends with an end token.');
    return token;
  }

  #next(): Token {
    const token = this.#token;
    this.#at++;
    return token;
  }

  /** End offset of the token before the current one. */
  get #previousEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  #fail(token = this.#token): never {
    const near =
      token.kind === 'end' ? 'incorrect syntax near end of query' : `incorrect syntax near '${token.text}'`;
    throw new QueryError('SC1001', `Syntax error, ${near}.`, token);
  }

  #isKeyword(word: string): boolean {
    return this.#token.keyword === word;
  }

  #isSymbol(text: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === text;
  }

  #takeKeyword(word: string): boolean {
    if (!this.#isKeyword(word)) return false;
    this.#at++;
    return true;
  }

  #takeSymbol(text: string): boolean {
    if (!this.#isSymbol(text)) return false;
    this.#at++;
    return true;
  }

  #expectKeyword(word: string): void {
    if (!this.#takeKeyword(word)) this.#fail();
  }

  #expectSymbol(text: string): void {
    if (!this.#takeSymbol(text)) this.#fail();
  }

  expectEnd(): void {
    if (this.#token.kind !== 'end') this.#fail();
  }

  #identifier(): string {
    const token = this.#token;
    if (token.kind !== 'name' || token.keyword) this.#fail();
    this.#at++;
    return token.text;
  }

  #list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.#takeSymbol(',')) items.push(item());
    return items;
  }

  query(): Query {
    const start = this.#token.start;
    this.#expectKeyword('SELECT');
    const distinct = this.#takeKeyword('DISTINCT');
    const top = this.#takeKeyword('TOP') ? this.#count() : undefined;
    const query: Query = {
      start,
      end: start,
      distinct,
      ...(top && { top }),
      selection: this.#selection(),
      sources: [],
      groupBy: [],
      orderBy: [],
    };
    const fromStart = this.#token.start;
    if (this.#takeKeyword('FROM')) {
      query.sources.push(this.#source());
      while (this.#takeKeyword('JOIN')) query.sources.push(this.#source());
      query.fromSpan = { start: fromStart, end: this.#previousEnd };
    }
    if (this.#takeKeyword('WHERE')) query.where = this.#expression();
    if (this.#takeKeyword('GROUP')) {
      this.#expectKeyword('BY');
      query.groupBy = this.#list(() => this.#expression());
    }
    if (this.#takeKeyword('ORDER')) {
      this.#expectKeyword('BY');
      query.orderBy = this.#list(() => this.#orderItem());
    }
    if (this.#takeKeyword('OFFSET')) {
      query.offset = this.#count();
      this.#expectKeyword('LIMIT');
      query.limit = this.#count();
    }
    query.end = this.#previousEnd;
    return query;
  }

  /** The number after TOP, OFFSET and LIMIT: a constant or a parameter. */
  #count(): Expression {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#at++;
      return { kind: 'constant', value: Number(token.value), start: token.start, end: token.end };
    }
    if (token.kind !== 'parameter') this.#fail();
    this.#at++;
    return { kind: 'parameter', name: token.text, start: token.start, end: token.end };
  }

  #selection(): Query['selection'] {
    if (this.#takeSymbol('*')) return { kind: 'all' };
    if (this.#takeKeyword('VALUE')) return { kind: 'value', expression: this.#expression() };
    let unnamed = 0;
    const items = this.#list((): SelectItem => {
      const expression = this.#expression();
      const alias = this.#alias();
      const name = alias ?? nameOfPath(expression);
      return { expression, name: name ?? `$${++unnamed}` };
    });
    return { kind: 'list', items };
  }

  #alias(): string | undefined {
    if (this.#takeKeyword('AS')) {
      if (this.#token.kind === 'string') return String(this.#next().value);
      return this.#identifier();
    }
    return this.#token.kind === 'name' && !this.#token.keyword ? this.#identifier() : undefined;
  }

  #orderItem(): OrderItem {
    const expression = this.#expression();
    if (this.#takeKeyword('DESC')) return { expression, descending: true };
    this.#takeKeyword('ASC');
    return { expression, descending: false };
  }

  #source(): Source {
    const start = this.#token.start;
    const following = this.#tokens[this.#at + 1];
    if (this.#token.kind === 'name' && !this.#token.keyword && following?.keyword === 'IN') {
      const alias = this.#identifier();
      this.#expectKeyword('IN');
      const collection = this.#collection();
      return { alias, each: true, collection, start, end: this.#previousEnd };
    }
    const collection = this.#collection();
    const written = this.#alias();
    const implied = collection.kind === 'path' ? nameOfPath(collection.path) : undefined;
    return { alias: written ?? implied ?? '', each: false, collection, start, end: this.#previousEnd };
  }

  #collection(): Source['collection'] {
    if (this.#takeSymbol('(')) {
      const query = this.#nested(() => this.query());
      this.#expectSymbol(')');
      return { kind: 'subquery', query };
    }
    const { start, end } = this.#token;
    const path = this.#postfix({ kind: 'name', name: this.#identifier(), start, end });
    return { kind: 'path', path };
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > maxDepth) this.#tooComplex();
    const result = read();
    this.#depth--;
    return result;
  }

  #tooComplex(): never {
    throw new QueryError('SC3001', 'The SQL query text is too complex.', this.#token);
  }

  #expression(): Expression {
    return this.#nested(() => {
      const condition = this.#coalesce();
      if (!this.#takeSymbol('?')) return condition;
      const then = this.#expression();
      this.#expectSymbol(':');
      const otherwise = this.#expression();
      return { kind: 'conditional', condition, then, otherwise, start: condition.start, end: otherwise.end };
    });
  }

  #binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
    if (++this.#operators > maxOperators) this.#tooComplex();
    return { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }

  #coalesce(): Expression {
    let left = this.#or();
    while (this.#takeSymbol('??')) left = this.#binary('??', left, this.#or());
    return left;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#takeKeyword('OR')) left = this.#binary('OR', left, this.#and());
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#takeKeyword('AND')) left = this.#binary('AND', left, this.#not());
    return left;
  }

  #not(): Expression {
    const { start } = this.#token;
    if (!this.#takeKeyword('NOT')) return this.#comparison();
    const operand = this.#nested(() => this.#not());
    return { kind: 'unary', operator: 'NOT', operand, start, end: operand.end };
  }

  #comparison(): Expression {
    let left = this.#arithmetic(0);
    for (;;) {
      const operator = this.#token.kind === 'symbol' ? comparisons[this.#token.text] : undefined;
      if (operator) {
        this.#at++;
        left = this.#binary(operator, left, this.#arithmetic(0));
        continue;
      }
      const following = this.#tokens[this.#at + 1]?.keyword ?? '';
      const not = this.#isKeyword('NOT') && ['IN', 'BETWEEN', 'LIKE'].includes(following);
      if (not) this.#at++;
      if (this.#takeKeyword('IN')) left = this.#in(left, not);
      else if (this.#takeKeyword('BETWEEN')) left = this.#between(left, not);
      else if (this.#takeKeyword('LIKE')) left = this.#like(left, not);
      else return left;
    }
  }

  #in(value: Expression, not: boolean): Expression {
    this.#expectSymbol('(');
    const list = this.#list(() => this.#expression());
    this.#expectSymbol(')');
    return { kind: 'in', not, value, list, start: value.start, end: this.#previousEnd };
  }

  #between(value: Expression, not: boolean): Expression {
    const low = this.#arithmetic(0);
    this.#expectKeyword('AND');
    const high = this.#arithmetic(0);
    return { kind: 'between', not, value, low, high, start: value.start, end: high.end };
  }

  #like(value: Expression, not: boolean): Expression {
    const pattern = this.#arithmetic(0);
    const escapeCharacter = this.#takeKeyword('ESCAPE') ? this.#arithmetic(0) : undefined;
    const end = this.#previousEnd;
    return {
      kind: 'like',
      not,
      value,
      pattern,
      ...(escapeCharacter && { escape: escapeCharacter }),
      start: value.start,
      end,
    };
  }

  #arithmetic(level: number): Expression {
    const operators = arithmetic[level];
    if (!operators) return this.#unary();
    let left = this.#arithmetic(level + 1);
    for (;;) {
      const operator =
        this.#token.kind === 'symbol' ? operators.find((text) => text === this.#token.text) : undefined;
      if (!operator) return left;
      this.#at++;
      left = this.#binary(operator, left, this.#arithmetic(level + 1));
    }
  }

  #unary(): Expression {
    const { start, text, kind } = this.#token;
    if (kind !== 'symbol' || (text !== '-' && text !== '+' && text !== '~')) return this.#primary();
    this.#at++;
    const operand = this.#nested(() => this.#unary());
    return { kind: 'unary', operator: text, operand, start, end: operand.end };
  }

  #primary(): Expression {
    const token = this.#token;
    const { start, end } = token;
    switch (token.kind) {
      case 'number':
      case 'string':
        this.#at++;
        return this.#postfix({ kind: 'constant', value: token.value, start, end });
      case 'parameter':
        this.#at++;
        return this.#postfix({ kind: 'parameter', name: token.text, start, end });
      case 'name':
        return this.#postfix(this.#word());
      case 'symbol':
        return this.#postfix(this.#bracketed());
      default:
        return this.#fail();
    }
  }

  #word(): Expression {
    const { start, end, keyword } = this.#token;
    switch (keyword) {
      case 'TRUE':
      case 'FALSE':
        this.#at++;
        return { kind: 'constant', value: keyword === 'TRUE', start, end };
      case 'NULL':
        this.#at++;
        return { kind: 'constant', value: null, start, end };
      case 'UNDEFINED':
        this.#at++;
        return { kind: 'constant', value: undefined, start, end };
      case 'EXISTS':
      case 'ARRAY': {
        this.#at++;
        this.#expectSymbol('(');
        const query = this.#nested(() => this.query());
        this.#expectSymbol(')');
        return { kind: 'subquery', as: keyword, query, start, end: this.#previousEnd };
      }
      case 'UDF': {
        this.#at++;
        this.#expectSymbol('.');
        return this.#call(this.#identifier(), true, start);
      }
    }
    const name = this.#identifier();
    return this.#isSymbol('(') ? this.#call(name, false, start) : { kind: 'name', name, start, end };
  }

  #call(name: string, udf: boolean, start: number): Expression {
    this.#expectSymbol('(');
    const values = this.#isSymbol(')') ? [] : this.#list(() => this.#expression());
    this.#expectSymbol(')');
    return { kind: 'call', name, udf, arguments: values, start, end: this.#previousEnd };
  }

  /** `(expression)`, `(SELECT ...)`, `[array]` or `{object}`. */
  #bracketed(): Expression {
    const { start } = this.#token;
    if (this.#takeSymbol('(')) {
      if (this.#isKeyword('SELECT')) {
        const query = this.#nested(() => this.query());
        this.#expectSymbol(')');
        return { kind: 'subquery', as: 'SCALAR', query, start, end: this.#previousEnd };
      }
      const inner = this.#expression();
      this.#expectSymbol(')');
      return { ...inner, start, end: this.#previousEnd };
    }
    if (this.#takeSymbol('[')) {
      const items = this.#isSymbol(']') ? [] : this.#list(() => this.#expression());
      this.#expectSymbol(']');
      return { kind: 'array', items, start, end: this.#previousEnd };
    }
    if (!this.#takeSymbol('{')) this.#fail();
    const properties = this.#isSymbol('}') ? [] : this.#list(() => this.#property());
    this.#expectSymbol('}');
    return { kind: 'object', properties, start, end: this.#previousEnd };
  }

  #property(): { name: string; value: Expression } {
    const token = this.#token;
    const name = token.kind === 'string' ? String(this.#next().value) : this.#identifier();
    this.#expectSymbol(':');
    return { name, value: this.#expression() };
  }

  /** `.name` and `[index]` after an expression. */
  #postfix(first: Expression): Expression {
    let object = first;
    for (;;) {
      if (this.#operators > maxOperators) this.#tooComplex();
      if (this.#takeSymbol('.')) {
        this.#operators++;
        const name = this.#identifier();
        object = { kind: 'member', object, name, start: first.start, end: this.#previousEnd };
      } else if (this.#takeSymbol('[')) {
        this.#operators++;
        const index = this.#expression();
        this.#expectSymbol(']');
        object = { kind: 'index', object, index, start: first.start, end: this.#previousEnd };
      } else return object;
    }
  }
}

/** The name that a path gives its value: `c.address.city` is `city`; other expressions have none. */
function nameOfPath(expression: Expression): string | undefined {
  if (expression.kind === 'name' || expression.kind === 'member') return expression.name;
  if (expression.kind !== 'index' || expression.index.kind !== 'constant') return undefined;
  return typeof expression.index.value === 'string' ? expression.index.value : undefined;
}
