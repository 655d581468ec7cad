import { existsSync, readdirSync, statSync } from 'node:fs';

/** Whether a word names a folder with Terraform instead of a pattern. */
export function isTerraformDirectory(word: string): boolean {
  return (
    existsSync(word) &&
    statSync(word).isDirectory() &&
    readdirSync(word).some((name) => name.endsWith('.tf') || name.endsWith('.tf.json'))
  );
}
