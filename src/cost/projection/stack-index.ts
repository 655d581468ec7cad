import { type StackResource, type StackValue, Unknown } from '../../terraform/stack.ts';

/** By which attributes other resources, and the local cloud's meters, name a resource. */
const namingAttributes = [
  'arn',
  'id',
  'name',
  'url',
  'self_link',
  'function_name',
  'bucket',
  'qualified_arn',
];

/** Finds the resource that a value names. */
export class StackIndex {
  readonly #resources: readonly StackResource[];
  readonly #byName = new Map<string, StackResource[]>();

  constructor(resources: readonly StackResource[]) {
    this.#resources = resources;
    for (const resource of resources) {
      for (const attribute of namingAttributes) {
        const value = resource.values[attribute];
        if (typeof value !== 'string') continue;
        const named = this.#byName.get(value) ?? [];
        if (!named.includes(resource)) this.#byName.set(value, [...named, resource]);
      }
    }
  }

  /** The resources of a type. */
  ofType(type: string): StackResource[] {
    return this.#resources.filter((resource) => resource.type === type);
  }

  /**
   * The resource, of one of the types, that a reference names: by ARN, id or name, also with a qualifier behind it
   * (`function:live`), or by an attribute that is known only after apply.
   */
  find(reference: StackValue | undefined, types?: readonly string[]): StackResource | undefined {
    if (reference instanceof Unknown) return this.#byProvenance(reference, types);
    if (typeof reference !== 'string') return undefined;
    for (const name of [reference, reference.replace(/:[^:]*$/, ''), reference.replace(/\/[^/]*$/, '')]) {
      const found = this.#byName.get(name)?.find(({ type }) => !types || types.includes(type));
      if (found) return found;
    }
    // Cloud Run names a service by its path, and its function has the same name.
    const name = reference.includes('/') ? reference.split('/').at(-1) : undefined;
    return types && name ? this.#byName.get(name)?.find(({ type }) => types.includes(type)) : undefined;
  }

  /** `aws_lambda_alias.live.arn` leads to the alias, and from there by what it refers to. */
  #byProvenance({ from }: Unknown, types: readonly string[] | undefined): StackResource | undefined {
    const named = this.#resources
      .filter(({ address }) => from.startsWith(`${address}.`))
      .sort((a, b) => b.address.length - a.address.length)[0];
    if (!named || !types || types.includes(named.type)) return named;
    return this.#resources.find(
      ({ address, type }) => types.includes(type) && named.dependsOn.includes(address),
    );
  }
}
