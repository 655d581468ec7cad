import { describe, expect, test } from 'vitest';
import { patternFolders, readPattern } from '../../catalog/catalog.ts';
import { hasWorkload, measureProfile } from './measure.ts';
import { profileFile, readProfile, type UsageProfile } from './usage-profile.ts';

/** Bodies hold numbers of changing length; nothing else of a profile may move by more than rounding. */
const tolerance = 0.05;
/** Instances log their start, and how many there are depends on how fast this machine is. */
const toleranceOfLogs = 0.1;
/** Branches that run side by side repeat a call when they meet; calls count only in the duration model. */
const toleranceOfCalls = 0.3;

const stacks = patternFolders()
  .filter(hasWorkload)
  .flatMap((folder) => folder.clouds.map((cloud) => ({ folder, cloud, name: folder.name })));

describe('the usage profile that is kept is what a metered run shows', () => {
  test.each(stacks)(
    '$name on $cloud',
    async ({ folder, cloud, name }) => {
      const kept = readProfile(profileFile(folder.directory, cloud));
      const refresh = `npx serverless-patterns cost ${name} --measure`;
      if (!kept) throw new Error(`${name} has no usage profile on ${cloud}. Make it with: ${refresh}`);
      const { workload } = await readPattern(folder);
      const measured = await measureProfile(folder, cloud, workload.transaction, { payloads: 'usual' });
      const expected = figuresOf(kept);
      const actual = figuresOf(measured);
      expect([...actual.keys()].sort(), refresh).toEqual([...expected.keys()].sort());
      for (const [what, quantity] of expected)
        expect(
          near(what, actual.get(what) ?? 0, quantity),
          `${what}: ${quantity} is now ${actual.get(what)}. ${refresh}`,
        ).toBe(true);
      expect(kept.transaction, refresh).toBe(workload.transaction);
      expect(kept.cpuMs, refresh).toBe(measured.cpuMs);
    },
    180_000,
  );
});

function near(what: string, actual: number, expected: number): boolean {
  const difference = Math.abs(actual - expected);
  if (what.startsWith('calls ')) return difference <= toleranceOfCalls * Math.max(expected, 1);
  const allowed = what.startsWith('logs ') ? toleranceOfLogs : tolerance;
  return difference <= allowed * Math.max(Math.abs(expected), 0.01);
}

/** Every quantity at the usual payload. */
function figuresOf({ functions, messages, uses, customMetrics }: UsageProfile): Map<string, number> {
  const usual = (quantity: number | number[]) =>
    typeof quantity === 'number' ? quantity : (quantity[0] ?? 0);
  return new Map([
    ...functions.flatMap((each): [string, number][] => [
      [`invocations of ${each.function}`, usual(each.invocations)],
      ...Object.entries(each.calls).map(([service, calls]): [string, number] => [
        `calls of ${each.function} to ${service}`,
        usual(calls),
      ]),
    ]),
    ...Object.entries(messages).map(([from, count]): [string, number] => [
      `messages of ${from}`,
      usual(count),
    ]),
    ...uses.map(({ service, unit, resource, quantity }): [string, number] => [
      `${service} ${unit} of ${resource ?? 'the account'}`,
      usual(quantity),
    ]),
    ['custom metrics', customMetrics],
  ]);
}
