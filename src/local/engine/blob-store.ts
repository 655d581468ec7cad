import { BlobBucket, type BlobSurroundings } from './blob-bucket.ts';
import { type BlobContent, BlobSpill } from './blob-content.ts';

export interface BlobStoreOptions extends Omit<BlobSurroundings, 'nextSequence'> {
  /** Folder for large contents, removed by whoever owns it at the end of the run. */
  spillDirectory: string;
}

/** The buckets of one service, by name. */
export class BlobStore<Details, PartDetails = undefined> {
  readonly #surroundings: BlobSurroundings;
  readonly #spill: BlobSpill;
  readonly #buckets = new Map<string, BlobBucket<Details, PartDetails>>();
  #sequence = 0;

  constructor({ spillDirectory, ...surroundings }: BlobStoreOptions) {
    this.#surroundings = { ...surroundings, nextSequence: () => ++this.#sequence };
    this.#spill = new BlobSpill(spillDirectory);
  }

  /** In the order of their creation. */
  get buckets(): BlobBucket<Details, PartDetails>[] {
    return [...this.#buckets.values()];
  }

  bucket(name: string): BlobBucket<Details, PartDetails> | undefined {
    return this.#buckets.get(name);
  }

  /** @throws Error when there is one of that name */
  create(name: string): BlobBucket<Details, PartDetails> {
    if (this.#buckets.has(name)) throw new Error(`There is a bucket ${name} already`);
    const bucket = new BlobBucket<Details, PartDetails>(name, this.#surroundings);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  delete(name: string): void {
    this.#buckets.get(name)?.close();
    this.#buckets.delete(name);
  }

  /** Keeps bytes, which must not change any more: in memory, or in a file when there are many. */
  keep(bytes: Buffer): BlobContent {
    return this.#spill.keep(bytes);
  }

  /** Ends all timers. */
  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
  }
}
