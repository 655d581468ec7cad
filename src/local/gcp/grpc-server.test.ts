import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, type ClientOptions, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { createCertificateAuthority } from '../engine/certificate-authority.ts';
import { realClock } from '../engine/clock.ts';
import {
  createGrpcServer,
  duplex,
  GrpcError,
  type GrpcServer,
  type GrpcServerOptions,
  type GrpcService,
  serverStream,
  unary,
} from './grpc-server.ts';

const text = {
  decode: (bytes: Buffer) => bytes.toString(),
  encode: (message: string) => Buffer.from(message),
};
const closed: string[] = [];
const echo: GrpcService = {
  name: 'test.Echo',
  methods: {
    Who: unary(text, text, (_, { principal }) => (principal.kind === 'owner' ? 'owner' : principal.email)),
    Later: unary(text, text, async (request) => `${request} later`),
    Fail: unary(text, text, (request) => {
      if (request === 'fault') throw new TypeError('a defect');
      throw new GrpcError('FAILED_PRECONDITION', 'not so');
    }),
    Count: serverStream(text, text, function* (request) {
      for (let index = 1; index <= Number(request); index++) yield String(index);
      if (Number(request) > 2) throw new GrpcError('ABORTED', 'enough');
    }),
    Chat: duplex(text, text, (stream) => ({
      message: (request) =>
        request === 'stop' ? stream.end(new GrpcError('ABORTED', 'stopped')) : stream.write(`${request}!`),
      close: () => closed.push('chat'),
    })),
  },
};

const faults: unknown[] = [];
let server: GrpcServer | undefined;
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server?.close(0);
  server = undefined;
});

function start(options: Partial<GrpcServerOptions> = {}): GrpcServer {
  server = createGrpcServer({
    runtime: {
      authenticate: (token) => (token === 'good' ? { kind: 'serviceAccount', email: 'fn@demo' } : undefined),
    },
    services: [echo],
    withoutToken: 'refuse',
    onFault: (error) => faults.push(error),
    ...options,
  });
  return server;
}

function client(port: number, channel = credentials.createInsecure(), options: ClientOptions = {}): Client {
  const made = new Client(`127.0.0.1:${port}`, channel, options);
  clients.push(made);
  return made;
}

const headers = (token?: string) => {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
};

function call(
  from: Client,
  method: string,
  request = '',
  token: string | undefined = 'good',
): Promise<string> {
  return new Promise((resolve, reject) => {
    from.makeUnaryRequest(
      `/test.Echo/${method}`,
      text.encode,
      text.decode,
      request,
      headers(token),
      (error, answer) => (error ? reject(error) : resolve(answer ?? '')),
    );
  });
}

describe('the caller', () => {
  test('is who the token says', async () => {
    const from = client(await start().listen(0));
    expect(await call(from, 'Who')).toBe('fn@demo');
    expect(await call(from, 'Later', 'see you')).toBe('see you later');
    await expect(call(from, 'Who', '', 'bad')).rejects.toMatchObject({ code: 16 });
    await expect(call(from, 'Who', '', 'owner')).rejects.toMatchObject({ code: 16 });
  });

  test('without a token is refused, or the owner where the option says so', async () => {
    const bare = (from: Client) =>
      new Promise((resolve, reject) => {
        from.makeUnaryRequest('/test.Echo/Who', text.encode, text.decode, '', (error, answer) =>
          error ? reject(error) : resolve(answer),
        );
      });
    await expect(bare(client(await start().listen(0)))).rejects.toMatchObject({ code: 16 });
    await server?.close(0);
    const open = client(await start({ withoutToken: 'owner' }).listen(0));
    expect(await bare(open)).toBe('owner');
    expect(await call(open, 'Who', '', 'owner')).toBe('owner');
    expect(await call(open, 'Who')).toBe('fn@demo');
    await expect(call(open, 'Who', '', 'bad')).rejects.toMatchObject({ code: 16 });
  });
});

describe('answers', () => {
  test('errors come as their status; a fault is INTERNAL and is heard of', async () => {
    const from = client(await start().listen(0));
    await expect(call(from, 'Fail')).rejects.toMatchObject({ code: 9, details: 'not so' });
    expect(faults).toEqual([]);
    await expect(call(from, 'Fail', 'fault')).rejects.toMatchObject({
      code: 13,
      details: '/test.Echo/Fail failed: a defect',
    });
    expect(faults.splice(0)).toHaveLength(1);
    await expect(call(from, 'Unknown')).rejects.toMatchObject({
      code: 12,
      details: expect.stringContaining('Unknown'),
    });
  });

  test('a stream gives its messages and then its error', async () => {
    const from = client(await start().listen(0));
    const count = (upTo: number) =>
      new Promise<[string[], number]>((resolve) => {
        const messages: string[] = [];
        const stream = from.makeServerStreamRequest(
          '/test.Echo/Count',
          text.encode,
          text.decode,
          String(upTo),
          headers('good'),
        );
        stream.on('data', (message: string) => messages.push(message));
        stream.on('error', (error: ServiceError) => resolve([messages, error.code]));
        stream.on('end', () => resolve([messages, 0]));
      });
    expect(await count(2)).toEqual([['1', '2'], 0]);
    expect(await count(3)).toEqual([['1', '2', '3'], 10]);
  });

  test('a stream in both directions ends by either side', async () => {
    const from = client(await start().listen(0));
    const chat = () =>
      from.makeBidiStreamRequest('/test.Echo/Chat', text.encode, text.decode, headers('good'));
    const first = chat();
    const heard = new Promise((resolve) => first.once('data', resolve));
    first.write('hi');
    expect(await heard).toBe('hi!');
    const ended = new Promise((resolve) => first.once('error', (error: ServiceError) => resolve(error.code)));
    first.write('stop');
    expect(await ended).toBe(10);
    const second = chat();
    second.on('error', () => {});
    const answered = new Promise((resolve) => second.once('data', resolve));
    second.write('hi');
    await answered;
    closed.length = 0;
    second.cancel();
    await expect.poll(() => closed).toEqual(['chat']);
  });
});

describe('TLS', () => {
  test('with one certificate, or one for each name that a client asks for', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'grpc-'));
    try {
      const authority = createCertificateAuthority(directory, realClock);
      const roots = credentials.createSsl(Buffer.from(authority.certificate));
      const named = { 'grpc.ssl_target_name_override': 'firestore.googleapis.com' };
      const { key, certificate } = authority.credentialsFor(['firestore.googleapis.com']);
      start();
      const fixed = await server?.listen(0, { key, cert: certificate });
      const byName = await server?.listen(0, { contextFor: (name) => authority.contextFor(name) });
      expect(await call(client(fixed ?? 0, roots, named), 'Who')).toBe('fn@demo');
      expect(await call(client(byName ?? 0, roots, named), 'Who')).toBe('fn@demo');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

test('a connection that was accepted elsewhere is served', async () => {
  const grpc = start();
  const front = createServer((socket) => grpc.accept(socket));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(await call(client(port), 'Who')).toBe('fn@demo');
  front.close();
});

test('closing lets a call finish and takes no new one', async () => {
  let finish = () => {};
  const slow = new Promise<string>((resolve) => {
    finish = () => resolve('done');
  });
  const service = { name: 'test.Echo', methods: { Slow: unary(text, text, () => slow) } };
  const from = client(await start({ services: [service] }).listen(0));
  const running = call(from, 'Slow');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closing = server?.close(5000);
  finish();
  expect(await running).toBe('done');
  await closing;
  await expect(call(from, 'Slow')).rejects.toMatchObject({ code: 14 });
});
