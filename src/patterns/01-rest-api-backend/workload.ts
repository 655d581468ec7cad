import assert from 'node:assert/strict';
import { workload } from '../workload.ts';
import type { Item } from './core.ts';

/** The mix that pattern.yaml assumes. */
export default workload({
  payloadKb: [0.5, 2, 5],
  async start(app, payload) {
    const headers = { 'content-type': 'application/json' };
    // An item has about 250 bytes besides its description, whose characters have three bytes each.
    const description = '日'.repeat(Math.max(1, Math.floor((Buffer.byteLength(payload) - 250) / 3)));
    const body = () => JSON.stringify({ name: 'Test Item', price: 29.99, description });
    const call = async (status: number, path: string, init?: RequestInit) => {
      const response = await app.fetch(path, init);
      assert.equal(response.status, status, `${init?.method ?? 'GET'} ${path}`);
      return response;
    };
    const ids: string[] = [];
    const create = async () => {
      const key = { 'idempotency-key': app.random.uuid() };
      const response = await call(201, '/items', {
        method: 'POST',
        headers: { ...headers, ...key },
        body: body(),
      });
      ids.push(((await response.json()) as Item).id);
    };
    while (ids.length < 40) await create();
    const any = () => ids[app.random.below(ids.length)] ?? '';
    return [
      { name: 'read an item', share: 60, run: async () => void (await call(200, `/items/${any()}`)) },
      { name: 'list a page of 20', share: 15, run: async () => void (await call(200, '/items')) },
      { name: 'create with an idempotency key', share: 15, run: create },
      {
        name: 'replace',
        share: 7,
        run: async () => void (await call(200, `/items/${any()}`, { method: 'PUT', headers, body: body() })),
      },
      {
        name: 'delete',
        share: 3,
        run: async () => void (await call(204, `/items/${ids.pop()}`, { method: 'DELETE' })),
      },
    ];
  },
});
