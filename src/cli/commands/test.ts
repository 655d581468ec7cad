import path from 'node:path';
import colours from 'picocolors';
import { findPattern, type PatternFolder, patternFolders } from '../../catalog/catalog.ts';
import { describeFinding, type GrantFinding } from '../../local/engine/grants.ts';
import { startLocalCloud } from '../../local/local-cloud.ts';
import type { Cloud } from '../../package/clouds.ts';
import { buildPackage } from '../../package/function-packages.ts';
import type { App, Scenario } from '../../patterns/scenario.ts';
import { explain } from '../explain.ts';
import type { Output } from '../output.ts';

export interface StepResult {
  name: string;
  durationMs: number;
  error?: string;
}

export interface TestResult {
  pattern: string;
  cloud: Cloud;
  passed: boolean;
  durationMs: number;
  steps: StepResult[];
  /** Why the run could not be started or ended early. */
  error?: string;
  /** Grants that the scenario did not use. One that could be deleted fails the test. */
  grants: GrantFinding[];
  warnings: string[];
}

/** `serverless-patterns test [pattern]` */
export async function test(
  output: Output,
  options: { pattern: string | undefined; clouds: readonly Cloud[]; variables: Record<string, string> },
): Promise<number> {
  const folders = options.pattern === undefined ? patternFolders() : [findPattern(options.pattern)];
  const results: TestResult[] = [];
  for (const folder of folders) {
    for (const cloud of folder.clouds.filter((candidate) => options.clouds.includes(candidate))) {
      output.text(`${colours.bold(folder.name)} on ${cloud}`);
      const result = await testStack(folder, cloud, options.variables, (step) => output.text(stepLine(step)));
      results.push(result);
      report(output, result);
    }
  }
  output.result(results);
  const failed = results.filter((result) => !result.passed).length;
  output.text(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Runs a pattern's scenario on one cloud. Never throws: what goes wrong is in the result. */
export async function testStack(
  folder: PatternFolder,
  cloud: Cloud,
  variables: Record<string, unknown> = {},
  onStep: (step: StepResult) => void = () => undefined,
): Promise<TestResult> {
  const started = performance.now();
  const steps: StepResult[] = [];
  const warnings: string[] = [];
  let grants: GrantFinding[] = [];
  let error: string | undefined;
  try {
    await buildPackage(folder.name, cloud);
    const { default: scenario } = (await import(path.join(folder.directory, 'scenario.ts'))) as {
      default: Scenario;
    };
    const local = await startLocalCloud({
      cloud,
      directory: path.join(folder.directory, cloud),
      variables,
      warn: (text) => warnings.push(text),
    });
    try {
      const [entrance] = local.entrances;
      const app: App = {
        fetch: (pathAndQuery, init) =>
          fetch(`${entrance?.url}${pathAndQuery}`, {
            ...init,
            headers: { ...entrance?.callerHeaders(), ...Object.fromEntries(new Headers(init?.headers)) },
          }),
        step: async (name, prove) => {
          const step = await timed(name, prove);
          steps.push(step);
          onStep(step);
        },
      };
      await scenario.run(app);
      grants = local.unusedGrants();
    } finally {
      await local.close();
    }
  } catch (cause) {
    error = explain(cause);
  }
  const passed =
    error === undefined && steps.every((step) => step.error === undefined) && !grants.some(isSuperfluous);
  return {
    pattern: folder.name,
    cloud,
    passed,
    durationMs: performance.now() - started,
    steps,
    grants,
    warnings,
    ...(error !== undefined && { error }),
  };
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
function isSuperfluous(finding: GrantFinding): boolean {
  return finding.kind !== 'wide-role';
}

function stepLine({ name, durationMs, error }: StepResult): string {
  const time = colours.dim(`${durationMs.toFixed(0)} ms`);
  if (error === undefined) return `  ${colours.green('✓')} ${name} ${time}`;
  return `  ${colours.red('✗')} ${name} ${time}\n${error.replace(/^/gm, '      ')}`;
}

function report(output: Output, result: TestResult): void {
  if (result.error !== undefined) output.text(`  ${colours.red('✗')} ${result.error}`);
  for (const warning of result.warnings) output.text(`  ${colours.yellow('!')} ${warning}`);
  for (const finding of result.grants.filter(isSuperfluous)) {
    output.text(`  ${colours.red('✗')} ${describeFinding(finding)}`);
  }
  const wide = result.grants.length - result.grants.filter(isSuperfluous).length;
  if (wide > 0) {
    const roles = wide === 1 ? '1 predefined role is' : `${wide} predefined roles are`;
    output.text(colours.dim(`  ${roles} wider than what was used; --json says by what`));
  }
  if (result.passed) output.text(`  ${colours.green('✓')} no permission missing, none granted in vain`);
}
