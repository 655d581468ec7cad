import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { realClock } from './clock.ts';
import type { PoolSurroundings } from './function-pool.ts';
import type { LogLine, OutsideCall } from './instance.ts';
import { Processes } from './processes.ts';
import { seededRandom } from './random.ts';

/** What tests of function processes start from: a folder of its own, and everything that instances report. */
export interface TestBed {
  directory: string;
  surroundings: PoolSurroundings;
  logs: LogLine[];
  outsideCalls: OutsideCall[];
  /** Writes files below the folder and returns the path of the subfolder they are in. */
  write(folder: string, files: Record<string, string>): string;
  close(): void;
}

export function testBed(changes: Partial<PoolSurroundings> = {}): TestBed {
  const directory = mkdtempSync(join(tmpdir(), 'instance-test-'));
  const logs: LogLine[] = [];
  const outsideCalls: OutsideCall[] = [];
  const processes = new Processes();
  return {
    directory,
    logs,
    outsideCalls,
    surroundings: {
      clock: realClock,
      wallClock: realClock,
      virtualTime: false,
      random: seededRandom(1),
      processes,
      // Shared by all tests, so that the scripts of instances are built once.
      cacheDirectory: join(tmpdir(), 'instance-test-cache'),
      runDirectory: join(directory, 'run'),
      onLog: (line) => void logs.push(line),
      onOutsideCall: (call) => void outsideCalls.push(call),
      ...changes,
    },
    write(folder, files) {
      const path = join(directory, folder);
      for (const [name, text] of Object.entries(files)) {
        const file = join(path, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      return path;
    },
    close() {
      processes.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
