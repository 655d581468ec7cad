import { type AggregateKind, aggregateKind } from './aggregate.ts';
import { builtinFunction, type FunctionContext } from './functions.ts';
import { likePattern } from './like.ts';
import { QueryError } from './query-error.ts';
import type { BinaryOperator, Expression, Query, Span } from './syntax.ts';
import { compareSameType, equalValues, type Json, type JsonObject, type Value, valueAt } from './value.ts';

/** The values of the aliases in scope, by slot, and of the aggregates of the current group. */
export interface Row {
  values: Value[];
  aggregates?: Value[];
}

export type Evaluate = (row: Row) => Value;

/** One aggregate call of a SELECT clause. */
export interface AggregateCall {
  kind: AggregateKind;
  argument: Evaluate;
}

/** What names mean at one place of a query. */
export interface Scope {
  /** Slot of each alias in `Row.values`. */
  slots: ReadonlyMap<string, number>;
  parameters: ReadonlyMap<string, Json>;
  context: FunctionContext;
  /** Where aggregate calls are collected; absent where they are not allowed. */
  aggregates?: AggregateCall[];
  /** Runs a subquery for the row around it. */
  subquery(query: Query, scope: Scope): (row: Row) => Iterable<Json>;
}

/** Turns an expression into a function. Throws `QueryError` for names and functions that do not exist. */
export function compileExpression(expression: Expression, scope: Scope): Evaluate {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'parameter':
      return parameter(expression.name, expression, scope);
    case 'name':
      return name(expression.name, expression, scope);
    case 'member': {
      const object = compileExpression(expression.object, scope);
      const key = expression.name;
      return (row) => {
        const value = object(row);
        // The common case of `c.name`, without the checks of a general key.
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
        return Object.hasOwn(value, key) ? value[key] : undefined;
      };
    }
    case 'index': {
      const object = compileExpression(expression.object, scope);
      const index = compileExpression(expression.index, scope);
      return (row) => valueAt(object(row), index(row));
    }
    case 'unary':
      return unary(expression.operator, compileExpression(expression.operand, scope));
    case 'binary':
      return binary(
        expression.operator,
        compileExpression(expression.left, scope),
        compileExpression(expression.right, scope),
      );
    case 'between': {
      const value = compileExpression(expression.value, scope);
      const low = compileExpression(expression.low, scope);
      const high = compileExpression(expression.high, scope);
      const atLeast = ordering('>=', value, low);
      const atMost = ordering('<=', value, high);
      return negatable(expression.not, binary('AND', atLeast, atMost));
    }
    case 'in':
      return negatable(expression.not, membership(expression, scope));
    case 'like':
      return negatable(expression.not, like(expression, scope));
    case 'conditional': {
      const condition = compileExpression(expression.condition, scope);
      const then = compileExpression(expression.then, scope);
      const otherwise = compileExpression(expression.otherwise, scope);
      return (row) => (condition(row) === true ? then(row) : otherwise(row));
    }
    case 'call':
      return call(expression, scope);
    case 'array': {
      const items = expression.items.map((item) => compileExpression(item, scope));
      return (row) => items.map((item) => item(row)).filter((item) => item !== undefined);
    }
    case 'object': {
      const properties = expression.properties.map(
        ({ name, value }) => [name, compileExpression(value, scope)] as const,
      );
      return (row) => makeObject(properties, row);
    }
    case 'subquery':
      return subquery(expression, scope);
  }
}

/** An object of the given properties; a property that is undefined is left out. */
export function makeObject(properties: readonly (readonly [string, Evaluate])[], row: Row): JsonObject {
  const object: JsonObject = {};
  for (const [name, evaluate] of properties) {
    const value = evaluate(row);
    if (value === undefined) continue;
    if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true });
    else object[name] = value;
  }
  return object;
}

function parameter(name: string, at: Span, scope: Scope): Evaluate {
  // A parameter that the request leaves out is undefined.
  const value = scope.parameters.get(name);
  if (value === undefined && !scope.parameters.has(name)) {
    throw new QueryError('SC2001', `Parameter '${name}' is not supplied.`, at);
  }
  return () => value;
}

function name(identifier: string, at: Span, scope: Scope): Evaluate {
  const slot = scope.slots.get(identifier);
  if (slot === undefined) {
    throw new QueryError('SC2001', `Identifier '${identifier}' could not be resolved.`, at);
  }
  return (row) => row.values[slot];
}

function unary(operator: 'NOT' | '-' | '+' | '~', operand: Evaluate): Evaluate {
  if (operator === 'NOT') {
    return (row) => {
      const value = operand(row);
      return typeof value === 'boolean' ? !value : undefined;
    };
  }
  const compute = {
    '-': (value: number) => -value,
    '+': (value: number) => value,
    '~': (value: number) => ~value,
  }[operator];
  return (row) => {
    const value = operand(row);
    return typeof value === 'number' ? compute(value) : undefined;
  };
}

const negatable = (not: boolean, evaluate: Evaluate): Evaluate => (not ? unary('NOT', evaluate) : evaluate);

const numeric: Partial<Record<BinaryOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
};

