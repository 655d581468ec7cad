/**
 * Hand-written calls for the differential test, some for each rule of the API. Long because it is one list.
 */

export interface Call {
  operation: string;
  input: object;
}

export interface Case {
  name: string;
  /** Run in order against an empty table `things` (`p` string, `s` number; index `byGroup` on `g`, `n`). */
  calls: Call[];
}

export const things = {
  TableName: 'things',
  AttributeDefinitions: [
    { AttributeName: 'p', AttributeType: 'S' },
    { AttributeName: 's', AttributeType: 'N' },
    { AttributeName: 'g', AttributeType: 'S' },
    { AttributeName: 'n', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'p', KeyType: 'HASH' },
    { AttributeName: 's', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byGroup',
      KeySchema: [
        { AttributeName: 'g', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'groupKeys',
      KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a'] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'byNumber',
      KeySchema: [
        { AttributeName: 'p', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};

const TableName = 'things';
const key = (s = '1', p = 'k') => ({ p: { S: p }, s: { N: s } });
const put = (item: object, rest: object = {}): Call => ({
  operation: 'PutItem',
  input: { TableName, Item: { ...key(), ...item }, ...rest },
});
const get = (rest: object = {}): Call => ({
  operation: 'GetItem',
  input: { TableName, Key: key(), ConsistentRead: true, ...rest },
});
const update = (UpdateExpression: string, values?: object, rest: object = {}): Call => ({
  operation: 'UpdateItem',
  input: {
    TableName,
    Key: key(),
    UpdateExpression,
    ...(values && { ExpressionAttributeValues: values }),
    ...rest,
  },
});
const remove = (rest: object = {}): Call => ({
  operation: 'DeleteItem',
  input: { TableName, Key: key(), ...rest },
});
const query = (KeyConditionExpression: string, values: object, rest: object = {}): Call => ({
  operation: 'Query',
  input: { TableName, KeyConditionExpression, ExpressionAttributeValues: values, ...rest },
});
const scan = (rest: object = {}): Call => ({ operation: 'Scan', input: { TableName, ...rest } });

/** One item with every type, and a condition on it: deletes the item when it holds. */
const sample = {
  str: { S: 'hello' },
  num: { N: '5' },
  neg: { N: '-2.5' },
  bin: { B: Buffer.from('abc') },
  yes: { BOOL: true },
  nil: { NULL: true },
  strings: { SS: ['a', 'b'] },
  numbers: { NS: ['1', '2'] },
  list: { L: [{ S: 'x' }, { N: '1' }, { M: { deep: { S: 'y' } } }] },
  map: { M: { core: { S: 'z' }, count: { N: '7' } } },
};
const condition = (ConditionExpression: string, values?: object, names?: object): Case => ({
  name: `condition ${ConditionExpression} ${values ? JSON.stringify(values) : ''}`.trim(),
  calls: [
    put(sample),
    remove({
      ConditionExpression,
      ...(values && { ExpressionAttributeValues: values }),
      ...(names && { ExpressionAttributeNames: names }),
    }),
  ],
});
const S = (text: string) => ({ S: text });
const N = (text: string) => ({ N: text });

const conditions: Case[] = [
  condition('str = :v', { ':v': S('hello') }),
  condition('str = :v', { ':v': S('other') }),
  condition('str <> :v', { ':v': S('other') }),
  condition('str < :v', { ':v': S('i') }),
  condition('str > :v', { ':v': S('i') }),
  condition('num = :v', { ':v': N('5.0') }),
  condition('num = :v', { ':v': N('5e0') }),
  condition('num <> :v', { ':v': N('5') }),
  condition('num >= :v', { ':v': N('5') }),
  condition('num <= :v', { ':v': N('4.9999') }),
  condition('neg < :v', { ':v': N('-2') }),
  condition('num = :v', { ':v': S('5') }),
  condition('num <> :v', { ':v': S('5') }),
  condition('num BETWEEN :a AND :b', { ':a': N('5'), ':b': N('6') }),
  condition('num BETWEEN :a AND :b', { ':a': N('6'), ':b': N('7') }),
  condition('str IN (:a, :b)', { ':a': S('hello'), ':b': S('x') }),
  condition('str IN (:a)', { ':a': S('x') }),
  condition('attribute_exists(str)'),
  condition('attribute_exists(absent)'),
  condition('attribute_not_exists(absent)'),
  condition('attribute_not_exists(str)'),
  condition('attribute_exists(#m.core)', undefined, { '#m': 'map' }),
  condition('attribute_exists(#m.nothing)', undefined, { '#m': 'map' }),
  condition('attribute_exists(#l[2].deep)', undefined, { '#l': 'list' }),
  condition('attribute_exists(#l[9])', undefined, { '#l': 'list' }),
  condition('attribute_type(str, :t)', { ':t': S('S') }),
  condition('attribute_type(num, :t)', { ':t': S('S') }),
  condition('attribute_type(strings, :t)', { ':t': S('SS') }),
  condition('attribute_type(nil, :t)', { ':t': S('NULL') }),
  condition('attribute_type(str, :t)', { ':t': S('X') }),
  condition('begins_with(str, :v)', { ':v': S('hel') }),
  condition('begins_with(str, :v)', { ':v': S('llo') }),
  condition('contains(str, :v)', { ':v': S('ell') }),
  condition('contains(strings, :v)', { ':v': S('a') }),
  condition('contains(strings, :v)', { ':v': S('c') }),
  condition('contains(#l, :v)', { ':v': S('x') }, { '#l': 'list' }),
  condition('contains(numbers, :v)', { ':v': N('2') }),
  condition('size(str) = :v', { ':v': N('5') }),
  condition('size(strings) > :v', { ':v': N('1') }),
  condition('size(#l) = :v', { ':v': N('3') }, { '#l': 'list' }),
  condition('size(#m) = :v', { ':v': N('2') }, { '#m': 'map' }),
  condition('size(bin) = :v', { ':v': N('3') }),
  condition('yes = :v', { ':v': { BOOL: true } }),
  condition('nil = :v', { ':v': { NULL: true } }),
  condition('strings = :v', { ':v': { SS: ['b', 'a'] } }),
  condition('#m = :v', { ':v': { M: { core: S('z'), count: N('7') } } }, { '#m': 'map' }),
  condition('#l[0] = :v', { ':v': S('x') }, { '#l': 'list' }),
  condition('NOT str = :v', { ':v': S('x') }),
  condition('NOT (str = :v)', { ':v': S('hello') }),
  condition('str = :v AND num = :n', { ':v': S('hello'), ':n': N('5') }),
  condition('str = :v OR num = :n', { ':v': S('x'), ':n': N('5') }),
  condition('str = :x OR str = :v AND num = :n', { ':x': S('hello'), ':v': S('x'), ':n': N('0') }),
  condition('(str = :x OR str = :v) AND num = :n', { ':x': S('hello'), ':v': S('x'), ':n': N('0') }),
  condition('NOT str = :x AND num = :n', { ':x': S('x'), ':n': N('5') }),
  condition('absent = :v', { ':v': S('x') }),
  condition('absent <> :v', { ':v': S('x') }),
  condition('absent < :v', { ':v': N('1') }),
  condition('NOT absent = :v', { ':v': S('x') }),
  condition('str = :undefined', { ':v': S('x') }),
  condition('#undefined = :v', { ':v': S('x') }, { '#other': 'x' }),
  condition('str = :v', { ':v': S('hello'), ':unused': S('x') }),
  condition('str = :v', { ':v': S('hello') }, { '#unused': 'x' }),
  condition('name = :v', { ':v': S('x') }),
  condition('str == :v', { ':v': S('x') }),
  condition('str ='),
  condition(''),
  condition('foo(str)'),
  condition('((str = :v))', { ':v': S('hello') }),
  condition('size(str)'),
  condition('attribute_exists(str, num)'),
  condition('attribute_exists(:v)', { ':v': S('x') }),
  condition('begins_with(str, :v)', { ':v': N('1') }),
  condition('num BETWEEN :a AND :b', { ':a': N('7'), ':b': N('6') }),
  condition('num BETWEEN :a AND :b', { ':a': N('7'), ':b': S('8') }),
  condition('str = str'),
  condition('str IN :v', { ':v': S('x') }),
  condition('str = :v', {}),
  condition('num = :v', { ':v': N('abc') }),
];

const updateCase = (expression: string, values?: object, names?: object): Case => ({
  name: `update ${expression} ${values ? JSON.stringify(values) : ''}`.trim(),
  calls: [
    put(sample),
    update(expression, values, {
      ReturnValues: 'ALL_NEW',
      ...(names && { ExpressionAttributeNames: names }),
    }),
    get(),
  ],
});
const updates: Case[] = [
  updateCase('SET str = :v', { ':v': S('new') }),
  updateCase('SET added = :v', { ':v': N('1.50') }),
  updateCase('SET num = num + :v', { ':v': N('1.5') }),
  updateCase('SET num = num - :v', { ':v': N('10') }),
  updateCase('SET num = :v - num', { ':v': N('10') }),
  updateCase('SET num = num + :v', { ':v': N('0.0000000000000000000000000000000000001') }),
  updateCase('SET num = :a + :b', { ':a': N('12345678901234567890123456789'), ':b': N('1') }),
  updateCase('SET num = if_not_exists(num, :v)', { ':v': N('1') }),
  updateCase('SET absent = if_not_exists(absent, :v)', { ':v': N('1') }),
  updateCase('SET absent = if_not_exists(absent, :z) + :v', { ':z': N('0'), ':v': N('3') }),
  updateCase('SET #l = list_append(#l, :v)', { ':v': { L: [S('end')] } }, { '#l': 'list' }),
  updateCase('SET #l = list_append(:v, #l)', { ':v': { L: [S('start')] } }, { '#l': 'list' }),
  updateCase('SET #l[0] = :v', { ':v': S('first') }, { '#l': 'list' }),
  updateCase('SET #l[9] = :v', { ':v': S('last') }, { '#l': 'list' }),
  updateCase('SET #m.core = :v', { ':v': S('changed') }, { '#m': 'map' }),
  updateCase('SET #m.fresh = :v', { ':v': S('new') }, { '#m': 'map' }),
  updateCase('SET #l[2].deep = :v', { ':v': S('changed') }, { '#l': 'list' }),
  updateCase('SET absent.core = :v', { ':v': S('x') }),
  updateCase('SET str.core = :v', { ':v': S('x') }),
  updateCase('SET a = str, str = :v', { ':v': S('swapped') }),
  updateCase('SET a = absent'),
  updateCase('REMOVE str'),
  updateCase('REMOVE absent'),
  updateCase('REMOVE #l[0]', undefined, { '#l': 'list' }),
  updateCase('REMOVE #l[0], #l[1]', undefined, { '#l': 'list' }),
  updateCase('REMOVE #m.core', undefined, { '#m': 'map' }),
  updateCase('REMOVE #m.nothing', undefined, { '#m': 'map' }),
  updateCase('REMOVE str, num SET a = :v', { ':v': S('x') }),
  updateCase('ADD num :v', { ':v': N('2') }),
  updateCase('ADD absent :v', { ':v': N('2') }),
  updateCase('ADD strings :v', { ':v': { SS: ['b', 'c'] } }),
  updateCase('ADD absent :v', { ':v': { NS: ['3'] } }),
  updateCase('ADD str :v', { ':v': N('1') }),
  updateCase('ADD num :v', { ':v': S('1') }),
  updateCase('DELETE strings :v', { ':v': { SS: ['a'] } }),
  updateCase('DELETE strings :v', { ':v': { SS: ['a', 'b'] } }),
  updateCase('DELETE strings :v', { ':v': { SS: ['zzz'] } }),
  updateCase('DELETE absent :v', { ':v': { SS: ['a'] } }),
  updateCase('DELETE strings :v', { ':v': { NS: ['1'] } }),
  updateCase('DELETE num :v', { ':v': N('1') }),
  updateCase('SET p = :v', { ':v': S('x') }),
  updateCase('SET str = :v, str = :v', { ':v': S('x') }),
  updateCase('SET str = :v SET num = :v', { ':v': S('x') }),
  updateCase('SET #m = :v, #m.core = :v', { ':v': S('x') }, { '#m': 'map' }),
  updateCase('SET str = :undefined', { ':v': S('x') }),
  updateCase('SET name = :v', { ':v': S('x') }),
  updateCase('SET str'),
  updateCase(''),
  updateCase('SET str = :v,', { ':v': S('x') }),
  updateCase('FOO str = :v', { ':v': S('x') }),
  updateCase('SET num = num + :v', { ':v': S('x') }),
  updateCase('SET num = str + :v', { ':v': N('1') }),
  updateCase('SET str = foo(str)'),
  updateCase('SET str = :v', { ':v': S('x'), ':unused': S('y') }),
  updateCase('SET str = :v', { ':v': { M: { a: { L: [{ M: { b: { NS: ['1.0', '2'] } } }] } } } }),
];

const returns: Case[] = ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'].flatMap(
  (ReturnValues) => [
    {
      name: `UpdateItem returns ${ReturnValues}`,
      calls: [put(sample), update('SET num = :v, fresh = :v REMOVE str', { ':v': N('9') }, { ReturnValues })],
    },
    {
      name: `UpdateItem of a new item returns ${ReturnValues}`,
      calls: [update('SET num = :v', { ':v': N('9') }, { ReturnValues }), get()],
    },
    { name: `PutItem returns ${ReturnValues}`, calls: [put(sample), put({ a: S('b') }, { ReturnValues })] },
    { name: `DeleteItem returns ${ReturnValues}`, calls: [put(sample), remove({ ReturnValues })] },
  ],
);

const values: Case[] = [
  ['canonical numbers', { v: { L: ['1.0', '1e2', '0.10', '-0', '1e-3', '+5', '00012'].map(N) } }],
  ['38 digits', { v: N('12345678901234567890123456789012345678') }],
  ['39 digits', { v: N('123456789012345678901234567890123456789') }],
  ['largest number', { v: N('9.9999999999999999999999999999999999999E+125') }],
  ['too large a number', { v: N('1E126') }],
  ['too small a number', { v: N('1E-131') }],
  ['no number', { v: N('ten') }],
  ['empty string', { v: S('') }],
  ['empty string set', { v: { SS: [] } }],
  ['duplicate strings in a set', { v: { SS: ['a', 'a'] } }],
  ['empty list and map', { v: { L: [] }, w: { M: {} } }],
  ['false and null', { v: { BOOL: false }, w: { NULL: true } }],
  ['binary set', { v: { BS: [Buffer.from('a'), Buffer.from('b')] } }],
  ['empty key', { p: S('') }],
  ['key of the wrong type', { s: S('1') }],
  ['index key of the wrong type', { g: N('1') }],
  ['empty index key', { g: S('') }],
  ['long hash key', { p: S('x'.repeat(2049)) }],
  ['item of 400 KB', { v: S('x'.repeat(400 * 1024 - 5)) }],
  ['item over 400 KB', { v: S('x'.repeat(400 * 1024)) }],
].map(([name, item]) => ({ name: `value: ${name}`, calls: [put(item as object), get()] }));

const keys: Case[] = [
  {
    name: 'keys that do not fit the schema',
    calls: [
      get({ Key: { p: S('k') } }),
      get({ Key: { ...key(), extra: S('x') } }),
      get({ Key: { p: N('1'), s: N('1') } }),
      { operation: 'PutItem', input: { TableName, Item: { p: S('k') } } },
      { operation: 'UpdateItem', input: { TableName, Key: { p: S('k') } } },
      get({ TableName: 'nothing-here' }),
      put({}, { TableName: 'nothing-here' }),
    ],
  },
  {
    name: 'projection',
    calls: [
      put(sample),
      get({ ProjectionExpression: 'str, num' }),
      get({
        ProjectionExpression: '#m.core, #l[2].deep',
        ExpressionAttributeNames: { '#m': 'map', '#l': 'list' },
      }),
      get({ ProjectionExpression: '#l[1], #l[0]', ExpressionAttributeNames: { '#l': 'list' } }),
      get({ ProjectionExpression: 'absent' }),
      get({ ProjectionExpression: '#m, #m.core', ExpressionAttributeNames: { '#m': 'map' } }),
      get({ ProjectionExpression: 'str', ExpressionAttributeNames: { '#m': 'map' } }),
      get({ ProjectionExpression: '' }),
      get({ AttributesToGet: ['str', 'num'] }),
      get({ ExpressionAttributeNames: { '#m': 'map' } }),
    ],
  },
  {
    name: 'the failed condition returns the item',
    calls: [
      put(sample),
      put(
        {},
        {
          ConditionExpression: 'attribute_not_exists(p)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ),
    ],
  },
];

const rows: Call[] = ['a', 'b'].flatMap((p) =>
  ['-10', '-1.5', '0', '1', '2', '10', '100'].map((s, index) => ({
    operation: 'PutItem',
    input: {
      TableName,
      Item: {
        ...key(s, p),
        ...(index % 3 !== 0 && { g: S(index % 2 ? 'odd' : 'even') }),
        n: N(String(100 - index)),
        a: S(`a${index}`),
        b: S(`b${index}`),
      },
    },
  })),
);
const onRows = (name: string, ...calls: Call[]): Case => ({ name, calls: [...rows, ...calls] });
const reads: Case[] = [
  onRows(
    'query by hash key',
    query('p = :p', { ':p': S('a') }),
    query(':p = p', { ':p': S('a') }),
    query('(p = :p)', { ':p': S('a') }),
    query('p = :p', { ':p': S('nobody') }),
    query('p = :p', { ':p': S('a') }, { ScanIndexForward: false }),
    query('p = :p', { ':p': S('a') }, { Limit: 3 }),
    query('p = :p', { ':p': S('a') }, { Select: 'COUNT' }),
    query('p = :p', { ':p': S('a') }, { ProjectionExpression: 'a' }),
  ),
  onRows(
    'query by range key',
    ...['s = :s', 's < :s', 's <= :s', 's > :s', 's >= :s'].map((test) =>
      query(`p = :p AND ${test}`, { ':p': S('a'), ':s': N('1') }),
    ),
    query('p = :p AND s BETWEEN :l AND :h', { ':p': S('a'), ':l': N('-2'), ':h': N('2') }),
    query('p = :p AND :s < s', { ':p': S('a'), ':s': N('1') }),
  ),
  onRows(
    'pages',
    query('p = :p', { ':p': S('a') }, { Limit: 3, ExclusiveStartKey: key('1', 'a') }),
    query(
      'p = :p',
      { ':p': S('a') },
      { Limit: 2, ExclusiveStartKey: key('1', 'a'), ScanIndexForward: false },
    ),
    query('p = :p', { ':p': S('a') }, { ExclusiveStartKey: key('100', 'a') }),
    query('p = :p', { ':p': S('a') }, { ExclusiveStartKey: { p: S('a') } }),
  ),
  onRows(
    'filters',
    query('p = :p', { ':p': S('a'), ':a': S('a3') }, { FilterExpression: 'a > :a' }),
    query('p = :p', { ':p': S('a'), ':a': S('a3') }, { FilterExpression: 'a > :a', Limit: 5 }),
    query('p = :p', { ':p': S('a'), ':s': N('1') }, { FilterExpression: 's > :s' }),
  ),
  onRows(
    'mistakes in key conditions',
    query('p > :p', { ':p': S('a') }),
    query('s = :s', { ':s': N('1') }),
    query('p = :p OR s = :s', { ':p': S('a'), ':s': N('1') }),
    query('p = :p AND a = :a', { ':p': S('a'), ':a': S('a') }),
    query('p = :p AND s <> :s', { ':p': S('a'), ':s': N('1') }),
    query('p = :p', { ':p': N('1') }),
    query('p = :p AND begins_with(s, :s)', { ':p': S('a'), ':s': N('1') }),
    query('p = :p AND p = :p', { ':p': S('a') }),
    query('p = :p', { ':p': S('a'), ':x': S('a') }),
  ),
  onRows(
    'global index',
    query('g = :g', { ':g': S('odd') }, { IndexName: 'byGroup' }),
    query('g = :g AND n > :n', { ':g': S('odd'), ':n': N('96') }, { IndexName: 'byGroup' }),
    query('g = :g', { ':g': S('even') }, { IndexName: 'byGroup', ScanIndexForward: false }),
    query('g = :g', { ':g': S('odd') }, { IndexName: 'groupKeys', ProjectionExpression: 'a' }),
    query('g = :g', { ':g': S('odd') }, { IndexName: 'byGroup', ConsistentRead: true }),
    query('g = :g', { ':g': S('odd') }, { IndexName: 'none-such' }),
  ),
  onRows(
    'local index',
    query('p = :p', { ':p': S('a') }, { IndexName: 'byNumber' }),
    query('p = :p AND n < :n', { ':p': S('a'), ':n': N('97') }, { IndexName: 'byNumber' }),
    query(
      'p = :p',
      { ':p': S('a') },
      { IndexName: 'byNumber', Select: 'ALL_ATTRIBUTES', ConsistentRead: true },
    ),
  ),
  onRows(
    'scan',
    scan(),
    scan({ Select: 'COUNT' }),
    scan({ FilterExpression: 'n > :n', ExpressionAttributeValues: { ':n': N('96') } }),
    scan({ IndexName: 'byGroup' }),
    scan({ ProjectionExpression: 'p, a' }),
    scan({ Segment: 3, TotalSegments: 2 }),
    scan({ Segment: 0 }),
    scan({ TotalSegments: 2 }),
  ),
  onRows(
    'legacy parameters',
    {
      operation: 'Query',
      input: {
        TableName,
        KeyConditions: {
          p: { ComparisonOperator: 'EQ', AttributeValueList: [S('a')] },
          s: { ComparisonOperator: 'GT', AttributeValueList: [N('1')] },
        },
      },
    },
    scan({ ScanFilter: { a: { ComparisonOperator: 'EQ', AttributeValueList: [S('a1')] } } }),
  ),
];

const batches: Case[] = [
  onRows(
    'batch get',
    {
      operation: 'BatchGetItem',
      input: { RequestItems: { things: { Keys: [key('1', 'a'), key('2', 'b'), key('999', 'b')] } } },
    },
    {
      operation: 'BatchGetItem',
      input: { RequestItems: { things: { Keys: [key('1', 'a'), key('1', 'a')] } } },
    },
    {
      operation: 'BatchGetItem',
      input: {
        RequestItems: { things: { Keys: Array.from({ length: 101 }, (_, index) => key(String(index))) } },
      },
    },
  ),
  {
    name: 'batch write',
    calls: [
      {
        operation: 'BatchWriteItem',
        input: {
          RequestItems: {
            things: [
              { PutRequest: { Item: { ...key('5'), a: S('x') } } },
              { DeleteRequest: { Key: key('6') } },
            ],
          },
        },
      },
      {
        operation: 'BatchWriteItem',
        input: {
          RequestItems: {
            things: [{ PutRequest: { Item: key('5') } }, { DeleteRequest: { Key: key('5') } }],
          },
        },
      },
      {
        operation: 'BatchWriteItem',
        input: {
          RequestItems: {
            things: Array.from({ length: 26 }, (_, index) => ({
              PutRequest: { Item: key(String(index)) },
            })),
          },
        },
      },
      scan(),
    ],
  },
];

const transactions: Case[] = [
  {
    name: 'transaction that succeeds',
    calls: [
      put({ a: N('1') }),
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [
            { Put: { TableName, Item: key('2') } },
            {
              Update: {
                TableName,
                Key: key('1'),
                UpdateExpression: 'SET a = a + :o',
                ConditionExpression: 'a = :o',
                ExpressionAttributeValues: { ':o': N('1') },
              },
            },
            { Delete: { TableName, Key: key('3') } },
            {
              ConditionCheck: {
                TableName,
                Key: key('4'),
                ConditionExpression: 'attribute_not_exists(p)',
              },
            },
          ],
        },
      },
      scan(),
      {
        operation: 'TransactGetItems',
        input: {
          TransactItems: [
            { Get: { TableName, Key: key('1'), ProjectionExpression: 'a' } },
            { Get: { TableName, Key: key('99') } },
          ],
        },
      },
    ],
  },
  {
    name: 'transaction that is cancelled',
    calls: [
      put({ a: N('1') }),
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [
            { Put: { TableName, Item: key('2') } },
            {
              Put: {
                TableName,
                Item: key('1'),
                ConditionExpression: 'attribute_not_exists(p)',
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
          ],
        },
      },
      scan(),
    ],
  },
  {
    name: 'transaction with two actions on one item',
    calls: [
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [{ Put: { TableName, Item: key('2') } }, { Delete: { TableName, Key: key('2') } }],
        },
      },
    ],
  },
];

const tables: Case[] = [
  {
    name: 'tables that cannot be',
    calls: [
      { operation: 'CreateTable', input: things },
      { operation: 'CreateTable', input: { ...things, TableName: 'x1' } },
      { operation: 'CreateTable', input: { ...things, TableName: 'others', AttributeDefinitions: [] } },
      { operation: 'DescribeTable', input: { TableName: 'nothing-here' } },
      { operation: 'DeleteTable', input: { TableName: 'nothing-here' } },
      {
        operation: 'CreateTable',
        input: {
          TableName: 'others',
          AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
        },
      },
    ],
  },
  {
    name: 'time to live and backups',
    calls: [
      { operation: 'DescribeTimeToLive', input: { TableName } },
      {
        operation: 'UpdateTimeToLive',
        input: { TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } },
      },
      { operation: 'DescribeTimeToLive', input: { TableName } },
      { operation: 'DescribeContinuousBackups', input: { TableName } },
    ],
  },
];

export const handWritten: Case[] = [
  ...conditions,
  ...updates,
  ...returns,
  ...values,
  ...keys,
  ...reads,
  ...batches,
  ...transactions,
  ...tables,
];
