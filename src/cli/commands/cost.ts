import { writeFileSync } from 'node:fs';
import path from 'node:path';
import colours from 'picocolors';
import { findPattern, patternFolders, readPattern } from '../../catalog/catalog.ts';
import { cloudNames } from '../../catalog/readme/clouds.ts';
import { costSeries, logarithmicVolumes } from '../../cost/chart/series.ts';
import { costHtml, costSvg } from '../../cost/chart/svg.ts';
import { costChart } from '../../cost/chart/terminal.ts';
import { CostError } from '../../cost/cost-error.ts';
import { profileFile, writeProfile } from '../../cost/profile/usage-profile.ts';
import { assumptions, generalAssumptions } from '../../cost/projection/assumptions.ts';
import { type Comparison, compareClouds, compareVariants } from '../../cost/projection/break-even.ts';
import { type CostedStack, costedStacks } from '../../cost/projection/pattern-cost.ts';
import { PatternProvisions } from '../../cost/projection/pattern-provision.ts';
import { type Projection, project } from '../../cost/projection/project.ts';
import { type Sensitivity, sensitivity } from '../../cost/projection/sensitivity.ts';
import type { Cloud } from '../../package/clouds.ts';
import { projectRoot } from '../../package/project.ts';
import { csvOf, jsonOf, markdownOf } from '../cost-formats.ts';
import { billOptions, type CostOptions } from '../cost-options.ts';
import {
  comparison,
  components,
  dollars,
  figures,
  heading,
  sensitivities,
  totals,
  volume,
} from '../cost-text.ts';
import type { Output } from '../output.ts';

export interface CostCommandOptions extends CostOptions {
  format: 'text' | 'csv' | 'md';
  /** Draws the cost over the volume in the terminal. */
  chart: boolean;
  /** Files for pictures. */
  svg: string | undefined;
  html: string | undefined;
  variables: Record<string, string>;
}

/** Everything that is said of one pattern's cost. */
export interface PatternCost {
  name: string;
  title: string;
  transaction: string;
  daily: readonly number[];
  stacks: CostedStack[];
  /** By cloud, one for each volume. */
  projections: Map<Cloud, Projection[]>;
  betweenClouds: Comparison[];
  betweenVariants: Comparison[];
  sensitivities: Sensitivity[];
  assumptions: string[];
}

/**
 * `serverless-patterns cost <pattern>`
 * @throws CostError, CatalogError, TerraformError
 */
export async function cost(output: Output, query: string, options: CostCommandOptions): Promise<number> {
  const folder = findPattern(query);
  const pattern = await readPattern(folder);
  const provisions = new PatternProvisions();
  const stacks = await costedStacks(folder, options.clouds, provisions, options.variables);
  provisions.save();
  if (stacks.length === 0)
    throw new CostError(
      `${folder.name} has no usage profile on ${options.clouds.join(', ')}. Its workload.ts makes one: serverless-patterns cost ${folder.name} --measure`,
    );
  const result = analyse(
    {
      name: folder.name,
      title: pattern.title,
      transaction: pattern.workload.transaction,
      assumptions: pattern.workload.assumptions,
    },
    stacks,
    options,
  );
  print(output, result, options);
  return 0;
}

/** `serverless-patterns cost <pattern> --measure`: runs the pattern's workload and keeps its usage profiles. */
export async function measure(output: Output, query: string, clouds: readonly Cloud[]): Promise<number> {
  const { hasWorkload, measureProfile } = await import('../../cost/profile/measure.ts');
  const folder = findPattern(query);
  if (!hasWorkload(folder)) throw new CostError(`${folder.name} has no workload.ts that could be measured.`);
  const { workload } = await readPattern(folder);
  const files: string[] = [];
  for (const cloud of folder.clouds.filter((each) => clouds.includes(each))) {
    output.progress(`${folder.name} on ${cloud}`);
    const profile = await measureProfile(folder, cloud, workload.transaction, { payloads: 'all' });
    const file = profileFile(folder.directory, cloud);
    writeProfile(file, profile);
    files.push(path.relative(projectRoot, file));
  }
  output.result({ files });
  for (const file of files) output.text(`written  ${file}`);
  return 0;
}

/** Prices stacks at every volume, and compares. */
export function analyse(
  what: { name: string; title: string; transaction: string; assumptions: readonly string[] },
  stacks: CostedStack[],
  options: CostOptions,
): PatternCost {
  const bills = billOptions(options);
  const projections = new Map(
    stacks.map(({ cloud, profile, provision }): [Cloud, Projection[]] => [
      cloud,
      options.daily.map((dailyTransactions) =>
        project(profile, provision, { ...options.scale, dailyTransactions }, bills(cloud)),
      ),
    ]),
  );
  const comparing = { scale: options.scale, options: bills };
  const largest = options.daily.at(-1) ?? 0;
  return {
    ...what,
    daily: options.daily,
    stacks,
    projections,
    betweenClouds: compareClouds(stacks, comparing, cloudNames),
    betweenVariants: compareVariants(stacks, comparing),
    sensitivities: stacks.flatMap((stack) =>
      sensitivity(stack, { ...options.scale, dailyTransactions: largest }, bills(stack.cloud)),
    ),
    assumptions: [
      ...what.assumptions,
      ...stacks.flatMap((stack) => {
        const last = projections.get(stack.cloud)?.at(-1);
        return last ? assumptions(stack, last).map((line) => `${cloudNames[stack.cloud]}: ${line}`) : [];
      }),
      ...generalAssumptions,
    ],
  };
}

