import type { RangeOptions } from '../../engine/document-table.ts';
import { type AttributeValue, attributeOf, compareValues, type Item } from './attribute-value.ts';
import { invalid, invalidParameter } from './errors.ts';
import { parseCondition } from './expression/condition.ts';
import { beginsWith, compares } from './expression/evaluate.ts';
import { type KeyTest, keyTests } from './expression/key-condition.ts';
import { ExpressionScope } from './expression/scope.ts';
import { expectOneStyle, expectScalarKeys, readProjection } from './expressions.ts';
import { returnConsumedCapacity } from './item-operations.ts';
import { type KeySchema, keyAttributes, partitionOf, sortableKey } from './key.ts';
import { legacyCondition, legacyKeyTests } from './legacy.ts';
import { expectSelectable, findIndex, type PageRequest, readPage, readStartKey } from './read-page.ts';
import {
  boolean,
  documents,
  integer,
  listOf,
  names,
  oneOf,
  type Parsed,
  parseInput,
  string,
  structure,
} from './shape.ts';
import type { Store } from './store.ts';
import { indexName, tableName } from './table-definition.ts';
import { afterPrefix, sortPrefix } from './table-index.ts';

/** What Query and Scan have in common. */
export const pageMembers = {
  TableName: tableName,
  IndexName: indexName,
  Select: oneOf('ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'COUNT', 'SPECIFIC_ATTRIBUTES'),
  AttributesToGet: listOf(string, 1, 255),
  Limit: integer(1),
  ConsistentRead: boolean,
  ConditionalOperator: oneOf('AND', 'OR'),
  ExclusiveStartKey: documents,
  ReturnConsumedCapacity: returnConsumedCapacity,
  ProjectionExpression: string,
  FilterExpression: string,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: documents,
} as const;

const queryShape = structure({
  ...pageMembers,
  KeyConditions: documents,
  QueryFilter: documents,
  ScanIndexForward: boolean,
  KeyConditionExpression: string,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
export function query(store: Store, request: unknown): object {
  const input = parseInput(queryShape, request);
  expectOneStyle(
    input,
    ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
    legacyParameters(input),
  );
  const scope = new ExpressionScope(input);
  const tests = readKeyTests(input, scope);
  const filter =
    input.FilterExpression === undefined
      ? legacyCondition('QueryFilter', input.QueryFilter, input.ConditionalOperator)
      : parseCondition('FilterExpression', input.FilterExpression, scope);
  const projection = readProjection(input, scope);
  scope.expectAllUsed();
  if (tests.size !== 1 && tests.size !== 2) {
    throw invalid('Conditions can be of length 1 or 2 only');
  }
  const table = store.table(input.TableName);
  const index = findIndex(table, input.IndexName, input.ConsistentRead);
  const key = (index ?? table).key;
  const wanted = matchTests(tests, key);
  const start = input.ExclusiveStartKey && readStartKey('Query', table, index, input.ExclusiveStartKey);
  if (start) expectInside(start.key, key, wanted);
  for (const { name } of keyAttributes(key)) {
    if (filter?.paths.some(([head]) => head === name)) {
      const parameter = input.QueryFilter ? 'QueryFilter' : 'Filter Expression';
      throw invalid(
        `${parameter} can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
    }
  }
  expectScalarKeys(table, [...(projection?.paths ?? []), ...(filter?.paths ?? [])]);
  const page: PageRequest = {
    operation: 'Query',
    table,
    index,
    filter,
    projection,
    select: input.Select,
    limit: input.Limit,
    consistentRead: input.ConsistentRead ?? false,
    returnConsumedCapacity: input.ReturnConsumedCapacity,
  };
  expectSelectable(page);
  const reverse = input.ScanIndexForward === false;
  const range: RangeOptions<string> = {
    ...boundsOf(wanted.range, index !== undefined),
    ...(start && !reverse && { from: start.location.sort, fromExclusive: true }),
    ...(start && reverse && { to: start.location.sort, toExclusive: true }),
    reverse,
  };
  const { entries } = index ?? table;
  return readPage(store, page, entries.range(partitionOf(wanted.hash), range));
}

interface WantedKeys {
  hash: AttributeValue;
  range: KeyTest | undefined;
}

/** KeyConditions go together with the other, newer expressions as long as KeyConditionExpression is absent. */
function legacyParameters(input: Parsed<typeof queryShape>): string[] {
  const others = ['AttributesToGet', 'QueryFilter', 'ConditionalOperator'];
  return input.KeyConditionExpression === undefined ? others : [...others, 'KeyConditions'];
}

function readKeyTests(input: Parsed<typeof queryShape>, scope: ExpressionScope): Map<string, KeyTest> {
  if (input.KeyConditionExpression !== undefined) {
    const expression = input.KeyConditionExpression;
    return keyTests(parseCondition('KeyConditionExpression', expression, scope).condition);
  }
  if (input.KeyConditions) return legacyKeyTests(input.KeyConditions);
  throw invalid(
    'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
  );
}

function matchTests(tests: Map<string, KeyTest>, { hash, range }: KeySchema): WantedKeys {
  if (!range && tests.size > 1) throw invalid('Query key condition not supported');
  const hashTest = tests.get(hash.name);
  if (!hashTest) throw invalid(`Query condition missed key schema element: ${hash.name}`);
  const rangeTest = range && tests.get(range.name);
  if (range && !rangeTest && tests.size > 1) {
    throw invalid(`Query condition missed key schema element: ${range.name}`);
  }
  expectType(hashTest, hash.type);
  if (hashTest.operator !== '=') throw invalid('Query key condition not supported');
  if (rangeTest) expectType(rangeTest, range.type);
  for (const [test, name] of [
    [hashTest, hash.name],
    [rangeTest, range?.name],
  ] as const) {
    if (test && test.operator !== 'begins_with') expectNotEmpty(test.value, name);
  }
  return { hash: hashTest.value, range: rangeTest };
}

function expectType(test: KeyTest, type: string): void {
  const values = test.operator === 'between' ? [test.value, test.high] : [test.value];
  if (values.every((value) => type in value)) return;
  throw invalidParameter('Condition parameter type does not match schema type');
}

function expectNotEmpty(value: AttributeValue, name: string | undefined): void {
  if (('S' in value && value.S === '') || ('B' in value && value.B === '')) {
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  }
}

/** The sort keys that pass a test. In an index a sort key has more behind the range key. */
function boundsOf(test: KeyTest | undefined, inIndex: boolean): RangeOptions<string> {
  if (!test) return {};
  const text = sortableKey(test.value);
  if (test.operator === 'begins_with') {
    const from = inIndex ? sortPrefix(text) : text;
    const to = successor(from);
    return to === undefined ? { from } : { from, to, toExclusive: true };
  }
  const first = inIndex ? sortPrefix(text) : text;
  const upTo = (value: string): RangeOptions<string> =>
    inIndex ? { to: afterPrefix(sortPrefix(value)), toExclusive: true } : { to: value };
  switch (test.operator) {
    case '=':
      return { from: first, ...upTo(text) };
    case '<':
      return { to: first, toExclusive: true };
    case '<=':
      return upTo(text);
    case '>':
      return inIndex ? { from: afterPrefix(first) } : { from: first, fromExclusive: true };
    case '>=':
      return { from: first };
    case 'between':
      return { from: first, ...upTo(sortableKey(test.high)) };
  }
}

/** The first text after all that begin with `prefix`. */
function successor(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end--) {
    const unit = prefix.charCodeAt(end - 1);
    if (unit < 0xffff) return prefix.slice(0, end - 1) + String.fromCharCode(unit + 1);
  }
  return undefined;
}

/** Throws when the start key lies outside of what the query asks for. */
function expectInside(start: Item, { hash, range }: KeySchema, wanted: WantedKeys): void {
  const startHash = attributeOf(start, hash.name);
  const sameHash = startHash && compareValues(startHash, wanted.hash) === 0;
  const startRange = range && attributeOf(start, range.name);
  if (wanted.range && startRange && !passes(startRange, wanted.range)) {
    throw invalid('The provided starting key does not match the range key predicate');
  }
  if (!sameHash) {
    throw invalid('The provided starting key is outside query boundaries based on provided conditions');
  }
}

function passes(value: AttributeValue, test: KeyTest): boolean {
  if (test.operator === 'begins_with') return beginsWith(value, test.value);
  if (test.operator === 'between') {
    return compares('>=', value, test.value) && compares('<=', value, test.high);
  }
  return compares(test.operator, value, test.value);
}
