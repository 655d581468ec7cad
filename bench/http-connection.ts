import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  status: number;
  body: string;
}

interface Waiting {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

/**
 * One HTTP/1.1 connection to a port of this machine, kept alive, with one request under way at a time. Far cheaper
 * than Node's own client, so that the client takes little of the machine that it shares with the server.
 */
export class HttpConnection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends what `httpRequest` made; connects first when there is no connection.
   * @throws Error when the connection cannot be made or breaks
   */
  send(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#connect();
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#received = Buffer.alloc(0);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#broken(socket, error));
    socket.on('close', () => this.#broken(socket, new Error('The server closed the connection.')));
    return socket;
  }

  #broken(socket: Socket, error: Error): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const message = readMessage(this.#received);
    if (!message) return;
    this.#received = this.#received.subarray(message.sizeBytes);
    if (message.closes) this.close();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(message.answer);
  }
}

/** The bytes of a request. A body is sent as JSON unless `headers` say otherwise. */
export function httpRequest(request: {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}): Buffer {
  const { method, path, headers = {}, body } = request;
  const all: Record<string, string> = {
    host: '127.0.0.1',
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}

/** The first answer in the bytes, or `undefined` while it is not whole. */
function readMessage(bytes: Buffer): { answer: HttpAnswer; sizeBytes: number; closes: boolean } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
  const bodyStart = headEnd + 4;
  const status = Number(head.slice(9, 12));
  const closes = head.includes('\r\nconnection: close');
  if (head.includes('\r\ntransfer-encoding: chunked')) {
    const chunked = readChunks(bytes, bodyStart);
    return chunked && { answer: { status, body: chunked.body }, sizeBytes: chunked.end, closes };
  }
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0);
  if (bytes.length < bodyStart + length) return undefined;
  const body = bytes.toString('utf8', bodyStart, bodyStart + length);
  return { answer: { status, body }, sizeBytes: bodyStart + length, closes };
}

function readChunks(bytes: Buffer, start: number): { body: string; end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let position = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', position);
    if (lineEnd < 0) return undefined;
    const sizeBytes = Number.parseInt(bytes.toString('latin1', position, lineEnd), 16);
    const end = lineEnd + 2 + sizeBytes + 2;
    if (bytes.length < end) return undefined;
    if (sizeBytes === 0) return { body: Buffer.concat(chunks).toString('utf8'), end };
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + sizeBytes));
    position = end;
  }
}
