import { readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { FunctionError } from './function.ts';
import { compileGlob, type GlobSegment, GlobSyntaxError } from './glob.ts';

/**
 * The files below `directory` that match, as relative paths with forward slashes. Symbolic links are followed,
 * directories do not count as files, names that begin with a dot are like any other.
 */
export function fileSet(directory: string, shownDirectory: string, pattern: string): string[] {
  const segments = compile(path.posix.normalize(pattern).replace(/^\/+/, ''), `${shownDirectory}/${pattern}`);
  const found = new Set<string>();
  collect(directory, '', segments, new Set(), found);
  return [...found];
}

function compile(pattern: string, shown: string): GlobSegment[] {
  try {
    return compileGlob(pattern);
  } catch (error) {
    if (!(error instanceof GlobSyntaxError)) throw error;
    throw new FunctionError(`failed to glob pattern ${JSON.stringify(shown)}: ${error.message}`);
  }
}

/** `above` holds the real paths of the directories around, to end at a link that leads back into one of them. */
function collect(
  directory: string,
  prefix: string,
  segments: readonly GlobSegment[],
  above: ReadonlySet<string>,
  found: Set<string>,
): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  if (segment === '..') {
    collect(path.join(directory, '..'), `${prefix}../`, rest, above, found);
    return;
  }
  const real = realPath(directory);
  if (real === undefined || (segment === '**' && above.has(real))) return;
  if (segment === '**' && rest.length > 0) collect(directory, prefix, rest, above, found);
  for (const name of namesIn(directory)) {
    if (segment !== '**' && !segment.test(name)) continue;
    const kind = kindOfFile(path.join(directory, name));
    const isLast = rest.length === 0;
    if (kind === 'file' && isLast) found.add(prefix + name);
    if (kind !== 'directory') continue;
    const deeper = segment === '**' ? segments : rest;
    collect(path.join(directory, name), `${prefix}${name}/`, deeper, new Set([...above, real]), found);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function realPath(directory: string): string | undefined {
  try {
    return realpathSync(directory);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function kindOfFile(file: string): 'file' | 'directory' | 'other' {
  try {
    const stats = statSync(file);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (isMissing(error)) return 'other';
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
