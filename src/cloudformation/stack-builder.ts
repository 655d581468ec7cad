import path from 'node:path';
import { defaultScope } from '../terraform/default-scope.ts';
import type { ProviderModel, StackProvider, StackResource, StackValues } from '../terraform/stack.ts';
import { physicalName } from './physical-name.ts';
import { type Places, TemplateError } from './places.ts';
import { apply, givenIn } from './property.ts';
import type { Made, MappingContext, ResourceMapping } from './resource-mapping.ts';
import { mappings } from './resources/mappings.ts';
import type { TemplateResource } from './template-resource.ts';
import type { TemplateObject, TemplateValue } from './template-value.ts';

export interface BuilderSurroundings {
  provider: ProviderModel;
  providerBlock: StackProvider;
  parameters: Readonly<Record<string, TemplateValue>>;
  places: Places;
  /** Logical ids of functions of which a version is published. */
  published: ReadonlySet<string>;
  rootDirectory: string;
  inlineCode(files: Record<string, string>): string;
}

interface Entry {
  mapping: ResourceMapping;
  context: MappingContext;
  /** Arguments and computed attributes of what `Ref` speaks of. */
  values: StackValues;
  addresses: string[];
}

/** Collects the resources of a stack, each from one of the template with all its functions computed. */
export class StackBuilder {
  readonly resources: StackResource[] = [];
  readonly #surroundings: BuilderSurroundings;
  readonly #entries = new Map<string, Entry>();

  constructor(surroundings: BuilderSurroundings) {
    this.#surroundings = surroundings;
  }

  /** @param needs logical ids of the resources that it refers to or depends on, all of them added before */
  add(resource: TemplateResource, needs: readonly string[]): void {
    const { logicalId, type, properties, place } = resource;
    const mapping = mappings[type];
    if (!mapping)
      throw new TemplateError(`the local cloud does not support ${type}`, place.position, place.path);
    const given = givenIn({}, 'Properties', properties, this.#surroundings.places, place);
    for (const name of mapping.required ?? [])
      if (properties[name] === undefined) throw given.refuse(`${name} is missing`);
    const context = this.#contextOf(logicalId);
    const own = apply(mapping.properties, given);
    const dependsOn = needs.flatMap((id) => this.#entries.get(id)?.addresses ?? []);
    const parts = mapping.make(own, context, given).map((made) => this.#make(made, resource, dependsOn));
    this.#entries.set(logicalId, {
      mapping,
      context,
      values: parts[0]?.values ?? own,
      addresses: parts.map(({ address }) => address),
    });
  }

  /** What `Ref` (without `attribute`) or `Fn::GetAtt` gives. @throws TemplateError for an attribute that there is not */
  attribute(logicalId: string, attribute: string | undefined, at: TemplateObject): TemplateValue | undefined {
    const entry = this.#entries.get(logicalId);
    if (!entry) return undefined;
    const { mapping, values, context } = entry;
    const { places } = this.#surroundings;
    const read = attribute === undefined ? mapping.ref : mapping.attributes[attribute];
    if (!read) {
      const names = Object.keys(mapping.attributes).join(', ') || 'none';
      throw places.error(`${logicalId} has no attribute ${attribute}; it has ${names}`, at);
    }
    const value = read(values, context);
    if (value === null)
      throw places.error(`${logicalId} has no ${attribute ?? 'reference'} as it is configured`, at);
    return value as TemplateValue;
  }

  #make(
    { type, key, values: given, position }: Made,
    resource: TemplateResource,
    dependsOn: string[],
  ): StackResource {
    const { provider, providerBlock } = this.#surroundings;
    const { logicalId, place } = resource;
    const addressOf = (each: string, own?: string) =>
      `${each}.${logicalId}${own === undefined ? '' : `[${JSON.stringify(own)}]`}`;
    const before: string[] = [];
    const values =
      typeof given === 'function'
        ? given((each, own) => {
            const found = this.resources.find(({ address }) => address === addressOf(each, own));
            if (found) before.push(found.address);
            return found?.values ?? {};
          })
        : given;
    const address = addressOf(type, key);
    const main = this.resources.findLast(({ name }) => name === logicalId);
    const computed = provider.resource({ type, address, values, provider: providerBlock });
    if (!computed)
      throw new TemplateError(`the local cloud does not support ${type}`, place.position, place.path);
    const made: StackResource = {
      address,
      mode: 'managed',
      type,
      name: logicalId,
      modulePath: [],
      ...(key !== undefined && { instanceKey: key }),
      provider: providerBlock.name,
      values: { ...computed, ...values },
      configured: Object.keys(values),
      sensitive: [],
      dependsOn: [...new Set([...dependsOn, ...(main ? [main.address] : []), ...before])],
      source: position ?? place.position,
    };
    this.resources.push(made);
    return made;
  }

  #contextOf(logicalId: string): MappingContext {
    const { parameters, published, rootDirectory, inlineCode } = this.#surroundings;
    return {
      logicalId,
      region: String(parameters['AWS::Region']),
      accountId: defaultScope.aws.accountId,
      partition: defaultScope.aws.partition,
      madeUpName: (maximumLength = 255) =>
        physicalName(String(parameters['AWS::StackName']), logicalId, maximumLength),
      isPublished: published.has(logicalId),
      inlineCode,
      pathOf: (relative) => path.resolve(rootDirectory, relative),
    };
  }
}
