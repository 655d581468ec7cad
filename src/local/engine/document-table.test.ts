import { describe, expect, it } from 'vitest';
import { type Change, DocumentTable } from './document-table.ts';

let nowMs = 0;
const newTable = (comparePartition?: (a: string, b: string) => number) =>
  new DocumentTable<number, string>({
    compareSort: (a, b) => a - b,
    now: () => nowMs,
    ...(comparePartition && { comparePartition }),
  });
const put = (partition: string, sort: number, document = `${partition}${sort}`) =>
  ({ kind: 'put', partition, sort, document }) as const;
const remove = (partition: string, sort: number) => ({ kind: 'delete', partition, sort }) as const;
const documents = (entries: Iterable<{ document: string }>) => [...entries].map(({ document }) => document);

describe('DocumentTable', () => {
  it('keeps documents of a partition in sort order', () => {
    const table = newTable();
    table.commit([put('a', 3), put('a', 1), put('b', 9), put('a', 2)]);
    expect(documents(table.range('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(documents(table.range('a', { reverse: true }))).toEqual(['a3', 'a2', 'a1']);
    expect(documents(table.range('nobody'))).toEqual([]);
  });

  it('walks between bounds, with and without them', () => {
    const table = newTable();
    table.commit([1, 2, 3, 4, 5].map((sort) => put('a', sort)));
    for (const reverse of [false, true]) {
      const walk = (options: object) => documents(table.range('a', { ...options, reverse })).sort();
      expect(walk({ from: 2, to: 4 })).toEqual(['a2', 'a3', 'a4']);
      expect(walk({ from: 2, to: 4, fromExclusive: true })).toEqual(['a3', 'a4']);
      expect(walk({ from: 2, to: 4, toExclusive: true })).toEqual(['a2', 'a3']);
      expect(walk({ from: 6 })).toEqual([]);
      expect(walk({ to: 0 })).toEqual([]);
    }
  });

  it('visits partitions in their order, also those that come and go after the first walk', () => {
    const table = newTable((a, b) => (a < b ? 1 : a > b ? -1 : 0));
    table.commit([put('a', 1), put('c', 1)]);
    expect([...table.partitions()]).toEqual(['c', 'a']);
    table.commit([put('b', 1), remove('c', 1)]);
    expect([...table.partitions()]).toEqual(['b', 'a']);
    expect([...table.partitions('a')]).toEqual(['a']);
    expect(documents(table.all())).toEqual(['b1', 'a1']);
  });

  it('numbers changes, keeps both sides of each and tells listeners after the commit', () => {
    const table = newTable();
    const heard: [Change<number, string>, number][] = [];
    const stop = table.onChange((change) => heard.push([change, table.count]));
    nowMs = 10;
    table.commit([put('a', 1, 'old')]);
    nowMs = 20;
    table.commit([put('a', 1, 'new'), put('a', 2), remove('a', 7)]);
    table.commit([remove('a', 1)]);
    stop();
    table.commit([put('a', 3)]);
    expect(
      heard.map(([{ sequence, before, after }, count]) => [
        sequence,
        before?.document,
        after?.document,
        count,
      ]),
    ).toEqual([
      [1, undefined, 'old', 1],
      [2, 'old', 'new', 2],
      [3, undefined, 'a2', 2],
      [4, 'new', undefined, 1],
    ]);
    expect(heard[1]?.[0].after).toMatchObject({ createdAtMs: 10, updatedAtMs: 20, version: 2 });
    expect([table.count, table.sequence]).toEqual([2, 5]);
  });
});
