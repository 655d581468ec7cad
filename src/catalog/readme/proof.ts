import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Cloud } from '../../package/clouds.ts';
import { cloudNames } from './clouds.ts';
import { blocks, bullets, codes, fenced, link, markdownTable } from './markdown.ts';

/** Names of the steps of a pattern's scenario, in order; none when there is no scenario. */
export function scenarioSteps(patternDirectory: string): string[] {
  const file = path.join(patternDirectory, 'scenario.ts');
  if (!existsSync(file)) return [];
  const steps = readFileSync(file, 'utf8').matchAll(/\bapp\.step\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g);
  return [...steps].map(([, , name = '']) => name.replace(/\\(.)/g, '$1'));
}

/** Which tests there are, what each proves, and how they are run. */
export function proofSection(
  name: string,
  patternDirectory: string,
  clouds: readonly Cloud[],
  steps: readonly string[],
): string {
  const unitTests = filesIn(patternDirectory, '**/*.test.ts');
  const terraformTests = clouds.flatMap((cloud) =>
    filesIn(patternDirectory, `${cloud}/tests/*.tftest.hcl`).map((file) => [cloud, file] as const),
  );
  return blocks(
    steps.length === 0
      ? undefined
      : blocks(
          `${link('`scenario.ts`', 'scenario.ts')} drives the running pattern through its public entrances. It is the same for every cloud, and it proves:`,
          bullets(steps),
        ),
    fenced(
      'sh',
      [
        `npx serverless-patterns test ${name.slice(0, 2)}   # the scenario on every cloud, and permissions granted against permissions used`,
        ...(unitTests.length > 0 ? [`npx vitest run src/patterns/${name}   # ${unitTests.join(', ')}`] : []),
        ...(terraformTests.length > 0
          ? [`cd src/patterns/${name}/${terraformTests[0]?.[0]} && terraform init && terraform test`]
          : []),
      ].join('\n'),
    ),
    markdownTable(
      ['Terraform tests', 'Runs'],
      terraformTests.map(([cloud, file]) => [
        link(`${cloudNames[cloud]}: ${path.posix.basename(file, '.tftest.hcl')}`, file),
        codes(runNames(path.join(patternDirectory, file))),
      ]),
    ),
  );
}

function filesIn(cwd: string, pattern: string): string[] {
  return globSync(pattern, { cwd })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

function runNames(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^run "([^"]+)"/gm)].map(([, name = '']) => name);
}
