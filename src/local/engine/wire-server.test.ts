import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCertificateAuthority } from './certificate-authority.ts';
import { realClock } from './clock.ts';
import { type TestBed, testBed } from './instance-test-bed.ts';
import type { WireHandler, WireRequest, WireResponse } from './wire.ts';
import { PortInUseError, startWireServer, type WireServer, type WireServerOptions } from './wire-server.ts';

let bed: TestBed;
const servers: WireServer[] = [];
const errors: unknown[] = [];

beforeEach(() => {
  bed = testBed();
  errors.length = 0;
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  bed.close();
});

const echo: WireHandler = ({ body, headers, ...request }) => ({
  status: 200,
  headers: { 'x-seen': String(headers['x-a'] ?? '') },
  body: JSON.stringify({ ...request, body: body.toString() }),
});

async function serve(handler: WireHandler, changes: Partial<WireServerOptions> = {}) {
  const authority = createCertificateAuthority(bed.directory, realClock);
  const server = await startWireServer({
    plainPort: 0,
    tls: { port: 0, authority },
    maximumBodyBytes: 1_000,
    route: ({ host }) => (host === 'nobody.example' ? undefined : handler),
    onError: (error) => errors.push(error),
    ...changes,
  });
  servers.push(server);
  return { ...server, origin: `http://127.0.0.1:${server.plainPort}`, authority };
}

async function overHttp2(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: string,
) {
  const stream = session.request(headers);
  stream.end(body);
  const [response] = await once(stream, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: response[':status'], headers: response, body: Buffer.concat(chunks).toString() };
}

const SEEN = {
  method: 'POST',
  host: 'sqs.us-east-1.amazonaws.com',
  path: '/a%2Fb/',
  query: 'x=1&y',
  body: 'hello',
};