function binary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    // Three-valued logic: learn.microsoft.com/azure/cosmos-db/nosql/query/logical-operators
    case 'AND':
      return (row) => {
        const a = left(row);
        if (a === false) return false;
        const b = right(row);
        if (b === false) return false;
        return a === true && b === true ? true : undefined;
      };
    case 'OR':
      return (row) => {
        const a = left(row);
        if (a === true) return true;
        const b = right(row);
        if (b === true) return true;
        return a === false && b === false ? false : undefined;
      };
    case '??':
      return (row) => {
        const value = left(row);
        return value === undefined ? right(row) : value;
      };
    case '||':
      return (row) => {
        const a = left(row);
        const b = right(row);
        return typeof a === 'string' && typeof b === 'string' ? a + b : undefined;
      };
    case '=':
    case '!=':
      return equality(operator === '=', left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordering(operator, left, right);
    default: {
      const compute = numeric[operator];
      if (!compute) throw new Error(`The operator ${operator} has no meaning.`);
      return (row) => {
        const a = left(row);
        const b = right(row);
        if (typeof a !== 'number' || typeof b !== 'number') return undefined;
        const result = compute(a, b);
        return Number.isFinite(result) ? result : undefined;
      };
    }
  }
}

/**
 * The documentation calls equality across types undefined, the service answers false, and true for `!=`
 * (`WHERE c.x != null` finds strings), as the reference evaluator in the tests of the .NET SDK does
 * (ScalarExpressionEvaluator.PerformBinaryEquality). Only a side that is undefined makes it undefined.
 */
function equality(equal: boolean, left: Evaluate, right: Evaluate): Evaluate {
  return (row) => {
    const a = left(row);
    const b = right(row);
    return a === undefined || b === undefined ? undefined : equalValues(a, b) === equal;
  };
}

function ordering(operator: '<' | '<=' | '>' | '>=', left: Evaluate, right: Evaluate): Evaluate {
  const holds = {
    '<': (order: number) => order < 0,
    '<=': (order: number) => order <= 0,
    '>': (order: number) => order > 0,
    '>=': (order: number) => order >= 0,
  }[operator];
  return (row) => {
    const order = compareSameType(left(row), right(row));
    return order === undefined ? undefined : holds(order);
  };
}

function membership(expression: Extract<Expression, { kind: 'in' }>, scope: Scope): Evaluate {
  const value = compileExpression(expression.value, scope);
  const list = expression.list.map((item) => compileExpression(item, scope));
  return (row) => {
    const needle = value(row);
    if (needle === undefined) return undefined;
    return list.some((item) => {
      const candidate = item(row);
      return candidate !== undefined && equalValues(candidate, needle);
    });
  };
}

function like(expression: Extract<Expression, { kind: 'like' }>, scope: Scope): Evaluate {
  const value = compileExpression(expression.value, scope);
  const pattern = compileExpression(expression.pattern, scope);
  const escapeWith = expression.escape && compileExpression(expression.escape, scope);
  let lastPattern: Value;
  let compiled: RegExp | undefined;
  return (row) => {
    const text = value(row);
    const wanted = pattern(row);
    const escapeCharacter = escapeWith?.(row);
    if (typeof text !== 'string' || typeof wanted !== 'string') return undefined;
    if (escapeWith && (typeof escapeCharacter !== 'string' || escapeCharacter.length !== 1)) return undefined;
    if (!compiled || wanted !== lastPattern) {
      compiled = likePattern(wanted, typeof escapeCharacter === 'string' ? escapeCharacter : undefined);
      lastPattern = wanted;
    }
    return compiled.test(text);
  };
}

function call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Evaluate {
  const { name, udf } = expression;
  if (udf) {
    throw new QueryError('SC2037', `'${name}' is not a recognized user-defined function name.`, expression);
  }
  const kind = aggregateKind(name);
  if (kind) return aggregate(kind, expression, scope);
  const builtin = builtinFunction(name);
  if (!builtin) {
    throw new QueryError('SC2005', `'${name}' is not a recognized built-in function name.`, expression);
  }
  const count = expression.arguments.length;
  if (count < builtin.minArguments || count > builtin.maxArguments) {
    const { minArguments: min, maxArguments: max } = builtin;
    const wanted = min === max ? `${min}` : Number.isFinite(max) ? `${min} to ${max}` : `at least ${min}`;
    const message = `The ${name.toUpperCase()} function requires ${wanted} argument(s).`;
    throw new QueryError('SC2050', message, expression);
  }
  const values = expression.arguments.map((argument) => compileExpression(argument, scope));
  return (row) =>
    builtin.run(
      values.map((value) => value(row)),
      scope.context,
    );
}

function aggregate(
  kind: AggregateKind,
  expression: Extract<Expression, { kind: 'call' }>,
  scope: Scope,
): Evaluate {
  const argument = expression.arguments[0];
  if (!scope.aggregates || !argument || expression.arguments.length !== 1) {
    const message = scope.aggregates
      ? `The ${kind} function requires 1 argument(s).`
      : `Cannot perform an aggregate function outside the SELECT clause: '${kind}'.`;
    throw new QueryError(scope.aggregates ? 'SC2050' : 'SC2103', message, expression);
  }
  const { aggregates, ...inner } = scope;
  const index = aggregates.push({ kind, argument: compileExpression(argument, inner) }) - 1;
  return (row) => row.aggregates?.[index];
}

function subquery(expression: Extract<Expression, { kind: 'subquery' }>, scope: Scope): Evaluate {
  const results = scope.subquery(expression.query, scope);
  switch (expression.as) {
    case 'EXISTS':
      return (row) => !results(row)[Symbol.iterator]().next().done;
    case 'ARRAY':
      return (row) => [...results(row)];
    case 'SCALAR':
      return (row) => {
        const [first, second] = results(row);
        if (second === undefined) return first;
        throw new QueryError(
          'SC2045',
          'The cardinality of a scalar subquery result set cannot be greater than one.',
          expression,
        );
      };
  }
}
