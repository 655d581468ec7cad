import { workload } from '../workload.ts';

/** The mix that pattern.yaml assumes. */
export default workload({
  payloadKb: [0.5],
  async start(app) {
    const warehouse = 'berlin';
    const queue = app.channel('queue_name');
    await queue.send({ body: JSON.stringify({ type: 'warehouse-opened', warehouse }) });
    await app.settled();
    const order = (sku: string) =>
      queue.send({
        body: JSON.stringify({ type: 'ship', orderId: app.random.uuid(), warehouse, sku, quantity: 1 }),
      });
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    return [
      { name: 'ship an order', share: 997, run: async () => void (await order('kettle')) },
      { name: 'dead-letter an order', share: 2, run: async () => void (await order('ketle')) },
      {
        name: 'repair and redrive',
        share: 1,
        run: async () => {
          const body = JSON.stringify({ cause: '*', ratePerSecond: 50, set: { sku: 'kettle' } });
          await (await app.fetch('/redrive', { ...post, body })).arrayBuffer();
        },
      },
    ];
  },
});
