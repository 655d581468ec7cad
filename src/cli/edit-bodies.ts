import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DeadLetter } from '../redrive/dead-letter.ts';
import { RedriveError } from '../redrive/redrive-error.ts';

/**
 * Opens the user's editor with the body of each letter, before any of them is taken: nothing is held while somebody
 * thinks. Gives the bodies by the letters' keys; one that is left empty is not redriven.
 *
 * @throws RedriveError without an editor, and when it fails
 */
export async function editBodies(letters: readonly DeadLetter[]): Promise<Map<string, Buffer>> {
  const { VISUAL, EDITOR } = process.env;
  const editor = VISUAL || EDITOR || (process.stdin.isTTY ? 'vi' : undefined);
  if (editor === undefined)
    throw new RedriveError('--edit needs an editor: set EDITOR, or change JSON bodies with --set.');
  const directory = mkdtempSync(path.join(os.tmpdir(), 'redrive-'));
  try {
    const bodies = new Map<string, Buffer>();
    for (const [index, { key, body }] of letters.entries()) {
      const file = path.join(directory, `${index + 1}-of-${letters.length}.${isJson(body) ? 'json' : 'txt'}`);
      writeFileSync(file, body, { mode: 0o600 });
      // The variable may hold arguments, as in `code --wait`.
      const { status, error } = spawnSync(`${editor} "${file}"`, { shell: true, stdio: 'inherit' });
      if (status !== 0)
        throw new RedriveError(
          `The editor '${editor}' failed${error ? `: ${error.message}` : ''}. Nothing was done.`,
        );
      const edited = readFileSync(file);
      if (edited.length > 0) bodies.set(key, withoutAddedLineEnd(edited, body));
    }
    return bodies;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}

/** Editors end a file with a line end that the body did not have. */
function withoutAddedLineEnd(edited: Buffer, original: Buffer): Buffer {
  const lineEnd = 0x0a;
  return edited.at(-1) === lineEnd && original.at(-1) !== lineEnd ? edited.subarray(0, -1) : edited;
}
