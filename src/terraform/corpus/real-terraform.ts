/** Runs the real `terraform`, where it is installed, to compare our evaluation with. Only for tests. */
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The runner that gives `terraform` its providers without a network: `TF_OFFLINE`, or its usual place beside the project. */
export const runner =
  process.env.TF_OFFLINE ?? resolve(import.meta.dirname, '../../../../shared/terraform/tf');

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const onPath = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => isExecutable(join(folder, 'terraform')));

/** Whether there is anything to compare with. */
export const terraformIsAbsent = !onPath || !isExecutable(runner);

interface Run {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs `terraform` in a directory; never throws for what it rejects. */
export async function runTerraform(directory: string, ...args: string[]): Promise<Run> {
  const env = { ...process.env, TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' };
  try {
    const result = await promisify(execFile)(runner, args, { cwd: directory, env, maxBuffer: 1 << 28 });
    return { exitCode: 0, ...result };
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error) || !('stderr' in error)) throw error;
    return { exitCode: 1, stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

/** A copy of a configuration in which `terraform` may leave its files; removed by `using`. */
export class Workspace {
  readonly directory: string;

  constructor(source: string) {
    this.directory = mkdtempSync(join(tmpdir(), 'corpus-'));
    cpSync(source, this.directory, { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  run(...args: string[]): Promise<Run> {
    return runTerraform(this.directory, ...args);
  }

  /** Evaluates an expression with `terraform console`, which prints the result. */
  console(expression: string): Promise<string> {
    return new Promise((resolveOutput, reject) => {
      const child = spawn(runner, ['console'], { cwd: this.directory, stdio: ['pipe', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('error', reject);
      child.on('close', (exitCode) => {
        if (exitCode === 0) resolveOutput(stdout.trim());
        else reject(new Error(stderr));
      });
      child.stdin.end(`${expression}\n`);
    });
  }
}
