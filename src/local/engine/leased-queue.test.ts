import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { virtualClock } from './clock.ts';
import { quietCourse } from './course.ts';
import { LeasedQueue, type LeasedQueueOptions } from './leased-queue.ts';
import type { Lease, QueueEvent } from './queued-message.ts';
import { seededRandom } from './random.ts';

function fixture(options: Partial<LeasedQueueOptions<string>> = {}) {
  const clock = virtualClock(1_000_000);
  const queue = new LeasedQueue<string>({
    name: 'queue',
    course: quietCourse(),
    clock,
    random: seededRandom(3),
    ordered: false,
    retentionMs: 1_000_000,
    deduplicationWindowMs: 300_000,
    maximumLeased: 1000,
    ...options,
  });
  const events: QueueEvent<string>[] = [];
  queue.onEvent((event) => events.push(event));
  const receive = (maximumMessages = 1, leaseMs = 30_000) => queue.receive({ maximumMessages, leaseMs });
  return { clock, queue, events, receive, kinds: () => events.map(({ kind }) => kind) };
}

const contents = (leases: Lease<string>[]) => leases.map(({ message }) => message.content);

describe('a lease', () => {
  it('hides a message until it ends, and then the message comes again, counted', () => {
    const { clock, queue, receive, kinds } = fixture();
    queue.send({ content: 'a' });
    expect(receive()).toMatchObject([{ message: { content: 'a', receiveCount: 1 }, untilMs: 1_030_000 }]);
    clock.advance(29_999);
    expect(receive()).toEqual([]);
    clock.advance(1);
    expect(receive()).toMatchObject([{ message: { receiveCount: 2, firstReceivedAtMs: 1_000_000 } }]);
    expect(kinds()).toEqual(['enqueued', 'delivered', 'returned', 'redelivered']);
  });

  it('can be made longer, shorter and given up, by its own receipt only', () => {
    const { clock, queue, receive } = fixture();
    queue.send({ content: 'a' });
    const [first] = receive();
    const receipt = first?.receipt ?? '';
    expect(queue.changeLease(receipt, 60_000)).toBe('done');
    clock.advance(59_999);
    expect(queue.counts()).toMatchObject({ leased: 1, visible: 0 });
    expect(queue.leasedSinceMs(receipt)).toBe(1_000_000);
    expect(queue.changeLease(receipt, 0)).toBe('done');
    expect(queue.changeLease(receipt, 10)).toBe('expired');
    const [second] = receive();
    expect(queue.complete(receipt, { evenIfExpired: true })).toBe('superseded');
    expect(queue.complete(second?.receipt ?? '')).toBe('done');
    expect(queue.complete(second?.receipt ?? '')).toBe('gone');
    expect(queue.counts()).toEqual({ leased: 0, visible: 0, delayed: 0, aside: 0 });
  });

  it('that is over completes only where that is allowed', () => {
    const { clock, queue, receive } = fixture();
    queue.send({ content: 'a' });
    const receipt = receive()[0]?.receipt ?? '';
    clock.advance(30_000);
    expect(queue.complete(receipt)).toBe('expired');
    expect(queue.complete(receipt, { evenIfExpired: true })).toBe('done');
    expect(receive()).toEqual([]);
  });

  it('of no length gives each message once per receive', () => {
    const { queue, receive } = fixture();
    queue.send({ content: 'a' });
    expect(receive(10, 0)).toHaveLength(1);
    expect(receive(10, 0)).toMatchObject([{ message: { receiveCount: 2 } }]);
    expect(queue.counts()).toMatchObject({ visible: 1, leased: 0 });
  });

  it('can end with a pause before the next one, which holds up an ordered group', () => {
    const returnDelayMs = ({ receiveCount }: { receiveCount: number }) => 1000 * receiveCount;
    for (const ordered of [false, true]) {
      const { clock, queue, receive } = fixture({ ordered, returnDelayMs });
      queue.send({ content: 'a', group: 'g', id: 'first' });
      const [lease] = receive();
      expect(lease?.message.id).toBe('first');
      queue.changeLease(lease?.receipt ?? '', 0);
      queue.send({ content: 'b', group: 'g' });
      expect(contents(receive(2))).toEqual(ordered ? [] : ['b']);
      clock.advance(999);
      expect(receive()).toEqual([]);
      clock.advance(1);
      expect(contents(receive())).toEqual(['a']);
      clock.advance(31_999);
      expect(queue.counts()).toMatchObject(ordered ? { delayed: 1, visible: 1 } : { delayed: 1 });
      clock.advance(1);
      expect(receive()).toMatchObject([{ message: { id: 'first', receiveCount: 3 } }]);
    }
  });

  it('is refused beyond the number that may be under way', () => {
    const { queue, receive } = fixture({ maximumLeased: 2 });
    for (const content of ['a', 'b', 'c']) queue.send({ content });
    expect(contents(receive(10))).toEqual(['a', 'b']);
    expect(receive(10)).toEqual([]);
  });
});

