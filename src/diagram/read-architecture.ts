import type { Cloud } from '../package/clouds.ts';
import type { Stack, StackResource } from '../terraform/stack.ts';
import {
  type Architecture,
  type ArchitectureEdge,
  type ArchitectureNode,
  clientId,
  type Fact,
  type Grant,
  type NodeKind,
  placeOf,
  type Setting,
  telemetryId,
  terraformName,
  valueAt,
} from './architecture.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { gcp } from './gcp.ts';
import { StackIndex } from './stack-index.ts';
import { type ShownType, type TypeRule, type TypeTable, terraformTypes } from './type-table.ts';

const tables: Record<Cloud, TypeTable> = { aws, azure, gcp };

/** A resource type of which nothing is known; the message names it and what to do. */
export class UnknownTypeError extends Error {
  override name = 'UnknownTypeError';
}

/** What the diagram knows about a resource type. @throws UnknownTypeError */
export function ruleFor(cloud: Cloud, type: string): TypeRule {
  const { types } = tables[cloud];
  const rule =
    (Object.hasOwn(types, type) ? types[type] : undefined) ??
    (Object.hasOwn(terraformTypes, type) ? terraformTypes[type] : undefined);
  if (rule) return rule;
  throw new UnknownTypeError(
    `src/diagram/${cloud}.ts does not know the resource type ${type}. Add it to the table there: as a box, as a part of one, or with leftOut(...) and the reason.`,
  );
}

/**
 * Reads what matters to a reader out of an evaluated stack. Its computed attributes have to be known: policies and
 * role assignments name what they grant by ARN or id.
 * @throws UnknownTypeError for a resource type that the cloud's table does not list
 */
export function readArchitecture(stack: Stack, cloud: Cloud): Architecture {
  const index = new StackIndex(stack);
  const table = tables[cloud];
  const shown = stack.resources
    .map((resource) => ({ resource, rule: ruleFor(cloud, resource.type) }))
    .filter((entry): entry is { resource: StackResource; rule: ShownType } => !('leftOut' in entry.rule));

  const nodes = shown.flatMap(({ resource, rule }) => nodeOf(resource, rule, index));
  const boxes = new Set(nodes.map(({ id }) => id));
  const boxOf = (address: string): string | undefined => {
    if (address === clientId || boxes.has(address)) return address;
    const resource = index.resource(address);
    const rule = resource && ruleFor(cloud, resource.type);
    const whole = rule && 'partOf' in rule ? rule.partOf?.(resource, index) : undefined;
    return whole === undefined ? undefined : boxOf(whole);
  };

  const grants = shown.flatMap(({ resource, rule }) => rule.grants?.(resource, index) ?? []);
  const runsAs = identities(shown, index);
  const alarms = shown.flatMap(({ resource, rule }) => rule.alarm?.(resource) ?? []);
  const edges = merged([
    ...shown.flatMap(({ resource, rule }) => rule.edges?.(resource, index) ?? []).flatMap(between(boxOf)),
    ...accessEdges(grants, runsAs, table).flatMap(between(boxOf)),
  ]);
  if (edges.some(({ from }) => from === clientId))
    nodes.push({ id: clientId, kind: 'client', service: 'Client', name: '' });
  const telemetry = [...new Set(shown.flatMap(({ resource, rule }) => rule.telemetry?.(resource) ?? []))];
  if (telemetry.length > 0) {
    const alarmCount = alarms.length === 0 ? '' : `${alarms.length} alarms`;
    nodes.push({ id: telemetryId, kind: 'telemetry', service: telemetry.join(', '), name: alarmCount });
    for (const { id } of nodes.filter(({ kind }) => kind === 'function'))
      edges.push({ from: id, to: telemetryId, kind: 'telemetry', labels: [] });
  }
  nodes.sort((a, b) => drawingOrder.indexOf(a.kind) - drawingOrder.indexOf(b.kind));
  return { nodes, edges, grants, alarms, facts: factsOf(shown, index), runsAs, settings: settingsOf(shown) };
}

/** The way of a request: from who calls to what is stored. */
const drawingOrder: readonly NodeKind[] = [
  'client',
  'schedule',
  'entrance',
  'topic',
  'queue',
  'stream',
  'workflow',
  'function',
  'store',
  'bucket',
  'secret',
  'telemetry',
];

function nodeOf(resource: StackResource, rule: ShownType, index: StackIndex): ArchitectureNode[] {
  const kind = typeof rule.box === 'function' ? rule.box(resource, index) : rule.box;
  if (kind === undefined) return [];
  return [{ id: resource.address, kind, service: rule.service, name: terraformName(resource) }];
}

function identities(
  shown: { resource: StackResource; rule: ShownType }[],
  index: StackIndex,
): Map<string, string[]> {
  const runsAs = new Map<string, string[]>();
  for (const { resource, rule } of shown) {
    const identity = rule.identity?.(resource, index);
    if (identity !== undefined) runsAs.set(identity, [...(runsAs.get(identity) ?? []), resource.address]);
  }
  return runsAs;
}

/** What code may do with what, from the grants of the identity that it runs as. */
function accessEdges(
  grants: readonly Grant[],
  runsAs: ReadonlyMap<string, string[]>,
  table: TypeTable,
): ArchitectureEdge[] {
  return grants
    .filter(({ effect }) => effect === 'allow')
    .flatMap(({ principal, actions, resource }) => {
      const labels = actions.map(table.operation).filter((label) => label !== undefined);
      if (labels.length === 0) return [];
      return (runsAs.get(principal) ?? []).map(
        (from): ArchitectureEdge => ({ from, to: resource, kind: 'access', labels }),
      );
    });
}

/** Moves an edge to the boxes that its ends are parts of; drops it where an end is drawn nowhere. */
function between(boxOf: (address: string) => string | undefined) {
  return (edge: ArchitectureEdge): ArchitectureEdge[] => {
    const [from, to] = [boxOf(edge.from), boxOf(edge.to)];
    return from === undefined || to === undefined || from === to ? [] : [{ ...edge, from, to }];
  };
}

function merged(edges: readonly ArchitectureEdge[]): ArchitectureEdge[] {
  const byEnds = new Map<string, ArchitectureEdge>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to, edge.kind]);
    const known = byEnds.get(key);
    if (known) known.labels = [...new Set([...known.labels, ...edge.labels])];
    else byEnds.set(key, { ...edge, labels: [...edge.labels] });
  }
  return [...byEnds.values()];
}

function settingsOf(shown: { resource: StackResource; rule: ShownType }[]): Setting[] {
  return shown.flatMap(({ resource, rule }) =>
    Object.entries(rule.settings?.(resource) ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [{ subject: resource.address, name, value }] : [],
    ),
  );
}

function factsOf(shown: { resource: StackResource; rule: ShownType }[], index: StackIndex): Fact[] {
  return shown.flatMap(({ resource, rule }) =>
    (rule.facts ?? []).flatMap(({ topic, label, path, of, show }): Fact[] => {
      const holder = of === undefined ? resource : index.beside(resource, of)[0];
      const value = show(holder && valueAt(holder.values, path), resource, index.stack);
      if (value === undefined) return [];
      const setBy =
        of === undefined ? placeOf(resource, path) : { modulePath: resource.modulePath, type: of, path };
      return [{ topic, label, subject: resource.address, value, setBy }];
    }),
  );
}
