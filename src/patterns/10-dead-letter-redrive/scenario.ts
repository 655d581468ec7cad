import assert from 'node:assert/strict';
import type { StoredMessage } from '../../local/stack-access.ts';
import { type App, causeOf, scenario } from '../scenario.ts';
import type { AuditRecord, CauseGroup, Summary } from './core.ts';
import type { ShipmentRecord } from './shipment.ts';

const dayMs = 86_400_000;
/** Longer than a redrive that has ended without an answer goes on holding letters. */
const holdMs = 301_000;

interface Order {
  orderId: string;
  warehouse: string;
  sku: string;
  quantity: number;
}

const group = 'tenant-7';
const traceId = '5759e988bd862e3fe1be46a994272793';

function attributesOf({ orderId }: Order): Record<string, string> {
  return { correlationId: orderId, campaign: 'spring', traceparent: `00-${traceId}-53995c3f42cd8ad8-01` };
}

function send(app: App, order: Order): Promise<unknown> {
  const body = JSON.stringify({ type: 'ship', ...order });
  return app.channel('queue_name').send({ body, attributes: attributesOf(order), group });
}

function open(app: App, warehouse: string): Promise<unknown> {
  return app.channel('queue_name').send({ body: JSON.stringify({ type: 'warehouse-opened', warehouse }) });
}

async function redrive(app: App, request: object): Promise<Summary> {
  const response = await app.fetchUntilAnswered('/redrive', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ratePerSecond: 50, ...request }),
  });
  assert.equal(response.status, 200, `${await response.clone().text()} to ${JSON.stringify(request)}`);
  return (await response.json()) as Summary;
}

async function groups(app: App): Promise<CauseGroup[]> {
  const response = await app.fetchUntilAnswered('/dead-letters');
  assert.equal(response.status, 200);
  return ((await response.json()) as { groups: CauseGroup[] }).groups;
}

async function shipmentsIn(app: App, warehouse: string): Promise<ShipmentRecord[]> {
  const documents = await app.documents('table_name');
  return documents.filter(
    (document) => document.warehouse === warehouse && 'orderId' in document,
  ) as unknown as ShipmentRecord[];
}

async function auditOf(app: App, { orderId }: Order): Promise<AuditRecord[]> {
  const records = (await app.documents('audit_table_name')) as unknown as AuditRecord[];
  return records
    .filter(({ correlationId }) => correlationId === orderId)
    .sort((one, other) => one.at.localeCompare(other.at));
}

function lettersOf(app: App, { orderId }: Order): StoredMessage[] {
  return app.deadLetters('dead_letter_queue_name').filter(({ body }) => body.includes(`"${orderId}"`));
}

