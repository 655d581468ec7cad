/** What stands in a template: JSON, in which an intrinsic function is an object with one member (`{ Ref: 'Queue' }`). */
export type TemplateValue = null | boolean | number | string | TemplateValue[] | TemplateObject;

export interface TemplateObject {
  [key: string]: TemplateValue;
}

export function isObject(value: TemplateValue | undefined): value is TemplateObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name and argument of an intrinsic function. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export function intrinsicOf(
  value: TemplateValue | undefined,
): { name: string; argument: TemplateValue } | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  const [first] = entries;
  if (!first || entries.length !== 1) return undefined;
  const [name, argument] = first;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument } : undefined;
}
