import type { Places } from './places.ts';
import type { TemplateObject, TemplateValue } from './template-value.ts';

/** What the names in a template stand for. */
export interface Scope {
  places: Places;
  /** Parameters and pseudo parameters (`AWS::Region`), which hold from the beginning. */
  parameters: Readonly<Record<string, TemplateValue>>;
  mappings: TemplateObject;
  /** @throws TemplateError for a condition that there is not */
  condition(name: string, at: TemplateObject): boolean;
  /** Whether a name is that of a resource: `Queue`, or `Function.Alias`, as SAM names what it generates. */
  has(name: string): boolean;
  /**
   * What `Ref` (without `attribute`) and `Fn::GetAtt` give; `undefined` while the resource has not been made, which
   * leaves the function as it is.
   *
   * @throws TemplateError for a resource or an attribute that there is not
   */
  attribute(logicalId: string, attribute: string | undefined, at: TemplateObject): TemplateValue | undefined;
}

/** The value of `Ref: AWS::NoValue`: whatever it is given to is as if it were not there. */
export const noValue: TemplateObject = Object.freeze({ Ref: 'AWS::NoValue' });
