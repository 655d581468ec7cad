import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allCases } from './all-cases.ts';
import { testContext, writeFixtures } from './filesystem.fixtures.ts';
import { outcomeOf } from './function-case.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'terraform-functions-'));
beforeAll(() => writeFixtures(directory));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(Object.entries(allCases))('%s functions', (_, cases) => {
  test.each(cases.map((expected) => [`${expected.name}(${show(expected.args)})`, expected] as const))(
    '%s',
    (_title, expected) => {
      const outcome = outcomeOf(expected, testContext(directory));
      if (expected.outcome === 'error' && expected.text === undefined) expect(outcome.outcome).toBe('error');
      else expect(outcome).toEqual(expected);
    },
  );
});

function show(args: unknown[]): string {
  return JSON.stringify(args).slice(1, -1).replaceAll('%', '%%').replaceAll('$', '$ ');
}
