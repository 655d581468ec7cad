import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts';
import { realClock } from './clock.ts';
import { FunctionPool } from './function-pool.ts';
import type { NetworkRules } from './instance-network.ts';
import { instanceScript } from './instance-script.ts';
import { type TestBed, testBed } from './instance-test-bed.ts';
import type { WireHandler, WireRequest } from './wire.ts';
import { startWireServer, type WireServer } from './wire-server.ts';

const own = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
const HOST = `
import { createRequire } from 'node:module';
import { describeError, openChannel } from ${own('instance-channel.ts')};
const channel = openChannel();
const { file } = channel.hostOptions as { file: string };
const handler = createRequire('/')(file);
channel.listen((header, payload) => {
  if (header.kind !== 'invoke') return;
  const measures = { id: header.id, durationMs: 1, rssBytes: 1 };
  Promise.resolve().then(() => handler(JSON.parse(payload.toString()))).then(
    (result) => channel.send({ kind: 'succeeded', ...measures }, Buffer.from(JSON.stringify(result ?? null))),
    (error) => channel.send({ kind: 'failed', ...measures, error: describeError(error.cause ?? error) }));
});
void channel.listening.then((port) => channel.send({ kind: 'log', level: 'port', }, Buffer.from(String(port))));
channel.ready(undefined);
`;

let bed: TestBed;
let authority: CertificateAuthority;
const ends: (() => unknown)[] = [];
beforeEach(() => {
  bed = testBed();
  authority = createCertificateAuthority(bed.directory, realClock);
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  bed.close();
});

/** Runs a function body in an instance with this network; it may use `require` of this repository. */
async function run(body: string, network: NetworkRules, environment: Record<string, string> = {}) {
  const repository = fileURLToPath(new URL('../../../package.json', import.meta.url));
  const text = `var require = require('node:module').createRequire(${JSON.stringify(repository)});
    module.exports = async () => { ${body} };`;
  const folder = bed.write('function', { 'host.ts': HOST, 'index.cjs': `${text}` });
  const pool = new FunctionPool(
    {
      name: 'network',
      hostScript: instanceScript(join(folder, 'host.ts'), bed.surroundings.cacheDirectory),
      hostOptions: { file: join(folder, 'index.cjs') },
      environment,
      workingDirectory: folder,
      nodeArguments: [],
      memoryMb: 512,
      trustCertificateFile: authority.certificateFile,
      freezeWhenIdle: false,
      network,
      timeoutMs: 20_000,
      initTimeoutsMs: [20_000],
      concurrencyPerInstance: 1,
      maximumInstances: 1,
      minimumInstances: 0,
      keepAliveMs: 60_000,
      whenBusy: { kind: 'reject' },
    },
    bed.surroundings,
  );
  ends.push(() => pool.close());
  const { outcome } = await pool.invoke(Buffer.from('{}'));
  if (outcome.kind === 'succeeded') return { kind: 'succeeded', result: JSON.parse(String(outcome.payload)) };
  return outcome;
}

async function cloud(handler: WireHandler): Promise<WireServer & { requests: WireRequest[] }> {
  const requests: WireRequest[] = [];
  const server = await startWireServer({
    plainPort: 0,
    tls: { port: 0, authority },
    maximumBodyBytes: 1e6,
    route: () => (request) => {
      requests.push(request);
      return handler(request);
    },
    onError: (error) => {
      throw error;
    },
  });
  ends.push(() => server.close());
  return { ...server, requests };
}

const toServer = (server: WireServer, ...hosts: string[]): NetworkRules => ({
  redirects: hosts.map((host) => ({ host, ports: { 443: server.tlsPort ?? 0, 80: server.plainPort } })),
});
const hello: WireHandler = ({ host, path }) => ({ status: 200, headers: {}, body: `${host}${path}` });

