import { tooManyRequests } from './errors.ts';

/** Throughput as Terraform gives it, in RU per second. */
export type Throughput =
  | { kind: 'manual'; ruPerSecond: number }
  | { kind: 'autoscale'; maxRuPerSecond: number };

/**
 * A container of a serverless account with one physical partition:
 * learn.microsoft.com/azure/cosmos-db/serverless-performance
 */
export const serverlessRuPerSecond = 5000;

/** What a container gets that names no throughput, neither its own nor its database's. */
export const defaultRuPerSecond = 400;

export const ruPerSecondOf = (throughput: Throughput) =>
  throughput.kind === 'manual' ? throughput.ruPerSecond : throughput.maxRuPerSecond;

/**
 * The request units that one container, or the containers that share their database's throughput, may use. A
 * request is let in while the current second has any left; what it uses beyond that is owed by the seconds that
 * follow: learn.microsoft.com/azure/cosmos-db/set-throughput
 */
export class RequestUnitBudget {
  readonly ruPerSecond: number;
  #availableRu: number;
  #asOfMs: number;

  constructor(ruPerSecond: number, nowMs: number) {
    this.ruPerSecond = ruPerSecond;
    this.#availableRu = ruPerSecond;
    this.#asOfMs = nowMs;
  }

  /** Throws the 429 that names the wait when nothing is left. */
  admit(nowMs: number): void {
    const earned = ((nowMs - this.#asOfMs) / 1000) * this.ruPerSecond;
    if (earned > 0) {
      this.#availableRu = Math.min(this.ruPerSecond, this.#availableRu + earned);
      this.#asOfMs = nowMs;
    }
    if (this.#availableRu > 0) return;
    throw tooManyRequests(Math.max(1, Math.ceil((-this.#availableRu / this.ruPerSecond) * 1000) + 1));
  }

  spend(ru: number): void {
    this.#availableRu -= ru;
  }
}
