import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../package/project.ts';
import { type Stack, Unknown } from '../terraform/stack.ts';

/**
 * Keeps the evaluated stack of an unchanged configuration, so that a second start need not parse and evaluate it
 * again. What is kept counts for nothing as soon as a file that went into it, the listing of a folder it stood in, or
 * the code of the evaluator and the local cloud has changed.
 */
export async function cachedStack(cacheFile: string, evaluate: () => Promise<Stack>): Promise<Stack> {
  const code = codeFingerprint();
  const kept = read(cacheFile);
  if (kept && kept.code === code && kept.inputs.every(([name, mark]) => mark === markOf(name)))
    return kept.stack;
  const stack = await evaluate();
  if (isPlainJson(stack)) {
    const folders = new Set(stack.files.map((file) => path.dirname(file)));
    const inputs = [...stack.files, ...folders].map((name): [string, string] => [name, markOf(name)]);
    write(cacheFile, { code, inputs, stack });
  }
  return stack;
}

interface Kept {
  code: string;
  inputs: [name: string, mark: string][];
  stack: Stack;
}

function read(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}

function write(file: string, kept: Kept): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const staging = `${file}.${process.pid}`;
  writeFileSync(staging, JSON.stringify(kept), { mode: 0o600 });
  renameSync(staging, file);
}

/** Changes when the file or the names in the folder change. */
function markOf(name: string): string {
  const stat = statSync(name, { throwIfNoEntry: false });
  if (!stat) return 'absent';
  return stat.isDirectory() ? readdirSync(name).sort().join('\n') : `${stat.size} ${stat.mtimeMs}`;
}

/** Changes when any file of the evaluator or of the local cloud changes. */
function codeFingerprint(): string {
  let count = 0;
  let latestMs = 0;
  for (const folder of ['src/terraform', 'src/cloudformation', 'src/local']) {
    for (const entry of readdirSync(path.join(projectRoot, folder), {
      withFileTypes: true,
      recursive: true,
    })) {
      if (!entry.isFile()) continue;
      count++;
      latestMs = Math.max(latestMs, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return `${count} ${latestMs}`;
}

function isPlainJson(value: unknown): boolean {
  if (value instanceof Unknown) return false;
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isPlainJson);
}
