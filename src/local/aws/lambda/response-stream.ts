import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { RuntimeError } from './runtime-error.ts';

export const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
export const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/** Content type of an answer that starts with status and headers for an HTTP integration. */
const HTTP_INTEGRATION = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = new Uint8Array(8);

type Send = (chunk: Uint8Array, contentType: string | undefined) => Promise<void>;

/**
 * The second argument of a streaming handler: what is written goes to the client at once, and `write` tells when
 * the client is slower. https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export class ResponseStream extends Writable {
  readonly #send: Send;
  #contentType: string | undefined;
  #prelude: Uint8Array | undefined;
  #begun = false;

  constructor(highWaterMark: number | undefined, send: Send) {
    super({ decodeStrings: true, ...(highWaterMark !== undefined && { highWaterMark }) });
    this.#send = send;
  }

  setContentType(contentType: string): void {
    if (this.#begun)
      throw new RuntimeError('Runtime.InvalidStreamingOperation', 'Cannot set content-type, too late.');
    this.#contentType = contentType;
  }

  startWith(prelude: Uint8Array): void {
    this.#prelude = prelude;
  }

  /** Anything but text and bytes is written as JSON. */
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    const data = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
    return Reflect.apply(super.write, this, [data, ...rest]);
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pass(chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#begun) done();
    else this.#pass(new Uint8Array(0)).then(() => done(), done);
  }

  /** Runs the handler and waits until it has settled and the stream is finished. */
  async run(handler: () => unknown): Promise<void> {
    const returned = handler();
    if (!(typeof returned === 'object' && returned !== null && 'then' in returned)) {
      throw new Error('Streaming does not support non-async handlers.');
    }
    const result = await returned;
    if (result !== undefined) console.warn('Streaming handlers ignore return values.');
    if (!this.writableFinished) await finished(this);
  }

  #pass(chunk: Uint8Array): Promise<void> {
    const first = !this.#begun;
    this.#begun = true;
    const whole = first && this.#prelude ? Buffer.concat([this.#prelude, chunk]) : chunk;
    return this.#send(whole, first ? (this.#contentType ?? 'application/octet-stream') : undefined);
  }
}

/** Defines `awslambda`, with which a handler declares that it streams. */
export function installAwsLambdaGlobal(): void {
  const streamifyResponse = (handler: object, options?: { highWaterMark?: number }) => {
    Reflect.set(handler, STREAMING, 'response');
    if (typeof options?.highWaterMark === 'number') {
      Reflect.set(handler, HIGH_WATER_MARK, Math.trunc(options.highWaterMark));
    }
    return handler;
  };
  const HttpResponseStream = {
    from(stream: ResponseStream, metadata: object): ResponseStream {
      stream.setContentType(HTTP_INTEGRATION);
      stream.startWith(Buffer.concat([Buffer.from(JSON.stringify(metadata)), PRELUDE_END]));
      return stream;
    },
  };
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
}
