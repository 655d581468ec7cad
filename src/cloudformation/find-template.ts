import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const templateNames = ['template.yaml', 'template.yml', 'template.json'];

/** The template that a path means: itself, or the one in a folder without Terraform. Absolute; `undefined` for neither. */
export function templateAt(fileOrFolder: string): string | undefined {
  const stat = statSync(fileOrFolder, { throwIfNoEntry: false });
  if (stat?.isFile()) return /\.(ya?ml|json)$/.test(fileOrFolder) ? path.resolve(fileOrFolder) : undefined;
  if (!stat?.isDirectory()) return undefined;
  const names = readdirSync(fileOrFolder);
  if (names.some((name) => name.endsWith('.tf'))) return undefined;
  const found = templateNames.find((name) => names.includes(name));
  return found === undefined ? undefined : path.resolve(fileOrFolder, found);
}
