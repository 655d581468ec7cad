import assert from 'node:assert/strict';
import type { StoredMessage } from '../../local/stack-access.ts';
import { type App, scenario } from '../scenario.ts';

interface Sent {
  id: string;
  product: string;
  quantity: unknown;
}

const attributes = { tenant: 'acme', campaign: 'spring' };

async function send(app: App, order: Sent): Promise<void> {
  await app.channel('queue_name').send({ body: JSON.stringify(order), attributes });
}

/** Asks for a redrive and waits until all of it has come to rest. */
async function redrive(app: App, request: object): Promise<string> {
  const id = app.random.uuid();
  await app
    .channel('redrive_queue_name')
    .send({ body: JSON.stringify({ id, operator: 'anna', ...request }) });
  await app.settled();
  return id;
}

async function orders(app: App, prefix: string): Promise<Record<string, unknown>[]> {
  return (await app.documents('table_name')).filter(({ id }) => String(id).startsWith(prefix));
}

async function audit(app: App, redriveId: string): Promise<Record<string, unknown>[]> {
  return (await app.documents('audit_table_name')).filter((line) => line.redrive === redriveId);
}

function deadLetters(app: App, prefix: string): StoredMessage[] {
  return app.deadLetters('dead_letter_queue_name').filter(({ body }) => body.includes(`"${prefix}`));
}

const reasonOf = ({ attributes: { DeadLetterReason }, cause }: StoredMessage) => DeadLetterReason ?? cause;

async function run(app: App): Promise<void> {
  const prefix = app.random.text(8);
  const order = (name: string, quantity: unknown = 3): Sent => ({
    id: `${prefix}-${name}`,
    product: 'lamp',
    quantity,
  });

  await app.step('what cannot be processed is a dead letter with its cause and its attributes', async () => {
    await send(app, order('good'));
    await send(app, order('words', 'three'));
    await app.settled();
    assert.equal((await orders(app, prefix)).length, 1);
    const [letter] = deadLetters(app, prefix);
    assert.ok(letter);
    assert.equal(reasonOf(letter), 'InvalidMessage');
    assert.equal(letter.attributes.campaign, 'spring');
  });

  await app.step('a dry run says what it would do and leaves all as it is', async () => {
    const id = await redrive(app, { dryRun: true });
    assert.deepEqual(
      (await audit(app, id)).map(({ outcome }) => outcome),
      ['would-redrive'],
    );
    assert.equal(deadLetters(app, prefix).length, 1);
  });

  await app.step('poison that is sent back as it was returns once, not in a circle', async () => {
    const id = await redrive(app, {});
    assert.deepEqual(
      (await audit(app, id)).map(({ outcome }) => outcome),
      ['redriven'],
    );
    assert.equal(deadLetters(app, prefix).length, 1);
    await redrive(app, {});
    const third = await redrive(app, {});
    const [line] = await audit(app, third);
    assert.equal(line?.outcome, 'kept');
    assert.match(String(line?.detail), /came back 2 times/);
    assert.equal(deadLetters(app, prefix).length, 1);
  });

  await app.step('a filter by cause redrives only what is meant', async () => {
    await send(app, order('good', 4));
    await app.settled();
    assert.deepEqual(deadLetters(app, prefix).map(reasonOf).sort(), ['IdReused', 'InvalidMessage']);
    const id = await redrive(app, { reason: 'IdReused' });
    assert.deepEqual(
      (await audit(app, id)).map(({ reason }) => reason),
      ['IdReused'],
    );
  });

  await app.step(
    'repaired, it is processed with all its attributes, and the audit says by whom',
    async () => {
      const id = await redrive(app, { reason: 'InvalidMessage', set: { quantity: 3 } });
      const accepted = await orders(app, `${prefix}-words`);
      assert.deepEqual(
        accepted.map(({ quantity, tenant }) => [quantity, tenant]),
        [[3, 'acme']],
      );
      const [line] = await audit(app, id);
      assert.deepEqual([line?.operator, line?.detail], ['anna', 'set {"quantity":3}']);
      assert.deepEqual(deadLetters(app, prefix).map(reasonOf), ['IdReused']);
    },
  );

  await app.step('a redrive goes no faster than it may: no storm', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `slow-${index}`);
    await Promise.all(names.map((name) => send(app, order(name, 'many'))));
    await app.settled();
    await redrive(app, { reason: 'InvalidMessage', set: { quantity: 1 }, ratePerSecond: 5 });
    const accepted = await orders(app, `${prefix}-slow`);
    assert.equal(accepted.length, 25);
    const times = accepted.map(({ acceptedAt }) => Date.parse(String(acceptedAt)));
    assert.ok(Math.max(...times) - Math.min(...times) >= 3000, 'the last ones came seconds after the first');
  });

  await app.step('a request that nobody can read is a dead letter itself', async () => {
    await redrive(app, { ratePerSecond: -1 });
    const letters = app.deadLetters('redrive_dead_letter_queue_name');
    assert.equal(letters.length, 1);
    assert.deepEqual(letters.map(reasonOf), ['InvalidMessage']);
  });
}

async function invariant(app: App): Promise<void> {
  const prefix = app.random.text(12);
  const sent = Array.from(
    { length: 10 },
    (_, index): Sent => ({
      id: `${prefix}-${index}`,
      product: 'lamp',
      quantity: app.random.below(3) === 0 ? 'some' : 1 + app.random.below(9),
    }),
  );
  await Promise.all(sent.map((order) => send(app, order)));
  await app.settled();
  await redrive(app, { reason: 'InvalidMessage', set: { quantity: 5 } });

  const accepted = await orders(app, prefix);
  for (const { id } of sent) {
    const isAccepted = accepted.some((order) => order.id === id);
    const isDead = deadLetters(app, prefix).some(({ body }) => body.includes(`"${id}"`));
    assert.ok(isAccepted || isDead, `Order ${id} is neither accepted nor a dead letter.`);
  }
  assert.equal(accepted.length, new Set(accepted.map(({ id }) => id)).size);
}

export default scenario({ run, invariant });
