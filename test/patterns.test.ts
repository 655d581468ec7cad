import { describe, expect, test } from 'vitest';
import { patternFolders } from '../src/catalog/catalog.ts';
import { explain } from '../src/cli/explain.ts';
import { stackOf, testStack } from '../src/proof/test-stack.ts';

/** The proof of every pattern on every cloud it is built for. */
describe.each(patternFolders())('$name', (folder) => {
  test.each(folder.clouds)(
    'on %s: its scenario passes, no permission is missing or granted in vain',
    async (cloud) => {
      const result = await testStack(stackOf(folder, cloud), explain);
      expect(result.error).toBeUndefined();
      expect(result.steps.filter((step) => step.error !== undefined)).toEqual([]);
      expect(result.steps.length).toBeGreaterThan(0);
      expect(result.grants.filter((finding) => finding.kind !== 'wide-role')).toEqual([]);
      expect(result.warnings).toEqual([]);
      expect(result.passed).toBe(true);
    },
  );
});