describe('time', () => {
  it('delays, and deletes what is too old, leased or not', () => {
    const { clock, queue, receive, kinds } = fixture({ retentionMs: 60_000 });
    queue.send({ content: 'late', delayMs: 10_000 });
    expect(queue.counts()).toMatchObject({ delayed: 1 });
    expect(receive()).toEqual([]);
    clock.advance(10_000);
    expect(contents(receive(1, 500_000))).toEqual(['late']);
    queue.send({ content: 'new' });
    clock.advance(50_000);
    expect(queue.counts()).toEqual({ leased: 0, visible: 1, delayed: 0, aside: 0, oldestAgeMs: 50_000 });
    expect(kinds()).toContain('expired');
  });

  it('of retention can be changed for what is there', () => {
    const { clock, queue, kinds } = fixture();
    queue.send({ content: 'a' });
    clock.advance(1000);
    queue.configure({ retentionMs: 500, deadLetter: undefined });
    expect(kinds()).toEqual(['enqueued', 'expired']);
  });
});

describe('one message', () => {
  it('can have a retention of its own', () => {
    const { clock, queue, receive } = fixture({ retentionMs: 60_000 });
    queue.send({ content: 'short', retentionMs: 1_000 });
    queue.send({ content: 'long', retentionMs: 600_000 });
    queue.send({ content: 'as all' });
    clock.advance(1_000);
    expect(queue.messages().map(({ message }) => message.content)).toEqual(['long', 'as all']);
    clock.advance(60_000);
    expect(contents(receive(10))).toEqual(['long']);
  });

  it('is hidden, shown and deleted by its id while nobody has it', () => {
    const { clock, queue, receive } = fixture();
    const { message } = queue.send({ content: 'a' });
    expect(queue.hide(message.id, 5_000)).toBe(true);
    expect(queue.messages()).toMatchObject([{ state: 'delayed' }]);
    expect(receive()).toEqual([]);
    clock.advance(5_000);
    expect(contents(receive())).toEqual(['a']);
    expect(queue.hide(message.id, 0)).toBe(false);
    expect(queue.delete(message.id)).toBe(true);
    expect(queue.delete(message.id)).toBe(false);
    expect(queue.counts()).toEqual({ visible: 0, leased: 0, delayed: 0, aside: 0 });
    const { message: late } = queue.send({ content: 'late', delayMs: 10_000 });
    expect(queue.hide(late.id, 0)).toBe(true);
    expect(contents(receive())).toEqual(['late']);
  });
});

describe('waiting', () => {
  const waitFor = (queue: LeasedQueue<string>, waitMs = 20_000) =>
    queue.receiveOrWait({ maximumMessages: 10, leaseMs: 30_000, waitMs });

  it('ends with the first message, or with nothing', async () => {
    const { clock, queue } = fixture();
    const first = waitFor(queue);
    const second = waitFor(queue);
    queue.send({ content: 'a' });
    expect(contents(await first)).toEqual(['a']);
    clock.advance(20_000);
    expect(await second).toEqual([]);
  });

  it('ends when a lease or a delay does', async () => {
    const { clock, queue, receive } = fixture();
    queue.send({ content: 'a' });
    receive(1, 5000);
    queue.send({ content: 'b', delayMs: 7000 });
    const returned = waitFor(queue);
    clock.advance(5000);
    expect(contents(await returned)).toEqual(['a']);
    const delayed = waitFor(queue);
    clock.advance(2000);
    expect(contents(await delayed)).toEqual(['b']);
  });

  it('goes on without an end until it is called off, and then takes nothing', async () => {
    const { clock, queue } = fixture();
    const controller = new AbortController();
    const input = { maximumMessages: 1, leaseMs: 1000, waitMs: Number.POSITIVE_INFINITY };
    const first = queue.receiveOrWait({ ...input, signal: controller.signal });
    const second = queue.receiveOrWait(input);
    clock.advance(900_000);
    controller.abort();
    expect(await first).toEqual([]);
    queue.send({ content: 'a' });
    expect(contents(await second)).toEqual(['a']);
  });

  it('ends when the queue is closed', async () => {
    const { queue } = fixture();
    const waiting = waitFor(queue);
    queue.close();
    expect(await waiting).toEqual([]);
  });
});

