import { describe, expect, it } from 'vitest';
import { type Fixture, fixture, tableInput } from './dynamodb-fixture.ts';

function withRows(rangeType: 'S' | 'N' | 'B', sorts: readonly string[]): Fixture {
  const made = fixture();
  made.call('CreateTable', tableInput(rangeType));
  for (const sort of sorts) {
    made.call('PutItem', { TableName: 'items', Item: { p: { S: 'a' }, s: { [rangeType]: sort } } });
  }
  return made;
}

function sorts({ call }: Fixture, test: string, values: object, rest: object = {}): unknown {
  const answer = call('Query', {
    TableName: 'items',
    KeyConditionExpression: `p = :p${test}`,
    ExpressionAttributeValues: { ':p': { S: 'a' }, ...values },
    ...rest,
  });
  return (
    answer.message ??
    JSON.stringify(answer.Items)
      .match(/"s":\{"\w":"([^"]*)"/g)
      ?.map((text) => text.slice(10, -1)) ??
    []
  );
}

describe('order of range keys', () => {
  it('is numeric for numbers', () => {
    const rows = withRows('N', ['10', '-1.5', '2', '-10', '0', '1E3', '0.001']);
    expect(sorts(rows, '', {})).toEqual(['-10', '-1.5', '0', '0.001', '2', '10', '1000']);
  });

  it('is that of UTF-8 bytes for strings', () => {
    const rows = withRows('S', ['\uFF01', '😀', 'b', 'B', 'é', 'ba']);
    expect(sorts(rows, '', {})).toEqual(['B', 'b', 'ba', 'é', '\uFF01', '😀']);
    expect(sorts(rows, ' AND begins_with(s, :s)', { ':s': { S: 'b' } })).toEqual(['b', 'ba']);
  });

  it('is bytewise for binary', () => {
    const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64');
    const rows = withRows('B', [base64(255), base64(0, 1), base64(1), base64(0)]);
    expect(sorts(rows, '', {})).toEqual([base64(0), base64(0, 1), base64(1), base64(255)]);
  });
});

describe('range tests', () => {
  const rows = withRows('N', ['1', '2', '3', '4', '5']);
  it.each([
    ['= :v', ['3']],
    ['< :v', ['1', '2']],
    ['<= :v', ['1', '2', '3']],
    ['> :v', ['4', '5']],
    ['>= :v', ['3', '4', '5']],
    ['BETWEEN :v AND :w', ['3', '4']],
  ])('s %s', (test, expected) => {
    const values = { ':v': { N: '3' }, ...(test.includes(':w') && { ':w': { N: '4' } }) };
    expect(sorts(rows, ` AND s ${test}`, values)).toEqual(expected);
    expect(sorts(rows, ` AND s ${test}`, values, { ScanIndexForward: false })).toEqual(
      [...expected].reverse(),
    );
  });
});

describe('pages', () => {
  it('follow each other without gap or repetition, in both directions', () => {
    const rows = withRows('N', ['1', '2', '3', '4', '5']);
    for (const forward of [true, false]) {
      const seen: unknown[] = [];
      let start: unknown;
      do {
        const page = rows.call('Query', {
          TableName: 'items',
          KeyConditionExpression: 'p = :p',
          ExpressionAttributeValues: { ':p': { S: 'a' } },
          ScanIndexForward: forward,
          Limit: 2,
          ...(start !== undefined && { ExclusiveStartKey: start }),
        });
        seen.push(page.Items);
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      expect(JSON.stringify(seen).match(/"N":"\d"/g)).toHaveLength(5);
      expect(seen).toHaveLength(3);
    }
  });

  it('hold at most one megabyte', () => {
    const { call } = fixture();
    call('CreateTable', tableInput('N'));
    for (const s of ['1', '2', '3', '4']) {
      call('PutItem', {
        TableName: 'items',
        Item: { p: { S: 'a' }, s: { N: s }, v: { S: 'x'.repeat(390 * 1024) } },
      });
    }
    const page = call('Scan', { TableName: 'items', ReturnConsumedCapacity: 'TOTAL' });
    expect(page).toMatchObject({ Count: 2, ConsumedCapacity: { CapacityUnits: 98 } });
    expect(page.LastEvaluatedKey).toEqual({ p: { S: 'a' }, s: { N: '2' } });
  });

  it('count before the filter', () => {
    const rows = withRows('N', ['1', '2', '3']);
    const page = rows.call('Scan', {
      TableName: 'items',
      FilterExpression: 's > :s',
      ExpressionAttributeValues: { ':s': { N: '2' } },
      Limit: 2,
    });
    expect(page).toMatchObject({ Items: [], Count: 0, ScannedCount: 2 });
    expect(page.LastEvaluatedKey).toBeDefined();
  });
});

describe('scan', () => {
  const { call } = fixture();
  call('CreateTable', tableInput());
  const names = Array.from({ length: 200 }, (_, index) => `item-${index}`);
  for (const name of names) call('PutItem', { TableName: 'items', Item: { p: { S: name } } });
  const found = (answer: Record<string, unknown>) => JSON.stringify(answer.Items).match(/item-\d+/g) ?? [];

  it('visits partitions in hash order, not in that of the keys', () => {
    const seen = found(call('Scan', { TableName: 'items' }));
    expect([...seen].sort()).toEqual([...names].sort());
    expect(seen).not.toEqual([...names].sort());
  });

  it('divides into segments of about the same size', () => {
    const segments = [0, 1, 2, 3].map((Segment) =>
      found(call('Scan', { TableName: 'items', Segment, TotalSegments: 4 })),
    );
    expect(segments.flat().sort()).toEqual([...names].sort());
    for (const segment of segments) expect(segment.length).toBeGreaterThan(25);
  });

  it('goes on inside a segment', () => {
    const seen: string[] = [];
    let start: unknown;
    do {
      const page = call('Scan', {
        TableName: 'items',
        Segment: 1,
        TotalSegments: 3,
        Limit: 7,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      });
      seen.push(...found(page));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    expect(seen).toEqual(found(call('Scan', { TableName: 'items', Segment: 1, TotalSegments: 3 })));
  });

  it('refuses the start key of another segment', () => {
    const first = found(call('Scan', { TableName: 'items', Segment: 0, TotalSegments: 4 }))[0];
    expect(
      call('Scan', {
        TableName: 'items',
        Segment: 3,
        TotalSegments: 4,
        ExclusiveStartKey: { p: { S: first } },
      }).message,
    ).toContain('Please use ExclusiveStartKey with correct Segment');
  });
});
