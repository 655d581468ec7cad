import type { StackResource, StackValue } from '../terraform/stack.ts';

/** What a box stands for; it decides the shape. */
export type NodeKind =
  | 'client'
  | 'entrance'
  | 'function'
  | 'store'
  | 'queue'
  | 'topic'
  | 'bucket'
  | 'stream'
  | 'schedule'
  | 'workflow'
  | 'secret'
  | 'telemetry';

/** A box of the diagram. */
export interface ArchitectureNode {
  /** Address of the resource; `clientId` and `telemetryId` for the two that no resource stands for. */
  id: string;
  kind: NodeKind;
  /** The vendor's name of the service: `DynamoDB`. */
  service: string;
  /** What the Terraform calls it: `items_table`. */
  name: string;
}

/** What brings work to a function, and what becomes of it when it fails. */
export interface Delivery {
  how: string;
  retries: string;
  afterTheLastFailure: string;
}

export interface ArchitectureEdge {
  from: string;
  to: string;
  /** `call`: it hands over work. `access`: code uses something. `telemetry`: logs, traces, metrics. */
  kind: 'call' | 'access' | 'telemetry';
  labels: string[];
  delivery?: Delivery;
}

/** One permission: who may do what to what. */
export interface Grant {
  effect: 'allow' | 'deny';
  /** Address of the identity, or the name of a service or of everybody. */
  principal: string;
  /** Actions, or the role that stands for them, in the vendor's words. */
  actions: string[];
  /** Address of the resource, or the words for what is no resource of the stack. */
  resource: string;
  condition?: string;
  /** Address of the resource that grants it. */
  source: string;
}

export interface Alarm {
  address: string;
  name: string;
  meaning: string;
  threshold: string;
  /** Where it is set whom it tells. */
  notifies: ArgumentPlace;
}

/**
 * The questions that the stacks of all clouds answer, by topic and in reading order, so that their answers can stand
 * side by side.
 */
export const factLabels = {
  limits: [
    'Memory',
    'Time limit',
    'Instances at most',
    'Requests per instance at once',
    'Instances kept ready',
    'Kept warm by a schedule',
    'Requests per second at the entrance',
    'Requests at once at the entrance',
    'Capacity of the store at most',
  ],
  data: ['Billed', 'Restore to a point in time', 'Protected from deletion', 'Records expire'],
  security: [
    'Who may call',
    'Network of the entrance',
    'Network of the function',
    'Network of the store',
    'Encryption in transit',
    'Encryption at rest',
    'Secrets and keys',
  ],
  observability: ['Logs', 'Logs kept', 'Access log', 'Traces', 'Daily log quota'],
} as const;
export type FactTopic = keyof typeof factLabels;
export type FactLabel = (typeof factLabels)[FactTopic][number];

export interface Fact {
  topic: FactTopic;
  label: FactLabel;
  /** Address of what it is said about. */
  subject: string;
  value: string;
  /** Where the value is set: a resource, or a type of resource beside it, and the path of an argument. */
  setBy: ArgumentPlace;
}

/** An argument in the configuration, whether or not an instance of its resource exists. */
export interface ArgumentPlace {
  modulePath: string[];
  type: string;
  /** Name of the resource; any of the type when left out. */
  name?: string;
  /** `default_route_settings.throttling_rate_limit`; blocks without an index. */
  path: string;
}

/** An environment variable of a function. */
export interface Setting {
  subject: string;
  name: string;
  value: string;
}

/** What of a stack matters to a reader. */
export interface Architecture {
  nodes: ArchitectureNode[];
  edges: ArchitectureEdge[];
  grants: Grant[];
  alarms: Alarm[];
  facts: Fact[];
  /** Boxes by the identity that their code runs as. */
  runsAs: Map<string, string[]>;
  /** Environment variables of all code that have a known text. */
  settings: Setting[];
}

export const clientId = 'client';
export const telemetryId = 'telemetry';

/**
 * What the Terraform calls a resource, in words that tell it from its siblings: `inventory queue`, `jobs dead_letter`.
 * That is the keys of the `for_each`es it is in, or its module where it has a name of its own there; and its name, or
 * the module's where it is just `this`, which a key alone makes clear.
 */
export function terraformName({ name, modulePath, instanceKey }: StackResource): string {
  const steps = modulePath.map(moduleStep);
  const keys = [...steps.map(({ key }) => key), instanceKey].filter((key) => typeof key === 'string');
  const module = steps.at(-1)?.name;
  if (name === 'this' && typeof instanceKey === 'string') return keys.join(' ');
  const noun = name === 'this' ? (module ?? name) : name;
  const before = keys.length > 0 || name === 'this' || module === undefined ? keys : [module];
  const index = [...steps.map(({ key }) => key), instanceKey].findLast((key) => typeof key === 'number');
  return [...before, index ? `${noun}[${index}]` : noun].join(' ');
}

/** `queue["inventory"]` and `dead_letters[0]`, taken apart. */
function moduleStep(step: string): { name: string; key: string | number | undefined } {
  const [, name = step, index, key] = /^([^[]+)(?:\[(?:(\d+)|(".*"))\])?$/.exec(step) ?? [];
  return { name, key: key === undefined ? index && Number(index) : JSON.parse(key) };
}

export function placeOf({ modulePath, type, name }: StackResource, path: string): ArgumentPlace {
  return { modulePath, type, name, path };
}

/** The value at a path such as `service_config.timeout_seconds`; of several blocks, the first. */
export function valueAt(value: StackValue | undefined, path: string): StackValue | undefined {
  let at = value;
  for (const step of path === '' ? [] : path.split('.')) {
    const block = Array.isArray(at) ? at[0] : at;
    if (typeof block !== 'object' || block === null || Array.isArray(block)) return undefined;
    at = (block as { [key: string]: StackValue })[step];
  }
  return at;
}

export function textAt(resource: StackResource, path: string): string | undefined {
  const value = valueAt(resource.values, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberAt(resource: StackResource, path: string): number | undefined {
  const value = valueAt(resource.values, path);
  return typeof value === 'number' ? value : undefined;
}

/** The texts of a list; empty when there is none. */
export function textsAt(resource: StackResource, path: string): string[] {
  const value = valueAt(resource.values, path);
  return Array.isArray(value) ? value.filter((element) => typeof element === 'string') : [];
}
