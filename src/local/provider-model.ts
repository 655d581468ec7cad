import type { ProviderModel, ProviderRequest, StackResource } from '../terraform/stack.ts';
import { ConfigurationError } from './engine/read-resource.ts';
import type { DataSources, ResourceType, ResourceTypes } from './resource-type.ts';

/** Resource types of several services, each bound to the service that realises it. */
export class ResourceRegistry<Scope> {
  readonly #types = new Map<string, BoundType<Scope>>();
  readonly #dataSources = new Map<string, DataSources<Scope>[string]>();

  /** Adds a service's types. `service` may be left out where only attributes are asked for. */
  add<Service>(types: ResourceTypes<Scope, Service>, service?: Service): this {
    for (const [name, type] of Object.entries(types)) {
      if (this.#types.has(name)) throw new Error(`two services realise ${name}`);
      this.#types.set(name, bind(type, service));
    }
    return this;
  }

  addDataSources(sources: DataSources<Scope>): this {
    for (const [name, read] of Object.entries(sources)) this.#dataSources.set(name, read);
    return this;
  }

  /** The providers as the evaluator sees them. */
  provider(scopeOf: (request: ProviderRequest) => Scope): ProviderModel {
    return {
      resource: (request) =>
        this.#types.get(request.type)?.attributes(request.values, scopeOf(request), request.address),
      data: (request) => this.#dataSources.get(request.type)?.(request.values, scopeOf(request)),
    };
  }

  /** Makes one resource exist. @throws ConfigurationError for what cannot be realised, with the resource's place */
  async realise(resource: StackResource): Promise<void> {
    const type = this.#types.get(resource.type);
    if (!type) throw new ConfigurationError(resource, `the local cloud does not support ${resource.type}`);
    try {
      await type.realise?.(resource);
    } catch (error) {
      // Services refuse with errors of their own; JavaScript's are defects of ours and keep their stack.
      const defects = [ConfigurationError, TypeError, RangeError, ReferenceError];
      if (!(error instanceof Error) || defects.some((kind) => error instanceof kind)) throw error;
      throw new ConfigurationError(resource, error.message);
    }
  }
}

interface BoundType<Scope> {
  attributes: ResourceType<Scope, never>['attributes'];
  realise?(resource: StackResource): void | Promise<void>;
}

function bind<Scope, Service>(
  type: ResourceType<Scope, Service>,
  service: Service | undefined,
): BoundType<Scope> {
  if (!type.realise || service === undefined) return { attributes: type.attributes };
  const { realise } = type;
  return { attributes: type.attributes, realise: (resource) => realise(resource, service) };
}
