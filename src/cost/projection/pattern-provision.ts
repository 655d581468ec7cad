import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PatternFolder } from '../../catalog/catalog.ts';
import type { Cloud } from '../../package/clouds.ts';
import { cacheDirectory, projectRoot } from '../../package/project.ts';
import type { Provision } from './provision.ts';

/**
 * What the stacks of the catalogue provision. Evaluating a stack takes longer than pricing it a thousand times, so
 * what was read from it is kept until a file of its Terraform, a folder that it stands in, or the code that reads it
 * changes. The function packages count for nothing: code has no price.
 */
export class PatternProvisions {
  readonly #file: string;
  readonly #code = codeFingerprint();
  readonly #marks = new Map<string, string>();
  #kept: Record<string, Kept> | undefined;
  #changed = false;

  constructor(file: string = path.join(cacheDirectory, 'cost', 'provisions.json')) {
    this.#file = file;
  }

  /** @param variables differences from the defaults; what they give is not kept, since it may hold secrets */
  async of(folder: PatternFolder, cloud: Cloud, variables: Record<string, string> = {}): Promise<Provision> {
    if (Object.keys(variables).length > 0) return (await evaluate(folder, cloud, variables)).provision;
    const key = `${folder.name}/${cloud}`;
    const kept = this.#all()[key];
    if (kept?.inputs.every(([name, mark]) => mark === this.#markOf(name))) return kept.provision;
    const { provision, files } = await evaluate(folder, cloud, variables);
    const inputs = [...files, ...new Set(files.map((file) => path.dirname(file)))].map(
      (name): [string, string] => [path.relative(projectRoot, name), this.#markOf(name)],
    );
    this.#all()[key] = { inputs, provision };
    this.#changed = true;
    return provision;
  }

  /** Keeps what was read for the next time. */
  save(): void {
    if (!this.#changed) return;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    const staging = `${this.#file}.${process.pid}`;
    writeFileSync(staging, JSON.stringify({ code: this.#code, kept: this.#all() }));
    renameSync(staging, this.#file);
    this.#changed = false;
  }

  #all(): Record<string, Kept> {
    if (this.#kept) return this.#kept;
    let stored: { code: string; kept: Record<string, Kept> } | undefined;
    try {
      stored = JSON.parse(readFileSync(this.#file, 'utf8')) as { code: string; kept: Record<string, Kept> };
    } catch {
      // Not there yet, or written by half: everything is read anew.
    }
    this.#kept = stored?.code === this.#code ? stored.kept : {};
    return this.#kept;
  }

  /** Changes when the file or the names in the folder change. Stacks share most of their files. */
  #markOf(name: string): string {
    let mark = this.#marks.get(name);
    if (mark === undefined) {
      const file = path.resolve(projectRoot, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      if (!stat) mark = 'absent';
      else if (stat.isDirectory()) mark = readdirSync(file).sort().join('\n');
      else mark = `${stat.size} ${stat.mtimeMs}`;
      this.#marks.set(name, mark);
    }
    return mark;
  }
}

interface Kept {
  /** Relative to the project. */
  inputs: [name: string, mark: string][];
  provision: Provision;
}

async function evaluate(
  folder: PatternFolder,
  cloud: Cloud,
  variables: Record<string, string>,
): Promise<{ provision: Provision; files: string[] }> {
  const [{ buildPackage }, { vendors }, { evaluateStack }, { readProvision }] = await Promise.all([
    import('../../package/function-packages.ts'),
    import('../../local/vendors.ts'),
    import('../../terraform/index.ts'),
    import('./resource-rules.ts'),
  ]);
  await buildPackage(folder.name, cloud);
  const { defaultVariables, provider } = await vendors[cloud]();
  const stack = evaluateStack(path.join(folder.directory, cloud), {
    variables: { ...defaultVariables, ...variables },
    provider,
  });
  const packages = path.join(projectRoot, 'dist');
  return {
    provision: readProvision(stack, cloud),
    files: stack.files.filter((file) => !file.startsWith(packages)),
  };
}

/** Changes when the evaluator, the vendors' attributes or the rules of cost change. */
function codeFingerprint(): string {
  let count = 0;
  let latestMs = 0;
  for (const folder of ['src/terraform', 'src/local', 'src/cost/projection']) {
    for (const entry of readdirSync(path.join(projectRoot, folder), {
      withFileTypes: true,
      recursive: true,
    })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
      count++;
      latestMs = Math.max(latestMs, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return `${count} ${latestMs}`;
}
