import { FunctionPool, type FunctionSpec, type PoolSurroundings } from '../../engine/function-pool.ts';
import { triggerOf } from './http-routes.ts';
import type { FunctionMetadata } from './typed-data.ts';

/** Instances that stand ready, by the group that they run: `{ http: 2, "function:nightly": 1 }`. */
export type AlwaysReady = Readonly<Record<string, number>>;

/**
 * What scales together: an instance runs the functions of one group. Those with an HTTP trigger are one, so are those
 * of blobs that Event Grid tells of and those of Durable Functions; any other function is a group by itself.
 * https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#per-function-scaling
 */
export function scaleGroupOf(metadata: FunctionMetadata): string {
  const type = metadata.bindings[triggerOf(metadata) ?? '']?.type.toLowerCase();
  switch (type) {
    case 'httptrigger':
      return 'http';
    case 'blobtrigger':
      return 'blob';
    case 'orchestrationtrigger':
    case 'activitytrigger':
    case 'entitytrigger':
      return 'durable';
    default:
      return `function:${metadata.name}`;
  }
}

/** The instances of an app, group by group. */
export class ScaleGroups {
  readonly #spec: FunctionSpec;
  readonly #surroundings: PoolSurroundings;
  readonly #alwaysReady: AlwaysReady;
  readonly #pools = new Map<string, FunctionPool>();
  #first: FunctionPool | undefined;

  constructor(spec: FunctionSpec, alwaysReady: AlwaysReady, surroundings: PoolSurroundings) {
    this.#spec = spec;
    this.#alwaysReady = alwaysReady;
    this.#surroundings = surroundings;
  }

  /** Instances to ask what the app registers; they go to the group of HTTP, or to the first that there is. */
  get first(): FunctionPool {
    this.#first ??= this.#create();
    return this.#first;
  }

  /** The instances of one group; they are started when a call wants one. */
  pool(group: string): FunctionPool {
    const known = this.#pools.get(group);
    if (known) return known;
    const pool = this.#create();
    this.#give(pool, group);
    return pool;
  }

  /** Tells what the app registers. */
  register(functions: readonly FunctionMetadata[]): void {
    const groups = functions.map(scaleGroupOf);
    const group = groups.includes('http') ? 'http' : groups[0];
    if (group !== undefined && !this.#pools.has(group)) this.#give(this.first, group);
  }

  /** Starts the instances that are to stand ready. */
  async prewarm(): Promise<void> {
    await Promise.all(
      Object.entries(this.#alwaysReady).map(([group, count]) => this.pool(group).prewarm(count)),
    );
  }

  /** @param graceMs how long instances may take to shut down by themselves */
  async close(graceMs: number): Promise<void> {
    const pools = new Set([...this.#pools.values(), ...(this.#first ? [this.#first] : [])]);
    await Promise.all([...pools].map((pool) => pool.close(graceMs)));
  }

  #create(): FunctionPool {
    return new FunctionPool({ ...this.#spec }, this.#surroundings);
  }

  #give(pool: FunctionPool, group: string): void {
    pool.spec.minimumInstances = this.#alwaysReady[group] ?? 0;
    this.#pools.set(group, pool);
  }
}
