import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type PatternFolder, patternFolders, patternsDirectory, readPattern } from '../../catalog/catalog.ts';
import { patternsTable, withPatternsTable } from '../../catalog/patterns-table.ts';
import { quickStartEnvironment } from '../../catalog/readme/clouds.ts';
import { type EvaluatedStack, patternReadme } from '../../catalog/readme.ts';
import { profileFile, readProfile } from '../../cost/profile/usage-profile.ts';
import type { CostedStack } from '../../cost/projection/pattern-cost.ts';
import { readProvision } from '../../cost/projection/resource-rules.ts';
import { vendors } from '../../local/vendors.ts';
import type { Cloud } from '../../package/clouds.ts';
import { buildPackage } from '../../package/function-packages.ts';
import { projectRoot } from '../../package/project.ts';
import { evaluateStack } from '../../terraform/index.ts';
import type { Output } from '../output.ts';

/** A file that is made from the catalogue. */
export interface GeneratedFile {
  /** Absolute path. */
  file: string;
  content: string;
  /** Whether what stands there is the same already. */
  fresh: boolean;
}

/**
 * `serverless-patterns docs [--check]`: writes what is made from the catalogue: the README of each pattern, and the
 * table of patterns in the project's own. With `check` it writes nothing and fails when something is stale.
 */
export async function docs(output: Output, { check }: { check: boolean }): Promise<number> {
  const files = await generatedFiles();
  const stale = files.filter(({ fresh }) => !fresh);
  const names = stale.map(({ file }) => path.relative(projectRoot, file));
  if (!check) for (const { file, content } of stale) writeFileSync(file, content);
  output.result({
    files: files.map(({ file, fresh }) => ({ file: path.relative(projectRoot, file), fresh })),
  });
  if (stale.length === 0) {
    output.text(`${files.length} files are up to date`);
    return 0;
  }
  for (const name of names) output.text(`${check ? 'stale  ' : 'written'}  ${name}`);
  if (!check) return 0;
  output.text('Refresh with: npx serverless-patterns docs');
  return 1;
}

/** Everything that `docs` writes, as it should be now. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  const folders = patternFolders();
  const described = await Promise.all(
    folders.map(async (folder) => ({ folder, pattern: await readPattern(folder) })),
  );
  const files: GeneratedFile[] = [];
  for (const { folder, pattern } of described) {
    const stacks = await Promise.all(folder.clouds.map((cloud) => evaluated(folder, cloud)));
    files.push(
      generated(path.join(folder.directory, 'README.md'), () =>
        patternReadme({ folder, pattern, stacks, costs: stacks.flatMap((each) => costed(folder, each)) }),
      ),
    );
  }
  const table = patternsTable(described, path.relative(projectRoot, patternsDirectory));
  files.push(
    generated(path.join(projectRoot, 'README.md'), (standing) => withPatternsTable(standing, table)),
  );
  return files;
}

function costed(folder: PatternFolder, { cloud, stack }: EvaluatedStack): CostedStack[] {
  const profile = readProfile(profileFile(folder.directory, cloud));
  return profile ? [{ cloud, profile, provision: readProvision(stack, cloud) }] : [];
}

/** A stack as its defaults make it and as the quick start deploys it, computed attributes included. */
async function evaluated(folder: PatternFolder, cloud: Cloud): Promise<EvaluatedStack> {
  await buildPackage(folder.name, cloud);
  const { defaultVariables, provider } = await vendors[cloud]();
  const evaluate = (variables: Record<string, string>) =>
    evaluateStack(path.join(folder.directory, cloud), {
      variables: { ...defaultVariables, ...variables },
      provider,
    });
  const stack = evaluate({});
  if (!('environment' in stack.variables)) return { cloud, stack };
  return { cloud, stack, elsewhere: evaluate({ environment: quickStartEnvironment }) };
}

function generated(file: string, make: (standing: string) => string): GeneratedFile {
  const standing = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const content = make(standing);
  return { file, content, fresh: content === standing };
}
