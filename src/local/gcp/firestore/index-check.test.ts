import { describe, expect, test } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { Database, type DatabaseDefinition } from './database.ts';
import { type CompositeIndex, checkIndex } from './index-check.ts';
import { adminIndex, runQueryRequest, type WireFilter } from './messages.ts';
import { parseQuery } from './query.ts';
import { parseParentName } from './resource-name.ts';
import { nullValue, type Value } from './value.ts';

const databaseName = 'projects/demo/databases/(default)';
/** `StructuredQuery.FieldFilter.Operator` */
const operators = { '>': 3, '==': 5, contains: 7, in: 8 };
const one: Value = { kind: 'integer', value: 1n };

interface Sketch {
  where?: [path: string, op: keyof typeof operators][];
  any?: [path: string, op: keyof typeof operators][];
  /** `a`, `b desc` */
  orderBy?: string[];
  allDescendants?: boolean;
}

const fieldFilter = ([fieldPath, op]: [string, keyof typeof operators]): WireFilter => ({
  composite: undefined,
  field: {
    field: { fieldPath },
    op: operators[op],
    value: op === 'in' ? { kind: 'array', values: [one, nullValue] } : one,
  },
  unary: undefined,
});

/** The error text for a query without its index; empty when it may run. */
function check(definition: Omit<DatabaseDefinition, 'name'>, sketch: Sketch): string {
  const all = (op: number, filters: WireFilter[]): WireFilter => ({
    composite: { op, filters },
    field: undefined,
    unary: undefined,
  });
  const filters = [
    ...(sketch.where ?? []).map(fieldFilter),
    ...(sketch.any ? [all(2, sketch.any.map(fieldFilter))] : []),
  ];
  const request = runQueryRequest.encode({
    structuredQuery: {
      from: [{ collectionId: 'c', allDescendants: sketch.allDescendants }],
      where: filters.length > 0 ? all(1, filters) : undefined,
      orderBy: (sketch.orderBy ?? []).map((order) => {
        const [fieldPath, direction] = order.split(' ');
        return { field: { fieldPath }, direction: direction === 'desc' ? 2 : 1 };
      }),
    },
  });
  const parent = parseParentName(`${databaseName}/documents`);
  const query = parseQuery(parent, runQueryRequest.decode(request).structuredQuery);
  try {
    checkIndex(new Database({ name: databaseName, ...definition }, virtualClock(0)), query);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const index = (fields: string, scope: CompositeIndex['scope'] = 'COLLECTION'): CompositeIndex => ({
  collectionGroup: 'c',
  scope,
  fields: fields.split(', ').map((field) => {
    const [path = '', mode = 'asc'] = field.split(' ');
    return { path, mode: mode === 'asc' ? 'ASCENDING' : mode === 'desc' ? 'DESCENDING' : 'CONTAINS' };
  }),
});

describe('automatic indexes serve', () => {
  test.each<[string, Sketch]>([
    ['everything, by name', {}],
    [
      'equalities',
      {
        where: [
          ['a', '=='],
          ['b', '=='],
        ],
      },
    ],
    [
      'equality and membership',
      {
        where: [
          ['a', '=='],
          ['l', 'contains'],
        ],
      },
    ],
    ['in', { where: [['a', 'in']] }],
    ['equality, names backwards', { where: [['a', '==']], orderBy: ['__name__ desc'] }],
    ['range and order of one field', { where: [['a', '>']], orderBy: ['a desc'] }],
    ['equality and order of one field', { where: [['a', '==']], orderBy: ['a'] }],
    [
      'alternatives',
      {
        any: [
          ['a', '=='],
          ['b', 'in'],
        ],
      },
    ],
  ])('%s', (_, sketch) => {
    expect(check({}, sketch)).toBe('');
  });
});

describe('an index is needed for', () => {
  test.each<[string, Sketch, string[]]>([
    ['equality and order', { where: [['a', '==']], orderBy: ['b'] }, ['a, b']],
    ['equality and descending order', { where: [['a', '==']], orderBy: ['b desc'] }, ['a, b desc']],
    ['in and order', { where: [['a', 'in']], orderBy: ['b'] }, ['a, b']],
    [
      'equality and range',
      {
        where: [
          ['a', '=='],
          ['b', '>'],
        ],
      },
      ['a, b'],
    ],
    ['two orders', { orderBy: ['a', 'b desc'] }, ['a, b desc']],
    [
      'two ranges',
      {
        where: [
          ['b', '>'],
          ['a', '>'],
        ],
      },
      ['a, b'],
    ],
    ['membership and order', { where: [['l', 'contains']], orderBy: ['b'] }, ['l contains, b']],
    ['an order and the name the other way', { orderBy: ['a', '__name__ desc'] }, ['a, __name__ desc']],
    ['names backwards', { orderBy: ['__name__ desc'] }, ['__name__ desc']],
    [
      'each alternative',
      {
        any: [
          ['a', '=='],
          ['b', '=='],
        ],
        orderBy: ['d'],
      },
      ['a, d', 'b, d'],
    ],
    [
      'equalities, joined from two',
      {
        where: [
          ['a', '=='],
          ['b', '=='],
        ],
        orderBy: ['d'],
      },
      ['a, d', 'b, d'],
    ],
    [
      'equalities, all in one',
      {
        where: [
          ['a', '=='],
          ['b', '=='],
        ],
        orderBy: ['d'],
      },
      ['b, a, d'],
    ],
  ])('%s', (_, sketch, indexes) => {
    expect(check({}, sketch)).toContain('The query requires an');
    for (const missing of indexes) {
      const others = indexes.filter((fields) => fields !== missing).map((fields) => index(fields));
      expect(check({ indexes: others }, sketch), `without ${missing}`).not.toBe('');
    }
    expect(check({ indexes: indexes.map((fields) => index(fields)) }, sketch)).toBe('');
    expect(check({ indexCheck: 'unchecked' }, sketch) === '').toBe(sketch.orderBy?.[0] !== '__name__ desc');
  });

  test('directions and scopes have to fit', () => {
    const sketch: Sketch = { where: [['a', '==']], orderBy: ['b desc'] };
    expect(check({ indexes: [index('a, b'), index('a, b desc', 'COLLECTION_GROUP')] }, sketch)).not.toBe('');
    expect(
      check({ indexes: [index('a, b desc', 'COLLECTION_GROUP')] }, { ...sketch, allDescendants: true }),
    ).toBe('');
  });
});

test('the text has the link and the Terraform of the missing index', () => {
  const text = check({}, { where: [['l', 'contains']], orderBy: ['at desc'] });
  expect(text).toContain(
    'The query requires an index. You can create it here: https://console.firebase.google.com/',
  );
  expect(text).toContain('resource "google_firestore_index"');
  expect(text).toContain('field_path = "at"\n    order = "DESCENDING"');
  const token = /create_composite=([\w-]+)/.exec(text)?.[1] ?? '';
  expect(adminIndex.decode(Buffer.from(token, 'base64url'))).toEqual({
    name: `${databaseName}/collectionGroups/c/indexes/_`,
    queryScope: 1,
    fields: [
      { fieldPath: 'l', order: undefined, arrayConfig: 1 },
      { fieldPath: 'at', order: 2, arrayConfig: undefined },
      { fieldPath: '__name__', order: 2, arrayConfig: undefined },
    ],
  });
});

test('field settings replace the automatic indexes of a field and of what is inside it', () => {
  const override = (path: string, indexes: { scope: CompositeIndex['scope']; mode: 'ASCENDING' }[]) => ({
    collectionGroup: 'c',
    path,
    indexes,
  });
  const definition = {
    fieldOverrides: [override('b', [{ scope: 'COLLECTION_GROUP', mode: 'ASCENDING' }]), override('off', [])],
  };
  const equality = (path: string, allDescendants: boolean) =>
    check(definition, { where: [[path, '==']], allDescendants });
  expect(check(definition, { allDescendants: true })).toBe('');
  expect(equality('a', false)).toBe('');
  expect(equality('a', true)).toContain('requires a COLLECTION_GROUP index for collection c and field a');
  expect(equality('b', true)).toBe('');
  expect(equality('b', false)).not.toBe('');
  expect(equality('off', false)).toContain('google_firestore_field');
  expect(equality('off.inner', false)).not.toBe('');
});
