import type { Json } from './value.ts';

/** Character offsets into the query text; `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

export type BinaryOperator =
  | 'OR'
  | 'AND'
  | '??'
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '|'
  | '^'
  | '&'
  | '<<'
  | '>>'
  | '>>>'
  | '||'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';

export type Expression = Span &
  (
    | { kind: 'constant'; value: Json | undefined }
    | { kind: 'parameter'; name: string }
    | { kind: 'name'; name: string }
    | { kind: 'member'; object: Expression; name: string }
    | { kind: 'index'; object: Expression; index: Expression }
    | { kind: 'unary'; operator: 'NOT' | '-' | '+' | '~'; operand: Expression }
    | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
    | { kind: 'between'; not: boolean; value: Expression; low: Expression; high: Expression }
    | { kind: 'in'; not: boolean; value: Expression; list: Expression[] }
    | { kind: 'like'; not: boolean; value: Expression; pattern: Expression; escape?: Expression }
    | { kind: 'conditional'; condition: Expression; then: Expression; otherwise: Expression }
    | { kind: 'call'; name: string; udf: boolean; arguments: Expression[] }
    | { kind: 'array'; items: Expression[] }
    | { kind: 'object'; properties: { name: string; value: Expression }[] }
    | { kind: 'subquery'; as: 'EXISTS' | 'ARRAY' | 'SCALAR'; query: Query }
  );

/** `alias IN collection` walks the elements of an array; without IN the alias stands for the whole value. */
export interface Source extends Span {
  alias: string;
  each: boolean;
  collection: { kind: 'path'; path: Expression } | { kind: 'subquery'; query: Query };
}

export interface SelectItem {
  expression: Expression;
  /** Name of the property in the result. */
  name: string;
}

export type Selection =
  | { kind: 'all' }
  | { kind: 'value'; expression: Expression }
  | { kind: 'list'; items: SelectItem[] };

export interface OrderItem {
  expression: Expression;
  descending: boolean;
}

export interface Query extends Span {
  distinct: boolean;
  top?: Expression;
  selection: Selection;
  /** The first is the FROM source, the others its JOINs. Empty without a FROM clause. */
  sources: Source[];
  /** From the word FROM to the end of the last source; absent without a FROM clause. */
  fromSpan?: Span;
  where?: Expression;
  groupBy: Expression[];
  orderBy: OrderItem[];
  offset?: Expression;
  limit?: Expression;
}
