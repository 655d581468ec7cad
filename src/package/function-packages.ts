import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Cloud } from './clouds.ts';
import { cacheDirectory, projectRoot } from './project.ts';

export interface PackageResult {
  pattern: string;
  cloud: Cloud;
  file: string;
  sizeBytes: number;
  /** False when the package was there and none of its inputs had changed. */
  built: boolean;
}

/** Where Terraform reads the package of a pattern. */
export function packageFile(pattern: string, cloud: Cloud): string {
  return path.join(projectRoot, 'dist', 'functions', pattern, `${cloud}.zip`);
}

/**
 * Makes the function package of a pattern, unless the one that stands is of the same inputs.
 * Throws when the handler does not compile, with esbuild's messages.
 */
export async function buildPackage(pattern: string, cloud: Cloud): Promise<PackageResult> {
  const file = packageFile(pattern, cloud);
  const stampFile = path.join(cacheDirectory, 'packages', `${pattern}.${cloud}.json`);
  if (isCurrent(file, stampFile))
    return { pattern, cloud, file, sizeBytes: statSync(file).size, built: false };
  const [{ bundleHandler }, { zip }] = await Promise.all([import('./bundle.ts'), import('./zip.ts')]);
  const handlerFile = path.join(projectRoot, 'src', 'patterns', pattern, cloud, 'handler.ts');
  const { files, inputs } = await bundleHandler(handlerFile, cloud);
  const archive = zip(files);
  writeWhole(file, archive);
  writeWhole(stampFile, JSON.stringify({ inputs: [...inputs, ...toolInputs].map(fingerprint) }));
  return { pattern, cloud, file, sizeBytes: archive.byteLength, built: true };
}

/** What every package depends on besides its own sources: the installed dependencies and how bundles are made. */
const toolInputs = [
  path.join(projectRoot, 'node_modules', '.package-lock.json'),
  path.join(import.meta.dirname, 'bundle.ts'),
  path.join(import.meta.dirname, 'zip.ts'),
];

type Fingerprint = [file: string, sizeBytes: number, modifiedMs: number];

function fingerprint(file: string): Fingerprint {
  const stat = statSync(file, { throwIfNoEntry: false });
  return [path.relative(projectRoot, file), stat?.size ?? -1, stat?.mtimeMs ?? -1];
}

function isCurrent(file: string, stampFile: string): boolean {
  if (!existsSync(file) || !existsSync(stampFile)) return false;
  const stamp = readStamp(stampFile);
  return (
    stamp?.every((input) => {
      const [, size, modified] = fingerprint(path.join(projectRoot, input[0]));
      return size === input[1] && modified === input[2];
    }) ?? false
  );
}

/** What an earlier build wrote; `undefined` for a file that is not whole. */
function readStamp(stampFile: string): Fingerprint[] | undefined {
  try {
    return (JSON.parse(readFileSync(stampFile, 'utf8')) as { inputs: Fingerprint[] }).inputs;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that a killed process leaves no half of a file. */
function writeWhole(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const staging = `${file}.${process.pid}`;
  writeFileSync(staging, content);
  renameSync(staging, file);
}
