import http, { type IncomingHttpHeaders } from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { CertificateAuthority } from './certificate-authority.ts';
import type { WireHandler, WireRequest, WireResponse } from './wire.ts';

export interface WireServerOptions {
  /** Port for HTTP/1.1 and HTTP/2 without TLS; 0 for any free one. */
  plainPort: number;
  /** Port for TLS with HTTP/1.1 and HTTP/2; 0 for any free one; absent for none. */
  tls?: { port: number; authority: CertificateAuthority };
  /** A longer request body is answered with 413. */
  maximumBodyBytes: number;
  /** Finds who answers a request, before its body is read; nobody gives 404. */
  route(request: RequestHead): WireHandler | undefined;
  /** A handler threw: a defect of a service, answered with 500. */
  onError(error: unknown, request: RequestHead): void;
  /** Takes over a connection that asks for another protocol, such as WebSocket. Without it, it is refused. */
  onUpgrade?(request: RequestHead, socket: Duplex, head: Buffer): void;
}

export type RequestHead = Omit<WireRequest, 'body'>;

export interface WireServer {
  readonly plainPort: number;
  /** Absent when there is no TLS port. */
  readonly tlsPort?: number;
  /** Stops listening and ends all connections. */
  close(): Promise<void>;
}

/** A port that somebody else uses. */
export class PortInUseError extends Error {
  override name = 'PortInUseError';
  readonly port: number;

  constructor(port: number) {
    super(
      `Port ${port} on 127.0.0.1 is in use by another program. Stop it (another run of the local cloud?) or choose ` +
        'another port; port 0 takes any free one.',
    );
    this.port = port;
  }
}

/** Longer than any pause of a frozen function between two invocations in a run, so that kept connections stay good. */
const KEEP_ALIVE_MS = 10 * 60_000;
const HTTP2_PREFACE = 'PRI';

type AnyRequest = http.IncomingMessage | http2.Http2ServerRequest;
type AnyResponse = http.ServerResponse | http2.Http2ServerResponse;

/**
 * Starts the front door of the local cloud: any HTTP that a vendor's SDK speaks becomes a `WireRequest`, and what
 * its service answers goes back.
 *
 * @throws {PortInUseError}
 */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const sockets = new Set<net.Socket>();
  const answer = (request: AnyRequest, response: AnyResponse) => void serve(options, request, response);
  const http1 = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, answer);
  const h2c = http2.createServer({}, answer);
  const plain = net.createServer({ noDelay: true }, (socket) => {
    track(sockets, socket);
    // HTTP/2 without TLS comes with prior knowledge: its first bytes tell.
    socket.once('readable', () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      socket.unshift(first);
      const server = first.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE ? h2c : http1;
      server.emit('connection', socket);
    });
  });
  prepare(http1, options);
  h2c.on('sessionError', () => undefined);
  const plainPort = await listen(plain, options.plainPort);
  if (!options.tls) return { plainPort, close: () => close([plain], sockets) };

  const { authority, port } = options.tls;
  const tls = http2.createSecureServer(
    {
      allowHTTP1: true,
      SNICallback: (name, done) => done(null, authority.contextFor(name)),
      ...pemOf(authority),
    },
    answer,
  );
  tls.on('secureConnection', (socket) => socket.setNoDelay(true));
  tls.on('connection', (socket) => track(sockets, socket));
  tls.on('sessionError', () => undefined).on('tlsClientError', () => undefined);
  prepare(tls, options);
  try {
    const tlsPort = await listen(tls, port);
    return { plainPort, tlsPort, close: () => close([plain, tls], sockets) };
  } catch (error) {
    await close([plain], sockets);
    throw error;
  }
}

/** For a client that names no server: the loopback's own certificate. */
function pemOf(authority: CertificateAuthority): { key: string; cert: string } {
  const { key, certificate } = authority.credentialsFor(['localhost', '127.0.0.1']);
  return { key, cert: certificate };
}

function track(sockets: Set<net.Socket>, socket: net.Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
}

function prepare(server: http.Server | http2.Http2SecureServer, options: WireServerOptions): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!socket.writable) return;
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    if (options.onUpgrade) options.onUpgrade(headOf(request), socket, head);
    else socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
}

function listen(server: net.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(port) : error),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function close(servers: net.Server[], sockets: Set<net.Socket>): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  for (const socket of sockets) socket.destroy();
  await Promise.all(closed);
}

