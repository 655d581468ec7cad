import assert from 'node:assert/strict';
import { workload } from '../workload.ts';

/** The mix that pattern.yaml assumes. */
export default workload({
  payloadKb: [2],
  async start(app, payload) {
    // A movement has about 75 bytes.
    const lines = Array.from(
      { length: Math.max(1, Math.floor(Buffer.byteLength(payload) / 75)) },
      (_, index) => ({
        date: `2026-11-${String(1 + (index % 30)).padStart(2, '0')}`,
        text: `movement ${index}`,
        amountCents: 100 + index,
      }),
    );
    let key = '';
    const submit = async () => {
      const response = await app.fetch('/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ account: 'anna', month: '2026-11', openingBalanceCents: 0, lines }),
      });
      assert.equal(response.status, 202);
    };
    const submitNew = async () => {
      key = app.random.uuid();
      await submit();
    };
    await submitNew();
    return [
      { name: 'hand in a job', share: 98, run: submitNew },
      { name: 'hand in a job again', share: 2, run: submit },
    ];
  },
});
