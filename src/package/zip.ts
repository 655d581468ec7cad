import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync, type Zippable, zipSync } from 'fflate';

/** ZIP knows no time before 1980; every entry carries this one, so that equal content gives equal bytes. */
const fixedTime = new Date(1980, 0, 1);

/** A deterministic archive: sorted names, one fixed time, the same compression. */
export function zip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries: Zippable = {};
  for (const name of [...files.keys()].sort()) {
    const content = files.get(name);
    if (content) entries[name] = [content, { mtime: fixedTime, level: 9 }];
  }
  return zipSync(entries);
}

/**
 * Unpacks an archive into `directory`, which appears complete or not at all. A directory that another process has made in the meantime is as good.
 *
 * @throws Error when the file is not a ZIP archive or an entry would leave the directory
 */
export async function unpackOnce(archiveFile: string, directory: string): Promise<void> {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(await readFile(archiveFile));
  } catch (error) {
    throw new Error(`${archiveFile} is not a ZIP archive: ${(error as Error).message}`, { cause: error });
  }
  await mkdir(path.dirname(directory), { recursive: true });
  const staging = await mkdtemp(`${directory}.`);
  try {
    for (const [name, content] of Object.entries(entries)) {
      const target = path.join(staging, name);
      if (!target.startsWith(staging + path.sep))
        throw new Error(`${archiveFile} holds the unsafe path ${name}`);
      if (name.endsWith('/')) continue;
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    await rename(staging, directory);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    const raced = ['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!raced) throw error;
  }
}
