import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CostedStack } from '../cost/projection/pattern-cost.ts';
import { mermaid, readArchitecture } from '../diagram/index.ts';
import type { Cloud } from '../package/clouds.ts';
import type { Stack } from '../terraform/stack.ts';
import type { PatternFolder } from './catalog.ts';
import type { Pattern } from './pattern.ts';
import { type CloudPart, cloudNames, quickStartEnvironment } from './readme/clouds.ts';
import { readConfiguration, sharedDefaultsFile } from './readme/configuration.ts';
import { costSection } from './readme/cost.ts';
import { deliveryTable } from './readme/delivery.ts';
import { changesTable, factTable } from './readme/fact-table.ts';
import { idempotencySection } from './readme/idempotency.ts';
import {
  blocks,
  bullets,
  code,
  codes,
  fenced,
  folded,
  heading,
  link,
  markdownTable,
  oneLine,
  section,
} from './readme/markdown.ts';
import { Origins } from './readme/origins.ts';
import { permissionTables } from './readme/permissions.ts';
import { proofSection, scenarioSteps } from './readme/proof.ts';
import { quickStart } from './readme/quick-start.ts';

/** What a README is made from: the folder with its files, and its stacks, evaluated with the variables' defaults. */
export interface ReadmeSources {
  folder: PatternFolder;
  pattern: Pattern;
  /** With computed attributes, in the order in which the clouds shall appear. */
  stacks: readonly EvaluatedStack[];
  /** The stacks whose use is known. */
  costs?: readonly CostedStack[];
}

export interface EvaluatedStack {
  cloud: Cloud;
  stack: Stack;
  /** The stack as the quick start deploys it: `quickStartEnvironment` instead of the default. */
  elsewhere?: Stack;
}

/**
 * The README of a pattern. All of them follow one grammar, and a section without content is left out. Nothing in it is
 * written by hand: it comes from pattern.yaml, the Terraform and the tests.
 *
 * @throws UnknownTypeError for a resource type that the diagram does not know
 */
export function patternReadme({ folder, pattern, stacks, costs = [] }: ReadmeSources): string {
  const parts = stacks.map(partOf);
  const steps = scenarioSteps(folder.directory);
  const number = folder.name.slice(0, 2);
  return `${blocks(
    '<!-- Made by `npx serverless-patterns docs` from pattern.yaml, the Terraform and the tests. Change those. -->',
    heading(1, `${number} · ${pattern.title}`),
    `**${oneLine(pattern.intent)}**`,
    pattern.summary.trim(),
    atAGlance(pattern, parts),
    section(2, 'Architecture', ...parts.map(diagram)),
    section(2, 'Quick start', quickStart(folder, pattern, parts)),
    section(2, 'When to use it', bullets(pattern.whenToUse)),
    section(2, 'When not to use it', bullets(pattern.whenNotToUse)),
    section(
      2,
      'Trade-offs',
      pairTable(
        'What it gains',
        'What it costs',
        pattern.tradeOffs.map(({ gain, price }) => [gain, price]),
      ),
    ),
    section(2, 'Event sources and delivery', deliveryTable(parts)),
    section(
      2,
      'Failure modes',
      pairTable(
        'What goes wrong',
        'What happens then',
        pattern.failureModes.map(({ failure, handling }) => [failure, handling]),
      ),
    ),
    section(2, 'Idempotency', idempotencySection(parts, steps)),
    limits(parts),
    section(2, 'Data', factTable('data', parts)),
    permissions(number, parts),
    network(parts),
    observability(folder, parts),
    section(2, 'Cost', costSection(number, costs)),
    otherEnvironments(parts),
    section(2, 'Tests', proofSection(folder.name, folder.directory, folder.clouds, steps)),
    section(2, 'Variables and outputs', ...parts.map(configurationTables)),
    section(2, 'References', bullets(pattern.references.map(({ title, url }) => link(title, url)))),
  )}\n`;
}

function partOf({ cloud, stack, elsewhere }: EvaluatedStack): CloudPart {
  const { rootDirectory } = stack;
  return {
    cloud,
    stack,
    architecture: readArchitecture(stack, cloud),
    configuration: readConfiguration(rootDirectory),
    origins: new Origins(rootDirectory),
    ...(elsewhere && { elsewhere: { stack: elsewhere, architecture: readArchitecture(elsewhere, cloud) } }),
  };
}

/** What there is, and where, before any detail. */
function atAGlance(pattern: Pattern, parts: readonly CloudPart[]): string {
  return markdownTable(
    ['', ...parts.map(({ cloud }) => cloudNames[cloud])],
    [
      ['Services', ...parts.map(({ cloud }) => pattern.services[cloud].join(', '))],
      [
        'Source',
        ...parts.map(({ cloud }) => `${link('Terraform', cloud)}, ${link('handler', `${cloud}/handler.ts`)}`),
      ],
      ['Resources', ...parts.map(({ stack }) => String(stack.resources.length))],
    ],
  );
}

