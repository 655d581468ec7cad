import { type Branch, branches, branchNames, type Finding } from './branches.ts';
import type { Order } from './order.ts';

export interface BranchResult {
  /** ISO 8601 */
  recordedAt: string;
  /** Whether that was after the deadline. */
  isLate: boolean;
  finding: Finding;
}

/** Where the branches of one order meet. */
export interface JoinRecord {
  /** The order's id. */
  id: string;
  orderHash: string;
  /** ISO 8601 */
  placedAt: string;
  deadlineAt: string;
  /** The branches that have to report, in alphabetical order. */
  expected: Branch[];
  results: Partial<Record<Branch, BranchResult>>;
  /** Since when every expected branch has reported; written together with the last result, by the branch named. */
  completion?: { at: string; by: Branch };
  /** Since when whoever waits for the order has been told. */
  announcedAt?: string;
  /** Counts the changes; every write names the version that it replaces. */
  version: number;
  /** Milliseconds since the epoch; from then on no copy of the event can come any more. */
  expiresAtMs: number;
}

/** Where records are kept. Each write is atomic and conditional. */
export interface JoinStore {
  get(id: string): Promise<JoinRecord | undefined>;
  /** False when a record with this id stands already. */
  insert(record: JoinRecord): Promise<boolean>;
  /** Replaces the record if it still has `expectedVersion`; false otherwise. */
  replace(record: JoinRecord, expectedVersion: number): Promise<boolean>;
}

export type JoinState = 'pending' | 'completed' | 'incomplete';

/** An order as its caller sees it. */
export interface OrderStatus {
  id: string;
  state: JoinState;
  placedAt: string;
  deadlineAt: string;
  completedAt?: string;
  expected: Branch[];
  /** Expected branches without a result. */
  missing: Branch[];
  /** Branches whose result came after the deadline. */
  late: Branch[];
  results: Partial<Record<Branch, BranchResult>>;
}

export function newRecord(
  order: Order & { id: string; placedAt: string },
  settings: { orderHash: string; deadlineMs: number; expiresAtMs: number },
): JoinRecord {
  return {
    id: order.id,
    orderHash: settings.orderHash,
    placedAt: order.placedAt,
    deadlineAt: new Date(Date.parse(order.placedAt) + settings.deadlineMs).toISOString(),
    expected: branchNames.filter((name) => branches[name].concerns(order)),
    results: {},
    version: 1,
    expiresAtMs: settings.expiresAtMs,
  };
}

/** The record with a branch's result, and with the completion when it was the last one that was missing. */
export function withResult(record: JoinRecord, branch: Branch, finding: Finding, nowMs: number): JoinRecord {
  const at = new Date(nowMs).toISOString();
  const result = { recordedAt: at, isLate: nowMs > Date.parse(record.deadlineAt), finding };
  const changed = {
    ...record,
    results: { ...record.results, [branch]: result },
    version: record.version + 1,
  };
  return missingIn(changed).length === 0 ? { ...changed, completion: { at, by: branch } } : changed;
}

export function statusOf(record: JoinRecord, nowMs: number): OrderStatus {
  const { id, placedAt, deadlineAt, expected, results, completion } = record;
  const isOver = nowMs > Date.parse(deadlineAt);
  return {
    id,
    state: completion ? 'completed' : isOver ? 'incomplete' : 'pending',
    placedAt,
    deadlineAt,
    ...(completion && { completedAt: completion.at }),
    expected,
    missing: missingIn(record),
    late: expected.filter((name) => results[name]?.isLate),
    results,
  };
}

function missingIn({ expected, results }: JoinRecord): Branch[] {
  return expected.filter((name) => !results[name]);
}
