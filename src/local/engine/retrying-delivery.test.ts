import { describe, expect, it } from 'vitest';
import { virtualClock } from './clock.ts';
import { type Course, quietCourse } from './course.ts';
import { noFaults } from './faults.ts';
import { seededRandom } from './random.ts';
import {
  type DeadDelivery,
  type DeliveryFailure,
  type DeliveryOutcome,
  exponentialBackoff,
  RetryingDelivery,
  type RetryPolicy,
} from './retrying-delivery.ts';

const busy: DeliveryFailure = { failed: 'BUSY', reason: 'not now', retryable: true };
const second = 1000;

/** A delivery whose receiver gives the answers of a list, and then takes everything. */
function setUp(
  answers: DeliveryOutcome[],
  options: { course?: Partial<Course>; policy?: Partial<RetryPolicy> } = {},
) {
  const clock = virtualClock(0);
  const course = { ...quietCourse(), ...options.course };
  const attempts: string[] = [];
  const dead: { id: string; dead: DeadDelivery }[] = [];
  const delivery = new RetryingDelivery<string>({
    name: 'orders-to-mail',
    clock,
    course,
    policy: () => ({
      maximumAttempts: 3,
      maximumAgeMs: 60 * second,
      delayMs: (failures) => failures * second,
      ...options.policy,
    }),
    async deliver({ content }, { number }) {
      attempts.push(`${content} ${number} at ${clock.now()}`);
      return answers.shift() ?? 'delivered';
    },
    onDead(event, end) {
      dead.push({ id: event.id, dead: end });
      return 'dead-lettered';
    },
    onDefect(error) {
      throw error;
    },
  });
  const pass = async (ms: number) => {
    await settled();
    clock.advance(ms);
    await settled();
  };
  return { delivery, course, attempts, dead, pass };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('RetryingDelivery', () => {
  it('repeats an attempt after the pauses of the policy until the receiver takes the event', async () => {
    const { delivery, attempts, course, pass } = setUp([busy, busy]);
    delivery.accept({ id: '1', content: 'a' });
    await pass(0);
    expect(course.activity).toMatchObject({ running: 0, waiting: 1 });
    await pass(1 * second);
    await pass(2 * second);
    await pass(60 * second);
    expect(attempts).toEqual(['a 1 at 0', 'a 2 at 1000', 'a 3 at 3000']);
    expect(course.activity).toMatchObject({ running: 0, waiting: 0 });
  });

  it('gives an event up after so many attempts, with its last error', async () => {
    const last = { ...busy, reason: 'still not' };
    const { delivery, dead, course, pass } = setUp([busy, busy, last]);
    delivery.accept({ id: '1', content: 'a' });
    for (let i = 0; i < 3; i++) await pass(5 * second);
    expect(dead).toEqual([
      { id: '1', dead: { exhausted: 'attempts', failure: last, attempts: 3, acceptedAtMs: 0 } },
    ]);
    expect(course.activity.waiting).toBe(0);
  });

  it('gives an event up at once when no repetition can help', async () => {
    const { delivery, attempts, dead, pass } = setUp([{ ...busy, retryable: false }]);
    delivery.accept({ id: '1', content: 'a' });
    await pass(60 * second);
    expect(attempts).toHaveLength(1);
    expect(dead[0]?.dead.exhausted).toBe('not-retryable');
  });

  it('repeats attempts that do not count until the event is too old', async () => {
    const throttled: DeliveryFailure = { ...busy, uncounted: true };
    const { delivery, attempts, dead, pass } = setUp(Array(9).fill(throttled), {
      policy: { maximumAttempts: 1, maximumAgeMs: 5 * second, delayMs: () => second },
    });
    delivery.accept({ id: '1', content: 'a' });
    for (let i = 0; i < 9; i++) await pass(second);
    expect(attempts).toHaveLength(6);
    expect(dead[0]?.dead).toMatchObject({ exhausted: 'age', attempts: 0 });
  });

  it('keeps the order of a group while its first event is repeated, and lets other groups pass', async () => {
    const { delivery, attempts, pass } = setUp([busy]);
    delivery.accept({ id: '1', content: 'a', group: 'x' });
    delivery.accept({ id: '2', content: 'b', group: 'x' });
    delivery.accept({ id: '3', content: 'c', group: 'y' });
    await pass(2 * second);
    expect(attempts.map((attempt) => attempt[0])).toEqual(['a', 'c', 'a', 'b']);
  });

  it('delivers twice and late where faults strike, but never twice within a group', async () => {
    const faults = {
      ...noFaults,
      strikes: (kind: string) => kind === 'duplicate' || kind === 'delay',
      delayMs: () => 7 * second,
    };
    const { delivery, attempts, pass } = setUp([], { course: { faults } });
    delivery.accept({ id: '1', content: 'a' });
    delivery.accept({ id: '2', content: 'b', group: 'x' });
    await pass(7 * second);
    expect(attempts.toSorted()).toEqual(['a 1 at 7000', 'a 1 at 7000', 'b 1 at 7000']);
  });

  it('tells what happens', async () => {
    const { delivery, course, pass } = setUp([busy, { ...busy, retryable: false }]);
    const told: string[] = [];
    course.timeline.onEvent(({ kind, place, subject }) => told.push(`${kind} ${place} ${subject}`));
    delivery.accept({ id: '1', content: 'a' });
    await pass(second);
    expect(told).toEqual(
      ['failed', 'retried', 'failed', 'dead-lettered'].map((kind) => `${kind} orders-to-mail 1`),
    );
  });

  it('makes no further attempt once it is closed', async () => {
    const { delivery, attempts, pass } = setUp([busy]);
    delivery.accept({ id: '1', content: 'a' });
    await pass(0);
    delivery.close();
    await pass(60 * second);
    expect(attempts).toHaveLength(1);
  });
});

describe('exponentialBackoff', () => {
  it('doubles up to the longest pause, with jitter of half of it at most', () => {
    const backoff = exponentialBackoff({ firstMs: 1000, longestMs: 60_000 }, seededRandom(1));
    for (const [failures, full] of [
      [1, 1000],
      [3, 4000],
      [40, 60_000],
    ] as const) {
      const pause = backoff(failures);
      expect(pause).toBeGreaterThanOrEqual(full / 2);
      expect(pause).toBeLessThanOrEqual(full);
    }
  });
});
