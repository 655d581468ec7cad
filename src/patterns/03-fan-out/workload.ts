import assert from 'node:assert/strict';
import { workload } from '../workload.ts';
import type { Order } from './order.ts';

/** The mix that pattern.yaml assumes. */
export default workload({
  payloadKb: [0.5],
  async start(app) {
    const place = async (change: Partial<Order>) => {
      const lines = [{ sku: 'lamp', quantity: 2, unitCents: 1500 }];
      const response = await app.fetch('/orders', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': app.random.uuid() },
        body: JSON.stringify({
          customer: 'anna@example.com',
          currency: 'EUR',
          delivery: 'shipping',
          payment: 'invoice',
          lines,
          ...change,
        }),
      });
      assert.equal(response.status, 202);
      const { status } = (await response.json()) as { status: string };
      // Asked when all branches have done their part, so that the answer does not depend on who was faster.
      await app.settled();
      assert.equal((await app.fetch(status)).status, 200);
    };
    return [
      { name: 'an order for all branches', share: 60, run: () => place({}) },
      { name: 'a download paid by invoice', share: 10, run: () => place({ delivery: 'download' }) },
      { name: 'a parcel paid by card', share: 10, run: () => place({ payment: 'card' }) },
      {
        name: 'a download paid by card',
        share: 20,
        run: () => place({ delivery: 'download', payment: 'card' }),
      },
    ];
  },
});
