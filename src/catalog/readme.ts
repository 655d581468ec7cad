import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mermaid, readArchitecture } from '../diagram/index.ts';
import { type Cloud } from '../package/clouds.ts';
import type { Stack } from '../terraform/stack.ts';
import type { PatternFolder } from './catalog.ts';
import type { Pattern } from './pattern.ts';
import { type CloudPart, cloudNames } from './readme/clouds.ts';
import { readConfiguration, sharedDefaultsFile } from './readme/configuration.ts';
import { deliveryTable } from './readme/delivery.ts';
import { factTable } from './readme/fact-table.ts';
import { idempotencySection } from './readme/idempotency.ts';
import { blocks, bullets, code, codes, fenced, folded, heading, link, markdownTable, oneLine, section } from './readme/markdown.ts';
import { Origins } from './readme/origins.ts';
import { permissionTables } from './readme/permissions.ts';
import { proofSection, scenarioSteps } from './readme/proof.ts';
import { quickStart } from './readme/quick-start.ts';

/** What a README is made from: the folder with its files, and its stacks, evaluated with the variables' defaults. */
export interface ReadmeSources {
  folder: PatternFolder;
  pattern: Pattern;
  /** With computed attributes, in the order in which the clouds shall appear. */
  stacks: readonly { cloud: Cloud; stack: Stack }[];
}

/**
 * The README of a pattern. All of them follow one grammar, and a section without content is left out. Nothing in it is
 * written by hand: it comes from pattern.yaml, the Terraform and the tests.
 *
 * @throws UnknownTypeError for a resource type that the diagram does not know
 */
export function patternReadme({ folder, pattern, stacks }: ReadmeSources): string {
  const parts = stacks.map(({ cloud, stack }): CloudPart => {
    const configuration = readConfiguration(stack.rootDirectory);
    const architecture = readArchitecture(stack, cloud);
    return { cloud, stack, architecture, configuration, origins: new Origins(stack.rootDirectory) };
  });
  const steps = scenarioSteps(folder.directory);
  const number = folder.name.slice(0, 2);
  return `${blocks(
    '<!-- Made by `npx serverless-patterns docs` from pattern.yaml, the Terraform and the tests. Change those. -->',
    heading(1, `${number} · ${pattern.title}`),
    `**${oneLine(pattern.intent)}**`,
    pattern.summary.trim(),
    atAGlance(pattern, parts),
    section(2, 'Architecture', ...parts.map(diagram)),
    section(2, 'Quick start', quickStart(folder, parts)),
    section(2, 'When to use it', bullets(pattern.whenToUse)),
    section(2, 'When not to', bullets(pattern.whenNotToUse)),
    section(2, 'Trade-offs', pairTable('What it gains', 'What it costs', pattern.tradeOffs.map(({ gain, price }) => [gain, price]))),
    section(2, 'Event sources and delivery', deliveryTable(parts)),
    section(
      2,
      'Failure modes',
      pairTable('What goes wrong', 'What happens then', pattern.failureModes.map(({ failure, handling }) => [failure, handling])),
    ),
    section(2, 'Idempotency', idempotencySection(parts, steps)),
    limits(parts),
    section(2, 'Data', factTable('Question', 'data', parts)),
    permissions(number, parts),
    network(parts),
    observability(folder, parts),
    section(2, 'Tests', proofSection(folder.name, folder.directory, folder.clouds, steps)),
    section(2, 'Variables and outputs', ...parts.map(configurationTables)),
    section(2, 'References', bullets(pattern.references.map(({ title, url }) => link(title, url)))),
  )}\n`;
}