describe('production host names', () => {
  it.each([
    ['fetch over TLS', `return (await fetch('https://a.cloud.example/x')).text()`],
    ['fetch without TLS', `return (await fetch('http://a.cloud.example/x')).text()`],
    [
      'node:https',
      `return new Promise((ok, no) => require('node:https').get('https://a.cloud.example/x', (r) => r.toArray().then((c) => ok(String(Buffer.concat(c))))).on('error', no))`,
    ],
    [
      'node:http2',
      `const s = require('node:http2').connect('https://a.cloud.example'); const r = s.request({ ':path': '/x' }); const c = await r.toArray(); s.close(); return String(Buffer.concat(c))`,
    ],
    [
      'tls.connect with host and port, the certificate being checked against the host',
      `const s = require('node:tls').connect(443, 'a.cloud.example', { ALPNProtocols: ['http/1.1'] }); s.write('GET /x HTTP/1.1\\r\\nhost: a.cloud.example\\r\\nconnection: close\\r\\n\\r\\n'); return String(Buffer.concat(await s.toArray())).split('\\r\\n\\r\\n')[1]`,
    ],
    [
      'resolving first, as gRPC does',
      `const [{ address }] = await require('node:dns').promises.lookup('a.cloud.example', { all: true }); const s = require('node:net').connect({ host: address, port: 80 }); s.write('GET /x HTTP/1.1\\r\\nhost: a.cloud.example\\r\\nconnection: close\\r\\n\\r\\n'); return String(Buffer.concat(await s.toArray())).split('\\r\\n\\r\\n')[1]`,
    ],
    [
      'a worker thread',
      `const { Worker } = require('node:worker_threads'); const w = new Worker("fetch('https://a.cloud.example/x').then((r) => r.text()).then((t) => require('node:worker_threads').parentPort.postMessage(t))", { eval: true }); return new Promise((ok, no) => w.on('message', ok).on('error', no))`,
    ],
  ])('lead to the local cloud: %s', async (_name, body) => {
    const server = await cloud(hello);
    expect(await run(body, toServer(server, '.cloud.example'))).toEqual({
      kind: 'succeeded',
      result: 'a.cloud.example/x',
    });
    expect(bed.outsideCalls).toEqual([]);
  });

  it('lead there by exact name or address only where the rule says so', async () => {
    const server = await cloud(hello);
    const network = toServer(server, '169.254.169.254', 'exact.example');
    expect(await run(`return (await fetch('http://169.254.169.254/m')).text()`, network)).toMatchObject({
      result: '169.254.169.254/m',
    });
    expect(await run(`return (await fetch('http://sub.exact.example/m')).text()`, network)).toMatchObject({
      kind: 'failed',
    });
  });
});

describe('everything else outside', () => {
  it.each([
    ['a name', `await fetch('https://api.example.com/v1')`, 'api.example.com', 443],
    ['an address', `await fetch('http://93.184.215.14:8080/')`, '93.184.215.14', 8080],
    [
      'a port that the cloud does not serve',
      `await fetch('http://a.cloud.example:9999/')`,
      'a.cloud.example',
      9999,
    ],
  ])('is refused and reported: %s', async (_name, body, host, port) => {
    const outcome = await run(body, { redirects: [{ host: '.cloud.example', ports: { 443: 1 } }] });
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining(`ECONNREFUSED ${host}:${port}`) },
    });
    expect(bed.outsideCalls).toEqual([{ functionName: 'network', host, port, protocol: 'tcp' }]);
  });

  it('is refused for datagrams, but for those that may vanish', async () => {
    const body = (host: string) =>
      `const s = require('node:dgram').createSocket('udp4'); await new Promise((ok, no) => s.send('x', 2000, '${host}', (e) => e ? no(e) : ok())); return 'sent'`;
    expect(await run(body('8.8.8.8'), { redirects: [] })).toMatchObject({ kind: 'failed' });
    expect(bed.outsideCalls).toMatchObject([{ host: '8.8.8.8', port: 2000, protocol: 'udp' }]);
    expect(
      await run(body('169.254.79.129'), { redirects: [], discardDatagramsTo: ['169.254.79.129'] }),
    ).toMatchObject({ result: 'sent' });
  });

  it('is not asked of name servers', async () => {
    expect(
      await run(`return require('node:dns').promises.resolveTxt('example.com')`, { redirects: [] }),
    ).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining('asks no name server') },
    });
  });

  it('does not concern the loopback', async () => {
    const server = net.createServer((socket) => socket.end('local'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ends.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const body = `return String(Buffer.concat(await require('node:net').connect(${port}, 'localhost').toArray()))`;
    expect(await run(body, { redirects: [] })).toMatchObject({ result: 'local' });
  });
});

it('gives the server on the platform’s port a free one, unseen', async () => {
  const body = `const s = require('node:http').createServer((q, r) => r.end('up')).listen(8080); await require('node:events').once(s, 'listening'); return s.address()`;
  const outcome = await run(body, { redirects: [], listenPort: 8080 });
  expect(outcome).toMatchObject({ result: { port: 8080 } });
  const port = Number(bed.logs.find((line) => line.level === 'port')?.text);
  expect(port).not.toBe(8080);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('up');
});

