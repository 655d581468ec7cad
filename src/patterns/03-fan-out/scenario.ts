import assert from 'node:assert/strict';
import type { StoredMessage } from '../../local/stack-access.ts';
import { type App, causeOf, scenario } from '../scenario.ts';
import { type Branch, branchNames } from './branches.ts';
import type { OrderStatus } from './join.ts';
import { type Order, type OrderPlaced, routingAttributes } from './order.ts';

const minuteMs = 60_000;

const order: Order = {
  customer: 'anna@example.com',
  currency: 'EUR',
  delivery: 'shipping',
  payment: 'invoice',
  lines: [{ sku: 'lamp', quantity: 2, unitCents: 1500 }],
};

/** Concerns the notification only. */
const download: Order = { ...order, delivery: 'download', payment: 'card' };

/** A client that asks until it is answered; 202 means that the order is safe. */
async function place(app: App, input: Order, key: string): Promise<string> {
  const response = await app.fetchUntilAnswered('/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(input),
  });
  assert.equal(response.status, 202, await response.clone().text());
  const { id } = (await response.json()) as { id: string };
  assert.equal(response.headers.get('location'), `/orders/${id}`);
  return id;
}

async function statusOf(app: App, id: string): Promise<OrderStatus> {
  const response = await app.fetchUntilAnswered(`/orders/${id}`);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as OrderStatus;
}

/** Publishes past the entrance. */
async function publish(app: App, event: OrderPlaced, attributes: Record<string, string>): Promise<void> {
  await app.channel('topic_name').send({ body: JSON.stringify(event), attributes });
}

/** Dead letters of one order in a branch. */
function deadLettersOf(app: App, branch: Branch, id: string): StoredMessage[] {
  return app
    .deadLetters(`${branch}_dead_letter_queue_name`)
    .filter(({ body }) => body.includes(JSON.stringify(id)));
}

/** How often the completion of an order was announced. */
function announcementsOf(app: App, id: string): number {
  const messages = app.channel('completed_queue_name').peek?.() ?? [];
  return messages.filter(({ body }) => body.includes(JSON.stringify(id))).length;
}

async function run(app: App): Promise<void> {
  const runId = app.random.uuid();
  const nowPlaced = async (id: string, input: Order): Promise<OrderPlaced> => {
    // The stack's clock, which a scenario can move, is seen in what the stack notes.
    const known = await statusOf(app, await place(app, download, `${runId}-clock-${id}`));
    return { ...input, id, placedAt: known.placedAt };
  };
  let id = '';

  await app.step('an accepted order reaches all branches, and their results meet', async () => {
    id = await place(app, order, `${runId}-1`);
    await app.settled();
    const status = await statusOf(app, id);
    assert.equal(status.state, 'completed');
    assert.deepEqual(status.expected, branchNames);
    assert.deepEqual([status.missing, status.late], [[], []]);
    assert.deepEqual(status.results.inventory?.finding, { reserved: [{ sku: 'lamp', quantity: 2 }] });
    assert.deepEqual(status.results.invoice?.finding, {
      number: `R-${id}`,
      totalCents: 3000,
      currency: 'EUR',
    });
    assert.equal(status.results.notification?.finding.to, 'anna@example.com');
    assert.equal(announcementsOf(app, id), 1);
  });

  await app.step('the same idempotency key is the same order', async () => {
    const response = await app.fetch('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${runId}-1` },
      body: JSON.stringify(order),
    });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('idempotent-replayed'), 'true');
    assert.equal(((await response.json()) as { id: string }).id, id);
    const other = await app.fetch('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${runId}-1` },
      body: JSON.stringify({ ...order, currency: 'USD' }),
    });
    assert.equal(other.status, 422);
    await app.settled();
    assert.equal(announcementsOf(app, id), 1);
  });

  await app.step('invalid orders and unknown ids are refused at the entrance', async () => {
    const invalid = await app.fetch('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, lines: [] }),
    });
    assert.equal(invalid.status, 400);
    assert.match(invalid.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal((await app.fetch(`/orders/${runId}`)).status, 404);
  });

  await app.step('filters keep an event from branches that it does not concern', async () => {
    const id = await place(app, download, `${runId}-download`);
    await app.settled();
    const status = await statusOf(app, id);
    assert.equal(status.state, 'completed');
    assert.deepEqual(status.expected, ['notification']);
    assert.equal(announcementsOf(app, id), 1);
    for (const branch of ['inventory', 'invoice'] as const)
      assert.deepEqual(deadLettersOf(app, branch, id), []);
  });

  await app.step('duplicates of the event count once, also at the same time', async () => {
    const event = await nowPlaced(`${runId}-twice`, order);
    for (let count = 0; count < 2; count++) {
      await Promise.all(Array.from({ length: 2 }, () => publish(app, event, routingAttributes(event))));
      await app.settled();
    }
    const status = await statusOf(app, event.id);
    assert.equal(status.state, 'completed');
    const [record] = (await app.documents('table_name')).filter((document) => document.id === event.id);
    // Three results and the note of the announcement; the first result made the record.
    assert.equal(record?.version, 5);
    for (const branch of branchNames) assert.deepEqual(deadLettersOf(app, branch, event.id), []);
  });

  const failures: [Branch, Partial<Order>, string][] = [
    ['inventory', { lines: [{ sku: 'lamp', quantity: 20_000, unitCents: 1 }] }, 'OutOfStock'],
    ['invoice', { currency: 'XTS' }, 'UnsupportedCurrency'],
    ['notification', { customer: 'anna@shop.invalid' }, 'UndeliverableAddress'],
  ];
  for (const [branch, change, reason] of failures) {
    await app.step(
      `a failure of ${branch} holds up no other branch; it stands in the branch's own dead letters`,
      async () => {
        const failed = await place(app, { ...order, ...change }, `${runId}-${branch}`);
        await app.settled();
        const status = await statusOf(app, failed);
        assert.deepEqual(status.missing, [branch]);
        for (const other of branchNames.filter((name) => name !== branch)) {
          assert.ok(status.results[other]);
          assert.deepEqual(deadLettersOf(app, other, failed), []);
        }
        const letters = deadLettersOf(app, branch, failed);
        assert.deepEqual(letters.map(causeOf), [reason]);
        assert.equal(announcementsOf(app, failed), 0);
      },
    );
  }

  const losable: [Branch, keyof ReturnType<typeof routingAttributes>, Partial<Order>][] = [
    ['inventory', 'delivery', { payment: 'card' }],
    ['invoice', 'payment', { delivery: 'download' }],
  ];
  for (const [branch, attribute, change] of losable) {
    await app.step(
      `an event that never reaches ${branch} is noticed at the deadline; a result after it is late`,
      async () => {
        const event = await nowPlaced(`${runId}-lost-${branch}`, { ...order, ...change });
        // A publisher that forgets an attribute: the filter lets nothing pass, and nothing fails.
        const { [attribute]: _, ...incomplete } = routingAttributes(event);
        await publish(app, event, incomplete);
        await app.settled();
        assert.deepEqual(deadLettersOf(app, branch, event.id), []);
        const before = await statusOf(app, event.id);
        assert.deepEqual([before.state, before.missing], ['pending', [branch]]);
        app.advance(11 * minuteMs);
        const after = await statusOf(app, event.id);
        assert.deepEqual([after.state, after.missing], ['incomplete', [branch]]);

        await publish(app, event, routingAttributes(event));
        await app.settled();
        const late = await statusOf(app, event.id);
        assert.deepEqual([late.state, late.missing, late.late], ['completed', [], [branch]]);
        assert.equal(late.results.notification?.isLate, false);
        assert.equal(announcementsOf(app, event.id), 1);
      },
    );
  }

  await app.step('what no branch can read stands in the dead letters of each', async () => {
    const body = `{"id": "${runId}-unfinished"`;
    await app.channel('topic_name').send({ body, attributes: routingAttributes(order) });
    await app.settled();
    for (const branch of branchNames) {
      const letters = app
        .deadLetters(`${branch}_dead_letter_queue_name`)
        .filter((letter) => letter.body === body);
      assert.deepEqual(letters.map(causeOf), ['InvalidMessage']);
    }
  });
}

