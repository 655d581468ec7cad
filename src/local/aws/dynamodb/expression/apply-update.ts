import { type AttributeValue, attributeOf, type Item } from '../attribute-value.ts';
import { addNumbers, subtractNumbers } from '../decimal.ts';
import { invalid } from '../errors.ts';
import type { Operand } from './operand.ts';
import { type Path, valueAt } from './path.ts';
import type { UpdateAction } from './update.ts';

/** A value under change: maps and lists are copies of this update's own. */
type DraftMap = Map<string, DraftValue>;
type DraftList = (DraftValue | undefined)[];
type DraftValue = { map: DraftMap } | { list: DraftList } | { value: AttributeValue };

/**
 * The item after the actions. Every right-hand side sees the item as it was; list positions mean the list
 * as it was, so removing [0] and [1] removes the first two elements. Copies only what is on a changed path.
 */
export function applyUpdate(item: Item, actions: readonly UpdateAction[]): Item {
  const computed = actions.map((action) => ({ action, result: resultOf(action, item) }));
  const draft: DraftMap = new Map();
  for (const name of Object.keys(item)) {
    const value = attributeOf(item, name);
    if (value) draft.set(name, { value });
  }
  for (const { action, result } of computed) place(draft, action.path, result);
  return finishMap(draft);
}

/** The value that the action leaves at its path; undefined when it leaves none. */
function resultOf(action: UpdateAction, item: Item): AttributeValue | undefined {
  switch (action.kind) {
    case 'set':
      return evaluated(action.operand, item);
    case 'remove':
      return undefined;
    case 'add':
      return added(valueAt(item, action.path), action.value);
    case 'delete':
      return withoutMembers(valueAt(item, action.path), action.value);
  }
}

function evaluated(operand: Operand, item: Item): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path': {
      const value = valueAt(item, operand.path);
      if (value) return value;
      throw invalid('The provided expression refers to an attribute that does not exist in the item');
    }
    case 'arithmetic': {
      const [left, right] = [evaluated(operand.left, item), evaluated(operand.right, item)];
      if (!('N' in left && 'N' in right)) throw wrongDataType();
      const calculate = operand.operator === '+' ? addNumbers : subtractNumbers;
      return { N: calculate(left.N, right.N) };
    }
    case 'call': {
      const [first, second] = operand.operands;
      if (!first || !second) throw new Error(`${operand.name} has two operands.`);
      if (operand.name === 'if_not_exists') {
        const present = first.kind === 'path' ? valueAt(item, first.path) : undefined;
        return present ?? evaluated(second, item);
      }
      const [left, right] = [evaluated(first, item), evaluated(second, item)];
      if (!('L' in left && 'L' in right)) throw wrongDataType();
      return { L: [...left.L, ...right.L] };
    }
  }
}

function added(present: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (!present) return value;
  if ('N' in present && 'N' in value) return { N: addNumbers(present.N, value.N) };
  if ('SS' in present && 'SS' in value) return { SS: union(present.SS, value.SS) };
  if ('NS' in present && 'NS' in value) return { NS: union(present.NS, value.NS) };
  if ('BS' in present && 'BS' in value) return { BS: union(present.BS, value.BS) };
  // Only the parameter AttributeUpdates appends lists with ADD.
  if ('L' in present && 'L' in value) return { L: [...present.L, ...value.L] };
  throw wrongDataType();
}

function withoutMembers(
  present: AttributeValue | undefined,
  value: AttributeValue,
): AttributeValue | undefined {
  if (!present) return undefined;
  if ('SS' in present && 'SS' in value) {
    const SS = difference(present.SS, value.SS);
    return SS.length > 0 ? { SS } : undefined;
  }
  if ('NS' in present && 'NS' in value) {
    const NS = difference(present.NS, value.NS);
    return NS.length > 0 ? { NS } : undefined;
  }
  if ('BS' in present && 'BS' in value) {
    const BS = difference(present.BS, value.BS);
    return BS.length > 0 ? { BS } : undefined;
  }
  throw wrongDataType();
}

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
const difference = (a: readonly string[], b: readonly string[]) => a.filter((member) => !b.includes(member));

function wrongDataType(): Error {
  return invalid('An operand in the update expression has an incorrect data type');
}

function invalidPath(): Error {
  return invalid('The document path provided in the update expression is invalid for update');
}

function place(draft: DraftMap, path: Path, result: AttributeValue | undefined): void {
  let parent: DraftValue = { map: draft };
  for (const step of path.slice(0, -1)) parent = opened(parent, step);
  const last = path[path.length - 1];
  if (typeof last === 'string' && 'map' in parent) {
    if (result) parent.map.set(last, { value: result });
    else parent.map.delete(last);
  } else if (typeof last === 'number' && 'list' in parent) {
    if (result) parent.list[last] = { value: result };
    else if (last < parent.list.length) parent.list[last] = undefined;
  } else throw invalidPath();
}

/** The map or list at a step, opened for change. */
function opened(parent: DraftValue, step: string | number): DraftValue {
  const child =
    typeof step === 'string'
      ? 'map' in parent
        ? parent.map.get(step)
        : undefined
      : 'list' in parent
        ? parent.list[step]
        : undefined;
  if (!child) throw invalidPath();
  if (!('value' in child)) return child;
  const draft = draftOf(child.value);
  if (typeof step === 'string' && 'map' in parent) parent.map.set(step, draft);
  if (typeof step === 'number' && 'list' in parent) parent.list[step] = draft;
  return draft;
}

function draftOf(value: AttributeValue): DraftValue {
  if ('M' in value) {
    return {
      map: new Map(Object.entries(value.M).map(([name, member]) => [name, { value: member }])),
    };
  }
  if ('L' in value) return { list: value.L.map((element) => ({ value: element })) };
  throw invalidPath();
}

function finish(draft: DraftValue): AttributeValue {
  if ('value' in draft) return draft.value;
  if ('map' in draft) return { M: finishMap(draft.map) };
  // Removed elements and gaps before an element that was set beyond the end close up.
  return { L: Object.values(draft.list).flatMap((element) => (element ? [finish(element)] : [])) };
}

function finishMap(draft: DraftMap): Item {
  return Object.fromEntries([...draft].map(([name, member]) => [name, finish(member)]));
}
