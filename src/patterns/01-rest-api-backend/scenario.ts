import assert from 'node:assert/strict';
import { type App, scenario } from '../scenario.ts';
import type { Item, Page } from './core.ts';

const json = { 'content-type': 'application/json' };

async function create(app: App, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return app.fetch('/items', {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
}

async function problem(response: Response, status: number): Promise<Record<string, unknown>> {
  assert.equal(response.status, status);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  return (await response.json()) as Record<string, unknown>;
}

/**
 * Clients create items with idempotency keys and repeat every request that was refused, some of them at the same time.
 * In the end there is one item for each key, and every caller has got the same one.
 */
async function invariant(app: App): Promise<void> {
  const names = Array.from({ length: 5 }, () => `item-${app.random.uuid()}`);
  const submit = async (name: string): Promise<Item> => {
    for (;;) {
      const response = await app.fetchUntilAnswered('/items', {
        method: 'POST',
        headers: { ...json, 'idempotency-key': name },
        body: JSON.stringify({ name, price: 1 }),
      });
      // Another request with the key is under way, or its instance has ended and its lease has not.
      if (response.status !== 409) {
        assert.equal(response.status, 201, await response.clone().text());
        return (await response.json()) as Item;
      }
      app.advance(1000);
    }
  };
  const answers = await Promise.all([...names, ...names].map((name) => submit(name)));
  await app.settled();
  const stored = (await app.documents('table_name')).filter(({ name }) => names.includes(String(name)));
  assert.deepEqual(stored.map(({ name }) => name).sort(), names.toSorted(), 'one item for each key');
  for (const { id, name } of answers)
    assert.equal(
      id,
      stored.find((item) => item.name === name)?.id,
      'every caller got the item that is stored',
    );
}

async function run(app: App): Promise<void> {
  const run = crypto.randomUUID();
  let item: Item | undefined;

  await app.step('POST creates an item and says where it is', async () => {
    const response = await create(app, { name: 'Test Item', price: 29.99 });
    assert.equal(response.status, 201);
    item = (await response.json()) as Item;
    assert.deepEqual([item.name, item.price, item.version], ['Test Item', 29.99, 1]);
    assert.equal(response.headers.get('location'), `/items/${item.id}`);
    assert.equal(response.headers.get('etag'), '"1"');
    assert.ok(response.headers.get('x-correlation-id'));
  });
  assert.ok(item);
  const { id } = item;

  await app.step('GET returns it, in any script', async () => {
    const response = await app.fetch(`/items/${id}`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), item);
    const created = (await (
      await create(app, { name: 'Żółć 日本 🦊', price: 0, description: 'ñ' })
    ).json()) as Item;
    const read = (await (await app.fetch(`/items/${created.id}`)).json()) as Item;
    assert.equal(read.name, 'Żółć 日本 🦊');
  });

  await app.step('PUT replaces it only from the version that the caller saw', async () => {
    const put = (headers: Record<string, string>, price: number) =>
      app.fetch(`/items/${id}`, {
        method: 'PUT',
        headers: { ...json, ...headers },
        body: JSON.stringify({ name: 'Test Item', price }),
      });
    const first = await put({ 'if-match': '"1"' }, 30);
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('etag'), '"2"');
    await problem(await put({ 'if-match': '"1"' }, 31), 412);
    const blind = await put({}, 32);
    assert.equal(((await blind.json()) as Item).version, 3);
  });

  await app.step('concurrent changes of one version: one wins, none is lost', async () => {
    const attempts = await Promise.all(
      [1, 2, 3, 4].map((price) =>
        app.fetch(`/items/${id}`, {
          method: 'PUT',
          headers: { ...json, 'if-match': '"3"' },
          body: JSON.stringify({ name: 'Race', price }),
        }),
      ),
    );
    const statuses = attempts.map((response) => response.status).sort();
    assert.deepEqual(statuses, [200, 412, 412, 412]);
    const standing = (await (await app.fetch(`/items/${id}`)).json()) as Item;
    assert.equal(standing.version, 4);
  });

  await app.step('pages show every item once', async () => {
    const created = new Set<string>();
    for (let index = 0; index < 7; index++) {
      const response = await create(app, { name: `${run} ${index}`, price: index });
      created.add(((await response.json()) as Item).id);
    }
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const query = new URLSearchParams({ limit: '3', ...(nextToken !== undefined && { nextToken }) });
      const response = await app.fetch(`/items?${query}`);
      assert.equal(response.status, 200);
      const page = (await response.json()) as Page;
      assert.ok(page.items.length <= 3);
      seen.push(...page.items.filter(({ name }) => name.startsWith(run)).map((found) => found.id));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    assert.deepEqual(seen.sort(), [...created].sort());
    await problem(await app.fetch('/items?limit=0'), 400);
    await problem(await app.fetch('/items?nextToken=forged'), 400);
  });

  await app.step('an idempotency key makes a repeated POST one item', async () => {
    const key = { 'idempotency-key': `key-${run}` };
    const body = { name: 'Once', price: 1 };
    const [first, second] = [await create(app, body, key), await create(app, body, key)];
    assert.deepEqual([first.status, second.status], [201, 201]);
    assert.equal(second.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual(await second.json(), await first.json());
    await problem(await create(app, { name: 'Other', price: 1 }, key), 422);
  });

  await app.step('concurrent requests with one idempotency key create one item', async () => {
    const key = { 'idempotency-key': `race-${run}` };
    const responses = await Promise.all(
      [1, 2, 3, 4, 5].map(() => create(app, { name: 'Race', price: 1 }, key)),
    );
    const created = responses.filter((response) => response.status === 201);
    assert.ok(created.length >= 1);
    const ids = await Promise.all(created.map(async (response) => ((await response.json()) as Item).id));
    assert.equal(new Set(ids).size, 1);
    for (const response of responses)
      assert.ok([201, 409].includes(response.status), `status ${response.status}`);
  });

  await app.step('a refused request does not use up its idempotency key', async () => {
    const key = { 'idempotency-key': `refused-${run}` };
    await problem(await create(app, { name: '', price: 1 }, key), 400);
    assert.equal((await create(app, { name: 'Good', price: 1 }, key)).status, 201);
  });

  await app.step('bad input is refused with the reason, never with a 5xx', async () => {
    const invalid = await problem(await create(app, { name: 'x', price: -1, colour: 'red' }), 400);
    assert.ok(Array.isArray(invalid.errors));
    const malformed = await app.fetch('/items', { method: 'POST', headers: json, body: '{"name": "x", ' });
    assert.equal(malformed.status, 400);
    const oversized = await create(app, { name: 'x', price: 1, description: 'y'.repeat(100_000) });
    assert.equal(oversized.status, 413);
    const wrongType = await app.fetch('/items', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    });
    assert.equal(wrongType.status, 415);
    await problem(await app.fetch('/items/not-an-id'), 404);
    await problem(await app.fetch(`/items/${crypto.randomUUID()}`), 404);
    assert.equal((await app.fetch('/nothing-here')).status, 404);
  });

  await app.step('DELETE removes it', async () => {
    await problem(await app.fetch(`/items/${id}`, { method: 'DELETE', headers: { 'if-match': '"1"' } }), 412);
    assert.equal((await app.fetch(`/items/${id}`, { method: 'DELETE' })).status, 204);
    await problem(await app.fetch(`/items/${id}`), 404);
    await problem(await app.fetch(`/items/${id}`, { method: 'DELETE' }), 404);
  });
}

export default scenario({ run, invariant });
