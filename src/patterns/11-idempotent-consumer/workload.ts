import { workload } from '../workload.ts';

/** The mix that pattern.yaml assumes. */
export default workload({
  payloadKb: [0.5],
  async start(app) {
    const ledger = app.random.uuid();
    let sent = '';
    const send = (body: string) => app.channel('queue_name').send({ body });
    const accounts = Array.from({ length: 50 }, (_, index) => `account-${index}`);
    const book = async () => {
      const to = accounts[app.random.below(accounts.length)];
      sent = JSON.stringify({ id: app.random.uuid(), ledger, from: 'external.bank', to, amountCents: 100 });
      await send(sent);
    };
    await book();
    return [
      { name: 'book a transfer', share: 98, run: book },
      { name: 'skip a duplicate', share: 2, run: async () => void (await send(sent)) },
    ];
  },
});
