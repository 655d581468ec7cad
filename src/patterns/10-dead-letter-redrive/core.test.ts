import { describe, expect, test } from 'vitest';
import { type AuditRecord, type DeadLetterQueue, DoesNotFit, triage } from './core.ts';
import type { DeadLetter } from './letter.ts';

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;

function letter(id: string, more: Partial<DeadLetter<null>> = {}): DeadLetter<null> {
  const attributes = {
    DeadLetterReason: 'Closed',
    DeadLetterMessageId: 'm',
    color: 'red',
    ...more.attributes,
  };
  return { id, body: '{"sku":"a"}', enqueuedAtMs: startMs - dayMs, native: null, ...more, attributes };
}

function bench(letters: DeadLetter<null>[], failures: { send?: Error; delete?: Error; audit?: Error } = {}) {
  let nowMs = startMs;
  const waiting = [...letters];
  const held = new Set<string>();
  const sent: { atMs: number; id: string; body: string; attributes: Record<string, string> }[] = [];
  const audit = new Map<string, AuditRecord>();
  const queue: DeadLetterQueue<null> = {
    look: async (maximum) => waiting.slice(0, maximum),
    async take(maximum) {
      const taken = waiting.filter(({ id }) => !held.has(id)).slice(0, maximum);
      for (const { id } of taken) held.add(id);
      return taken;
    },
    async release(released) {
      for (const { id } of released) held.delete(id);
    },
    async delete({ id }) {
      if (failures.delete) throw failures.delete;
      waiting.splice(
        waiting.findIndex((one) => one.id === id),
        1,
      );
    },
    async send({ id }, body, attributes) {
      if (failures.send) throw failures.send;
      sent.push({ atMs: nowMs, id, body, attributes });
      return `new-${id}`;
    },
  };
  const deadLetters = triage({
    queue,
    audit: {
      async write(record) {
        if (failures.audit) throw failures.audit;
        audit.set(record.id, record);
      },
    },
    now: () => nowMs,
    newId: () => 'r1',
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
    maximumRedrives: 2,
    maximumRatePerSecond: 50,
    deadLetterRetentionDays: 14,
  });
  const redrive = (request: object, timeMs = 60_000) => deadLetters.redrive(request, 'anna', timeMs);
  return { deadLetters, redrive, sent, audit, waiting, held };
}

