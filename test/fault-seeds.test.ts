import { describe, expect, test } from 'vitest';
import { findPattern } from '../src/catalog/catalog.ts';
import { explain } from '../src/cli/explain.ts';
import { defaultFaultRates } from '../src/local/engine/fault-plan.ts';
import { testUnderFaults } from '../src/proof/fault-run.ts';
import { stackOf } from '../src/proof/test-stack.ts';

/**
 * Every kind of fault at once, on every cloud, for the patterns whose seeds take least time. All patterns, and more
 * seeds: npx serverless-patterns test --faults all --seeds 20
 */
describe.each(['02', '11'])('the invariant of pattern %s holds under faults', (id) => {
  const folder = findPattern(id);
  test.each(folder.clouds)(
    'on %s',
    async (cloud) => {
      const { failures, error, strikes, seeds } = await testUnderFaults(
        stackOf(folder, cloud),
        { rates: defaultFaultRates, seeds: [1] },
        explain,
      );
      expect({ failures, error, seeds }).toEqual({ failures: [], error: undefined, seeds: 1 });
      expect(Object.keys(strikes).length).toBeGreaterThan(3);
    },
    300_000,
  );
});
