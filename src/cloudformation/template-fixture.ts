import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { aws } from '../local/aws/cloud.ts';
import type { Stack, StackValues } from '../terraform/stack.ts';
import { evaluateTemplate } from './evaluate.ts';

export const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', name, 'template.yaml');

/** Evaluates a template, which may name `app/` with a handler `index.handler` in it. */
export function evaluate(text: string, variables: Record<string, unknown> = {}): Stack {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'template-'));
  try {
    const file = path.join(directory, 'template.yaml');
    writeFileSync(file, text);
    writeFileSync(path.join(directory, 'index.mjs'), 'export const handler = async () => {};');
    return evaluateTemplate(file, {
      variables,
      provider: aws.provider,
      inlineCodeDirectory: path.join(directory, 'inline'),
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function valuesOf(stack: Stack, address: string): StackValues {
  const found = stack.resources.find((resource) => resource.address === address);
  if (found) return found.values;
  throw new Error(`no ${address} among ${stack.resources.map((each) => each.address).join(', ')}`);
}
