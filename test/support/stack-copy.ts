import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Cloud } from '../../src/package/clouds.ts';
import { buildPackage } from '../../src/package/function-packages.ts';
import { projectRoot } from '../../src/package/project.ts';

/** A copy of a pattern's Terraform that a test may change, with everything it refers to around it. */
export interface StackCopy {
  directory: string;
  /** Changes one file, named from the root's folder; `change` gets its text. Throws when nothing changes. */
  edit(file: string, change: (text: string) => string): void;
  remove(): void;
}

export async function copyStack(pattern: string, cloud: Cloud): Promise<StackCopy> {
  await buildPackage(pattern, cloud);
  const root = mkdtempSync(path.join(os.tmpdir(), 'stack-copy-'));
  const directory = path.join(root, 'src', 'patterns', pattern, cloud);
  mkdirSync(path.dirname(directory), { recursive: true });
  cpSync(path.join(projectRoot, 'src', 'patterns', pattern, cloud), directory, { recursive: true });
  // Copied too, so that a test may change a module; the packages are only read.
  for (const shared of ['src/modules', 'configs']) {
    cpSync(path.join(projectRoot, shared), path.join(root, shared), { recursive: true });
  }
  symlinkSync(path.join(projectRoot, 'dist'), path.join(root, 'dist'));
  return {
    directory,
    edit(file, change) {
      const target = path.join(directory, file);
      const before = readFileSync(target, 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`nothing to change in ${file}`);
      writeFileSync(target, after);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
