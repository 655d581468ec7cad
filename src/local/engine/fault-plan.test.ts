import { describe, expect, it } from 'vitest';
import { virtualClock } from './clock.ts';
import { defaultFaultRates, FaultPlan, type FaultPlanOptions, parseFaultRates } from './fault-plan.ts';
import { Timeline } from './timeline.ts';

function plan(options: Partial<FaultPlanOptions> = {}) {
  const clock = virtualClock(0);
  const timeline = new Timeline();
  return {
    clock,
    timeline,
    plan: new FaultPlan({ rates: { duplicate: 0.3 }, seed: 7, clock, timeline, ...options }),
  };
}

const outcomes = (faults: FaultPlan, place: string, count = 200) =>
  Array.from({ length: count }, () => faults.strikes('duplicate', place));

describe('a fault plan', () => {
  it('makes the same faults from the same seed, whatever happens at other places in between', () => {
    const first = outcomes(plan().plan, 'orders');
    const { plan: second } = plan();
    const interleaved = first.map(() => {
      second.strikes('duplicate', 'invoices');
      return second.strikes('duplicate', 'orders');
    });
    expect(interleaved).toEqual(first);
    expect(outcomes(plan({ seed: 8 }).plan, 'orders')).not.toEqual(first);
  });

  it('strikes about as often as the rate says, and never without one', () => {
    const share = outcomes(plan().plan, 'orders', 4000).filter(Boolean).length / 4000;
    expect(share).toBeGreaterThan(0.27);
    expect(share).toBeLessThan(0.33);
    const { plan: quiet } = plan();
    expect(Array.from({ length: 100 }, () => quiet.strikes('poison', 'orders'))).not.toContain(true);
  });

  it('repeats only the faults that it is given', () => {
    const { plan: all } = plan();
    outcomes(all, 'orders');
    const [kept] = all.strikesSoFar;
    const { plan: some } = plan({ only: new Set([kept?.id ?? '']) });
    outcomes(some, 'orders');
    expect(some.strikesSoFar).toEqual([kept]);
  });

  it('lets a dependency be down for a while, and not for ever', () => {
    const { clock, plan: faults } = plan({ rates: { 'dependency-down': 1 } });
    expect(faults.strikes('dependency-down', 'dynamodb')).toBe(true);
    clock.advance(1_499);
    expect(faults.strikes('dependency-down', 'dynamodb')).toBe(true);
    expect(faults.strikesSoFar).toHaveLength(1);
    clock.advance(1);
    expect(faults.strikes('dependency-down', 'dynamodb')).toBe(true);
    clock.advance(10_000);
    expect(faults.strikes('dependency-down', 'dynamodb')).toBe(false);
  });

  it('tells every fault, and makes none once it is stopped', () => {
    const { timeline, plan: faults } = plan({ rates: { poison: 1 } });
    const told: unknown[] = [];
    timeline.onEvent((event) => told.push(event));
    faults.strikes('poison', 'orders');
    faults.stop();
    expect(faults.strikes('poison', 'orders')).toBe(false);
    expect(told).toEqual([{ atMs: 0, kind: 'fault', place: 'orders', detail: 'poison' }]);
  });
});

describe('what the command line says', () => {
  it('is all, or kinds with and without rates, in the plural too', () => {
    expect(parseFaultRates('all')).toEqual(defaultFaultRates);
    expect(parseFaultRates('duplicates=0.5, crash=0.05,lost-ack')).toEqual({
      duplicate: 0.5,
      'crash-before': 0.05,
      'crash-after': 0.05,
      'lost-acknowledgement': defaultFaultRates['lost-acknowledgement'],
    });
  });

  it('is refused with what there is', () => {
    expect(() => parseFaultRates('meteor')).toThrow(/There is no fault 'meteor'.*duplicate, delay/);
    expect(() => parseFaultRates('delay=2')).toThrow('delay=2: the rate of a fault is a number from 0 to 1.');
    expect(() => parseFaultRates('delay=often')).toThrow(/number from 0 to 1/);
  });
});
