import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CloudStorage } from './cloud-storage.ts';

/** Objects as files: what functions are deployed from. */
export class UploadedArchives {
  readonly #storage: CloudStorage;
  readonly #directory: string;

  /** @param directory for the files, created when it is needed */
  constructor(storage: CloudStorage, directory: string) {
    this.#storage = storage;
    this.#directory = directory;
  }

  /** A file with the content of an object; `undefined` when there is no such object. */
  fileOf(bucket: string, name: string): string | undefined {
    if (!this.#storage.hasBucket(bucket)) return undefined;
    const version = this.#storage.findObject(this.#storage.bucket(bucket), name);
    if (!version) return undefined;
    mkdirSync(this.#directory, { recursive: true });
    const file = path.join(this.#directory, `${bucket}-${version.id}${path.extname(name)}`);
    writeFileSync(file, version.content.bytes());
    return file;
  }
}