describe('the vendors’ clients, unmodified', () => {
  it('DynamoDB', async () => {
    const server = await cloud(() => ({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ Item: { id: { S: '1' } } }),
    }));
    const outcome = await run(
      `const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
       const { Item } = await new DynamoDBClient({}).send(new GetItemCommand({ TableName: 't', Key: { id: { S: '1' } } })); return Item`,
      toServer(server, '.amazonaws.com'),
      {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'AKIDROLE',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_SESSION_TOKEN: 't',
      },
    );
    expect(outcome).toMatchObject({ result: { id: { S: '1' } } });
    expect(server.requests).toMatchObject([{ host: 'dynamodb.eu-central-1.amazonaws.com', method: 'POST' }]);
    expect(server.requests[0]?.headers.authorization).toContain('Credential=AKIDROLE/');
  });

  it('Cosmos DB with a managed identity', async () => {
    const account = 'https://shop.documents.azure.com:443/';
    const token = `e30.${Buffer.from('{"oid":"1"}').toString('base64url')}.x`;
    const server = await cloud(({ path }) => {
      const json = (value: unknown) => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(value),
      });
      if (path.startsWith('/msi'))
        return json({
          access_token: token,
          expires_on: String(Math.floor(Date.now() / 1000) + 3_600),
          token_type: 'Bearer',
        });
      if (path === '/') {
        const locations = [{ name: 'West Europe', databaseAccountEndpoint: account }];
        return json({
          id: 'shop',
          writableLocations: locations,
          readableLocations: locations,
          userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
        });
      }
      return json({ id: 'item-1', _etag: 'e' });
    });
    const outcome = await run(
      `const { CosmosClient } = require('@azure/cosmos'); const { ManagedIdentityCredential } = require('@azure/identity');
       const client = new CosmosClient({ endpoint: '${account}', aadCredentials: new ManagedIdentityCredential() });
       const { resource } = await client.database('d').container('c').item('item-1', 'p').read(); return resource.id`,
      toServer(server, '.documents.azure.com', '169.254.129.2'),
      { IDENTITY_ENDPOINT: 'http://169.254.129.2:80/msi/token', IDENTITY_HEADER: 'secret' },
    );
    expect(outcome).toEqual({ kind: 'succeeded', result: 'item-1' });
    expect(server.requests.find(({ path }) => path.startsWith('/msi'))?.headers['x-identity-header']).toBe(
      'secret',
    );
    expect(decodeURIComponent(String(server.requests.at(-1)?.headers.authorization))).toContain(token);
  });

  it('Firestore over gRPC with the metadata server', async () => {
    const metadata = await cloud(({ path }) => ({
      status: 200,
      headers: {
        'metadata-flavor': 'Google',
        'content-type': path.includes('token') ? 'application/json' : 'text/plain',
      },
      body: path.includes('token')
        ? '{"access_token":"tok-1","expires_in":3600,"token_type":"Bearer"}'
        : 'acme-project',
    }));
    const calls: http2.IncomingHttpHeaders[] = [];
    const grpc = http2.createSecureServer({
      SNICallback: (name, done) => done(null, authority.contextFor(name)),
    });
    grpc.on('stream', (stream, headers) => {
      calls.push(headers);
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': '7',
          'grpc-message': 'denied here',
        },
        { endStream: true },
      );
    });
    await once(grpc.listen(0, '127.0.0.1'), 'listening');
    ends.push(() => grpc.close());
    const address = grpc.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { redirects } = toServer(
      metadata,
      '169.254.169.254',
      'metadata.google.internal',
      'metadata.google.internal.',
    );
    const outcome = await run(
      `const { Firestore } = require('@google-cloud/firestore'); await new Firestore().doc('c/d').set({ a: 1 })`,
      { redirects: [...redirects, { host: '.googleapis.com', ports: { 443: port } }] },
      { GOOGLE_CLOUD_PROJECT: 'acme-project' },
    );
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining('denied here') },
    });
    expect(calls[0]).toMatchObject({
      ':path': '/google.firestore.v1.Firestore/Commit',
      ':authority': 'firestore.googleapis.com:443',
      authorization: 'Bearer tok-1',
    });
  });
});
