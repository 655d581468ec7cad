import { badRequest } from './errors.ts';
import { isObject, type Json, type JsonObject } from './sql/value.ts';

/** learn.microsoft.com/azure/cosmos-db/partial-document-update#supported-operations */
export type PatchOperation =
  | { op: 'add' | 'set' | 'replace'; path: string; value: Json }
  | { op: 'incr'; path: string; value: number }
  | { op: 'remove'; path: string }
  | { op: 'move'; path: string; from: string };

export interface Patch {
  operations: PatchOperation[];
  /** `from c where c.taskNum = 3`; the patch fails when the item does not match. */
  condition?: string;
}

const maxOperations = 10;
const systemProperties = ['_rid', '_self', '_etag', '_ts', '_attachments'];

/** Reads the body of a patch: an array of operations, or `{ condition, operations }`. Throws a 400. */
export function parsePatch(body: Json | undefined): Patch {
  const operations = isObject(body) ? body.operations : body;
  const condition = isObject(body) ? body.condition : undefined;
  if (!Array.isArray(operations) || operations.length === 0) {
    throw badRequest('The patch request needs a list of operations.');
  }
  if (operations.length > maxOperations) {
    throw badRequest(`The number of patch operations can't exceed ${maxOperations}.`);
  }
  if (condition !== undefined && typeof condition !== 'string') throw badRequest();
  return { operations: operations.map(parseOperation), ...(condition !== undefined && { condition }) };
}

function parseOperation(operation: Json, index: number): PatchOperation {
  const fail = (text: string) => badRequest(`For Operation(${index + 1}): ${text}`);
  if (!isObject(operation) || typeof operation.path !== 'string' || !operation.path.startsWith('/')) {
    throw fail("The 'path' must be a text that begins with '/'.");
  }
  const { op, path, value, from } = operation;
  switch (op) {
    case 'add':
    case 'set':
    case 'replace':
      if (value === undefined) throw fail(`'${op}' needs a 'value'.`);
      return { op, path, value };
    case 'incr':
      if (typeof value !== 'number') throw fail("The 'value' of 'incr' must be a number.");
      return { op, path, value };
    case 'remove':
      return { op, path };
    case 'move':
      if (typeof from !== 'string' || !from.startsWith('/')) throw fail("'move' needs a 'from' path.");
      if (path === from || path.startsWith(`${from}/`)) {
        throw fail("The 'path' attribute can't be a JSON child of the 'from' JSON location.");
      }
      return { op, path, from };
    default:
      throw fail(`'${String(op)}' is not a supported operation.`);
  }
}

/**
 * The item after the operations; the given one stays as it is. Throws a 400 that names the operation which does
 * not fit the item, or touches the id, the partition key or a system property.
 */
export function applyPatch(
  item: JsonObject,
  operations: readonly PatchOperation[],
  keyPaths: readonly (readonly string[])[],
): JsonObject {
  const patched = structuredClone(item);
  for (const [index, operation] of operations.entries()) {
    const fail = (text: string) => badRequest(`For Operation(${index + 1}): ${text}`);
    for (const path of operation.op === 'move' ? [operation.path, operation.from] : [operation.path]) {
      checkPath(pointer(path), keyPaths, fail);
    }
    apply(patched, operation, fail);
  }
  return patched;
}

type Fail = (text: string) => Error;

/** The names of a JSON pointer, in which `~1` is a slash and `~0` a tilde. */
const pointer = (path: string) =>
  path
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

function checkPath(names: string[], keyPaths: readonly (readonly string[])[], fail: Fail): void {
  const [first = ''] = names;
  if (first === 'id' || systemProperties.includes(first)) {
    throw fail(`The '${first}' property can't be changed by a patch.`);
  }
  const touchesKey = keyPaths.some((path) =>
    path.slice(0, names.length).every((name, index) => name === names[index]),
  );
  if (touchesKey) throw fail('The partition key property can not be changed by a patch.');
}

function apply(item: JsonObject, operation: PatchOperation, fail: Fail): void {
  const names = pointer(operation.path);
  switch (operation.op) {
    case 'move': {
      const value = take(item, pointer(operation.from), fail);
      put(item, names, value, 'set', fail);
      return;
    }
    case 'remove':
      take(item, names, fail);
      return;
    case 'incr': {
      const current = look(parentOf(item, names, fail), names.at(-1) ?? '');
      if (current !== undefined && typeof current !== 'number') {
        throw fail('Increment can only be done on a number.');
      }
      put(item, names, (current ?? 0) + operation.value, 'set', fail);
      return;
    }
    default:
      put(item, names, operation.value, operation.op, fail);
  }
}

type Parent = JsonObject | Json[];

function parentOf(item: JsonObject, names: string[], fail: Fail): Parent {
  let parent: Parent = item;
  for (const name of names.slice(0, -1)) {
    const inner = look(parent, name);
    if (!Array.isArray(inner) && !isObject(inner)) throw fail('The path does not exist in the item.');
    parent = inner;
  }
  return parent;
}

const arrayIndex = (name: string) => (/^(?:0|[1-9]\d*)$/.test(name) ? Number(name) : undefined);

function look(parent: Parent, name: string): Json | undefined {
  if (!Array.isArray(parent)) return Object.hasOwn(parent, name) ? parent[name] : undefined;
  const index = arrayIndex(name);
  return index === undefined ? undefined : parent[index];
}

function take(item: JsonObject, names: string[], fail: Fail): Json {
  const parent = parentOf(item, names, fail);
  const name = names.at(-1) ?? '';
  const value = look(parent, name);
  if (value === undefined) throw fail('The path to remove or move from does not exist in the item.');
  if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else delete parent[name];
  return value;
}

function put(
  item: JsonObject,
  names: string[],
  value: Json,
  mode: 'add' | 'set' | 'replace',
  fail: Fail,
): void {
  const parent = parentOf(item, names, fail);
  const name = names.at(-1) ?? '';
  if (mode === 'replace' && look(parent, name) === undefined) {
    throw fail('Replace can only be done on an element that exists.');
  }
  if (!Array.isArray(parent)) {
    // A property may be called __proto__; assigning it would set the prototype.
    Object.defineProperty(parent, name, { value, enumerable: true, writable: true, configurable: true });
    return;
  }
  const index = name === '-' ? parent.length : arrayIndex(name);
  if (index === undefined || index > parent.length) throw fail('The array index is out of bounds.');
  if (mode === 'add') parent.splice(index, 0, value);
  else parent[index] = value;
}