describe('a redrive', () => {
  test('sends a letter on as it was, without the marks of its death, and keeps account', async () => {
    const { redrive, sent, audit, waiting } = bench([letter('1')]);
    expect(await redrive({ cause: 'Closed' })).toMatchObject({
      redriven: 1,
      complete: true,
      byCause: { Closed: 1 },
    });
    expect(sent).toEqual([
      {
        atMs: startMs,
        id: '1',
        body: '{"sku":"a"}',
        attributes: {
          color: 'red',
          RedriveCount: '1',
          RedrivenAt: new Date(startMs).toISOString(),
          OriginalEnqueuedAt: new Date(startMs - dayMs).toISOString(),
        },
      },
    ]);
    expect(audit.get('r1:1')).toMatchObject({
      by: 'anna',
      cause: 'Closed',
      outcome: 'redriven',
      newMessageId: 'new-1',
    });
    expect(waiting).toEqual([]);
  });

  test('keeps its rate', async () => {
    const { redrive, sent } = bench(Array.from({ length: 5 }, (_, index) => letter(String(index))));
    await redrive({ cause: '*', ratePerSecond: 2 });
    expect(sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 500, 1000, 1500, 2000]);
  });

  test('ends with its time, releases what it holds, and tells what goes on', async () => {
    const { redrive, waiting, held } = bench(Array.from({ length: 9 }, (_, index) => letter(String(index))));
    const summary = await redrive({ cause: '*', ratePerSecond: 1 }, 3500);
    expect(summary).toMatchObject({ redriven: 4, complete: false, next: { cause: '*', limit: 96 } });
    expect(waiting).toHaveLength(5);
    for (const { id } of waiting) expect(held.has(id)).toBe(false);
  });

  test('leaves other causes', async () => {
    const { redrive, waiting, held } = bench([
      letter('1', { attributes: { DeadLetterReason: 'Other' } }),
      letter('2'),
    ]);
    expect(await redrive({ cause: 'Closed' })).toMatchObject({ redriven: 1, complete: true });
    expect(waiting.map(({ id }) => id)).toEqual(['1']);
    expect(held.has('1')).toBe(false);
  });

  test('leaves what has died again since it began', async () => {
    const attributes = { RedriveCount: '1', RedrivenAt: new Date(startMs + 1).toISOString() };
    expect(await bench([letter('1', { attributes })]).redrive({ cause: '*' })).toMatchObject({ redriven: 0 });
  });

  test('parks what has come back too often, whole', async () => {
    const { redrive, audit, sent, waiting } = bench([
      letter('1', { group: 'g', attributes: { RedriveCount: '2' } }),
    ]);
    expect(await redrive({ cause: '*' })).toMatchObject({ parked: 1, redriven: 0 });
    expect(audit.get('r1:1')).toMatchObject({
      outcome: 'parked',
      reason: 'MaxRedrives',
      body: '{"sku":"a"}',
      attributes: { color: 'red' },
      group: 'g',
    });
    expect([sent, waiting]).toEqual([[], []]);
  });

  test('parks what the queue cannot carry whole', async () => {
    const { redrive, audit } = bench([letter('1')], { send: new DoesNotFit('too many attributes') });
    expect(await redrive({ cause: '*' })).toMatchObject({ parked: 1 });
    expect(audit.get('r1:1')).toMatchObject({ outcome: 'parked', reason: 'too many attributes' });
  });

  test('repairs fields of the body, and the audit keeps the old one', async () => {
    const { redrive, sent, audit } = bench([letter('1'), letter('2', { body: 'no JSON' })]);
    expect(await redrive({ cause: '*', set: { sku: 'b' } })).toMatchObject({ redriven: 1, failed: 1 });
    expect(sent.map(({ body }) => body)).toEqual(['{"sku":"b"}']);
    expect(audit.get('r1:1')).toMatchObject({ repaired: ['sku'], body: '{"sku":"a"}' });
  });

  test.each(['send', 'delete', 'audit'] as const)('loses nothing when %s fails', async (step) => {
    const { redrive, waiting, held, audit } = bench([letter('1')], { [step]: new Error('down') });
    expect(await redrive({ cause: '*' })).toMatchObject({ failed: 1, complete: false });
    expect(waiting).toHaveLength(1);
    expect(held.size).toBe(0);
    expect(audit.get('r1:1')?.outcome).toBe({ send: 'started', delete: 'redriven', audit: undefined }[step]);
  });

  test.each([{}, { cause: '*', limit: 0 }, { cause: '*', ratePerSecond: 51 }, { cause: '*', more: 1 }])(
    '%j is refused',
    async (request) => {
      await expect(bench([]).redrive(request)).rejects.toMatchObject({ status: 400 });
    },
  );
});

test('letters are grouped by cause, with the age of the oldest and the day on which it is lost', async () => {
  const old = letter('2', { enqueuedAtMs: startMs - 3 * dayMs });
  const other = letter('3', { attributes: { DeadLetterReason: 'Other' } });
  const { groups } = await bench([other, letter('1'), old]).deadLetters.list();
  expect(groups.map(({ cause, count }) => [cause, count])).toEqual([
    ['Closed', 2],
    ['Other', 1],
  ]);
  expect(groups[0]).toMatchObject({
    oldestAgeSeconds: 3 * 86_400,
    expiresAt: new Date(startMs + 11 * dayMs).toISOString(),
    example: { id: '2' },
  });
});
