import { describe, expect, test } from 'vitest';
import { patternFolders } from '../src/catalog/catalog.ts';
import { explain } from '../src/cli/explain.ts';
import { samStackOf, stackOf, testStack } from '../src/proof/test-stack.ts';

/** The proof of every pattern on every cloud it is built for, and from its SAM template where it has one. */
describe.each(patternFolders())('$name', (folder) => {
  const stacks = [...folder.clouds.map((cloud) => stackOf(folder, cloud)), samStackOf(folder) ?? []].flat();
  test.each(stacks.map((stack) => ({ ...stack, on: stack.form ? 'aws (template.yaml)' : stack.cloud })))(
    'on $on: its scenario passes, no permission is missing or granted in vain',
    async (stack) => {
      const result = await testStack(stack, explain);
      expect(result.error).toBeUndefined();
      expect(result.steps.filter((step) => step.error !== undefined)).toEqual([]);
      expect(result.steps.length).toBeGreaterThan(0);
      expect(result.grants.filter((finding) => finding.kind !== 'wide-role')).toEqual([]);
      expect(result.warnings).toEqual([]);
      expect(result.passed).toBe(true);
    },
    180_000,
  );
});