describe('an ordered queue', () => {
  it('delivers each group in order and holds it while one of its messages is leased or comes back', () => {
    const { clock, queue, receive } = fixture({ ordered: true });
    for (const [group, content] of ['a1', 'a2', 'b1', 'a3'].map((text) => [text.charAt(0), text] as const))
      queue.send({ content, group });
    const [a1] = receive();
    expect(a1?.message.content).toBe('a1');
    expect(contents(receive(10))).toEqual(['b1']);
    expect(receive(10)).toEqual([]);
    clock.advance(30_000);
    expect(contents(receive(2))).toEqual(['a1', 'a2']);
  });

  it('waits for a delayed message before what follows it', () => {
    const { clock, queue, receive } = fixture({ ordered: true });
    queue.send({ content: 'first', group: 'g', delayMs: 1000 });
    queue.send({ content: 'second', group: 'g' });
    expect(receive(10)).toEqual([]);
    clock.advance(1000);
    expect(contents(receive(10))).toEqual(['first', 'second']);
  });
});

describe('deduplication', () => {
  it('takes a key once within the window, also when the message is gone', () => {
    const { clock, queue, receive, kinds } = fixture();
    const first = queue.send({ content: 'a', deduplicationKey: 'k' });
    queue.complete(receive()[0]?.receipt ?? '');
    expect(queue.send({ content: 'b', deduplicationKey: 'k' })).toEqual({
      message: first.message,
      duplicate: true,
    });
    clock.advance(299_999);
    expect(queue.send({ content: 'c', deduplicationKey: 'k' }).duplicate).toBe(true);
    clock.advance(1);
    expect(queue.send({ content: 'd', deduplicationKey: 'k' }).duplicate).toBe(false);
    expect(kinds().filter((kind) => kind === 'deduplicated')).toHaveLength(2);
  });
});

describe('a dead-letter policy', () => {
  const withDeadLetters = (when: 'next-receive' | 'lease-end') => {
    const dead = fixture();
    const source = fixture({
      deadLetter: {
        maximumReceives: 2,
        when,
        move: (message) => {
          dead.queue.takeOver(message, { keepsEnqueueTime: true });
          return true;
        },
      },
    });
    source.queue.send({ content: 'poison' });
    for (let attempt = 0; attempt < 2; attempt++) {
      source.receive(1, 100);
      source.clock.advance(100);
    }
    return { dead, source };
  };

  it('moves at the next receive, with id, enqueue time and count', () => {
    const { dead, source } = withDeadLetters('next-receive');
    expect(source.queue.counts()).toMatchObject({ visible: 1 });
    expect(source.receive()).toEqual([]);
    const [original] = source.events;
    expect(dead.receive()).toMatchObject([
      { message: { id: original?.message.id, enqueuedAtMs: 1_000_000, receiveCount: 3, content: 'poison' } },
    ]);
    expect(source.kinds().at(-1)).toBe('dead-lettered');
  });

  it('moves as soon as the last lease ends', () => {
    const { dead, source } = withDeadLetters('lease-end');
    expect(source.queue.counts()).toMatchObject({ visible: 0 });
    expect(dead.queue.counts()).toMatchObject({ visible: 1 });
  });

  it('keeps delivering what nobody takes over', () => {
    const { queue, receive, clock } = fixture({
      deadLetter: { maximumReceives: 1, when: 'next-receive', move: () => false },
    });
    queue.send({ content: 'a' });
    receive(1, 100);
    clock.advance(100);
    expect(receive()).toMatchObject([{ message: { receiveCount: 2 } }]);
  });
});

