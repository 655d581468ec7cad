/**
 * The gRPC front of the local Google Cloud: HTTP/2 with and without TLS, the caller's identity, and errors
 * as gRPC status. Services plug in as tables of methods over bytes, so that each brings its own message codec.
 */
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type SecureContext } from 'node:tls';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { GcpPrincipal, GcpRuntime } from './service.ts';

/** gRPC status codes by name. https://grpc.io/docs/guides/status-codes/ */
export type GrpcCode = Exclude<keyof typeof status, 'OK'>;

/** An answer other than OK: the status code and the text that the client sees. */
export class GrpcError extends Error {
  readonly code: GrpcCode;
  readonly trailers: Readonly<Record<string, Buffer>>;

  /** @param trailers details for programs, by names that end with `-bin` */
  constructor(code: GrpcCode, message: string, trailers: Readonly<Record<string, Buffer>> = {}) {
    super(message);
    this.name = 'GrpcError';
    this.code = code;
    this.trailers = trailers;
  }

  get number(): number {
    return status[this.code];
  }
}

export interface MessageReader<Message> {
  decode(bytes: Buffer): Message;
}
export interface MessageWriter<Message> {
  encode(message: Message): Buffer;
}

/** Who calls. Ask for the principal first: it fails with UNAUTHENTICATED when the token is not valid. */
export interface GrpcCall {
  readonly principal: GcpPrincipal;
  /** The first value of a request header, by its lower-case name. */
  header(name: string): string | undefined;
}

/** The server's side of a stream in both directions. */
export interface GrpcStream<Response> {
  write(message: Response): void;
  /** Ends the stream with OK, or with the error's status. */
  end(error?: unknown): void;
}
export interface GrpcStreamHandler<Request> {
  message(request: Request): void;
  /** The client sends no more, or went away. Called once. */
  close(): void;
}

type ByteStreamHandler = GrpcStreamHandler<Buffer>;
export type GrpcMethod =
  | { kind: 'unary'; run(request: Buffer, call: GrpcCall): Buffer | Promise<Buffer> }
  | { kind: 'serverStream'; run(request: Buffer, call: GrpcCall): Iterable<Buffer> | AsyncIterable<Buffer> }
  | { kind: 'duplex'; open(stream: GrpcStream<Buffer>, call: GrpcCall): ByteStreamHandler };

export interface GrpcService {
  /** Full name: `google.firestore.v1.Firestore`. */
  name: string;
  methods: Record<string, GrpcMethod>;
}

/** One request, one response. */
export function unary<Request, Response>(
  request: MessageReader<Request>,
  response: MessageWriter<Response>,
  run: (request: Request, call: GrpcCall) => Response | Promise<Response>,
): GrpcMethod {
  return {
    kind: 'unary',
    run: (bytes, call) => {
      const result = run(read(request, bytes), call);
      return result instanceof Promise
        ? result.then((message) => response.encode(message))
        : response.encode(result);
    },
  };
}

/** One request, a stream of responses. An error after some of them still ends the stream with its status. */
export function serverStream<Request, Response>(
  request: MessageReader<Request>,
  response: MessageWriter<Response>,
  run: (request: Request, call: GrpcCall) => Iterable<Response>,
): GrpcMethod {
  return {
    kind: 'serverStream',
    *run(bytes, call) {
      for (const message of run(read(request, bytes), call)) yield response.encode(message);
    },
  };
}

/** Streams in both directions. */
export function duplex<Request, Response>(
  request: MessageReader<Request>,
  response: MessageWriter<Response>,
  open: (stream: GrpcStream<Response>, call: GrpcCall) => GrpcStreamHandler<Request>,
): GrpcMethod {
  return {
    kind: 'duplex',
    open: (stream, call) => {
      const handler = open(
        { write: (message) => stream.write(response.encode(message)), end: (error) => stream.end(error) },
        call,
      );
      return {
        message: (bytes) => handler.message(read(request, bytes)),
        close: () => handler.close(),
      };
    },
  };
}

function read<Message>(reader: MessageReader<Message>, bytes: Buffer): Message {
  try {
    return reader.decode(bytes);
  } catch (error) {
    if (error instanceof GrpcError) throw error;
    throw new GrpcError('INVALID_ARGUMENT', `The request can not be read: ${describe(error)}`);
  }
}

export interface GrpcServerOptions {
  runtime: Pick<GcpRuntime, 'authenticate'>;
  services: readonly GrpcService[];
  /**
   * What a call without a token is, and one with the emulators' `Bearer owner`: the owner of the project (as
   * the vendor's emulators treat it), or refused with UNAUTHENTICATED as in the cloud.
   */
  withoutToken: 'owner' | 'refuse';
  /** Hears of errors that are not a `GrpcError`: faults of a service. The client gets INTERNAL. */
  onFault?: (error: unknown, method: string) => void;
}

/** Either one certificate in PEM, or one for each server name that a client asks for. */
export type GrpcTls = { key: string; cert: string } | { contextFor(serverName: string): SecureContext };

export interface GrpcServer {
  /** Listens on 127.0.0.1. Port 0 takes a free one. Resolves to the port. */
  listen(port: number, tls?: GrpcTls): Promise<number>;
  /** Serves a connection that was accepted (and decrypted) elsewhere and speaks HTTP/2. */
  accept(connection: Duplex): void;
  /** Stops accepting, lets calls under way finish for `graceMs` (default 1000), then cuts them. */
  close(graceMs?: number): Promise<void>;
}

