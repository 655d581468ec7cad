import type { ProcessWork } from './process-work.ts';

/**
 * How a runner and its instances talk: frames on two pipes, one in each direction.
 *
 * Layout: frame length (4 bytes, big endian, without itself), header length (4 bytes), header (JSON),
 * payload (raw bytes, so that event bodies are never re-encoded).
 */
export interface Frame<Header> {
  header: Header;
  payload: Buffer;
}

const EMPTY = Buffer.alloc(0);
const PREFIX_BYTES = 8;

export function encodeFrame(header: object, payload: Uint8Array = EMPTY): Buffer {
  const headerText = JSON.stringify(header);
  const headerBytes = Buffer.byteLength(headerText);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes + payload.byteLength);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt32BE(headerBytes, 4);
  frame.write(headerText, PREFIX_BYTES, 'utf8');
  frame.set(payload, PREFIX_BYTES + headerBytes);
  return frame;
}

/** Cuts a byte stream into frames. `Header` is trusted: both ends are this package. */
export class FrameReader<Header> {
  readonly #deliver: (frame: Frame<Header>) => void;
  #parts: Buffer[] = [];
  #bufferedBytes = 0;

  constructor(deliver: (frame: Frame<Header>) => void) {
    this.#deliver = deliver;
  }

  push(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (this.#bufferedBytes < PREFIX_BYTES) return;
    let first = this.#parts[0] ?? EMPTY;
    if (first.length < PREFIX_BYTES) first = this.#join();
    if (this.#bufferedBytes < first.readUInt32BE(0) + 4) return;
    this.#drain(this.#parts.length === 1 ? first : this.#join());
  }

  #join(): Buffer {
    const whole = Buffer.concat(this.#parts, this.#bufferedBytes);
    this.#parts = [whole];
    return whole;
  }

  #drain(buffer: Buffer): void {
    let offset = 0;
    while (buffer.length - offset >= PREFIX_BYTES) {
      const end = offset + 4 + buffer.readUInt32BE(offset);
      if (end > buffer.length) break;
      const payloadStart = offset + PREFIX_BYTES + buffer.readUInt32BE(offset + 4);
      const header: Header = JSON.parse(buffer.toString('utf8', offset + PREFIX_BYTES, payloadStart));
      const payload = payloadStart === end ? EMPTY : buffer.subarray(payloadStart, end);
      offset = end;
      this.#deliver({ header, payload });
    }
    const rest = buffer.subarray(offset);
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#bufferedBytes = rest.length;
  }
}

/** What went wrong inside an instance, as its language runtime names it. */
export interface InstanceError {
  /** Error class or the platform's own type: `TypeError`, `Runtime.HandlerNotFound`. */
  type: string;
  message: string;
  /** Lines of the stack, the first one being type and message; empty for a thrown value that is no error. */
  stack: string[];
}

/** Frames from the runner to an instance. `nowMs` is present when the run has virtual time. */
export type ToInstance<Context = Record<string, unknown>> =
  | { kind: 'invoke'; id: string; nowMs?: number; context: Context }
  | { kind: 'acknowledge'; id: string }
  | { kind: 'time'; nowMs: number }
  /** Lets so much time go by at once. */
  | { kind: 'skip'; durationMs: number }
  /** Asks for a `rest`. */
  | { kind: 'rest?' }
  | { kind: 'ping' }
  | { kind: 'terminate' };

/** Whether an instance works or waits. */
export interface Rest extends ProcessWork {
  /** Until its first timer falls due; absent when none is set. */
  nextTimerMs?: number;
}

/** Frames from an instance to the runner. */
export type FromInstance =
  | { kind: 'ready'; detail: unknown; initDurationMs: number; rssBytes: number }
  | { kind: 'initFailed'; error: InstanceError }
  | { kind: 'succeeded'; id: string; durationMs: number; rssBytes: number; detail?: unknown }
  | { kind: 'failed'; id: string; durationMs: number; rssBytes: number; error: InstanceError }
  /** One piece of a streamed answer; `detail` is whatever the platform sends before the first byte. */
  | { kind: 'chunk'; id: string; detail?: unknown }
  | { kind: 'log'; id?: string; level: string; category?: string }
  | { kind: 'outsideCall'; host: string; port: number; protocol: 'tcp' | 'udp' | 'dns' }
  | { kind: 'rest'; rest: Rest }
  | { kind: 'pong' };