it('a purge deletes everything, leased messages too', () => {
  const { queue, receive, kinds } = fixture();
  queue.send({ content: 'a' });
  queue.send({ content: 'b' });
  const receipt = receive()[0]?.receipt ?? '';
  queue.purge();
  expect(queue.counts()).toEqual({ visible: 0, leased: 0, delayed: 0, aside: 0 });
  expect(queue.complete(receipt)).toBe('gone');
  expect(kinds().filter((kind) => kind === 'purged')).toHaveLength(2);
});

type Step =
  | { kind: 'send'; group: number; delayMs: number }
  | { kind: 'receive'; count: number; leaseMs: number }
  | { kind: 'complete' | 'change'; pick: number; leaseMs: number }
  | { kind: 'advance'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), group: fc.nat(2), delayMs: fc.constantFrom(0, 0, 0, 700) }),
  fc.record({
    kind: fc.constant('receive' as const),
    count: fc.integer({ min: 1, max: 4 }),
    leaseMs: fc.constantFrom(0, 500, 2000),
  }),
  fc.record({
    kind: fc.constantFrom('complete' as const, 'change' as const),
    pick: fc.nat(20),
    leaseMs: fc.constantFrom(0, 300, 5000),
  }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 250, 1000, 6000) }),
);

/** Runs the steps, holding each delivery against a model that knows nothing of how the queue works. */
function check(ordered: boolean, steps: Step[]): void {
  const { clock, queue, receive } = fixture({ ordered });
  const live = new Map<string, { group: string; sequence: number; count: number; leasedUntilMs: number }>();
  const leases: Lease<string>[] = [];
  const take = (count: number, leaseMs: number) => {
    const taken = receive(count, leaseMs);
    const groupsBefore = new Set(
      [...live.values()].filter((one) => one.leasedUntilMs > clock.now()).map(({ group }) => group),
    );
    for (const { message } of taken) {
      const known = live.get(message.id);
      if (!known) throw new Error('delivered after its completion');
      expect(known.leasedUntilMs).toBeLessThanOrEqual(clock.now());
      expect(message.receiveCount).toBe(known.count + 1);
      known.count++;
      if (ordered) {
        expect(groupsBefore.has(known.group)).toBe(false);
        for (const other of live.values())
          if (other.group === known.group && other.sequence < known.sequence)
            expect(taken.some((lease) => lease.message.sequence === other.sequence)).toBe(true);
      }
    }
    if (ordered)
      for (const group of ['0', '1', '2']) {
        const sequences = taken
          .filter(({ message }) => message.group === group)
          .map(({ message }) => message.sequence);
        expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
      }
    for (const { message } of taken) {
      const known = live.get(message.id);
      if (known) known.leasedUntilMs = clock.now() + leaseMs;
    }
    leases.push(...taken);
  };
  for (const one of steps) {
    if (one.kind === 'send') {
      const group = String(one.group);
      const { message } = queue.send({ content: 'x', group, delayMs: one.delayMs });
      live.set(message.id, { group, sequence: message.sequence, count: 0, leasedUntilMs: 0 });
    } else if (one.kind === 'receive') take(one.count, one.leaseMs);
    else if (one.kind === 'advance') clock.advance(one.ms);
    else {
      const lease = leases[one.pick % Math.max(1, leases.length)];
      if (!lease) continue;
      const known = live.get(lease.message.id);
      const holds =
        known !== undefined &&
        known.leasedUntilMs > clock.now() &&
        known.count === lease.message.receiveCount;
      const outcome =
        one.kind === 'complete'
          ? queue.complete(lease.receipt)
          : queue.changeLease(lease.receipt, one.leaseMs);
      expect(outcome === 'done').toBe(holds);
      if (!holds || !known) continue;
      if (one.kind === 'complete') live.delete(lease.message.id);
      else known.leasedUntilMs = clock.now() + one.leaseMs;
    }
    const { visible, leased, delayed } = queue.counts();
    expect(visible + leased + delayed).toBe(live.size);
    expect(leased).toBe([...live.values()].filter(({ leasedUntilMs }) => leasedUntilMs > clock.now()).length);
  }
  // Nothing is lost: once all leases and delays are over, everything that is not completed comes.
  clock.advance(10_000);
  const rest = new Set<string>();
  for (let taken = receive(10, 60_000); taken.length > 0; taken = receive(10, 60_000))
    for (const { message, receipt } of taken) {
      rest.add(message.id);
      queue.complete(receipt);
    }
  expect(rest).toEqual(new Set(live.keys()));
}

