import { describe, expect, it } from 'vitest';
import type { AuditLine } from './audit.ts';
import { FakeQueue, letter } from './fake-queue.ts';
import { parseFilters } from './filter.ts';
import { type RedriveOptions, redrive } from './redrive.ts';

function bench(queue: FakeQueue, more: Partial<RedriveOptions> = {}) {
  let nowMs = 1_000_000;
  const waits: number[] = [];
  const audit: AuditLine[] = [];
  const controller = new AbortController();
  const options: RedriveOptions = {
    action: 'redrive',
    to: undefined,
    filter: parseFilters([]),
    rate: 10,
    limit: Number.POSITIVE_INFINITY,
    maximumRedrives: 3,
    dryRun: false,
    changes: [],
    edits: undefined,
    acceptsFanOut: false,
    who: { user: 'tester' },
    ...more,
  };
  const run = () =>
    redrive(queue, options, {
      clock: {
        now: () => nowMs,
        async sleep(durationMs) {
          waits.push(durationMs);
          nowMs += durationMs;
        },
      },
      audit: (line) => audit.push(line),
      signal: controller.signal,
      progress: () => undefined,
    });
  return {
    run,
    waits,
    audit,
    controller,
    pass: (durationMs: number) => {
      nowMs += durationMs;
    },
  };
}

describe('redrive', () => {
  it('sends first and removes then, at the pace that is asked for, and puts back the rest', async () => {
    const queue = new FakeQueue([letter('a'), letter('b'), letter('c')]);
    const { run, waits, pass } = bench(queue, { rate: 4 });
    queue.onSend = () => pass(50);
    expect(await run()).toMatchObject({ seen: 3, outcomes: { redriven: 3 } });
    expect(queue.events).toEqual([
      'sent a',
      'removed a',
      'sent b',
      'removed b',
      'sent c',
      'removed c',
      'released',
    ]);
    expect(waits).toEqual([200, 200, 200]);
    expect(queue.sent.map(({ redriveCount }) => redriveCount)).toEqual([1, 1, 1]);
  });

  it('stops at the limit, which what is left does not count for', async () => {
    const queue = new FakeQueue([letter('a', { redriveCount: 3 }), letter('b'), letter('c')]);
    const { run } = bench(queue, { limit: 1 });
    expect(await run()).toMatchObject({ seen: 2, stopped: 'limit', outcomes: { redriven: 1, left: 1 } });
  });

  it('touches nothing in a dry run, and says what it would do', async () => {
    const queue = new FakeQueue([letter('a')]);
    const { run, audit } = bench(queue, { dryRun: true, changes: [{ path: 'id', value: 2 }] });
    expect(await run()).toMatchObject({ outcomes: { 'would-redrive': 1 } });
    expect(queue.events).toEqual(['released']);
    expect(audit).toMatchObject([{ outcome: 'would-redrive', to: 'source', dryRun: true }]);
    expect(audit[0]?.edited?.before).not.toBe(audit[0]?.edited?.after);
  });

  it('leaves what dies again in the same run, by whichever way it comes back', async () => {
    const queue = new FakeQueue([letter('a'), letter('b')]);
    queue.onRemove = ({ key }) => {
      if (key === 'a') queue.letters.push(letter('a2', { messageId: 'new-a' }));
      if (key === 'b') queue.letters.push(letter('b2', { attributes: { DeadLetterMessageId: 'new-b' } }));
    };
    const { run } = bench(queue);
    expect(await run()).toMatchObject({
      outcomes: { redriven: 2, left: 2 },
      left: { 'it died again in this run': 2 },
    });
  });

  it('tells apart what was not sent and what was sent and not removed, and stops after three in a row', async () => {
    const queue = new FakeQueue(['a', 'b', 'c', 'd'].map((key) => letter(key)));
    queue.onSend = ({ key }) => {
      if (key !== 'a') throw new Error('access denied');
    };
    queue.onRemove = () => {
      throw new Error('receipt expired');
    };
    const { run, audit } = bench(queue);
    expect(await run()).toMatchObject({
      seen: 3,
      stopped: 'failures',
      outcomes: { 'sent-not-removed': 1, failed: 2 },
    });
    expect(audit.map(({ outcome, newMessageId, detail }) => [outcome, newMessageId, detail])).toEqual([
      ['sent-not-removed', 'new-a', 'receipt expired'],
      ['failed', undefined, 'access denied'],
      ['failed', undefined, 'access denied'],
    ]);
    expect(queue.events).toEqual(['sent a', 'released']);
  });

  it('ends between two messages when it is interrupted', async () => {
    const queue = new FakeQueue([letter('a'), letter('b')]);
    const { run, controller } = bench(queue);
    queue.onSend = () => controller.abort();
    expect(await run()).toMatchObject({ stopped: 'interrupted', outcomes: { redriven: 1 } });
    expect(queue.events).toEqual(['sent a', 'removed a', 'released']);
  });

  it('sends edited bodies, and no letter that was not edited', async () => {
    const queue = new FakeQueue([letter('a'), letter('b')]);
    const { run } = bench(queue, { edits: new Map([['b', Buffer.from('new')]]) });
    await run();
    expect(queue.sent.map(({ body }) => body.toString())).toEqual(['new']);
  });

  it('leaves what cannot be changed, and what others would get as well', async () => {
    const text = letter('a', { body: Buffer.from('no JSON') });
    const { run } = bench(new FakeQueue([text]), { changes: [{ path: 'x', value: 1 }] });
    expect(Object.keys((await run()).left)).toEqual([
      '--set needs a body of JSON, and this one is not. Use --edit.',
    ]);
    const shared = new FakeQueue([letter('b')]);
    shared.alsoReaches = ['mail'];
    expect(Object.keys((await bench(shared).run()).left)[0]).toContain('would deliver it to mail as well');
    expect((await bench(shared, { acceptsFanOut: true }).run()).outcomes.redriven).toBe(1);
  });
});
