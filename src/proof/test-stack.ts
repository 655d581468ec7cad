import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PatternFolder } from '../catalog/catalog.ts';
import { fastForwardClock } from '../local/engine/clock.ts';
import { type Faults, noFaults } from '../local/engine/faults.ts';
import type { GrantFinding } from '../local/engine/grants.ts';
import { seededRandom } from '../local/engine/random.ts';
import { type LocalCloud, startLocalCloud } from '../local/local-cloud.ts';
import type { Cloud } from '../package/clouds.ts';
import { buildPackage } from '../package/function-packages.ts';
import type { Scenario } from '../patterns/scenario.ts';
import { createApp } from './app.ts';

export interface StepResult {
  name: string;
  durationMs: number;
  error?: string;
}

export interface TestResult {
  pattern: string;
  cloud: Cloud;
  /** Of a stack from the SAM template of its pattern; any other is from Terraform. */
  form?: 'sam';
  passed: boolean;
  durationMs: number;
  steps: StepResult[];
  /** Why the run could not be started or ended early. */
  error?: string;
  /** Grants that the scenario did not use. One that could be deleted fails the test. */
  grants: GrantFinding[];
  warnings: string[];
}

/** What is to be proven: a Terraform root on one cloud or its SAM form, and the scenario that drives it. */
export interface StackTest {
  /** Names it in results. */
  pattern: string;
  cloud: Cloud;
  form?: 'sam';
  /** The Terraform root, or the template. */
  directory: string;
  variables?: Record<string, unknown>;
  /** Makes ready what the Terraform reads, and gives the scenario. */
  prepare(): Promise<Scenario>;
}

/** A pattern of the catalogue on one cloud. */
export function stackOf(
  folder: PatternFolder,
  cloud: Cloud,
  variables: Record<string, unknown> = {},
): StackTest {
  return {
    pattern: folder.name,
    cloud,
    directory: path.join(folder.directory, cloud),
    variables,
    async prepare() {
      await buildPackage(folder.name, cloud);
      const module = (await import(path.join(folder.directory, 'scenario.ts'))) as { default: Scenario };
      return module.default;
    },
  };
}

/** A pattern of the catalogue on AWS, from its template; `undefined` when it has none. */
export function samStackOf(
  folder: PatternFolder,
  variables: Record<string, unknown> = {},
): StackTest | undefined {
  const directory = path.join(folder.directory, 'aws', 'template.yaml');
  return existsSync(directory) ? { ...stackOf(folder, 'aws', variables), form: 'sam', directory } : undefined;
}

/**
 * Runs a pattern's scenario on one cloud, on a quiet day. Never throws: what goes wrong is in the result.
 *
 * @param explain words an error for the user
 */
export async function testStack(
  test: StackTest,
  explain: (error: unknown) => string,
  onStep: (step: StepResult) => void = () => undefined,
): Promise<TestResult> {
  const started = performance.now();
  const steps: StepResult[] = [];
  const warnings: string[] = [];
  let grants: GrantFinding[] = [];
  let error: string | undefined;
  try {
    await withStack(test, { faults: noFaults, warn: (text) => warnings.push(text) }, async (stack) => {
      const app = createApp(stack.local, {
        clock: stack.clock,
        random: seededRandom(1),
        faults: noFaults,
        async step(name, prove) {
          const step = await timed(name, prove);
          steps.push(step);
          onStep(step);
        },
      });
      await stack.scenario.run(app);
      grants = stack.local.unusedGrants();
    });
  } catch (cause) {
    error = explain(cause);
  }
  const passed =
    error === undefined && steps.every((step) => step.error === undefined) && !grants.some(isSuperfluous);
  return {
    pattern: test.pattern,
    cloud: test.cloud,
    ...(test.form && { form: test.form }),
    passed,
    durationMs: performance.now() - started,
    steps,
    grants,
    warnings,
    ...(error !== undefined && { error }),
  };
}

/** A pattern's stack that runs, in time that can be skipped, and its scenario. */
export interface RunningStack {
  local: LocalCloud;
  clock: ReturnType<typeof fastForwardClock>;
  scenario: Scenario;
}

/** Builds and starts a stack, hands it to `work`, and ends it. */
export async function withStack<Result>(
  { cloud, directory, variables = {}, prepare }: StackTest,
  options: { faults: Faults; warn(text: string): void },
  work: (stack: RunningStack) => Promise<Result>,
): Promise<Result> {
  const scenario = await prepare();
  const clock = fastForwardClock();
  const local = await startLocalCloud({
    cloud,
    directory,
    variables,
    virtualClock: clock,
    skipsPauses: true,
    ...options,
  });
  try {
    return await work({ local, clock, scenario });
  } finally {
    await local.close();
  }
}

async function timed(name: string, prove: () => Promise<void>): Promise<StepResult> {
  const started = performance.now();
  try {
    await prove();
    return { name, durationMs: performance.now() - started };
  } catch (error) {
    return { name, durationMs: performance.now() - started, error: (error as Error).message };
  }
}

/** A grant that can be deleted without loss. A role that the vendor defines and that is wider than needed is only reported. */
export function isSuperfluous(finding: GrantFinding): boolean {
  return finding.kind !== 'wide-role';
}
