import colours from 'picocolors';
import { findPattern, type PatternFolder, patternFolders } from '../../catalog/catalog.ts';
import type { FaultRates } from '../../local/engine/fault-plan.ts';
import { describeFinding } from '../../local/engine/grants.ts';
import type { TimelineEvent } from '../../local/engine/timeline.ts';
import type { Cloud } from '../../package/clouds.ts';
import { type FaultFailure, type FaultResult, testUnderFaults } from '../../proof/fault-run.ts';
import {
  isSuperfluous,
  type StackTest,
  type StepResult,
  samStackOf,
  stackOf,
  type TestResult,
  testStack,
} from '../../proof/test-stack.ts';
import { explain } from '../explain.ts';
import type { Output } from '../output.ts';
import { timelineText } from '../timeline-lines.ts';

export interface TestSettings {
  pattern: string | undefined;
  clouds: readonly Cloud[];
  variables: Record<string, string>;
  /** Also run the invariants under these faults, once for each seed. */
  faults?: { rates: FaultRates; seeds: readonly number[] };
}

/** `serverless-patterns test [pattern]` */
export async function test(output: Output, settings: TestSettings): Promise<number> {
  const folders = settings.pattern === undefined ? patternFolders() : [findPattern(settings.pattern)];
  const results: (TestResult & { faults?: FaultResult })[] = [];
  for (const stack of stacksOf(folders, settings)) {
    const form = stack.form === 'sam' ? ' (template.yaml)' : '';
    output.text(`${colours.bold(stack.pattern)} on ${stack.cloud}${form}`);
    const result = await testStack(stack, explain, (step) => output.text(stepLine(step)));
    report(output, result);
    results.push({
      ...result,
      ...(settings.faults && { faults: await underFaults(output, stack, settings.faults) }),
    });
  }
  output.result(results);
  const failed = results.filter(({ passed, faults }) => !passed || faults?.passed === false).length;
  output.text(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function stacksOf(folders: readonly PatternFolder[], { clouds, variables }: TestSettings): StackTest[] {
  return folders.flatMap((folder) =>
    folder.clouds
      .filter((candidate) => clouds.includes(candidate))
      .flatMap((cloud) => {
        const sam = cloud === 'aws' ? samStackOf(folder, variables) : undefined;
        return [stackOf(folder, cloud, variables), ...(sam ? [sam] : [])];
      }),
  );
}

async function underFaults(
  output: Output,
  stack: StackTest,
  { rates, seeds }: { rates: FaultRates; seeds: readonly number[] },
): Promise<FaultResult> {
  const result = await testUnderFaults(
    stack,
    {
      rates,
      seeds,
      onSeed: (seed, passed) =>
        output.progress(`  seed ${seed}: the invariant ${passed ? 'holds' : 'does not hold'}`),
    },
    explain,
  );
  if (result.error !== undefined) output.text(`  ${colours.red('✗')} under faults: ${result.error}`);
  for (const failure of result.failures) output.text(failureText(failure));
  if (result.passed) {
    const counts = Object.entries(result.strikes).map(([kind, count]) => `${count} ${kind}`);
    output.text(
      `  ${colours.green('✓')} the invariant holds under faults with ${result.seeds} seeds ${colours.dim(`(${counts.join(', ') || 'none happened'}; ${(result.durationMs / 1000).toFixed(1)} s)`)}`,
    );
  }
  return result;
}

function failureText({ seed, error, strikes, timeline }: FaultFailure): string {
  const lines = [
    `  ${colours.red('✗')} the invariant does not hold with seed ${seed}:`,
    error.replace(/^/gm, '      '),
    `    it takes ${strikes.length === 1 ? 'this fault' : `these ${strikes.length} faults`}: ${strikes.map(({ id }) => id).join(', ') || 'none'}`,
    ...timelineLines(timeline),
  ];
  return lines.join('\n');
}

const shownEvents = 60;

function timelineLines(timeline: readonly TimelineEvent[]): string[] {
  const [first] = timeline;
  const shown = timeline.slice(-shownEvents);
  const left = timeline.length - shown.length;
  return [
    ...(left > 0 ? [`    … ${left} earlier events`] : []),
    ...shown.map((event) => {
      const seconds = ((event.atMs - (first?.atMs ?? event.atMs)) / 1000).toFixed(3).padStart(10);
      return `    ${seconds} s  ${timelineText(event)}`;
    }),
  ];
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
