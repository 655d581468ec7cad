import { compareForSorting, type Json, type Value } from './value.ts';

export type AggregateKind = 'COUNT' | 'COUNTIF' | 'SUM' | 'AVG' | 'MIN' | 'MAX';

const kinds: readonly string[] = ['COUNT', 'COUNTIF', 'SUM', 'AVG', 'MIN', 'MAX'] satisfies AggregateKind[];

export function aggregateKind(functionName: string): AggregateKind | undefined {
  const upper = functionName.toUpperCase();
  return kinds.includes(upper) ? (upper as AggregateKind) : undefined;
}

/** Gathers the values of one aggregate over the rows of one group. */
export interface Accumulator {
  add(value: Value): void;
  result(): Value;
}

/**
 * Undefined values are left out of every aggregate. A string, boolean or null makes `SUM` and `AVG` undefined,
 * an array or object also `MIN` and `MAX`: learn.microsoft.com/azure/cosmos-db/nosql/query/average#remarks
 */
export function accumulator(kind: AggregateKind): Accumulator {
  switch (kind) {
    case 'COUNT':
      return counting((value) => value !== undefined);
    case 'COUNTIF':
      return counting((value) => value === true);
    case 'SUM':
      return summing((sum) => sum);
    case 'AVG':
      return summing((sum, count) => (count === 0 ? undefined : sum / count));
    case 'MIN':
      return extreme((order) => order < 0);
    case 'MAX':
      return extreme((order) => order > 0);
  }
}

function counting(counts: (value: Value) => boolean): Accumulator {
  let count = 0;
  return {
    add(value) {
      if (counts(value)) count++;
    },
    result: () => count,
  };
}

function summing(finish: (sum: number, count: number) => Value): Accumulator {
  let sum = 0;
  let count = 0;
  let numeric = true;
  return {
    add(value) {
      if (value === undefined) return;
      if (typeof value !== 'number') numeric = false;
      else {
        sum += value;
        count++;
      }
    },
    result: () => (numeric ? finish(sum, count) : undefined),
  };
}

function extreme(better: (order: number) => boolean): Accumulator {
  let best: Json | undefined;
  let comparable = true;
  return {
    add(value) {
      if (value === undefined) return;
      if (typeof value === 'object' && value !== null) comparable = false;
      else if (best === undefined || better(compareForSorting(value, best))) best = value;
    },
    result: () => (comparable ? best : undefined),
  };
}
