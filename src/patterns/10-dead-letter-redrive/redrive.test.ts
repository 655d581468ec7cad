import { describe, expect, test } from 'vitest';
import { type AuditLine, type DeadLetter, RedriveRequest, redriver } from './redrive.ts';

function letter(messageId: string, rest: Partial<DeadLetter> = {}): DeadLetter {
  return { messageId, body: '{"quantity":"3"}', reason: 'InvalidMessage', redrives: 0, ...rest };
}

async function run(letters: DeadLetter[], request: object) {
  const waiting = [...letters];
  const sent: { messageId: string; body: string; delaySeconds: number }[] = [];
  const left: string[] = [];
  const lines: AuditLine[] = [];
  const redrive = redriver({
    queue: {
      take: async () => waiting.splice(0, 2),
      sendBack: async ({ messageId }, { body, delaySeconds }) =>
        void sent.push({ messageId, body, delaySeconds }),
      leave: async ({ messageId }) => void left.push(messageId),
    },
    audit: { write: async (line) => void lines.push(line) },
    now: () => new Date('2026-01-02T03:04:05Z'),
    maximumRedrives: 2,
  });
  const summary = await redrive(RedriveRequest.parse({ id: 'r', operator: 'anna', ...request }));
  return { summary, sent, left, lines };
}

describe('redrive', () => {
  test('sends back what the filter means, with an audit line, and leaves the rest', async () => {
    const { sent, left, lines, summary } = await run([letter('a'), letter('b', { reason: 'Other' })], {
      reason: 'InvalidMessage',
    });
    expect(sent).toEqual([{ messageId: 'a', body: '{"quantity":"3"}', delaySeconds: 0 }]);
    expect(left).toEqual(['b']);
    expect(lines).toMatchObject([{ id: 'r:a', operator: 'anna', outcome: 'redriven', detail: 'unchanged' }]);
    expect(summary).toEqual({ redriven: 1, kept: 0 });
  });

  test('a dry run only says what it would do', async () => {
    const { sent, left, lines } = await run([letter('a')], { dryRun: true });
    expect(sent).toEqual([]);
    expect(left).toEqual(['a']);
    expect(lines[0]?.outcome).toBe('would-redrive');
  });

  test('a repair sets members and keeps the others', async () => {
    const { sent, lines } = await run([letter('a', { body: '{"id":1,"quantity":"3"}' })], {
      set: { quantity: 3 },
    });
    expect(sent[0]?.body).toBe('{"id":1,"quantity":3}');
    expect(lines[0]?.detail).toBe('set {"quantity":3}');
  });

  test('what is no object cannot be repaired and stays', async () => {
    const { sent, left, lines } = await run([letter('a', { body: '[' })], { set: { quantity: 3 } });
    expect([sent, left]).toEqual([[], ['a']]);
    expect(lines[0]?.outcome).toBe('kept');
  });

  test('the rate spreads what goes back', async () => {
    const letters = Array.from({ length: 7 }, (_, index) => letter(String(index)));
    const { sent } = await run(letters, { ratePerSecond: 3 });
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([0, 0, 0, 1, 1, 1, 2]);
  });

  test('poison that keeps coming back stays until it is repaired', async () => {
    const back = letter('a', { redrives: 2, lastRedrive: 'earlier' });
    expect((await run([back], {})).lines[0]).toMatchObject({
      outcome: 'kept',
      detail: 'came back 2 times; it needs a repair',
    });
    expect((await run([back], { set: { quantity: 3 } })).sent).toHaveLength(1);
  });

  test('what this redrive has sent itself is not sent again by it', async () => {
    const { sent, left, lines } = await run([letter('a', { redrives: 1, lastRedrive: 'r' })], {});
    expect([sent, lines]).toEqual([[], []]);
    expect(left).toEqual(['a']);
  });

  test('ends at its limit', async () => {
    const { sent, left } = await run([letter('a'), letter('b'), letter('c')], { limit: 2 });
    expect(sent).toHaveLength(2);
    expect(left).toEqual(['c']);
  });
});
