import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Cloud, clouds } from '../package/clouds.ts';
import { projectRoot } from '../package/project.ts';
import type { Pattern } from './pattern.ts';

export const patternsDirectory = path.join(projectRoot, 'src', 'patterns');

/** A pattern's folder, before its pattern.yaml is read. */
export interface PatternFolder {
  /** `01-rest-api-backend` */
  name: string;
  directory: string;
  clouds: Cloud[];
}

/** The user asked for something that is not there; the message says what there is instead. */
export class CatalogError extends Error {
  override name = 'CatalogError';
}

/** All pattern folders, by number. */
export function patternFolders(): PatternFolder[] {
  return readdirSync(patternsDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
    .map((entry) => folderOf(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function folderOf(name: string): PatternFolder {
  const directory = path.join(patternsDirectory, name);
  return { name, directory, clouds: clouds.filter((cloud) => existsSync(path.join(directory, cloud))) };
}

/**
 * The pattern that a user means by `01`, `1`, `rest-api-backend` or `01-rest-api-backend`.
 * @throws CatalogError naming what there is
 */
export function findPattern(query: string): PatternFolder {
  const wanted = query.trim().toLowerCase().replace(/\/+$/, '').split('/').at(-1) ?? '';
  const folders = patternFolders();
  const found = folders.find(
    ({ name }) =>
      name === wanted ||
      name.slice(3) === wanted ||
      Number(name.slice(0, 2)) === Number(wanted || Number.NaN),
  );
  if (found) return found;
  const close = folders.filter(({ name }) => wanted !== '' && name.includes(wanted));
  const offered = (close.length > 0 ? close : folders).map(({ name }) => name).join(', ');
  throw new CatalogError(
    `There is no pattern "${query}". ${close.length > 0 ? 'Did you mean' : 'There is'}: ${offered}`,
  );
}

/**
 * Reads and checks a pattern's pattern.yaml.
 * @throws CatalogError naming file, field and what is wrong
 */
export async function readPattern(folder: PatternFolder): Promise<Pattern> {
  const file = path.join(folder.directory, 'pattern.yaml');
  const relative = path.relative(projectRoot, file);
  const [{ parse }, { Pattern }] = await Promise.all([import('yaml'), import('./pattern.ts')]);
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CatalogError(`${relative}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = Pattern.safeParse(content);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `  ${issue.path.join('.') || '(top level)'}: ${issue.message}`,
    );
    throw new CatalogError(`${relative} is not a valid pattern description:\n${problems.join('\n')}`);
  }
  const expected = `${String(parsed.data.number).padStart(2, '0')}-${parsed.data.slug}`;
  if (expected !== folder.name) {
    throw new CatalogError(`${relative}: number and slug say ${expected}, but the folder is ${folder.name}`);
  }
  return parsed.data;
}
