/**
 * Keeps the compiled code of large CommonJS files between starts, with everything that the first call needed. Node's
 * own compile cache holds what is compiled while a file is loaded, and a bundle compiles nearly all of its functions
 * later, when they are first called. Runs inside an instance.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import vm from 'node:vm';

/** Below this a file is compiled faster than its cache is found. */
const smallestBytes = 100 * 1024;

interface Loaded {
  script: vm.Script;
  cacheFile: string;
}

/** What `Module.prototype._compile` is; Node's types leave it out. */
interface CompilingModule extends NodeJS.Module {
  _compile(content: string, fileName: string, format?: string): unknown;
}

export interface CodeCache {
  /** Writes what is compiled by now, for files that had no cache. Later calls do nothing. */
  keep(): void;
}

/**
 * Takes over the compilation of large CommonJS files below `directory`.
 *
 * @param cacheDirectory stays between runs
 */
export function cacheCode(directory: string, cacheDirectory: string): CodeCache {
  const fresh: Loaded[] = [];
  const prototype = Module.prototype as unknown as CompilingModule;
  const { _compile: compile } = prototype;
  prototype._compile = function (content, fileName, format) {
    const isLarge = content.length >= smallestBytes && fileName.startsWith(directory + path.sep);
    if (!isLarge || (format !== undefined && format !== 'commonjs'))
      return compile.call(this, content, fileName, format);
    const cacheFile = cacheFileOf(fileName, cacheDirectory);
    const cachedData = readIfThere(cacheFile);
    const wrapped = Module.wrap(content);
    const script = new vm.Script(wrapped, {
      filename: fileName,
      columnOffset: -wrapped.indexOf(content),
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData && { cachedData }),
    });
    if (!cachedData || script.cachedDataRejected) fresh.push({ script, cacheFile });
    const require = Module.createRequire(fileName);
    return Reflect.apply(script.runInThisContext(), this.exports, [
      this.exports,
      require,
      this,
      fileName,
      path.dirname(fileName),
    ]);
  };
  return {
    keep() {
      for (const { script, cacheFile } of fresh.splice(0)) writeWhole(cacheFile, script.createCachedData());
    },
  };
}

/** Another content, another version of Node and other flags of V8 give another file. */
function cacheFileOf(fileName: string, cacheDirectory: string): string {
  const { size, mtimeMs } = statSync(fileName);
  const key = createHash('sha256').update(`${fileName}\n${size}\n${mtimeMs}\n${cachedDataVersionTag()}`);
  return path.join(cacheDirectory, 'code', key.digest('hex').slice(0, 32));
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** A cache is a convenience: when it can't be written, the next start is only slower. */
function writeWhole(file: string, content: Buffer): void {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch {}
}