/**
 * Clients place orders, some of them twice at a time. In the end each branch that an order concerns has one result or
 * holds the event as a dead letter with its cause, and an order is completed, and announced, exactly when all its results
 * are there.
 */
async function invariant(app: App): Promise<void> {
  const pick = <Value>(values: readonly [Value, ...Value[]]): Value =>
    values[app.random.below(values.length)] ?? values[0];
  const anyOrder = (): Order => ({
    customer: pick(['anna@example.com', 'ben@example.com', 'carl@shop.invalid']),
    currency: pick(['EUR', 'USD', 'XTS']),
    delivery: pick(['shipping', 'shipping', 'download']),
    payment: pick(['card', 'invoice', 'invoice']),
    lines: [
      {
        sku: `sku-${app.random.below(9)}`,
        quantity: 1 + app.random.below(5),
        unitCents: app.random.below(9000),
      },
    ],
  });
  const placed: string[] = [];
  for (let count = 0; count < 5; count++) {
    const input = anyOrder();
    const key = app.random.uuid();
    const clients = Array.from({ length: 1 + app.random.below(2) }, () => place(app, input, key));
    const [id = '', ...others] = await Promise.all(clients);
    for (const other of others) assert.equal(other, id, 'The same key is the same order.');
    placed.push(id);
  }
  await app.settled();

  for (const id of placed) {
    const status = await statusOf(app, id);
    const letters = status.expected.flatMap((branch) => deadLettersOf(app, branch, id));
    for (const branch of status.missing) {
      const [letter] = deadLettersOf(app, branch, id);
      assert.ok(letter, `Order ${id} has no result of ${branch}, and its event is no dead letter there.`);
      assert.ok(causeOf(letter), `Order ${id} is a dead letter of ${branch} without a cause.`);
    }
    assert.equal(
      status.state === 'completed',
      status.missing.length === 0,
      `Order ${id} is ${status.state}.`,
    );
    const announcements = announcementsOf(app, id);
    if (status.state !== 'completed')
      assert.equal(announcements, 0, `Order ${id} is announced before it is completed.`);
    else
      assert.ok(
        announcements > 0 || letters.length > 0,
        `Order ${id} is completed, but neither announced nor in anybody's dead letters.`,
      );
  }
}

export default scenario({ run, invariant });
