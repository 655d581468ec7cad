import { describe, expect, test } from 'vitest';
import {
  Conflict,
  InvalidJob,
  type Job,
  jobOf,
  type Statement,
  StatementMissing,
  statementWorker,
} from './core.ts';

const request = {
  account: 'anna',
  month: '2026-11',
  openingBalanceCents: 1000,
  lines: [
    { date: '2026-11-20', text: 'rent', amountCents: -700 },
    { date: '2026-11-03', text: 'salary', amountCents: 2500 },
    { date: '2026-11-20', text: 'coffee', amountCents: -5 },
  ],
};
const job: Job = { id: 'j-1', ...request };
const december: Job = {
  id: 'j-2',
  account: 'anna',
  month: '2026-12',
  continues: 'j-1',
  lines: [{ date: '2026-12-01', text: 'gift', amountCents: 5 }],
};

function setUp() {
  const statements = new Map<string, Statement>();
  const worker = statementWorker({
    store: {
      async create(statement) {
        if (statements.has(statement.jobId)) return false;
        statements.set(statement.jobId, statement);
        return true;
      },
      get: async (id) => statements.get(id),
    },
    hash: (text) => text,
  });
  return { statements, work: (body: unknown) => worker.work(JSON.stringify(body)), worker };
}

describe('work', () => {
  test('makes the statement, its lines by date with the balance after each', async () => {
    const { work, statements } = setUp();
    expect(await work(job)).toBe('done');
    expect(statements.get('j-1')).toMatchObject({
      account: 'anna',
      openingBalanceCents: 1000,
      creditsCents: 2500,
      debitsCents: 705,
      closingBalanceCents: 2795,
    });
    expect(statements.get('j-1')?.lines.map(({ text, balanceCents }) => [text, balanceCents])).toEqual([
      ['salary', 3500],
      ['rent', 2800],
      ['coffee', 2795],
    ]);
  });

  test('a second delivery changes nothing, however its JSON is written', async () => {
    const { work, worker, statements } = setUp();
    await work(job);
    const before = structuredClone(statements.get('j-1'));
    const reversed = Object.fromEntries(Object.entries(job).reverse());
    expect(await worker.work(JSON.stringify(reversed, null, 2))).toBe('duplicate');
    expect(statements.get('j-1')).toEqual(before);
  });

  test('the same id with other contents is refused for good', async () => {
    const { work, statements } = setUp();
    await work(job);
    await expect(work({ ...job, month: '2026-11', openingBalanceCents: 0 })).rejects.toMatchObject({
      name: 'Permanent',
      reason: 'IdReused',
    });
    expect(statements.get('j-1')?.openingBalanceCents).toBe(1000);
  });

  test('goes on from the statement before, as soon as that is there', async () => {
    const { work, statements } = setUp();
    await expect(work(december)).rejects.toThrow(StatementMissing);
    await work(job);
    expect(await work(december)).toBe('done');
    expect(statements.get('j-2')).toMatchObject({ openingBalanceCents: 2795, closingBalanceCents: 2800 });
  });

  test.each([{ account: 'ben' }, { month: '2026-11', lines: [{ ...job.lines[0], date: '2026-11-01' }] }])(
    'does not go on from another account or month: %j',
    async (change) => {
      const { work } = setUp();
      await work(job);
      await expect(work({ ...december, ...change })).rejects.toMatchObject({ reason: 'WrongPredecessor' });
    },
  );

  test('a statement that is being written by somebody else is waited for', async () => {
    const { work } = statementWorkerThatLoses();
    await expect(work()).rejects.toThrow(Conflict);
  });

  test.each(['', 'null', '[]', '{"id":', '{}', JSON.stringify(request), JSON.stringify({ ...job, more: 1 })])(
    'a body that is no job is refused for good: %s',
    async (body) => {
      const { worker } = setUp();
      await expect(worker.work(body)).rejects.toMatchObject({ name: 'Permanent', reason: 'InvalidMessage' });
    },
  );
});

function statementWorkerThatLoses() {
  const worker = statementWorker({
    store: { create: async () => false, get: async () => undefined },
    hash: (text) => text,
  });
  return { work: () => worker.work(JSON.stringify(job)) };
}

describe('jobOf', () => {
  test('takes what a client sends', () => {
    expect(jobOf('j-1', request)).toEqual(job);
  });

  test.each([
    [{ ...request, lines: [] }, 'lines'],
    [{ ...request, month: '2026-13' }, 'month'],
    [{ ...request, openingBalanceCents: undefined }, 'openingBalanceCents'],
    [{ ...request, continues: 'j-0' }, 'openingBalanceCents'],
    [{ ...request, lines: [{ ...request.lines[0], date: '2026-10-31' }] }, 'lines.0.date'],
    [{ ...request, lines: [{ ...request.lines[0], text: '\ud800' }] }, 'lines.0.text'],
    [{ ...request, lines: [{ ...request.lines[0], amountCents: 0.5 }] }, 'lines.0.amountCents'],
  ])('names the field that is wrong: %#', (invalid, path) => {
    const failure = () => jobOf('j-1', invalid);
    expect(failure).toThrow(InvalidJob);
    try {
      failure();
    } catch (error) {
      expect((error as InvalidJob).errors?.map((field) => field.path)).toContain(path);
    }
  });
});
