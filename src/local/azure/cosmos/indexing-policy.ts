import { pathNames } from './partition-key.ts';
import { isObject, type Json, type JsonObject } from './sql/value.ts';

/** learn.microsoft.com/azure/cosmos-db/index-policy */
export interface IndexingPolicy {
  indexingMode: 'consistent' | 'none';
  automatic: boolean;
  includedPaths: { path: string }[];
  excludedPaths: { path: string }[];
  compositeIndexes?: { path: string; order: 'ascending' | 'descending' }[][];
}

/** What a container has that names no policy. */
export const defaultIndexingPolicy: IndexingPolicy = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};

interface Rule {
  names: string[];
  /** `/*` covers what lies below, `/?` only the value itself. */
  below: boolean;
  included: boolean;
}

/** Which paths of an item an indexing policy indexes. */
export class Indexing {
  readonly policy: IndexingPolicy;
  readonly #rules: Rule[];
  readonly #known = new Map<string, boolean>();

  constructor(policy: IndexingPolicy) {
    this.policy = policy;
    const rule =
      (included: boolean) =>
      ({ path }: { path: string }): Rule => {
        const names = pathNames(path);
        const last = names.pop();
        return { names, below: last !== '?', included };
      };
    // The more precise path wins; an excluded path wins over an included one of the same precision.
    this.#rules = [...policy.includedPaths.map(rule(true)), ...policy.excludedPaths.map(rule(false))].sort(
      (a, b) =>
        b.names.length - a.names.length ||
        Number(a.below) - Number(b.below) ||
        Number(a.included) - Number(b.included),
    );
  }

  /** `names` leads to a value; elements of an array are named `[]` or by their number. */
  isIndexed(names: readonly string[]): boolean {
    if (this.policy.indexingMode === 'none') return false;
    // learn.microsoft.com/azure/cosmos-db/index-policy#include-exclude-paths: id and _ts always are.
    if (names.length === 1 && (names[0] === 'id' || names[0] === '_ts')) return true;
    const key = names.join('/');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#rules.find(
      (rule) =>
        (rule.below ? rule.names.length <= names.length : rule.names.length === names.length) &&
        rule.names.every(
          (name, index) => name === names[index] || (name === '[]' && isArrayStep(names[index])),
        ),
    );
    const indexed = found?.included ?? false;
    // Items with ever new property names must not fill the memory.
    if (this.#known.size < 10_000) this.#known.set(key, indexed);
    return indexed;
  }

  /** Whether the policy includes exactly this path, by name. */
  names(path: readonly string[]): boolean {
    const key = path.join('/');
    return this.#rules.some((rule) => rule.included && !rule.below && rule.names.join('/') === key);
  }

  /** Every indexed scalar of an item, as a text of its path and value. */
  *terms(item: JsonObject): Generator<string> {
    if (this.policy.indexingMode === 'none') return;
    yield* this.#termsBelow(item, []);
  }

  *#termsBelow(value: Json, path: string[]): Generator<string> {
    if (Array.isArray(value)) {
      for (const element of value) yield* this.#termsBelow(element, [...path, '[]']);
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) yield* this.#termsBelow(inner, [...path, name]);
    } else if (this.isIndexed(path)) yield `${path.join('/')}=${JSON.stringify(value)}`;
  }

  /** Whether a composite index serves an ORDER BY: all its paths in this order, all directions as given or all reversed. */
  hasComposite(order: readonly { path: readonly string[]; descending: boolean }[]): boolean {
    return (this.policy.compositeIndexes ?? []).some((index) => {
      if (index.length !== order.length) return false;
      const same = index.map(({ path, order: direction }, at) => {
        const wanted = order[at];
        if (!wanted || pathNames(path).join('/') !== wanted.path.join('/')) return undefined;
        return (direction === 'descending') === wanted.descending;
      });
      return same.every((each) => each === true) || same.every((each) => each === false);
    });
  }
}

const isArrayStep = (name: string | undefined) => name === '[]' || (name !== undefined && /^\d+$/.test(name));
