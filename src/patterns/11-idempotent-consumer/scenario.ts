import assert from 'node:assert/strict';
import type { StoredMessage } from '../../local/stack-access.ts';
import { type App, causeOf, scenario } from '../scenario.ts';
import type { Transfer } from './core.ts';

const dayMs = 24 * 60 * 60 * 1000;

async function send(app: App, transfer: object): Promise<void> {
  await app.channel('queue_name').send({ body: JSON.stringify(transfer) });
}

/** What each account of a ledger holds, in cents. */
async function balancesOf(app: App, ledger: string): Promise<Record<string, unknown>> {
  const documents = await app.documents('table_name');
  const accounts = documents.filter((document) => document.ledger === ledger && 'account' in document);
  return Object.fromEntries(accounts.map(({ account, balanceCents }) => [account, balanceCents]));
}

/** Ids of the transfers of a ledger that the inbox has marked. */
async function markedIn(app: App, ledger: string): Promise<string[]> {
  const documents = await app.documents('inbox_table_name');
  return documents
    .filter((document) => document.ledger === ledger && 'payloadHash' in document)
    .map(({ transferId }) => String(transferId));
}

/** Dead letters of one transfer. */
function deadLettersOf(app: App, { ledger, id }: Transfer): StoredMessage[] {
  return app
    .deadLetters('dead_letter_queue_name')
    .filter(({ body }) => body.includes(`"${ledger}"`) && body.includes(`"${id}"`));
}

async function run(app: App): Promise<void> {
  const ledger = app.random.uuid();
  let transfers = 0;
  const transfer = (to: string, amountCents: number, from = 'external.bank'): Transfer => ({
    id: `t-${transfers++}`,
    ledger,
    from,
    to,
    amountCents,
  });
  const balances = () => balancesOf(app, ledger);
  const deposit = transfer('anna', 500);

  await app.step('a message has its effect, and its mark', async () => {
    await send(app, deposit);
    await app.settled();
    assert.deepEqual(await balances(), { 'external.bank': -500, anna: 500 });
    assert.deepEqual(await markedIn(app, ledger), [deposit.id]);
  });

  await app.step('the same message again has none', async () => {
    for (let count = 0; count < 3; count++) {
      await send(app, deposit);
      await app.settled();
    }
    assert.deepEqual(await balances(), { 'external.bank': -500, anna: 500 });
    assert.deepEqual(deadLettersOf(app, deposit), []);
  });

  await app.step('concurrent duplicates have one effect', async () => {
    const raced = transfer('anna', 100);
    await Promise.all(Array.from({ length: 12 }, () => send(app, raced)));
    await app.settled();
    assert.deepEqual(await balances(), { 'external.bank': -600, anna: 600 });
    assert.deepEqual(deadLettersOf(app, raced), []);
  });

  await app.step('transfers that meet on one account all count', async () => {
    await Promise.all(Array.from({ length: 15 }, () => send(app, transfer('anna', 10))));
    await app.settled();
    assert.deepEqual(await balances(), { 'external.bank': -750, anna: 750 });
  });

  await app.step('the same id with another payload is a dead letter with its cause', async () => {
    await send(app, { ...deposit, amountCents: 501 });
    await app.settled();
    const [letter] = deadLettersOf(app, deposit);
    assert.ok(letter);
    assert.equal(causeOf(letter), 'IdReused');
    assert.match(letter.body, /501/);
    assert.deepEqual(await balances(), { 'external.bank': -750, anna: 750 });
  });

  await app.step('what nobody can read is a dead letter at once', async () => {
    const body = `{"ledger": "${ledger}", "id": "unfinished"`;
    await app.channel('queue_name').send({ body });
    await app.settled();
    const letter = app.deadLetters('dead_letter_queue_name').find((message) => message.body === body);
    assert.equal(letter && causeOf(letter), 'InvalidMessage');
  });

  await app.step(
    'effect and mark stand or fall together: what fails half-way can be sent again',
    async () => {
      const payment = transfer('carl', 50, 'ben');
      await send(app, payment);
      await app.settled();
      // Each delivery was refused as a whole, until the queue's maximum.
      assert.equal(deadLettersOf(app, payment).length, 1);
      assert.ok(!(await markedIn(app, ledger)).includes(payment.id));
      await send(app, transfer('ben', 80));
      await app.settled();
      await send(app, payment);
      await send(app, payment);
      await app.settled();
      assert.deepEqual(await balances(), { 'external.bank': -830, anna: 750, ben: 30, carl: 50 });
    },
  );

  await app.step(
    'a mark outlives every copy of its message, in the queue and among the dead letters',
    async () => {
      // Four days in the queue, fourteen as a dead letter, and after a redrive four more in the queue.
      app.advance(22 * dayMs);
      await send(app, deposit);
      await app.settled();
      assert.deepEqual(await balances(), { 'external.bank': -830, anna: 750, ben: 30, carl: 50 });
      assert.ok((await markedIn(app, ledger)).includes(deposit.id));
    },
  );
}

async function invariant(app: App): Promise<void> {
  const ledger = app.random.uuid();
  const accounts = ['anna', 'ben', 'carl'];
  const transfers = Array.from(
    { length: 12 },
    (_, index): Transfer => ({
      id: `t-${index}`,
      ledger,
      from: 'external.bank',
      to: accounts[app.random.below(accounts.length)] ?? 'anna',
      amountCents: 1 + app.random.below(1000),
    }),
  );
  // A sender that is not sure whether it has sent sends again.
  const messages = transfers.flatMap((transfer) =>
    app.random.below(3) === 0 ? [transfer, transfer] : [transfer],
  );
  await Promise.all(messages.map((transfer) => send(app, transfer)));
  await app.settled();

  const marked = new Set(await markedIn(app, ledger));
  for (const transfer of transfers.filter(({ id }) => !marked.has(id))) {
    const [letter] = deadLettersOf(app, transfer);
    assert.ok(letter, `Transfer ${transfer.id} has no effect and is no dead letter.`);
    assert.ok(causeOf(letter), `Transfer ${transfer.id} is a dead letter without a cause.`);
  }
  const expected: Record<string, number> = {};
  for (const { id, from, to, amountCents } of transfers) {
    if (!marked.has(id)) continue;
    expected[from] = (expected[from] ?? 0) - amountCents;
    expected[to] = (expected[to] ?? 0) + amountCents;
  }
  assert.deepEqual(
    await balancesOf(app, ledger),
    expected,
    'Every marked transfer has one effect, no other has any.',
  );
}

export default scenario({ run, invariant });
