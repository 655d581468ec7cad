import { invalid, invalidParameter } from './errors.ts';
import { type ParsedCondition, parseCondition } from './expression/condition.ts';
import { Projection } from './expression/path.ts';
import { parseProjection } from './expression/projection.ts';
import { type ExpressionAttributes, ExpressionScope } from './expression/scope.ts';
import { type KeySchema, keyAttributes } from './key.ts';
import { legacyCondition } from './legacy.ts';
import type { Table } from './table.ts';

/**
 * Throws when a request mixes expressions with the parameters they replaced, or has placeholders without
 * an expression.
 */
export function expectOneStyle(
  request: ExpressionAttributes & { [parameter: string]: unknown },
  expressions: readonly string[],
  legacy: readonly string[],
): void {
  const given = (parameters: readonly string[]) =>
    parameters.filter((parameter) => request[parameter] !== undefined);
  const modern = given(expressions);
  const old = given(legacy);
  if (modern.length > 0 && old.length > 0) {
    throw invalid(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(', ')}} Expression parameters: {${modern.join(', ')}}`,
    );
  }
  if (request.ExpressionAttributeNames !== undefined && modern.length === 0) {
    throw invalid('ExpressionAttributeNames can only be specified when using expressions');
  }
  const withValues = expressions.filter((parameter) => parameter !== 'ProjectionExpression');
  if (
    request.ExpressionAttributeValues !== undefined &&
    withValues.every((parameter) => request[parameter] === undefined)
  ) {
    throw invalid(
      `ExpressionAttributeValues can only be specified when using expressions: ${withValues.join(' and ')} ${withValues.length > 1 ? 'are' : 'is'} null`,
    );
  }
}

/** The condition of a write: its expression, or the older `Expected`. */
export function readWriteCondition(
  request: ExpressionAttributes & {
    ConditionExpression?: string | undefined;
    Expected?: { [name: string]: unknown } | undefined;
    ConditionalOperator?: 'AND' | 'OR' | undefined;
  },
): ParsedCondition | undefined {
  if (request.ConditionExpression === undefined) {
    return legacyCondition('Expected', request.Expected, request.ConditionalOperator);
  }
  const scope = new ExpressionScope(request);
  const condition = parseCondition('ConditionExpression', request.ConditionExpression, scope);
  scope.expectAllUsed();
  return condition;
}

/** What a read returns of each item: its ProjectionExpression, or the older `AttributesToGet`. */
export function readProjection(
  request: {
    ProjectionExpression?: string | undefined;
    AttributesToGet?: string[] | undefined;
  },
  scope: ExpressionScope,
): Projection | undefined {
  const { ProjectionExpression: expression, AttributesToGet: names } = request;
  if (expression !== undefined) return parseProjection(expression, scope);
  if (!names) return undefined;
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) {
    throw invalidParameter(`Duplicate value in attribute name: ${duplicate}`);
  }
  return new Projection(names.map((name) => [name]));
}

/** Throws when a path looks inside a key attribute, which is always a scalar. */
export function expectScalarKeys(table: Table, paths: readonly (readonly [string, ...unknown[]])[]): void {
  const nested = new Set(paths.flatMap((path) => (path.length > 1 ? [path[0]] : [])));
  if (nested.size === 0) return;
  const check = (key: KeySchema, kind: 'Key' | 'IndexKey') => {
    for (const { name } of keyAttributes(key)) {
      if (!nested.has(name)) continue;
      throw invalid(
        `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${kind}: ${name}`,
      );
    }
  };
  check(table.key, 'Key');
  for (const index of table.indexes.values()) check(index.key, 'IndexKey');
}
