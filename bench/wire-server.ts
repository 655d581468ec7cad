/**
 * Small requests over ten kept connections through the local cloud's front door.
 *
 * `node bench/wire-server.ts [seconds]`: the server runs in a process of its own; its CPU time tells what one core
 * carries, whatever the load client needs beside it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { createCertificateAuthority } from '../src/local/engine/certificate-authority.ts';
import { realClock } from '../src/local/engine/clock.ts';
import { startWireServer } from '../src/local/engine/wire-server.ts';

const CONNECTIONS = 10;
const BODY = '{"TableName":"orders","Key":{"id":{"S":"1"}}}';
const REQUEST = Buffer.from(
  'POST / HTTP/1.1\r\nhost: dynamodb.us-east-1.amazonaws.com\r\ncontent-type: application/x-amz-json-1.0\r\n' +
    `x-amz-target: DynamoDB_20120810.GetItem\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);

if (process.send) await runServer();
else await runClient(Number(process.argv[2] ?? 4));

async function runServer(): Promise<void> {
  const authority = createCertificateAuthority(`${tmpdir()}/wire-server-bench`, realClock);
  const answer = {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: '{"Item":{"id":{"S":"1"}}}',
  };
  const server = await startWireServer({
    plainPort: 0,
    tls: { port: 0, authority },
    maximumBodyBytes: 1_000_000,
    route: () => () => answer,
    onError: (error) => console.error(error),
  });
  process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
  process.send?.({ port: server.plainPort });
}

async function runClient(seconds: number): Promise<void> {
  const server = fork(import.meta.filename, { stdio: 'inherit' });
  const [{ port }] = await once(server, 'message');
  const cpuMs = async () => {
    server.send('cpu');
    const [{ cpu }] = await once(server, 'message');
    return (cpu.user + cpu.system) / 1_000;
  };
  await load(port, 1);
  const before = await cpuMs();
  const startedMs = performance.now();
  const requests = await load(port, seconds);
  const wallMs = performance.now() - startedMs;
  const usedMs = (await cpuMs()) - before;
  const perSecond = (milliseconds: number) =>
    Math.round((requests / milliseconds) * 1_000).toLocaleString('en');
  console.log(
    `${CONNECTIONS} kept connections: ${perSecond(wallMs)} requests/s, ${perSecond(usedMs)} per CPU second of the server`,
  );
  server.kill();
}

/** Each connection has one request under way at a time. */
async function load(port: number, seconds: number): Promise<number> {
  let requests = 0;
  const endMs = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.write(REQUEST);
      for await (const chunk of socket) {
        if (!chunk.includes('"S":"1"}}}')) continue;
        requests++;
        if (performance.now() > endMs) break;
        socket.write(REQUEST);
      }
    }),
  );
  return requests;
}
