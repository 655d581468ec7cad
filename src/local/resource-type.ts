import type { StackResource, StackValues } from '../terraform/stack.ts';

/**
 * How the local cloud realises one Terraform resource type.
 *
 * `Scope` is what a cloud's ids are made of (account and region, subscription, project); `Cloud` is the
 * running local cloud of that vendor.
 */
export interface ResourceType<Scope, Cloud> {
  /**
   * Every attribute that the vendor computes (id, arn, urls) and every optional argument that other
   * resources may refer to, with the provider's default. In the cloud's true form, and a pure function of its
   * input: the same configuration gives the same ids.
   */
  attributes(values: StackValues, scope: Scope, address: string): StackValues;
  /** Makes the resource exist. Called once per instance, after everything it refers to. */
  realise?(resource: StackResource, cloud: Cloud): void | Promise<void>;
  /** Why there is nothing to make exist on a laptop; required where `realise` is absent. */
  declaredOnly?: string;
}

export type ResourceTypes<Scope, Cloud> = Record<string, ResourceType<Scope, Cloud>>;

/** What reading each data source yields, besides those that the evaluator knows by itself. */
export type DataSources<Scope> = Record<string, (values: StackValues, scope: Scope) => StackValues>;
