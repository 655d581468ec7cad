import { randomUUID } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, readSync, unlink, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Bytes of which nobody holds all in memory: parts one after another, each in memory or in a file. */
type Segment = { readonly length: number } & (
  | { readonly kind: 'memory'; readonly bytes: Buffer }
  | { readonly kind: 'file'; readonly file: SpilledFile; readonly offset: number }
);

interface SpilledFile {
  readonly path: string;
}

/** What is read from a file at a time. */
const readChunkBytes = 1024 * 1024;

/**
 * The bytes of an object; never changes. Ranges and compositions share the bytes of what they are made of, so that a
 * copy of a large object, or an object of many parts, costs nothing.
 */
export class BlobContent implements AsyncIterable<Buffer> {
  static readonly empty = new BlobContent([]);
  readonly sizeBytes: number;
  readonly #segments: readonly Segment[];

  private constructor(segments: readonly Segment[]) {
    this.#segments = segments;
    this.sizeBytes = segments.reduce((sum, { length }) => sum + length, 0);
  }

  /** Keeps `bytes` in memory; they must not change any more. */
  static of(bytes: Buffer): BlobContent {
    return bytes.length === 0
      ? BlobContent.empty
      : new BlobContent([{ kind: 'memory', bytes, length: bytes.length }]);
  }

  static inFile(file: SpilledFile, sizeBytes: number): BlobContent {
    return new BlobContent([{ kind: 'file', file, offset: 0, length: sizeBytes }]);
  }

  /** One after another. */
  static concat(parts: readonly BlobContent[]): BlobContent {
    const [only] = parts;
    return parts.length === 1 && only ? only : new BlobContent(parts.flatMap((part) => part.#segments));
  }

  /** From byte `start` up to and without byte `end`. */
  slice(start: number, end = this.sizeBytes): BlobContent {
    if (start <= 0 && end >= this.sizeBytes) return this;
    const found: Segment[] = [];
    let position = 0;
    for (const segment of this.#segments) {
      const from = Math.max(start - position, 0);
      const length = Math.min(end - position, segment.length) - from;
      position += segment.length;
      if (length <= 0) continue;
      found.push(
        segment.kind === 'memory'
          ? { kind: 'memory', bytes: segment.bytes.subarray(from, from + length), length }
          : { kind: 'file', file: segment.file, offset: segment.offset + from, length },
      );
    }
    return new BlobContent(found);
  }

  /** As the body of a response: at once what is one piece in memory, the rest piece by piece. */
  body(): Buffer | AsyncIterable<Buffer> {
    const [only] = this.#segments;
    if (!only) return Buffer.alloc(0);
    return this.#segments.length === 1 && only.kind === 'memory' ? only.bytes : this;
  }

  /** All of it in memory. */
  bytes(): Buffer {
    const pieces = this.#segments.map((segment) =>
      segment.kind === 'memory' ? segment.bytes : readFile(segment.file.path, segment.offset, segment.length),
    );
    const [only] = pieces;
    return pieces.length === 1 && only ? only : Buffer.concat(pieces);
  }

  /** Piece by piece, however large it is. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (const segment of this.#segments) {
      if (segment.kind === 'memory') yield segment.bytes;
      else
        yield* createReadStream(segment.file.path, {
          start: segment.offset,
          end: segment.offset + segment.length - 1,
          highWaterMark: readChunkBytes,
        }) as AsyncIterable<Buffer>;
    }
  }
}

function readFile(file: string, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const descriptor = openSync(file, 'r');
  try {
    for (let done = 0; done < length; ) {
      const read = readSync(descriptor, bytes, done, length - done, offset + done);
      if (read === 0) throw new Error(`${file} is shorter than what was written to it`);
      done += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}

/** Where large contents go, so that they do not fill the memory. */
export class BlobSpill {
  readonly #directory: string;
  readonly #aboveBytes: number;
  /** A file goes when no content refers to it any more; what is left goes with the directory of the run. */
  readonly #files = new FinalizationRegistry<string>((file) => unlink(file, () => undefined));

  /** Contents larger than `aboveBytes` are kept in files in `directory`, which is created when it is needed. */
  constructor(directory: string, aboveBytes = 1024 * 1024) {
    this.#directory = directory;
    this.#aboveBytes = aboveBytes;
  }

  /** Keeps bytes, which must not change any more. */
  keep(bytes: Buffer): BlobContent {
    if (bytes.length <= this.#aboveBytes) return BlobContent.of(bytes);
    mkdirSync(this.#directory, { recursive: true });
    const file = { path: path.join(this.#directory, randomUUID()) };
    writeFileSync(file.path, bytes);
    this.#files.register(file, file.path);
    return BlobContent.inFile(file, bytes.length);
  }
}