export function print(output: Output, result: PatternCost, options: CostCommandOptions): void {
  output.result(jsonOf(result, options));
  draw(output, result, options);
  if (options.chart) return;
  if (options.format === 'csv') output.text(csvOf([result]));
  else if (options.format === 'md') output.text(markdownOf(result));
  else printText(output, result, options);
  for (const [cloud, projections] of result.projections) {
    const unknown = new Set(
      projections.flatMap(({ total }) => (total.kind === 'incomplete' ? total.unknown : [])),
    );
    if (unknown.size > 0)
      output.warn(`${cloudNames[cloud]}: no price is known for ${[...unknown].join(', ')}.`);
    for (const note of new Set(projections.flatMap(({ notes }) => notes)))
      output.warn(`${cloudNames[cloud]}: ${note}`);
  }
}

/** Pictures of the cost over the volume, from the lowest to the highest that was asked for. */
function draw(output: Output, result: PatternCost, options: CostCommandOptions): void {
  const { daily, stacks, name, title } = result;
  const comparing = { scale: options.scale, options: billOptions(options) };
  const over = (perDecade: number) => {
    const lowest = daily[0] ?? 1;
    const highest = daily.length > 1 ? (daily.at(-1) ?? lowest) : lowest * 10;
    return costSeries(stacks, logarithmicVolumes(lowest, highest, perDecade), comparing);
  };
  if (options.chart) output.text(costChart(over(3)));
  const heading = `${name}: ${title}`;
  if (options.svg !== undefined) writeFileSync(options.svg, costSvg(heading, over(20)));
  if (options.html !== undefined) writeFileSync(options.html, costHtml(heading, over(6)));
  for (const file of [options.svg, options.html]) if (file !== undefined) output.progress(`written  ${file}`);
}

function printText(output: Output, result: PatternCost, options: CostCommandOptions): void {
  const { name, title, transaction, daily, projections } = result;
  output.text(`${heading(`${name}: ${title}`)}, USD a month, free tier ${options.freeTier}`);
  output.text(`${colours.dim(`A transaction: ${transaction}`)}\n`);
  output.text(totals(projections, daily));
  for (const [cloud, of] of projections) {
    output.text(`\n${heading(cloudNames[cloud])}  ${colours.dim('* what costs most')}`);
    output.text(components(of, daily));
  }
  if (result.betweenClouds.length + result.betweenVariants.length > 0) {
    output.text(`\n${heading('Break-even')}`);
    for (const each of result.betweenClouds) output.text(`  ${comparison(each)}`);
    for (const each of result.betweenVariants)
      output.text(`  ${each.cloud === undefined ? '' : `${cloudNames[each.cloud]}, `}${comparison(each)}`);
  }
  for (const [cloud] of projections) {
    const rows = result.sensitivities.filter((row) => row.cloud === cloud);
    if (rows.length === 0) continue;
    output.text(`\n${heading(`${cloudNames[cloud]}, ${volume(daily.at(-1) ?? 0)} a day, with`)}`);
    output.text(sensitivities(rows));
  }
  output.text(`\n${heading('Assumptions')}`);
  for (const line of result.assumptions) output.text(`  ${line}`);
}

/** `serverless-patterns cost --all` and `compare`: one line for each pattern, volume and cloud. */
export async function costOfMany(
  output: Output,
  queries: readonly string[] | 'all',
  options: CostCommandOptions,
): Promise<number> {
  const folders = queries === 'all' ? patternFolders() : queries.map(findPattern);
  const provisions = new PatternProvisions();
  const bills = billOptions(options);
  const rows: string[][] = [];
  const results: { name: string; cloud: Cloud; projections: Projection[] }[] = [];
  const missing: string[] = [];
  for (const folder of folders) {
    const stacks = await costedStacks(folder, options.clouds, provisions, options.variables);
    if (stacks.length === 0) missing.push(folder.name);
    const byCloud = new Map<Cloud, Projection[]>();
    for (const { cloud, profile, provision } of stacks) {
      const projections = options.daily.map((dailyTransactions) =>
        project(profile, provision, { ...options.scale, dailyTransactions }, bills(cloud)),
      );
      byCloud.set(cloud, projections);
      results.push({ name: folder.name, cloud, projections });
    }
    for (const [index, daily] of options.daily.entries())
      rows.push([
        index === 0 ? folder.name : '',
        volume(daily),
        ...options.clouds.map((cloud) => {
          const projection = byCloud.get(cloud)?.[index];
          return projection ? dollars(projection.total) : '-';
        }),
      ]);
  }
  provisions.save();
  output.result(
    results.map(({ name, cloud, projections }) => ({
      pattern: name,
      cloud,
      volumes: projections.map(({ scale, total }) => ({
        daily: scale.dailyTransactions,
        usd: total.kind === 'known' ? total.usd.toNumber() : null,
        knownUsd: (total.kind === 'known' ? total.usd : total.knownUsd).toNumber(),
      })),
    })),
  );
  output.text(`${heading('USD a month')}, free tier ${options.freeTier}\n`);
  output.text(figures([['Pattern', 'a day', ...options.clouds.map((cloud) => cloudNames[cloud])], ...rows]));
  if (missing.length > 0) output.warn(`Without a usage profile: ${missing.join(', ')}.`);
  return 0;
}
