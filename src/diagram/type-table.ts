import type { Stack, StackResource, StackValue } from '../terraform/stack.ts';
import type { Alarm, ArchitectureEdge, FactTopic, factLabels, Grant, NodeKind } from './architecture.ts';
import type { StackIndex } from './stack-index.ts';

/** What the diagram and the tables of a README say about resources of one type. */
export type TypeRule = LeftOutType | ShownType;

/** Nothing, and why. */
export interface LeftOutType {
  leftOut: string;
}

export interface ShownType {
  /** What the vendor calls it, in the words of a diagram: `DynamoDB`. */
  service: string;
  /** The box that it is; without one it says something about other boxes only. */
  box?: NodeKind | ((resource: StackResource, index: StackIndex) => NodeKind | undefined);
  /** Address of what it is a part of, and what is drawn in its place: an alias's function, a stage's API. */
  partOf?(resource: StackResource, index: StackIndex): string | undefined;
  /** Address of the identity that its code runs as. */
  identity?(resource: StackResource, index: StackIndex): string | undefined;
  /** Between addresses of any resources; each is drawn at the box it is a part of. */
  edges?(resource: StackResource, index: StackIndex): ArchitectureEdge[];
  grants?(resource: StackResource, index: StackIndex): Grant[];
  alarm?(resource: StackResource): Alarm;
  /** Names of the services that logs, traces and metrics go to because of it. */
  telemetry?(resource: StackResource): string[];
  /** Environment variables of its code. */
  settings?(resource: StackResource): StackValue | undefined;
  facts?: FactRule[];
}

/** How one argument answers one question. */
export type FactRule = {
  /** Path of the argument; in a resource of type `of` beside this one, where `of` is given. */
  path: string;
  of?: string;
  /** The answer in words, or undefined for no answer. `value` is undefined when the argument is not set. */
  show(value: StackValue | undefined, resource: StackResource, stack: Stack): string | undefined;
} & { [Topic in FactTopic]: { topic: Topic; label: (typeof factLabels)[Topic][number] } }[FactTopic];

/** All that is known about a cloud's resource types. */
export interface TypeTable {
  types: Record<string, TypeRule>;
  /** What an action or role lets code do, in a word for an edge; undefined for what is not worth drawing. */
  operation(action: string): string | undefined;
}

/** What no cloud knows of: resources of providers that only serve Terraform itself. */
export const terraformTypes: Record<string, TypeRule> = {
  terraform_data: { leftOut: 'a step of the deployment' },
  time_sleep: { leftOut: 'a step of the deployment' },
};

export const leftOut = (leftOut: string): LeftOutType => ({ leftOut });

export function shown(value: StackValue | undefined, unit = ''): string | undefined {
  if (typeof value === 'number') return `${value.toLocaleString('en-US')}${unit === '' ? '' : ` ${unit}`}`;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
