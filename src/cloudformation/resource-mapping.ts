import type { SourcePosition, StackValue, StackValues } from '../terraform/stack.ts';
import type { Given, Shape } from './property.ts';

/** What a mapping may know of the stack. */
export interface MappingContext {
  logicalId: string;
  region: string;
  accountId: string;
  partition: string;
  /** The name that CloudFormation makes up: `stack-LogicalId-1A2B3C4D5E6F`, of at most so many characters. */
  madeUpName(maximumLength?: number): string;
  /** Whether the template publishes a version of the function with this logical id. */
  isPublished: boolean;
  /** A folder with code that stands in the template itself. */
  inlineCode(files: Record<string, string>): string;
  /** Absolute path of what the template names relative to itself. */
  pathOf(relative: string): string;
}

/** One resource of the Terraform provider. */
export interface Made {
  type: string;
  /** Tells apart several of one type that come from the same resource of the template. */
  key?: string;
  /** Its arguments; of one that names another of the same resource, from what has been made of that. */
  values: StackValues | ((made: MadeSoFar) => StackValues);
  /** Where it stands, when that is not where the resource begins. */
  position?: SourcePosition;
}

/** Arguments and computed attributes of a part that stands before. */
export type MadeSoFar = (type: string, key?: string) => StackValues;

/** What a resource of CloudFormation is in the words of the Terraform provider. */
export interface ResourceMapping {
  properties: Shape;
  /** Properties that must be there. */
  required?: readonly string[];
  /**
   * `values` are the arguments that the properties stand for. The first result is what `Ref` and `Fn::GetAtt` speak of;
   * none where the provider has no resource for it.
   */
  make(values: StackValues, context: MappingContext, given: Given): Made[];
  /** The value of `Ref`, from arguments and computed attributes of the first result. */
  ref(values: StackValues, context: MappingContext): StackValue;
  /** What `Fn::GetAtt` gives, by name. */
  attributes: Readonly<Record<string, (values: StackValues, context: MappingContext) => StackValue>>;
}

/** `Ref` or `Fn::GetAtt` of an attribute that the provider computes under another name. */
export const the =
  (attribute: string) =>
  (values: StackValues): StackValue =>
    values[attribute] ?? null;