async function run(app: App): Promise<void> {
  const prefix = app.random.uuid().slice(0, 8);
  const berlin = `berlin-${prefix}`;
  let orders = 0;
  const order = (sku = 'kettle', warehouse = berlin): Order => ({
    orderId: `${prefix}-${orders++}`,
    warehouse,
    sku,
    quantity: 2,
  });
  const early = Array.from({ length: 8 }, () => order());
  const unknown = order('ketle');

  await app.step('what cannot be processed is a dead letter with its cause', async () => {
    await Promise.all([...early, unknown].map((one) => send(app, one)));
    await app.channel('queue_name').send({ body: `{"unfinished": "${prefix}"` });
    await app.settled();
    for (const one of early) assert.deepEqual(lettersOf(app, one).map(causeOf), ['WarehouseClosed']);
    assert.deepEqual(lettersOf(app, unknown).map(causeOf), ['UnknownSku']);
  });

  await app.step('the owner of the runbook sees them by cause, and leaves them where they are', async () => {
    for (let look = 0; look < 2; look++) {
      const seen = await groups(app);
      assert.deepEqual(
        seen.map(({ cause, count }) => [cause, count]),
        [
          ['WarehouseClosed', 8],
          ['InvalidMessage', 1],
          ['UnknownSku', 1],
        ],
      );
      assert.match(seen[2]?.example.description ?? '', /ketle/);
    }
  });

  await app.step('nobody else gets in', async () => {
    const headers = { authorization: 'Bearer nobody', 'x-functions-key': 'none' };
    for (const [method, path] of [
      ['GET', '/dead-letters'],
      ['POST', '/redrive'],
    ] as const) {
      const response = await app.fetch(path, { method, headers });
      assert.ok([401, 403].includes(response.status), `${method} ${path}: ${response.status}`);
      await response.arrayBuffer();
    }
  });

  await app.step('a rate that the worker does not bear is refused', async () => {
    const body = JSON.stringify({ cause: '*', ratePerSecond: 1000 });
    const response = await app.fetch('/redrive', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /at most 50 messages per second/);
  });

  await app.step('a dry run tells what would be done, and does nothing', async () => {
    const summary = await redrive(app, { cause: 'WarehouseClosed', dryRun: true });
    assert.deepEqual([summary.dryRun, summary.redriven, summary.byCause], [true, 8, { WarehouseClosed: 8 }]);
    for (const one of early) assert.equal(lettersOf(app, one).length, 1);
    assert.deepEqual(await app.documents('audit_table_name'), []);
  });

  await app.step('no storm: letters go back one by one at the rate that was asked for', async () => {
    await open(app, berlin);
    await app.settled();
    const ratePerSecond = 10;
    const first = await redrive(app, { cause: 'WarehouseClosed', limit: 5, ratePerSecond });
    assert.deepEqual([first.redriven, first.complete], [5, false]);
    assert.ok(first.durationMs >= 4 * (1000 / ratePerSecond), `5 messages in ${first.durationMs} ms`);
    // The next one goes on where this one has stopped.
    const second = await redrive(app, { cause: 'WarehouseClosed', ratePerSecond });
    assert.deepEqual([second.redriven, second.complete], [3, true]);
    await app.settled();
    assert.deepEqual(
      (await shipmentsIn(app, berlin)).map(({ orderId }) => orderId).sort(),
      early.map(({ orderId }) => orderId).sort(),
    );
  });

  await app.step('a redriven message is what it was: attributes, group, trace, first sending', async () => {
    for (const shipment of await shipmentsIn(app, berlin)) {
      const { correlationId, orderId, redriveCount, orderedAt = '', shippedAt } = shipment;
      assert.equal(correlationId, orderId);
      assert.deepEqual([shipment.group, shipment.traceId, redriveCount], [group, traceId, 1]);
      const [record] = await auditOf(app, shipment);
      assert.equal(record?.enqueuedAt, orderedAt);
      assert.ok(orderedAt < (record?.at ?? '') && (record?.at ?? '') <= shippedAt);
    }
  });

  await app.step('the audit tells who sent what back, when, why and with what outcome', async () => {
    for (const one of early) {
      const [record, ...others] = await auditOf(app, one);
      assert.ok(record);
      assert.deepEqual(others, []);
      assert.deepEqual([record.cause, record.outcome], ['WarehouseClosed', 'redriven']);
      assert.ok(
        record.by && record.newMessageId && record.description && record.letterId && Date.parse(record.at),
      );
    }
  });

  await app.step('poison that comes back is counted, and parked with all it had', async () => {
    for (let count = 1; count <= 3; count++) {
      assert.equal((await redrive(app, { cause: 'UnknownSku' })).redriven, 1);
      await app.settled();
      const [letter, ...others] = lettersOf(app, unknown);
      assert.deepEqual(others, []);
      assert.equal(letter?.attributes.RedriveCount, String(count));
      assert.equal(letter?.attributes.campaign, 'spring');
      assert.equal(letter && causeOf(letter), 'UnknownSku');
    }
    assert.equal((await redrive(app, { cause: 'UnknownSku' })).parked, 1);
    assert.deepEqual(lettersOf(app, unknown), []);
    const records = await auditOf(app, unknown);
    assert.deepEqual(
      records.map(({ outcome, redriveCount }) => [outcome, redriveCount]),
      [
        ['redriven', 0],
        ['redriven', 1],
        ['redriven', 2],
        ['parked', 3],
      ],
    );
    const parked = records[3];
    assert.match(parked?.body ?? '', /"ketle"/);
    assert.equal(parked?.attributes?.campaign, 'spring');
    assert.equal(parked?.cause, 'UnknownSku');
  });

  await app.step(
    'a repair puts right what was wrong in the body, and the audit keeps what it was',
    async () => {
      const misspelt = order('lampp');
      await send(app, misspelt);
      await app.settled();
      assert.equal((await redrive(app, { cause: 'UnknownSku', set: { sku: 'lamp' } })).redriven, 1);
      await app.settled();
      const shipped = (await shipmentsIn(app, berlin)).find(({ orderId }) => orderId === misspelt.orderId);
      assert.deepEqual([shipped?.sku, shipped?.quantity], ['lamp', 2]);
      const [record] = await auditOf(app, misspelt);
      assert.deepEqual(record?.repaired, ['sku']);
      assert.match(record?.body ?? '', /"lampp"/);
    },
  );

  await app.step(
    'a message that is sent back twice, since a redrive died half-way, has one effect',
    async () => {
      const paris = `paris-${prefix}`;
      const twice = order('mug', paris);
      await send(app, twice);
      await app.settled();
      await open(app, paris);
      await app.settled();
      // What a redrive leaves that dies between sending and deleting: the message, and the letter.
      await send(app, twice);
      await app.settled();
      const [shipped] = await shipmentsIn(app, paris);
      assert.ok(shipped);
      assert.equal((await redrive(app, { cause: 'WarehouseClosed' })).redriven, 1);
      await app.settled();
      assert.deepEqual(await shipmentsIn(app, paris), [shipped]);
      assert.deepEqual(lettersOf(app, twice), []);
    },
  );

  await app.step('two redrives at the same time share the letters', async () => {
    const oslo = `oslo-${prefix}`;
    const several = Array.from({ length: 6 }, () => order('mug', oslo));
    await Promise.all(several.map((one) => send(app, one)));
    await app.settled();
    await open(app, oslo);
    await app.settled();
    const summaries = await Promise.all([1, 2].map(() => redrive(app, { cause: 'WarehouseClosed' })));
    assert.equal(
      summaries.reduce((sum, { redriven }) => sum + redriven, 0),
      6,
    );
    await app.settled();
    assert.equal((await shipmentsIn(app, oslo)).length, 6);
  });

  await app.step('a dead letter that grows old shows before it is lost, and begins a new life', async () => {
    const rome = `rome-${prefix}`;
    const old = order('mug', rome);
    await send(app, old);
    await app.settled();
    app.advance(8 * dayMs);
    const before = (await groups(app)).find(({ cause }) => cause === 'WarehouseClosed');
    assert.ok(before && before.oldestAgeSeconds >= 8 * 86_400);
    await redrive(app, { cause: 'WarehouseClosed' });
    await app.settled();
    const after = (await groups(app)).find(({ cause }) => cause === 'WarehouseClosed');
    assert.ok(after && Date.parse(after.expiresAt) - Date.parse(before.expiresAt) >= 7 * dayMs);
    // When it was sent for the first time is not forgotten.
    assert.equal(after.oldestSentAt, before.oldestSentAt);
    assert.equal(lettersOf(app, old).length, 1);
  });
}

