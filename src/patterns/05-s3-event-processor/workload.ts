import { workload } from '../workload.ts';

/** The mix that pattern.yaml assumes. */
export default workload({
  payloadKb: [5, 50],
  async start(app, payload) {
    const folder = app.random.uuid();
    let count = 0;
    const line = `${payload.slice(0, 49)}\n`;
    const text = new TextEncoder().encode(`text\n${line.repeat(Math.ceil(payload.length / line.length))}`);
    const upload = () => app.bucket('bucket_name').put(`${folder}/${count++}.csv`, text);
    await upload();
    return [{ name: 'index a file', share: 100, run: upload }];
  },
});
