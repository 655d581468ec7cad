import { FaultPlan, type FaultRates, type Strike } from '../local/engine/fault-plan.ts';
import { ExchangeableFaults, type FaultKind, faultKinds } from '../local/engine/faults.ts';
import { seededRandom } from '../local/engine/random.ts';
import type { TimelineEvent } from '../local/engine/timeline.ts';
import type { Cloud } from '../package/clouds.ts';
import { assertPoisonIsKept, createApp } from './app.ts';
import { type RunningStack, type StackTest, withStack } from './test-stack.ts';

export interface FaultRunOptions {
  rates: FaultRates;
  /** Each seed is one run of the invariant, with faults and input of its own. */
  seeds: readonly number[];
  onSeed?(seed: number, passed: boolean): void;
}

/** What came of one seed. */
export interface SeedResult {
  seed: number;
  error?: string;
  strikes: Strike[];
  /** What happened, while it was watched. */
  timeline: TimelineEvent[];
}

/** A seed under which the invariant did not hold. */
export interface FaultFailure {
  seed: number;
  error: string;
  /** The faults that it takes; those that could be left out are left out. */
  strikes: Strike[];
  /** What happened in the shortest run that shows it. */
  timeline: TimelineEvent[];
}

export interface FaultResult {
  pattern: string;
  cloud: Cloud;
  passed: boolean;
  durationMs: number;
  seeds: number;
  /** Faults that happened, by kind. */
  strikes: Partial<Record<FaultKind, number>>;
  failures: FaultFailure[];
  /** Why nothing could be run. */
  error?: string;
}

/** Enough to find the kinds of faults that matter and to cut a few dozen of them down. */
const shrinkingRuns = 24;
const shrinkingMs = 120_000;

/**
 * Runs a pattern's invariant on one cloud under injected faults, seed after seed in one running stack. The first seed
 * that fails is run again, each time with fewer faults, until none can be left out. Never throws: what goes wrong is in
 * the result.
 */
export async function testUnderFaults(
  test: StackTest,
  options: FaultRunOptions,
  explain: (error: unknown) => string,
): Promise<FaultResult> {
  const started = performance.now();
  const strikes: Partial<Record<FaultKind, number>> = {};
  const failures: FaultFailure[] = [];
  let seeds = 0;
  let error: string | undefined;
  try {
    const failed = await withFaultyStack(test, async (prove) => {
      for (const seed of options.seeds) {
        const result = await prove(seed, options.rates);
        seeds++;
        for (const { kind } of result.strikes) strikes[kind] = (strikes[kind] ?? 0) + 1;
        options.onSeed?.(seed, result.error === undefined);
        if (result.error !== undefined) return result;
      }
      return undefined;
    });
    if (failed) failures.push(await shrink(test, options.rates, failed));
  } catch (cause) {
    error = explain(cause);
  }
  return {
    pattern: test.pattern,
    cloud: test.cloud,
    passed: error === undefined && failures.length === 0,
    durationMs: performance.now() - started,
    seeds,
    strikes,
    failures,
    ...(error !== undefined && { error }),
  };
}

type Prove = (seed: number, rates: FaultRates, only?: ReadonlySet<string>) => Promise<SeedResult>;

/** A stack whose faults change from seed to seed. */
function withFaultyStack<Result>(test: StackTest, work: (prove: Prove) => Promise<Result>): Promise<Result> {
  const faults = new ExchangeableFaults();
  return withStack(test, { faults, warn: () => undefined }, async (stack) => {
    const { invariant } = stack.scenario;
    if (!invariant)
      throw new Error(
        `The scenario of ${test.pattern} states no invariant; there is nothing to hold under faults.`,
      );
    return work(async (seed, rates, only) => {
      const { clock } = stack;
      const { timeline } = stack.local.course;
      const plan = new FaultPlan({ rates, seed, clock, timeline, ...(only && { only }) });
      faults.current = plan;
      try {
        return await proveSeed(stack, plan, seed);
      } finally {
        plan.stop();
      }
    });
  });
}

async function proveSeed(
  { local, clock, scenario }: RunningStack,
  plan: FaultPlan,
  seed: number,
): Promise<SeedResult> {
  const timeline: TimelineEvent[] = [];
  const unwatch = local.course.timeline.onEvent((event) => timeline.push(event));
  const app = createApp(local, {
    clock,
    random: seededRandom(seed),
    faults: plan,
    step: async (_name, prove) => prove(),
  });
  let error: string | undefined;
  try {
    await scenario.invariant?.(app);
    assertPoisonIsKept(local, app.poisons);
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  } finally {
    unwatch();
  }
  return { seed, strikes: plan.strikesSoFar, timeline, ...(error !== undefined && { error }) };
}

/**
 * Leaves out faults, as long as the invariant still does not hold: those of one kind after the other, which says most,
 * then half of them, the other half, quarters.
 */
async function shrink(test: StackTest, rates: FaultRates, failed: SeedResult): Promise<FaultFailure> {
  const untilMs = performance.now() + shrinkingMs;
  let best = failed;
  let runs = 0;
  const isOver = () => runs >= shrinkingRuns || performance.now() > untilMs;
  /** Tries without some of the faults; gives whether they could be left out. */
  const without = async (isLeftOut: (strike: Strike, index: number) => boolean): Promise<boolean> => {
    const kept = best.strikes.filter((strike, index) => !isLeftOut(strike, index));
    if (kept.length === best.strikes.length || isOver()) return false;
    runs++;
    const only = new Set(kept.map(({ id }) => id));
    // In a stack of its own: what an earlier failure left behind must not count.
    const result = await withFaultyStack(test, (prove) => prove(best.seed, rates, only));
    if (result.error === undefined || result.strikes.length >= best.strikes.length) return false;
    best = result;
    return true;
  };
  for (const kind of faultKinds) await without((strike) => strike.kind === kind);
  for (let pieces = 2; best.strikes.length > 1; ) {
    const size = Math.ceil(best.strikes.length / pieces);
    let isSmaller = false;
    for (let start = 0; start < best.strikes.length && !isSmaller; start += size)
      isSmaller = await without((_, index) => index >= start && index < start + size);
    if (isOver() || (!isSmaller && size === 1)) break;
    pieces = isSmaller ? Math.max(2, pieces - 1) : Math.min(pieces * 2, best.strikes.length);
  }
  return { seed: best.seed, error: best.error ?? '', strikes: best.strikes, timeline: best.timeline };
}
