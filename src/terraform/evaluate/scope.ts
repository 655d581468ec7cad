import type { ReferenceExpression } from '../ast.ts';
import type { FunctionContext, TerraformFunction } from '../functions/function.ts';
import type { SourceRange } from '../source.ts';
import type { ObjectValue, Value } from '../value.ts';

/** What is the same for all expressions of one evaluation. */
export interface EvaluationContext {
  /** Whether computed values stay unknown. */
  planning: boolean;
  /** Both undefined where functions may not be called. */
  functions: Readonly<Record<string, TerraformFunction>> | undefined;
  functionContext: FunctionContext | undefined;
  resources: ResourceObjects;
}

/** A value that a `for` or a template binds; the innermost first. */
export interface BoundName {
  name: string;
  value: Value;
  outer: BoundName | undefined;
}

/** Where an expression stands: what its names mean. */
export interface Scope {
  context: EvaluationContext;
  /**
   * Gives the value of the first `consumed` steps of a reference to something that the module declares.
   * Throws `TerraformError` for names that it does not declare.
   */
  resolve(reference: ReferenceExpression, scope: Scope): { value: Value; consumed: number };
  names?: BoundName | undefined;
  /** The element that `splatItem` stands for. */
  splatItem?: Value;
}

export function bind(scope: Scope, name: string, value: Value): Scope {
  return { ...scope, names: { name, value, outer: scope.names } };
}

export function lookUp(scope: Scope, name: string): BoundName | undefined {
  for (let bound = scope.names; bound !== undefined; bound = bound.outer)
    if (bound.name === name) return bound;
  return undefined;
}

/**
 * Knows which objects are resources or blocks of them. Their attributes are not all there: what the configuration
 * does not set is up to the provider.
 */
export class ResourceObjects {
  readonly #places = new WeakMap<ObjectValue, string>();
  readonly #missing: (place: string, name: string, range: SourceRange | undefined) => Value;

  /** `missing` supplies an attribute that the object at `place` (`aws_x.y.block[0]`) does not have. */
  constructor(missing: (place: string, name: string, range: SourceRange | undefined) => Value) {
    this.#missing = missing;
  }

  register(object: ObjectValue, place: string): void {
    this.#places.set(object, place);
  }

  has(object: ObjectValue): boolean {
    return this.#places.has(object);
  }

  /** The attribute that a resource's object lacks; undefined when the object is none of a resource. */
  missingAttribute(object: ObjectValue, name: string, range?: SourceRange): Value | undefined {
    const place = this.#places.get(object);
    return place === undefined ? undefined : this.#missing(place, name, range);
  }

  /** Whether a resource's object stands anywhere in the value. */
  within(value: Value): boolean {
    if (Array.isArray(value)) return value.some((element) => this.within(element));
    if (typeof value !== 'object' || value === null) return false;
    if (Object.getPrototypeOf(value) !== null) return false;
    return this.has(value as ObjectValue) || Object.values(value).some((element) => this.within(element));
  }
}