export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  // Firestore takes requests of up to 10 MiB; the library's default is 4 MiB.
  const server = new Server({
    'grpc.max_receive_message_length': 11 * 1024 * 1024,
    'grpc.max_send_message_length': -1,
  });
  for (const service of options.services) addService(server, service, options);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const accept = (connection: Duplex) => {
    connection.on('error', () => connection.destroy());
    injector.injectConnection(connection);
  };
  const listeners: { close(): void }[] = [];
  return {
    accept,
    async listen(port, tls) {
      const onConnection = (socket: Socket) => {
        socket.setNoDelay(true);
        accept(socket);
      };
      const listener = tls ? createTlsServer(tlsOptions(tls), onConnection) : createServer(onConnection);
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject);
        listener.listen(port, '127.0.0.1', resolve);
      });
      listeners.push(listener);
      const address = listener.address();
      if (address === null || typeof address === 'string') throw new Error('The gRPC listener has no port.');
      return address.port;
    },
    async close(graceMs = 1000) {
      for (const listener of listeners) listener.close();
      injector.drain(graceMs);
      const finished = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      const cut = setTimeout(() => server.forceShutdown(), graceMs);
      await finished;
      clearTimeout(cut);
      injector.destroy();
    },
  };
}

function tlsOptions(tls: GrpcTls) {
  const ALPNProtocols = ['h2'];
  if ('key' in tls) return { key: tls.key, cert: tls.cert, ALPNProtocols };
  return {
    ALPNProtocols,
    SNICallback(serverName: string, done: (error: Error | null, context?: SecureContext) => void) {
      try {
        done(null, tls.contextFor(serverName));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}

const sameBytes = (message: Buffer): Buffer => message;

function addService(server: Server, service: GrpcService, options: GrpcServerOptions): void {
  const implementation: UntypedServiceImplementation = {};
  const definition: Record<string, Parameters<Server['addService']>[0][string]> = {};
  for (const [name, method] of Object.entries(service.methods)) {
    const path = `/${service.name}/${name}`;
    definition[name] = {
      path,
      requestStream: method.kind === 'duplex',
      responseStream: method.kind !== 'unary',
      requestSerialize: sameBytes,
      requestDeserialize: sameBytes,
      responseSerialize: sameBytes,
      responseDeserialize: sameBytes,
    };
    implementation[name] = handlerOf(method, path, options);
  }
  server.addService(definition, implementation);
}

function handlerOf(method: GrpcMethod, path: string, options: GrpcServerOptions) {
  const failure = (error: unknown) => statusOf(error, path, options);
  switch (method.kind) {
    case 'unary':
      return async (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => {
        try {
          const result = method.run(call.request, caller(call.metadata, options));
          respond(null, result instanceof Promise ? await result : result);
        } catch (error) {
          respond(failure(error));
        }
      };
    case 'serverStream':
      return async (call: ServerWritableStream<Buffer, Buffer>) => {
        try {
          for await (const message of method.run(call.request, caller(call.metadata, options))) {
            if (call.cancelled) return;
            if (!call.write(message)) await drained(call);
          }
          call.end();
        } catch (error) {
          call.emit('error', failure(error));
        }
      };
    case 'duplex':
      return (call: ServerDuplexStream<Buffer, Buffer>) => {
        let open = true;
        let handler: ByteStreamHandler | undefined;
        const close = () => {
          if (!open) return;
          open = false;
          handler?.close();
        };
        const end = (error?: unknown) => {
          if (!open) return;
          close();
          if (error === undefined) call.end();
          else call.emit('error', failure(error));
        };
        const guarded = (task: () => void) => {
          try {
            task();
          } catch (error) {
            end(error);
          }
        };
        guarded(() => {
          const stream: GrpcStream<Buffer> = { write: (message) => open && call.write(message), end };
          handler = method.open(stream, caller(call.metadata, options));
          call.on('data', (message: Buffer) => guarded(() => handler?.message(message)));
          call.on('end', () => end());
          call.on('cancelled', close);
        });
      };
  }
}

/** Waits until the client has read, or has gone away. */
function drained(call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      call.off('cancelled', done);
      resolve();
    };
    call.on('drain', done);
    call.on('cancelled', done);
  });
}

function caller(metadata: Metadata, options: GrpcServerOptions): GrpcCall {
  const header = (name: string) => {
    const value = metadata.get(name)[0];
    return value === undefined ? undefined : value.toString();
  };
  return { header, principal: principalOf(header('authorization'), options) };
}

function principalOf(authorization: string | undefined, options: GrpcServerOptions): GcpPrincipal {
  const token = authorization?.replace(/^Bearer /i, '');
  if (options.withoutToken === 'owner' && (token === undefined || token === 'owner'))
    return { kind: 'owner' };
  const principal = token === undefined ? undefined : options.runtime.authenticate(token);
  if (principal) return principal;
  throw new GrpcError(
    'UNAUTHENTICATED',
    token === undefined
      ? 'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.'
      : 'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  );
}

function statusOf(error: unknown, path: string, options: GrpcServerOptions) {
  const isAnswer = error instanceof GrpcError;
  if (!isAnswer) options.onFault?.(error, path);
  const details = isAnswer ? error.message : `${path} failed: ${describe(error)}`;
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(isAnswer ? error.trailers : {})) metadata.set(name, value);
  const code = isAnswer ? error.number : status.INTERNAL;
  return { name: 'GrpcError', message: details, code, details, metadata };
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
