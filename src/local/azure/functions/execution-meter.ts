import type { Clock } from '../../engine/clock.ts';
import type { Meter } from '../../engine/meter.ts';
import type { AlwaysReady } from './scale-groups.ts';

/** What the bill is made of. https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#billing */
const minimumPeriodMs = 1000;
const granularityMs = 100;
const mbPerGb = 1024;

interface Period {
  startedAtMs: number;
  running: number;
  billedMs: number;
}

export interface MeteredApp {
  id: string;
  memoryMb: number;
  alwaysReady: AlwaysReady;
}

/**
 * Meters a Flex Consumption app: executions, and GB-seconds of the time in which an instance runs at least one of
 * them. A period of activity counts at least 1,000 ms and is rounded up to the next 100 ms after that. What begins
 * within the time that a period already counts for belongs to it, so an instance never counts for more than the time
 * that passes.
 */
export class ExecutionMeter {
  readonly #app: MeteredApp;
  readonly #meter: Meter;
  readonly #wallClock: Clock;
  readonly #periods = new Map<string, Period>();
  /** Instances that stand ready, with their groups. */
  readonly #alwaysReady = new Map<string, string>();

  constructor(app: MeteredApp, meter: Meter, wallClock: Clock) {
    this.#app = app;
    this.#meter = meter;
    this.#wallClock = wallClock;
  }

  /** @param group what scales together with the function: `http`, `function:nightly` */
  started(instanceId: string, group: string): void {
    this.#meter.add('functions', 'executions', this.#app.id, 1);
    // The pool keeps its first instances; those are the ones that stand ready.
    const ready = [...this.#alwaysReady.values()].filter((name) => name === group).length;
    if (ready < (this.#app.alwaysReady[group] ?? 0)) this.#alwaysReady.set(instanceId, group);
    const nowMs = this.#wallClock.now();
    const period = this.#periods.get(instanceId);
    if (period && (period.running > 0 || nowMs <= period.startedAtMs + period.billedMs)) {
      period.running++;
      return;
    }
    this.#periods.set(instanceId, { startedAtMs: nowMs, running: 1, billedMs: 0 });
  }

  finished(instanceId: string): void {
    const period = this.#periods.get(instanceId);
    if (!period) return;
    period.running--;
    if (period.running > 0) return;
    const lengthMs = this.#wallClock.now() - period.startedAtMs;
    const roundedMs = Math.ceil(Math.max(lengthMs, minimumPeriodMs) / granularityMs) * granularityMs;
    const moreMs = roundedMs - period.billedMs;
    period.billedMs = roundedMs;
    if (moreMs === 0) return;
    const kind = this.#alwaysReady.has(instanceId) ? 'always-ready' : 'on-demand';
    const gbSeconds = (this.#app.memoryMb / mbPerGb) * (moreMs / 1000);
    this.#meter.add('functions', `${kind}-gb-seconds`, this.#app.id, gbSeconds);
  }
}