async function invariant(app: App): Promise<void> {
  const prefix = app.random.uuid();
  const warehouse = `w-${prefix}`;
  const orders = Array.from(
    { length: 5 },
    (_, index): Order => ({
      orderId: `${prefix}-${index}`,
      warehouse,
      sku: app.random.below(3) === 0 ? 'ketle' : 'kettle',
      quantity: 1 + app.random.below(9),
    }),
  );
  await Promise.all(orders.map((order) => send(app, order)));
  await app.settled();
  await open(app, warehouse);
  await app.settled();
  // Several people redrive the same letters; those who get no answer do it again.
  for (const causes of [['*', '*'], ['*'], ['UnknownSku', 'UnknownSku'], ['UnknownSku'], ['UnknownSku']]) {
    await Promise.all(causes.map((cause) => redrive(app, { cause })));
    await app.settled();
    app.advance(holdMs);
    await app.settled();
  }

  const shipments = new Map((await shipmentsIn(app, warehouse)).map((record) => [record.orderId, record]));
  for (const order of orders) {
    const shipped = shipments.get(order.orderId);
    const letters = lettersOf(app, order);
    const records = await auditOf(app, order);
    // Poison that was sent beside an order has its correlation id, and another body.
    const parked = records.filter(
      ({ outcome, body }) => outcome === 'parked' && body?.includes(order.orderId),
    );
    assert.ok(
      shipped || letters.length > 0 || parked.length > 0,
      `Order ${order.orderId} has no effect, is no dead letter and is not parked.`,
    );
    if (shipped) assert.deepEqual([shipped.sku, shipped.quantity], ['kettle', order.quantity]);
    for (const letter of letters)
      assert.ok(causeOf(letter), `Order ${order.orderId} is a dead letter without a cause.`);
    for (const { cause } of parked) assert.ok(cause, `Order ${order.orderId} is parked without a cause.`);
    const redrives = Math.max(
      shipped?.redriveCount ?? 0,
      ...letters.map(({ attributes }) => Number(attributes.RedriveCount ?? 0)),
      ...parked.map(({ redriveCount }) => redriveCount),
    );
    const audited = records.filter(({ outcome }) => outcome !== 'parked').length;
    assert.ok(
      audited >= redrives,
      `Order ${order.orderId} was redriven ${redrives} times, and the audit has ${audited} records of it.`,
    );
  }
  assert.ok([...shipments.keys()].every((id) => orders.some(({ orderId }) => orderId === id)));
}

export default scenario({ run, invariant });
