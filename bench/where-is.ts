import { execFileSync } from 'node:child_process';

/** Absolute path of a program, as the shell would find it. */
export function whereIs(program: string): string | undefined {
  const find = process.platform === 'win32' ? 'where' : 'which';
  try {
    const found = execFileSync(find, [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return found.split('\n')[0]?.trim();
  } catch {
    return undefined;
  }
}