function diagram({ cloud, architecture }: CloudPart): string {
  return blocks(heading(3, cloudNames[cloud]), fenced('mermaid', mermaid(architecture)));
}

function pairTable(left: string, right: string, rows: readonly (readonly [string, string])[]): string {
  return markdownTable([left, right], rows);
}

function limits(parts: readonly CloudPart[]): string {
  const table = factTable('limits', parts);
  if (table === '') return '';
  return section(
    2,
    'Limits and scaling',
    'With the defaults; the variable that changes a value stands behind it.',
    table,
    `Defaults of all stacks stand in ${link(code(sharedDefaultsFile), `../../../${sharedDefaultsFile}`)}.`,
  );
}

function permissions(number: string, parts: readonly CloudPart[]): string {
  const tables = permissionTables(parts);
  if (tables === '') return '';
  return section(
    2,
    'Identity and permissions',
    `All of them. The local cloud enforces them, and ${code(`serverless-patterns test ${number}`)} reports every one that the scenario leaves unused.`,
    tables,
  );
}

function network(parts: readonly CloudPart[]): string {
  const table = factTable('security', parts);
  const reasons = new Set(parts.flatMap(({ stack }) => publicReason(stack) ?? []));
  return section(
    2,
    'Network and secrets',
    table,
    ...[...reasons].map((reason) => `Everybody may call, for this declared reason: ${oneLine(reason)}`),
  );
}

/** Why a stack is open to everybody, as its variable `authorization` has to say. */
function publicReason({ variables }: Stack): string | undefined {
  const { authorization } = variables;
  if (typeof authorization !== 'object' || authorization === null || !('reason' in authorization))
    return undefined;
  return authorization.type === 'NONE' && typeof authorization.reason === 'string'
    ? authorization.reason
    : undefined;
}

function observability(folder: PatternFolder, parts: readonly CloudPart[]): string {
  const metrics = parts.map(({ cloud }) =>
    codes(ownMetrics(path.join(folder.directory, cloud, 'handler.ts'))),
  );
  return section(
    2,
    'Observability',
    factTable('observability', parts),
    metrics.some((names) => names !== '')
      ? `Metrics of its own: ${[...new Set(metrics.filter((names) => names !== ''))].join('; ')}.`
      : undefined,
    ...parts.map(alarms),
  );
}

function otherEnvironments(parts: readonly CloudPart[]): string {
  const table = changesTable(parts);
  if (table === '') return '';
  return section(
    2,
    'Beyond dev',
    `Everything above is what the defaults give. With ${code(`environment=${quickStartEnvironment}`)} this changes:`,
    table,
  );
}

/** Names of the metrics that a handler counts. */
function ownMetrics(file: string): string[] {
  const counted = readFileSync(file, 'utf8').matchAll(/\bmetrics\.add\(\s*'([^']+)'/g);
  return [...new Set([...counted].map(([, name = '']) => name))];
}

function alarms({ cloud, architecture, stack, origins }: CloudPart): string {
  if (architecture.alarms.length === 0) return '';
  const { project_name: project, environment } = stack.variables;
  const beginning = new RegExp(
    `^${project}-${environment}-${path.basename(path.dirname(stack.rootDirectory)).slice(3)}-`,
  );
  const variables = new Set(architecture.alarms.flatMap(({ notifies }) => origins.variablesOf(notifies)));
  return blocks(
    heading(3, `Alarms on ${cloudNames[cloud]}`),
    variables.size === 0 ? undefined : `They notify what ${codes([...variables])} names.`,
    markdownTable(
      ['Alarm', 'When', 'Meaning'],
      architecture.alarms.map(({ name, threshold, meaning }) => [
        code(name.replace(beginning, '')),
        threshold,
        meaning,
      ]),
    ),
  );
}

function configurationTables({ cloud, configuration: { variables, outputs } }: CloudPart): string {
  return folded(
    `${cloudNames[cloud]}: ${variables.length} variables, ${outputs.length} outputs`,
    blocks(
      markdownTable(
        ['Variable', 'Type', 'Default', 'Description'],
        variables.map(({ name, type, default: byDefault, sharedDefault, description }) => [
          code(name),
          code(type),
          byDefault === undefined
            ? '**required**'
            : `${code(byDefault)}${sharedDefault === undefined ? '' : ` → ${code(sharedDefault)}`}`,
          description,
        ]),
      ),
      markdownTable(
        ['Output', 'Description'],
        outputs.map(({ name, description }) => [code(name), description]),
      ),
    ),
  );
}