describe('a request', () => {
  it('arrives over HTTP/1.1', async () => {
    const { plainPort } = await serve(echo);
    const request = http.request({
      port: plainPort,
      method: 'POST',
      path: '/a%2Fb/?x=1&y',
      headers: { host: 'SQS.us-east-1.amazonaws.com:443', 'x-a': 'b' },
    });
    request.end('hello');
    const [response] = await once(request, 'response');
    expect(response.headers['x-seen']).toBe('b');
    expect(JSON.parse(Buffer.concat(await response.toArray()).toString())).toEqual(SEEN);
  });

  it('arrives over HTTP/2 with prior knowledge', async () => {
    const { origin } = await serve(echo);
    const session = http2.connect(origin);
    const answer = await overHttp2(
      session,
      { ':method': 'POST', ':path': '/a%2Fb/?x=1&y', ':authority': `${SEEN.host}:443`, 'x-a': 'b' },
      'hello',
    );
    expect(answer).toMatchObject({ status: 200, headers: { 'x-seen': 'b' } });
    expect(JSON.parse(answer.body)).toEqual(SEEN);
    session.close();
  });

  it('arrives over TLS with HTTP/2 and HTTP/1.1', async () => {
    const { tlsPort, authority } = await serve(echo);
    const ca = authority.certificate;
    const session = http2.connect(`https://127.0.0.1:${tlsPort}`, { ca, servername: SEEN.host });
    const answer = await overHttp2(
      session,
      { ':method': 'POST', ':path': '/a%2Fb/?x=1&y', ':authority': SEEN.host },
      'hello',
    );
    expect(JSON.parse(answer.body)).toEqual(SEEN);
    session.close();
    const request = https.request({
      host: '127.0.0.1',
      port: tlsPort,
      ca,
      servername: SEEN.host,
      path: '/',
      headers: { host: SEEN.host },
    });
    request.end();
    const [response] = await once(request, 'response');
    expect(JSON.parse(Buffer.concat(await response.toArray()).toString())).toMatchObject({
      method: 'GET',
      host: SEEN.host,
      body: '',
    });
  });

  it('with a chunked body arrives whole', async () => {
    const { origin } = await serve(echo);
    const body = new ReadableStream({
      start(controller) {
        for (const text of ['one ', 'two']) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half' };
    expect(await (await fetch(origin, init)).json()).toMatchObject({ body: 'one two' });
  });

  it('with too large a body is refused, whether it says so or not', async () => {
    const { origin } = await serve(echo);
    expect((await fetch(origin, { method: 'POST', body: 'x'.repeat(1_001) })).status).toBe(413);
    const request = http.request(origin, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    request.on('error', () => undefined);
    request.write('x'.repeat(2_000));
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(413);
    request.destroy();
  });

  it('that nobody answers gets 404, one whose handler throws 500', async () => {
    const { origin } = await serve(() => {
      throw new Error('defect');
    });
    const session = http2.connect(origin);
    expect(await overHttp2(session, { ':authority': 'nobody.example' })).toMatchObject({
      status: 404,
      body: expect.stringContaining('nobody.example'),
    });
    session.close();
    expect((await fetch(origin)).status).toBe(500);
    expect(errors).toMatchObject([{ message: 'defect' }]);
  });

  it('that is no HTTP gets 400', async () => {
    const { plainPort } = await serve(echo);
    const socket = net.connect(plainPort, '127.0.0.1');
    socket.write('HELLO WORLD\r\n\r\n');
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 400 Bad Request/);
  });
});

describe('an answer', () => {
  it('without a body has none', async () => {
    const { origin } = await serve(({ method }) => ({
      status: method === 'DELETE' ? 204 : 304,
      headers: { etag: 'a' },
      body: '',
    }));
    const response = await fetch(origin, { method: 'DELETE' });
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([
      204,
      '',
      null,
    ]);
  });

  it('to HEAD keeps the length that the service names', async () => {
    const { origin } = await serve(() => ({ status: 200, headers: { 'content-length': '123' }, body: '' }));
    const response = await fetch(origin, { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe('123');
  });

  it('leaves out what HTTP/2 forbids, and repeats fields', async () => {
    const { origin } = await serve(() => ({
      status: 200,
      headers: { connection: 'close', 'set-cookie': ['a=1', 'b=2'] },
      body: 'x',
    }));
    const session = http2.connect(origin);
    const { headers } = await overHttp2(session, {});
    expect(headers.connection).toBeUndefined();
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    session.close();
  });

  it.each(['http/1.1', 'h2c'])(
    'streams over %s as it is produced, and stops when the client goes',
    async (protocol) => {
      let stopped = false;
      async function* endless() {
        try {
          for (let n = 0; ; n++) {
            yield Buffer.from(`data: ${n}\n\n`);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        } finally {
          stopped = true;
        }
      }
      const { origin } = await serve((): WireResponse => ({ status: 200, headers: {}, body: endless() }));
      if (protocol === 'h2c') {
        const session = http2.connect(origin);
        const stream = session.request({});
        await once(stream, 'data');
        stream.close(http2.constants.NGHTTP2_CANCEL);
        session.close();
      } else {
        const response = await fetch(origin);
        const reader = response.body?.getReader();
        await reader?.read();
        await reader?.cancel();
      }
      await vi.waitFor(() => expect(stopped).toBe(true));
    },
  );

  it('waits for a slow client', async () => {
    let produced = 0;
    async function* large() {
      for (; produced < 2_000; produced++) yield Buffer.alloc(64 * 1024);
    }
    const { plainPort } = await serve((): WireResponse => ({ status: 200, headers: {}, body: large() }));
    const socket = net.connect(plainPort, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(produced).toBeGreaterThan(0);
    expect(produced).toBeLessThan(1_000);
    socket.destroy();
  });
});

it('hands an upgrade over, and refuses it when nobody takes it', async () => {
  const seen: WireRequest['path'][] = [];
  const upgrade = async (changes: Partial<WireServerOptions>) => {
    const { plainPort } = await serve(echo, changes);
    const socket = net.connect(plainPort, '127.0.0.1');
    socket.write('GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    const [chunk] = await once(socket, 'data');
    socket.destroy();
    return String(chunk).split('\r\n')[0];
  };
  const onUpgrade: WireServerOptions['onUpgrade'] = (request, socket) => {
    seen.push(request.path);
    socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  };
  expect(await upgrade({ onUpgrade })).toBe('HTTP/1.1 101 Switching Protocols');
  expect(seen).toEqual(['/ws']);
  expect(await upgrade({})).toBe('HTTP/1.1 426 Upgrade Required');
});

it('says which port is in use and what to do', async () => {
  const { plainPort } = await serve(echo);
  const error = await serve(echo, { plainPort }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PortInUseError);
  expect(String(error)).toContain(`Port ${plainPort} on 127.0.0.1 is in use`);
});
