import { workload } from '../workload.ts';

/** The mix that pattern.yaml assumes. */
export default workload({
  payloadKb: [0.5],
  async start(app) {
    const attributes = { tenant: 'acme' };
    const send = (quantity: unknown) =>
      app
        .channel('queue_name')
        .send({ body: JSON.stringify({ id: app.random.uuid(), product: 'lamp', quantity }), attributes });
    await send(1);
    return [
      { name: 'accept an order', share: 998, run: async () => void (await send(1)) },
      { name: 'dead-letter an order', share: 2, run: async () => void (await send('one')) },
    ];
  },
});
