import { ConversionError, equal, makeSet, unify } from '../types/index.ts';
import { SetValue, type Value } from '../value.ts';
import { any, define, defineVariadic, sequence, set } from './define.ts';
import { FunctionError, type TerraformFunction } from './function.ts';

/** The collection functions on sets. Their arguments take on a common element type before they are compared. */
export const setFunctions: Record<string, TerraformFunction> = {
  setintersection: defineVariadic([set('first_set')], set('other_sets'), ([first], others) => {
    const [kept = [], ...rest] = unifySets([first, ...others]);
    return makeSet(kept.filter((element) => rest.every((other) => has(other, element))));
  }),
  setproduct: defineVariadic([], any('sets'), (_, sets) => product(sets)),
  setsubtract: define([set('a'), set('b')], ([a, b]) => {
    const [kept = [], removed = []] = unifySets([a, b]);
    return makeSet(kept.filter((element) => !has(removed, element)));
  }),
  setunion: defineVariadic([set('first_set')], set('other_sets'), ([first], others) =>
    makeSet(unifySets([first, ...others]).flat()),
  ),
};

function has(elements: readonly Value[], wanted: Value): boolean {
  return elements.some((element) => equal(element, wanted));
}

function unifySets(sets: readonly (readonly Value[])[]): Value[][] {
  try {
    const unified = unify(sets.flat());
    let start = 0;
    return sets.map(({ length }) => {
      start += length;
      return unified.slice(start - length, start);
    });
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw new FunctionError('given sets must all have compatible element types');
  }
}

/** All combinations, as a list in the order of the arguments; as a set if one of them is a set. */
function product(sets: Value[]): Value {
  if (sets.length < 2) throw new FunctionError('at least two arguments are required');
  let combinations: Value[][] = [[]];
  sets.forEach((given, at) => {
    const elements = unifyElements(given, at);
    combinations = combinations.flatMap((combination) =>
      elements.map((element) => [...combination, element]),
    );
  });
  return sets.some((given) => given instanceof SetValue) ? makeSet(combinations) : combinations;
}

function unifyElements(given: Value, at: number): Value[] {
  const elements = sequence(given);
  if (elements === undefined) throw new FunctionError('a set or a list is required', at);
  try {
    return unify(elements);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw new FunctionError('all elements must be of the same type', at);
  }
}