describe('a leased message', () => {
  const leaseOf = (queue: LeasedQueue<string>) =>
    queue.receive({ maximumMessages: 1, leaseMs: 30_000 })[0]?.receipt ?? '';

  it('can be set aside: it comes only to whoever asks for it, also after a lease in vain, and never expires', () => {
    const { clock, queue, receive } = fixture();
    const { message } = queue.send({ content: 'a' });
    expect(queue.setAside(leaseOf(queue))).toBe('done');
    clock.advance(2_000_000);
    expect(receive()).toEqual([]);
    expect(queue.receiveAside(message.id, 1000)).toMatchObject({ message: { receiveCount: 2 } });
    expect(queue.receiveAside(message.id, 1000)).toBeUndefined();
    clock.advance(1000);
    expect(receive()).toEqual([]);
    expect(queue.counts()).toMatchObject({ aside: 1 });
    const again = queue.receiveAside(message.id, 1000);
    expect(queue.complete(again?.receipt ?? '')).toBe('done');
    expect(queue.messages()).toEqual([]);
  });

  it('can be rewritten, and taken out for a dead-letter queue', () => {
    const { queue, kinds } = fixture();
    queue.send({ content: 'a' });
    const receipt = leaseOf(queue);
    expect(queue.rewrite(receipt, 'b')).toBe('done');
    queue.changeLease(receipt, 0);
    expect(queue.rewrite(receipt, 'c')).toBe('expired');
    expect(queue.deadLetter(leaseOf(queue))).toMatchObject({ outcome: 'done', message: { content: 'b' } });
    expect(queue.deadLetter(receipt)).toEqual({ outcome: 'gone' });
    expect(kinds()).toEqual(['enqueued', 'delivered', 'returned', 'redelivered', 'dead-lettered']);
  });

  it('outlives its retention until the lease ends, where the queue keeps it, and then can be taken over', () => {
    const expired: string[] = [];
    const { clock, queue, kinds, receive } = fixture({
      retentionMs: 10_000,
      keepsLeased: true,
      takeExpired: ({ content }) => expired.push(content),
    });
    queue.send({ content: 'a' });
    const receipt = leaseOf(queue);
    clock.advance(20_000);
    expect(expired).toEqual([]);
    queue.changeLease(receipt, 0);
    expect(expired).toEqual(['a']);
    expect(receive()).toEqual([]);
    expect(kinds().at(-1)).toBe('dead-lettered');
  });
});

describe('a group of an ordered queue', () => {
  it('can be received by one who has it to himself: several at a time, in order, and what he gives back first', async () => {
    const { queue } = fixture({ ordered: true });
    for (const [content, group] of [
      ['a1', 'a'],
      ['b1', 'b'],
      ['a2', 'a'],
      ['a3', 'a'],
    ] as const)
      queue.send({ content, group });
    expect(queue.groups()).toEqual(['a', 'b']);
    const input = { maximumMessages: 2, leaseMs: 30_000, group: 'a' };
    const [first, second] = queue.receive(input);
    expect([first, second].map((lease) => lease?.message.content)).toEqual(['a1', 'a2']);
    queue.changeLease(first?.receipt ?? '', 0);
    expect(contents(queue.receive(input))).toEqual(['a1', 'a3']);
    expect(queue.groups()).toEqual(['b']);
    let calls = 0;
    queue.onReady(() => calls++);
    const waiting = queue.receiveOrWait({ ...input, waitMs: Number.POSITIVE_INFINITY });
    queue.send({ content: 'b2', group: 'b' });
    queue.send({ content: 'a4', group: 'a' });
    expect(contents(await waiting)).toEqual(['a4']);
    expect(calls).toBe(2);
  });
});

describe.each([
  ['standard', false],
  ['ordered', true],
])('whatever is done to a queue (%s)', (_, ordered) => {
  it('loses nothing, delivers nothing twice within a lease, and keeps the order of groups', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => check(ordered, steps)),
      { numRuns: 300, seed: 11 },
    );
  });
});
