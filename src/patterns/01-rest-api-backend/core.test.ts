import { describe, expect, test } from 'vitest';
import { entityTag, type Item, type ItemStore, itemsApi } from './core.ts';

const id = '6f1f3f0e-1f3a-4c37-9d6e-3d5a1f2b7c10';
const other = '0b0f9a52-93b2-4a44-8c3c-1f4f6f6f0a11';

function memoryStore(): ItemStore & { items: Map<string, Item> } {
  const items = new Map<string, Item>();
  return {
    items,
    async insert(item) {
      if (items.has(item.id)) return false;
      items.set(item.id, item);
      return true;
    },
    get: async (key) => items.get(key),
    async list({ limit, afterId }) {
      const rest = [...items.values()]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .filter((item) => afterId === undefined || item.id > afterId);
      return { items: rest.slice(0, limit), more: rest.length > limit };
    },
    async replace(item, expectedVersion) {
      if (items.get(item.id)?.version !== expectedVersion) return false;
      items.set(item.id, item);
      return true;
    },
    async remove(key, expectedVersion) {
      return items.get(key)?.version === expectedVersion && items.delete(key);
    },
  };
}

function setUp() {
  const store = memoryStore();
  return { store, api: itemsApi({ store, now: () => new Date('2026-01-02T03:04:05Z') }) };
}

describe('create', () => {
  test('stores what it validated, as version 1', async () => {
    const { api, store } = setUp();
    const item = await api.create(id, { name: ' Lamp ', price: 29.99 });
    expect(item).toEqual({
      id,
      name: 'Lamp',
      price: 29.99,
      version: 1,
      createdAt: '2026-01-02T03:04:05.000Z',
      updatedAt: '2026-01-02T03:04:05.000Z',
    });
    expect(store.items.get(id)).toEqual(item);
  });

  test('a repeated id returns the first item and changes nothing', async () => {
    const { api, store } = setUp();
    const first = await api.create(id, { name: 'Lamp', price: 1 });
    expect(await api.create(id, { name: 'Lamp', price: 1 })).toEqual(first);
    expect(store.items.size).toBe(1);
  });

  test.each([
    [null, ''],
    ['text', ''],
    [[], ''],
    [{ price: 1 }, 'name'],
    [{ name: '', price: 1 }, 'name'],
    [{ name: '   ', price: 1 }, 'name'],
    [{ name: 'x'.repeat(201), price: 1 }, 'name'],
    [{ name: '\ud800', price: 1 }, 'name'],
    [{ name: 'x', price: '1' }, 'price'],
    [{ name: 'x', price: -1 }, 'price'],
    [{ name: 'x', price: 1.001 }, 'price'],
    [{ name: 'x', price: 1e300 }, 'price'],
    [{ name: 'x', price: Number.NaN }, 'price'],
    [{ name: 'x', price: 1, colour: 'red' }, ''],
  ])('rejects %j and names the field %j', async (input, path) => {
    const { api, store } = setUp();
    await expect(api.create(id, input)).rejects.toMatchObject({ status: 400, errors: [{ path }] });
    expect(store.items.size).toBe(0);
  });
});

describe('replace and remove', () => {
  test('count versions and honour If-Match', async () => {
    const { api } = setUp();
    const first = await api.create(id, { name: 'Lamp', price: 1 });
    const second = await api.replace(id, { name: 'Lamp', price: 2 }, entityTag(first));
    expect(second).toMatchObject({ version: 2, price: 2, createdAt: first.createdAt });
    await expect(api.replace(id, { name: 'Lamp', price: 3 }, entityTag(first))).rejects.toMatchObject({
      status: 412,
    });
    await expect(api.remove(id, entityTag(first))).rejects.toMatchObject({ status: 412 });
    await api.remove(id, `"7", ${entityTag(second)}`);
    await expect(api.get(id)).rejects.toMatchObject({ status: 404 });
  });

  test('a change that sneaks in between read and write is a conflict, not a lost update', async () => {
    const { api, store } = setUp();
    await api.create(id, { name: 'Lamp', price: 1 });
    const replace = store.replace;
    store.replace = async (item, version) => {
      const standing = store.items.get(item.id);
      if (standing) store.items.set(item.id, { ...standing, version: standing.version + 1 });
      return replace(item, version);
    };
    await expect(api.replace(id, { name: 'Lamp', price: 2 })).rejects.toMatchObject({ status: 409 });
    expect(store.items.get(id)?.price).toBe(1);
  });

  test.each(['not-a-uuid', '', '../../etc', 'x'.repeat(5000)])(
    'the id %j is simply not found',
    async (bad) => {
      const { api } = setUp();
      await expect(api.get(bad)).rejects.toMatchObject({ status: 404 });
    },
  );
});

describe('list', () => {
  test('pages through everything once', async () => {
    const { api } = setUp();
    await api.create(id, { name: 'a', price: 1 });
    await api.create(other, { name: 'b', price: 1 });
    const first = await api.list({ limit: '1' });
    expect(first.items.map((item) => item.id)).toEqual([other]);
    const second = await api.list({ limit: '1', nextToken: first.nextToken });
    expect(second).toMatchObject({ items: [{ id }] });
    expect(second.nextToken).toBeUndefined();
  });

  test.each(['0', '101', '1.5', 'many', ''])('rejects the page size %j', async (limit) => {
    const { api } = setUp();
    await expect(api.list({ limit })).rejects.toMatchObject({ status: 400 });
  });

  test.each(['', 'x', '../..', Buffer.from('not an id').toString('base64url')])(
    'rejects the page token %j',
    async (nextToken) => {
      const { api } = setUp();
      await expect(api.list({ nextToken })).rejects.toMatchObject({
        status: 400,
        title: 'Invalid Page Token',
      });
    },
  );
});