function headOf(request: AnyRequest): RequestHead {
  const target = request.url ?? '/';
  const queryStart = target.indexOf('?');
  const headers: IncomingHttpHeaders = request.headers;
  const authority = 'authority' in request && request.authority ? request.authority : (headers.host ?? '');
  return {
    method: request.method ?? 'GET',
    host: hostName(authority),
    path: queryStart === -1 ? target : target.slice(0, queryStart),
    query: queryStart === -1 ? '' : target.slice(queryStart + 1),
    headers,
  };
}

/** Without port, in lower case. */
function hostName(authority: string): string {
  const colon = authority.lastIndexOf(':');
  const bare = colon > authority.lastIndexOf(']') ? authority.slice(0, colon) : authority;
  return bare.toLowerCase();
}

async function serve(options: WireServerOptions, request: AnyRequest, response: AnyResponse): Promise<void> {
  const head = headOf(request);
  try {
    const handler = options.route(head);
    if (!handler) {
      await respond(response, plainAnswer(404, `No service of the local cloud answers ${head.host}.`));
      return;
    }
    const body = await readBody(request, options.maximumBodyBytes);
    if (body === 'aborted') return;
    if (body === 'too large') {
      await respond(response, plainAnswer(413, `The body is larger than ${options.maximumBodyBytes} bytes.`));
      request.destroy();
      return;
    }
    const answer = handler({ ...head, body });
    await respond(response, answer instanceof Promise ? await answer : answer);
  } catch (error) {
    options.onError(error, head);
    if (response.headersSent) response.destroy();
    else
      await respond(
        response,
        plainAnswer(500, 'The local cloud failed on this request; its log has the reason.'),
      );
  }
}

const plainAnswer = (status: number, text: string): WireResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${text}\n`,
});

const EMPTY = Buffer.alloc(0);

function readBody(
  request: AnyRequest,
  maximumBytes: number,
): Promise<Buffer | 'too large' | 'aborted'> | Buffer {
  const { headers } = request;
  const isHttp1 = request.httpVersionMajor === 1;
  if (isHttp1 && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
    return EMPTY;
  if (Number(headers['content-length']) > maximumBytes) return Promise.resolve('too large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maximumBytes) resolve('too large');
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('close', () => resolve('aborted'));
    request.on('error', () => resolve('aborted'));
  });
}

/** Header fields that belong to one HTTP/1.1 connection. RFC 9113, 8.2.2 */
const CONNECTION_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

async function respond(response: AnyResponse, answer: WireResponse): Promise<void> {
  if (response.destroyed) return;
  const { status, body } = answer;
  const isHttp2 = !(response instanceof http.ServerResponse);
  const headers: Record<string, string | string[] | number> = isHttp2
    ? withoutConnection(answer.headers)
    : answer.headers;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bodiless = status === 204 || status === 304 || status < 200;
    if (!bodiless && headers['content-length'] === undefined) {
      const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
      writeHead(response, status, { ...headers, 'content-length': length });
    } else writeHead(response, status, headers);
    response.end(bodiless ? '' : body);
    return;
  }
  writeHead(response, status, headers);
  await stream(response, body);
}

function writeHead(
  response: AnyResponse,
  status: number,
  headers: Record<string, string | string[] | number>,
): void {
  // The two kinds of response have different overloads of the same method.
  if (response instanceof http.ServerResponse) response.writeHead(status, headers);
  else response.writeHead(status, headers);
}

function withoutConnection(headers: WireResponse['headers']): WireResponse['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !CONNECTION_FIELDS.has(name.toLowerCase())),
  );
}

const writeChunk = (response: AnyResponse, chunk: Uint8Array): boolean =>
  response instanceof http.ServerResponse ? response.write(chunk) : response.write(chunk);

/** Sends chunk by chunk at the client's pace; tells the source when the client has gone. */
async function stream(response: AnyResponse, source: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let wake: () => void = () => undefined;
  let gone = false;
  response.on('drain', () => wake());
  const left = new Promise<'left'>((resolve) => {
    response.on('close', () => {
      gone = true;
      wake();
      resolve('left');
    });
  });
  if ('flushHeaders' in response) response.flushHeaders();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), left]);
      if (next === 'left' || gone) break;
      if (next.done) {
        response.end();
        return;
      }
      const accepted = writeChunk(response, next.value);
      if (!accepted && !gone) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } catch (error) {
    response.destroy();
    throw error;
  }
  // Not awaited: a generator that waits for its next value answers only then.
  void iterator.return?.()?.catch(() => undefined);
}
