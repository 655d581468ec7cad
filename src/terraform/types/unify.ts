import { type AttributeConstraint, anyType, type TypeConstraint, typeExpression } from './constraint.ts';

/**
 * The type that all the given ones convert to without loss, or undefined. Primitives meet in `string`; objects with
 * the same attributes attribute by attribute, with different ones in a map; tuples of one length element by element,
 * of different ones in a list; a set with a list or tuple in a set. Source: go-cty `convert.Unify`.
 */
export function unifyTypes(types: readonly TypeConstraint[]): TypeConstraint | undefined {
  const known = types.filter((type) => type.kind !== 'any');
  const first = known[0];
  if (first === undefined) return anyType;
  const expression = typeExpression(first);
  if (known.every((type) => typeExpression(type) === expression)) return first;
  if (known.every(isPrimitive))
    return known.some((type) => type.kind === 'string') ? { kind: 'string' } : undefined;
  if (known.every((type) => type.kind === 'object' || type.kind === 'map')) return unifyObjects(known);
  if (known.every((type) => type.kind === 'tuple' || type.kind === 'list' || type.kind === 'set')) {
    return unifySequences(known);
  }
  return undefined;
}

function isPrimitive(type: TypeConstraint): boolean {
  return type.kind === 'string' || type.kind === 'number' || type.kind === 'bool';
}

function unifyObjects(types: readonly TypeConstraint[]): TypeConstraint | undefined {
  const shapes = types.map((type) =>
    type.kind === 'object' ? Object.keys(type.attributes).sort().join('\0') : undefined,
  );
  if (shapes[0] !== undefined && shapes.every((shape) => shape === shapes[0])) return unifyAttributes(types);
  const element = unifyTypes(types.flatMap(innerTypes));
  return element && { kind: 'map', element };
}

function unifyAttributes(types: readonly TypeConstraint[]): TypeConstraint | undefined {
  const objects = types.filter((type) => type.kind === 'object');
  const attributes: Record<string, AttributeConstraint> = {};
  for (const name of Object.keys(objects[0]?.attributes ?? {})) {
    const type = unifyTypes(objects.map((object) => object.attributes[name]?.type ?? anyType));
    if (type === undefined) return undefined;
    attributes[name] = { type, optional: false };
  }
  return { kind: 'object', attributes };
}

function unifySequences(types: readonly TypeConstraint[]): TypeConstraint | undefined {
  const tuples = types.filter((type) => type.kind === 'tuple');
  const length = tuples[0]?.elements.length ?? 0;
  if (tuples.length === types.length && tuples.every((tuple) => tuple.elements.length === length)) {
    const elements: TypeConstraint[] = [];
    for (let at = 0; at < length; at++) {
      const element = unifyTypes(tuples.map((tuple) => tuple.elements[at] ?? anyType));
      if (element === undefined) return undefined;
      elements.push(element);
    }
    return { kind: 'tuple', elements };
  }
  const element = unifyTypes(types.flatMap(innerTypes));
  return element && { kind: types.some((type) => type.kind === 'set') ? 'set' : 'list', element };
}

function innerTypes(type: TypeConstraint): TypeConstraint[] {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return [type.element];
    case 'tuple':
      return type.elements;
    case 'object':
      return Object.values(type.attributes).map((attribute) => attribute.type);
    default:
      return [];
  }
}
