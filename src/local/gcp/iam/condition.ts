// Conditions of role bindings, in the part of CEL that bindings use.
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference

/** What a condition can look at. */
export interface ConditionInput {
  resourceName: string;
  /** `storage.googleapis.com/Object`; absent for services whose types conditions do not know here. */
  resourceType?: string;
  /** `storage.googleapis.com` */
  resourceService: string;
  requestTimeMs: number;
}

export interface CompiledCondition {
  /** Whether the outcome depends on the time. */
  readonly readsTime: boolean;
  holds(input: ConditionInput): boolean;
}

type Value = string | number | boolean;
type Evaluate = (input: ConditionInput) => Value;
type Type = 'string' | 'timestamp' | 'boolean';
interface Expression {
  type: Type;
  evaluate: Evaluate;
}

const tokenPattern =
  /\s*(?:(&&|\|\||==|!=|<=|>=|[<>!().,])|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\w+)|(\S))/gy;

/**
 * Compiles `expression`: `resource.name`, `resource.type`, `resource.service` with `==`, `!=`, `startsWith` and
 * `endsWith`; `request.time` compared with `timestamp("...")`; `&&`, `||`, `!` and parentheses.
 * Throws an error that names what else it holds.
 */
export function compileCondition(expression: string): CompiledCondition {
  const parser = new Parser(expression);
  const { evaluate } = parser.whole();
  return { readsTime: parser.readsTime, holds: (input) => evaluate(input) === true };
}

class Parser {
  readonly #expression: string;
  readonly #tokens: string[] = [];
  #at = 0;
  readsTime = false;

  constructor(expression: string) {
    this.#expression = expression;
    for (const [, operator, text, name, other] of expression.matchAll(tokenPattern)) {
      if (other !== undefined) this.#fail(`"${other}" is not supported`);
      this.#tokens.push(operator ?? text ?? name ?? '');
    }
  }

  whole(): Expression {
    const expression = this.#or();
    const left = this.#tokens[this.#at];
    if (left !== undefined) this.#fail(`"${left}" is not supported here`);
    return this.#boolean(expression);
  }

  #or(): Expression {
    return this.#chain(
      '||',
      () => this.#and(),
      (a, b) => a || b,
    );
  }

  #and(): Expression {
    return this.#chain(
      '&&',
      () => this.#not(),
      (a, b) => a && b,
    );
  }

  #chain(operator: string, next: () => Expression, join: (a: boolean, b: boolean) => boolean): Expression {
    let left = next();
    while (this.#take(operator)) {
      const first = this.#boolean(left).evaluate;
      const second = this.#boolean(next()).evaluate;
      left = { type: 'boolean', evaluate: (input) => join(first(input) === true, second(input) === true) };
    }
    return left;
  }

  #not(): Expression {
    if (!this.#take('!')) return this.#comparison();
    const { evaluate } = this.#boolean(this.#not());
    return { type: 'boolean', evaluate: (input) => evaluate(input) !== true };
  }

  #comparison(): Expression {
    const left = this.#operand();
    const operator = this.#tokens[this.#at];
    if (operator === undefined || !Object.hasOwn(comparisons, operator)) return left;
    this.#at++;
    const right = this.#operand();
    const isOrder = operator !== '==' && operator !== '!=';
    if (left.type !== right.type || (isOrder && left.type !== 'timestamp'))
      this.#fail(`${left.type} ${operator} ${right.type} is not supported`);
    const compare = comparisons[operator] ?? (() => false);
    return { type: 'boolean', evaluate: (input) => compare(left.evaluate(input), right.evaluate(input)) };
  }

  #operand(): Expression {
    const token = this.#tokens[this.#at++];
    if (token === undefined) return this.#fail('it ends too early');
    if (token === '(') {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    if (/^["']/.test(token)) return this.#text(token);
    if (token === 'true' || token === 'false') return { type: 'boolean', evaluate: () => token === 'true' };
    if (token === 'timestamp') return this.#timestamp();
    if (token === 'resource' || token === 'request') return this.#attribute(token);
    return this.#fail(`"${token}" is not supported`);
  }

  #text(token: string): Expression {
    const text = token.slice(1, -1).replace(/\\(.)/g, '$1');
    return { type: 'string', evaluate: () => text };
  }

  #timestamp(): Expression {
    this.#expect('(');
    const token = this.#tokens[this.#at++] ?? '';
    const timeMs = Date.parse(token.slice(1, -1));
    if (!/^["']/.test(token) || Number.isNaN(timeMs)) this.#fail(`timestamp(${token}) is not a time`);
    this.#expect(')');
    return { type: 'timestamp', evaluate: () => timeMs };
  }

  #attribute(root: string): Expression {
    this.#expect('.');
    const name = `${root}.${this.#tokens[this.#at++] ?? ''}`;
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (!attribute) return this.#fail(`${name} is not supported`);
    if (name === 'request.time') this.readsTime = true;
    if (!this.#take('.')) return attribute;
    const method = this.#tokens[this.#at++] ?? '';
    if (attribute.type !== 'string' || (method !== 'startsWith' && method !== 'endsWith'))
      return this.#fail(`${name}.${method} is not supported`);
    this.#expect('(');
    const argument = this.#operand();
    this.#expect(')');
    if (argument.type !== 'string') return this.#fail(`${name}.${method} takes a string`);
    return {
      type: 'boolean',
      evaluate: (input) => String(attribute.evaluate(input))[method](String(argument.evaluate(input))),
    };
  }

  #boolean(expression: Expression): Expression {
    return expression.type === 'boolean' ? expression : this.#fail(`a ${expression.type} is not a condition`);
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fail(`"${token}" is missing`);
  }

  #fail(problem: string): never {
    throw new Error(`condition ${JSON.stringify(this.#expression)}: ${problem}`);
  }
}

const comparisons: Record<string, (a: Value, b: Value) => boolean> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const attributes: Record<string, Expression> = {
  'resource.name': { type: 'string', evaluate: (input) => input.resourceName },
  'resource.service': { type: 'string', evaluate: (input) => input.resourceService },
  'resource.type': {
    type: 'string',
    evaluate(input) {
      if (input.resourceType === undefined)
        throw new Error(
          `resource.type of ${input.resourceName} (${input.resourceService}) is not known here`,
        );
      return input.resourceType;
    },
  },
  'request.time': { type: 'timestamp', evaluate: (input) => input.requestTimeMs },
};
