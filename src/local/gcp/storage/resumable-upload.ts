/** Uploads that go on after an interruption. https://docs.cloud.google.com/storage/docs/performing-resumable-uploads */
import type { BlobConditions } from '../../engine/blob-conditions.ts';
import { BlobContent } from '../../engine/blob-content.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Random } from '../../engine/random.ts';
import type { Caller } from './access.ts';
import { type Digests, RunningDigest } from './digest.ts';
import type { AttributesBody } from './object.ts';
import { StorageError } from './storage-error.ts';

export interface UploadTarget {
  bucket: string;
  name: string;
  attributes: AttributesBody;
  conditions: BlobConditions;
  caller: Caller;
}

interface Session extends UploadTarget {
  startedAtMs: number;
  chunks: BlobContent[];
  receivedBytes: number;
  digest: RunningDigest;
  /** What the finished upload was answered with, for whoever asks again. */
  result?: unknown;
}

/** What has become of a session with one request. */
export type UploadStep =
  | { kind: 'incomplete'; receivedBytes: number }
  | {
      kind: 'complete';
      target: UploadTarget;
      content: BlobContent;
      digests: Digests;
      keepResult(result: unknown): void;
    }
  | { kind: 'repeated'; result: unknown };

/** "A session URI expires after one week." */
const lifetimeMs = 7 * 86_400_000;
const chunkUnitBytes = 256 * 1024;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export class ResumableUploads {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keep: (chunk: Buffer) => BlobContent;
  readonly #sessions = new Map<string, Session>();

  /** @param keep stores a chunk, which does not change any more */
  constructor(clock: Clock, random: Random, keep: (chunk: Buffer) => BlobContent) {
    this.#clock = clock;
    this.#random = random;
    this.#keep = keep;
  }

  /** Opens a session and returns its id, which is all that its requests need to show. */
  open(target: UploadTarget): string {
    const nowMs = this.#clock.now();
    for (const [id, { startedAtMs }] of this.#sessions)
      if (nowMs - startedAtMs >= lifetimeMs) this.#sessions.delete(id);
    const id = `ABP${this.#random.text(125, alphabet)}`;
    this.#sessions.set(id, {
      ...target,
      startedAtMs: nowMs,
      chunks: [],
      receivedBytes: 0,
      digest: new RunningDigest(),
    });
    return id;
  }

  cancel(id: string): void {
    this.#session(id);
    this.#sessions.delete(id);
  }

  // One PUT to a session. Content-Range is `bytes 0-99/200`; a total of * leaves open how much there will be; a last
  // byte of * says that the body is all that is left; a range of * only asks how much has arrived; and without the
  // header the body is the whole object.
  /** @throws StorageError */
  receive(id: string, contentRange: string | undefined, body: Buffer): UploadStep {
    const session = this.#session(id);
    if ('result' in session) return { kind: 'repeated', result: session.result };
    const { first, last, total } = parseRange(contentRange, body.length);
    if (first === undefined) {
      if (total === session.receivedBytes) return this.#complete(session);
      return { kind: 'incomplete', receivedBytes: session.receivedBytes };
    }
    if (first > session.receivedBytes)
      throw new StorageError(
        503,
        'backendError',
        `Invalid request.  According to the Content-Range header, the upload offset is ${first} byte(s), which exceeds already uploaded size of ${session.receivedBytes} byte(s).`,
      );
    if (last !== undefined && last - first + 1 !== body.length)
      throw new StorageError(
        400,
        'badRequest',
        `Invalid request.  There were ${body.length} byte(s) in the request body.  There should have been ${last - first + 1} byte(s) (starting at offset ${first} and ending at offset ${last}) according to the Content-Range header.`,
      );
    // What arrived before is not taken again.
    const fresh = body.subarray(session.receivedBytes - first);
    const isLast = last === undefined || total === last + 1;
    const taken = isLast ? fresh.length : fresh.length - (fresh.length % chunkUnitBytes);
    if (taken > 0) {
      const chunk = fresh.subarray(0, taken);
      session.digest.add(chunk);
      session.chunks.push(this.#keep(chunk));
    }
    session.receivedBytes += taken;
    if (!isLast) return { kind: 'incomplete', receivedBytes: session.receivedBytes };
    if (total !== undefined && total !== session.receivedBytes)
      throw new StorageError(
        400,
        'badRequest',
        `The upload has ${session.receivedBytes} bytes, not ${total}.`,
      );
    return this.#complete(session);
  }

  #complete(session: Session): UploadStep {
    return {
      kind: 'complete',
      target: session,
      content: BlobContent.concat(session.chunks),
      digests: session.digest.result(),
      keepResult(result) {
        session.result = result;
        session.chunks = [];
      },
    };
  }

  #session(id: string): Session {
    const session = this.#sessions.get(id);
    if (session && this.#clock.now() - session.startedAtMs < lifetimeMs) return session;
    throw new StorageError(session ? 410 : 404, 'notFound', 'The upload session does not exist.');
  }
}

interface ContentRange {
  /** Absent where the request only asks. */
  first?: number;
  /** Absent where the body is all that is left. */
  last?: number;
  total?: number;
}

function parseRange(header: string | undefined, bodyBytes: number): ContentRange {
  if (header === undefined)
    return { first: 0, ...(bodyBytes > 0 && { last: bodyBytes - 1, total: bodyBytes }) };
  const [, first, last, total] = /^bytes (?:\*|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(header) ?? [];
  if (total === undefined)
    throw new StorageError(400, 'badRequest', `Failed to parse Content-Range header: ${header}`);
  return {
    ...(first !== undefined && { first: Number(first) }),
    ...(last !== undefined && last !== '*' && { last: Number(last) }),
    ...(total !== '*' && { total: Number(total) }),
  };
}
