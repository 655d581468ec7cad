// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
import { z } from 'zod';
import { type Places, TemplateError } from './places.ts';
import { isObject, type TemplateObject, type TemplateValue } from './template-value.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const Parameter = z.strictObject({
  Type: z.string(),
  AllowedPattern: z.string().optional(),
  AllowedValues: z.array(scalar).optional(),
  ConstraintDescription: z.string().optional(),
  Default: z.union([scalar, z.array(scalar).transform((items) => items.join(','))]).optional(),
  Description: z.string().optional(),
  MaxLength: z.coerce.number().optional(),
  MaxValue: z.coerce.number().optional(),
  MinLength: z.coerce.number().optional(),
  MinValue: z.coerce.number().optional(),
  NoEcho: z.union([z.boolean(), z.stringbool()]).optional(),
});
type Parameter = z.output<typeof Parameter>;

export interface GivenParameters {
  /** The user's: each must be one of the template. By their own names or as Terraform writes them (`project_name`). */
  variables: Readonly<Record<string, unknown>>;
  /** What a local run fills in where the template asks for it and has no default. */
  defaults: Readonly<Record<string, string>>;
}

/** The value of every parameter. @throws TemplateError for one that is missing, unknown or not allowed */
export function readParameters(
  section: TemplateValue | undefined,
  given: GivenParameters,
  places: Places,
): Record<string, TemplateValue> {
  const declared = isObject(section) ? section : {};
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(given.variables)) {
    const parameter = nameIn(declared, name);
    if (parameter === undefined) {
      const names = Object.keys(declared).join(', ') || 'none';
      throw new TemplateError(`the template has no parameter for ${name}. It has: ${names}.`);
    }
    variables.set(parameter, Array.isArray(value) ? value.join(',') : String(value));
  }
  const defaults = new Map(
    Object.entries(given.defaults).map(([name, value]) => [nameIn(declared, name) ?? '', value]),
  );
  return Object.fromEntries(
    Object.keys(declared).map((name) => {
      const parameter = read(declared, name, places);
      const value = variables.get(name) ?? parameter.Default ?? defaults.get(name);
      if (value === undefined)
        throw places.error(
          `Parameters: [${name}] must have values. Give it: --var ${name}=...`,
          declared,
          name,
        );
      return [name, checked(parameter, value, (problem) => places.error(problem, declared, name))];
    }),
  );
}

/** `project_name` stands for `ProjectName`: CloudFormation's names have no underscores. */
function nameIn(declared: TemplateObject, name: string): string | undefined {
  if (name in declared) return name;
  const pascal = name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return Object.keys(declared).find((each) => each.toLowerCase() === pascal.toLowerCase());
}

function read(declared: TemplateObject, name: string, places: Places): Parameter {
  const parsed = Parameter.safeParse(declared[name]);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw places.error(`${issue?.path.join('.')} ${issue?.message}`.trim(), declared, name);
}

function checked(parameter: Parameter, text: string, refuse: (problem: string) => Error): TemplateValue {
  const { Type, ConstraintDescription } = parameter;
  const deny = (constraint: string) =>
    refuse(`failed to satisfy constraint: ${ConstraintDescription ?? constraint} (it is '${text}')`);
  const listOf = /^(?:List<(.+)>|CommaDelimitedList)$/.exec(Type);
  const itemType = listOf ? (listOf[1] ?? 'String') : Type;
  if (itemType.startsWith('AWS::SSM::'))
    throw refuse(`Type ${Type} reads the Parameter Store, which does not run locally: use String`);
  if (itemType !== 'String' && itemType !== 'Number' && !/^AWS::[\w:]+::Id$|KeyName$/.test(itemType))
    throw refuse(`there is no parameter type ${Type}`);
  const items = listOf ? text.split(',').map((item) => item.trim()) : [text];
  for (const item of items) {
    const { AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = parameter;
    if (AllowedValues && !AllowedValues.includes(item))
      throw deny(`Parameter must be one of: ${AllowedValues.join(', ')}`);
    if (AllowedPattern && !new RegExp(`^(?:${AllowedPattern})$`).test(item))
      throw deny(`Parameter must match pattern ${AllowedPattern}`);
    if (item.length < (MinLength ?? 0)) throw deny(`Parameter must have at least ${MinLength} characters`);
    if (item.length > (MaxLength ?? Number.POSITIVE_INFINITY))
      throw deny(`Parameter must have at most ${MaxLength} characters`);
    if (itemType !== 'Number') continue;
    if (item === '' || Number.isNaN(Number(item))) throw deny('Parameter must be a number');
    if (Number(item) < (MinValue ?? Number.NEGATIVE_INFINITY))
      throw deny(`Parameter must be at least ${MinValue}`);
    if (Number(item) > (MaxValue ?? Number.POSITIVE_INFINITY))
      throw deny(`Parameter must be at most ${MaxValue}`);
  }
  return listOf ? items : text;
}
