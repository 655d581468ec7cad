import type { Block, Body } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import { evaluate } from '../evaluate/expression.ts';
import { entriesOf } from '../evaluate/for.ts';
import { friendlyType, mark, unmark } from '../evaluate/marks.ts';
import { bind, type Scope } from '../evaluate/scope.ts';
import { iteratorName } from '../references.ts';
import { Unknown } from '../stack.ts';
import { objectFrom } from '../types/index.ts';
import type { ObjectValue, Value } from '../value.ts';
import { checkSchema, requireArgument } from './schema.ts';

/** What nested blocks of one type come to: their bodies, or unknown when a `dynamic` block's `for_each` is. */
interface BlockList {
  bodies: ObjectValue[];
  unknown: Unknown | undefined;
  sensitive: boolean;
}

/**
 * Evaluates the arguments and nested blocks of a resource, data source or provider: a nested block type becomes a
 * list of objects. `place` is the address for the provenance of attributes that are not set. With
 * `dropNull`, arguments that are null count as not set.
 */
export function evaluateBody(body: Body, scope: Scope, place: string, dropNull: boolean): ObjectValue {
  const object: ObjectValue = objectFrom<Value>([]);
  for (const { name, value: expression } of body.attributes.values()) {
    const value = evaluate(expression, scope);
    if (!dropNull || unmark(value).value !== null) object[name] = value;
  }
  const lists = new Map<string, BlockList>();
  collectBlocks(body, scope, place, dropNull, lists);
  for (const [type, { bodies, unknown, sensitive }] of lists) {
    if (Object.hasOwn(object, type)) {
      const block = body.blocks.find((nested) => nested.type === type || nested.labels[0] === type);
      throw terraformError(
        'Duplicate argument',
        `"${type}" is set both as an argument and as a block.`,
        block?.headerRange,
      );
    }
    if (unknown !== undefined) object[type] = mark(unknown, sensitive);
    else if (bodies.length > 0) object[type] = mark(bodies, sensitive);
  }
  scope.context.resources.register(object, place);
  return object;
}

function collectBlocks(
  body: Body,
  scope: Scope,
  place: string,
  dropNull: boolean,
  lists: Map<string, BlockList>,
): void {
  const listOf = (type: string): BlockList => {
    const list = lists.get(type) ?? { bodies: [], unknown: undefined, sensitive: false };
    lists.set(type, list);
    return list;
  };
  const add = (list: BlockList, type: string, content: Body, inner: Scope) => {
    list.bodies.push(evaluateBody(content, inner, `${place}.${type}[${list.bodies.length}]`, dropNull));
  };
  for (const block of body.blocks) {
    if (block.type !== 'dynamic') {
      rejectLabels(block, block.labels);
      add(listOf(block.type), block.type, block.body, scope);
      continue;
    }
    const { type, content, scopes, unknown, sensitive } = expandDynamic(block, scope);
    const list = listOf(type);
    list.unknown ??= unknown;
    list.sensitive ||= sensitive;
    for (const inner of scopes) add(list, type, content, inner);
  }
}

function expandDynamic(block: Block, scope: Scope) {
  const [type = '', extra] = block.labels;
  if (type === '' || extra !== undefined) {
    throw terraformError(
      'Invalid dynamic block',
      'A dynamic block has exactly one label: the type of the blocks it makes.',
      block.headerRange,
    );
  }
  checkSchema(block, { required: ['for_each'], optional: ['iterator', 'labels'], blocks: ['content'] });
  const [content, second] = block.body.blocks;
  if (content === undefined || second !== undefined) {
    throw terraformError(
      content === undefined ? 'Missing dynamic content block' : 'Extraneous dynamic content block',
      'A dynamic block must have exactly one nested block of type "content" to describe the body of each generated block.',
      block.headerRange,
    );
  }
  const forEach = requireArgument(block.body, 'for_each').value;
  const { value, sensitive } = unmark(evaluate(forEach, scope));
  if (value instanceof Unknown) {
    return { type, content: content.body, scopes: [], unknown: new Unknown(value.from), sensitive };
  }
  const invalid = (detail: string) => terraformError('Invalid dynamic for_each value', detail, forEach.range);
  if (value === null) throw invalid('Cannot use a null value in for_each.');
  const entries = entriesOf(value);
  if (entries === undefined) {
    throw invalid(
      `Cannot use a ${friendlyType(value)} value in for_each. An iterable collection is required.`,
    );
  }
  const name = iteratorName(type, block.body);
  const labels = block.body.attributes.get('labels')?.value;
  const scopes = entries.map(([key, element]) => {
    const inner = bind(scope, name, objectFrom([['key', key] as const, ['value', element] as const]));
    if (labels !== undefined) rejectLabels(block, evaluate(labels, inner));
    return inner;
  });
  return { type, content: content.body, scopes, unknown: undefined, sensitive };
}

/** No block of a resource has labels, in any provider. */
function rejectLabels(block: Block, labels: Value): void {
  if (Array.isArray(labels) && labels.length === 0) return;
  const type = block.type === 'dynamic' ? block.labels[0] : block.type;
  throw terraformError(
    `Extraneous label for ${type}`,
    `No labels are expected for ${type} blocks.`,
    block.headerRange,
  );
}
