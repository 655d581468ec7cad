import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A configuration in a folder of its own, for a test; removed by `using`. */
export class WrittenOut {
  readonly directory: string;

  /** `files` are texts by path; a text alone is `main.tf`. */
  constructor(files: Record<string, string> | string) {
    this.directory = mkdtempSync(join(tmpdir(), 'configuration-'));
    for (const [name, text] of Object.entries(typeof files === 'string' ? { 'main.tf': files } : files)) {
      mkdirSync(dirname(join(this.directory, name)), { recursive: true });
      writeFileSync(join(this.directory, name), text);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
