import { z } from 'zod';
import type { Cloud } from '../package/clouds.ts';
import type { Month } from './arithmetic.ts';
import type { Usage } from './bill.ts';
import { CostError } from './cost-error.ts';
import { Decimal } from './decimal.ts';

/** One quantity that a service is priced by, with what its documentation says. */
export interface Input<Value> {
  schema: z.ZodType<Value>;
  /** `requests`, `ms`, `one of x86, arm64`; quantities are per month unless the description says otherwise. */
  unit: string;
  description: string;
  /** What holds when the field is absent, in words. */
  default: string;
  /** Set where the quantity is charged as it stands: the name of its line and the dimension of its price. */
  charged?: { name: string; dimension: string };
  /** Set where the field means something only when a choice has one of these values. */
  onlyWith?: { field: string; values: readonly string[] };
}

type Inputs = Record<string, Input<unknown>>;
type Values<I extends Inputs> = { [Name in keyof I]: I[Name] extends Input<infer Value> ? Value : never };

/** A service of the price book: its documented quantities and the vendor's arithmetic from them to billing units. */
export interface Service {
  cloud: Cloud;
  service: string;
  /** The vendor's name of it. */
  title: string;
  /** The vendor's pricing page, whose rules the arithmetic follows. */
  page: string;
  inputs: Readonly<Record<string, Input<unknown>>>;
  /**
   * What one set of quantities is charged for.
   * @param input an object with fields of `inputs`; absent ones take their defaults
   * @throws CostError naming each wrong field and what is possible
   */
  usages(input: unknown, month: Month): Usage[];
}

/**
 * Describes a service. Inputs made with `charged` become lines by themselves; `usages` adds those that need
 * arithmetic, and its dimensions are the service's own unless they are full price ids.
 */
export function defineService<const I extends Inputs>(definition: {
  cloud: Cloud;
  service: string;
  title: string;
  page: string;
  inputs: I;
  usages?: (input: Values<I>, month: Month) => Usage[];
}): Service {
  const { cloud, service, title, page, inputs } = definition;
  const schema = z.strictObject(
    Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.schema])),
  );
  return {
    cloud,
    service,
    title,
    page,
    inputs,
    usages(input, month) {
      const parsed = schema.safeParse(input);
      if (!parsed.success)
        throw new CostError(explainIssues(parsed.error.issues, Object.keys(inputs)).join('\n'));
      refuseForeignFields(input, parsed.data, inputs);
      // Each value was made by the schema of its own input; Object.fromEntries only loses which is which.
      const values = parsed.data as Values<I>;
      const plain = Object.entries(inputs).flatMap(([name, { charged }]): Usage[] => {
        const quantity: unknown = parsed.data[name];
        return charged && quantity instanceof Decimal ? [use(charged.name, charged.dimension, quantity)] : [];
      });
      return [...(definition.usages?.(values, month) ?? []), ...plain].map((usage) => ({
        ...usage,
        price: /^(aws|azure|gcp)\./.test(usage.price) ? usage.price : `${cloud}.${service}.${usage.price}`,
      }));
    },
  };
}

/** A line of usage. */
export function use(
  name: string,
  dimension: string,
  quantity: Decimal,
  freeAllowance?: Usage['freeAllowance'],
): Usage {
  return { name, price: dimension, quantity, freeAllowance };
}

interface Limits {
  default?: number;
  atLeast?: number;
  atMost?: number;
}

function number({ atLeast = 0, atMost }: Limits) {
  const minimum = z.number('must be a number').min(atLeast, `must be ${atLeast} or more`);
  const limited = atMost === undefined ? minimum : minimum.max(atMost, `must be ${atMost} or less`);
  return limited.transform((value) => Decimal.of(value));
}

/** A quantity in a unit; 0 when absent unless a default is given. */
export function amount(unit: string, description: string, limits: Limits = {}): Input<Decimal> {
  const standard = limits.default ?? 0;
  return {
    schema: number(limits).default(Decimal.of(standard)),
    unit,
    description,
    default: String(standard),
  };
}

/** A quantity that follows from others, in words, when it is absent. */
export function optionalAmount(
  unit: string,
  description: string,
  whenAbsent: string,
  limits: Limits = {},
): Input<Decimal | undefined> {
  return { schema: number(limits).optional(), unit, description, default: whenAbsent };
}

/** A quantity that is charged as it stands, at the price of a dimension. */
export function charged(dimension: string, name: string, unit: string, description: string): Input<Decimal> {
  return { ...amount(unit, description), charged: { name, dimension } };
}

/** One of several words; the first is the default. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
): Input<Words[number]> {
  return {
    schema: z.enum(words, `must be one of ${words.join(', ')}`).default(words[0]),
    unit: `one of ${words.join(', ')}`,
    description,
    default: words[0],
  };
}

/** One of several sizes; the first is the default. */
export function sizeChoice(
  unit: string,
  sizes: readonly [number, ...number[]],
  description: string,
): Input<Decimal> {
  return {
    schema: z
      .literal(sizes, `must be one of ${sizes.join(', ')}`)
      .transform((value) => Decimal.of(value))
      .default(Decimal.of(sizes[0])),
    unit: `${unit}: one of ${sizes.join(', ')}`,
    description,
    default: String(sizes[0]),
  };
}

/** The same input, but an error where the choice in `field` has another value: nothing that is given is ignored. */
export function onlyWith<Value>(field: string, values: readonly string[], input: Input<Value>): Input<Value> {
  return { ...input, onlyWith: { field, values } };
}

/** @throws CostError when a field was given that the chosen mode does not use */
function refuseForeignFields(input: unknown, parsed: Record<string, unknown>, inputs: Inputs): void {
  const given = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const problems = given.flatMap((name) => {
    const condition = inputs[name]?.onlyWith;
    if (!condition) return [];
    const chosen = String(parsed[condition.field]);
    if (condition.values.includes(chosen)) return [];
    const wanted = condition.values.map((value) => `"${value}"`).join(' or ');
    return [`"${name}" needs "${condition.field}" to be ${wanted}, but it is "${chosen}".`];
  });
  if (problems.length > 0) throw new CostError(problems.join('\n'));
}

/** Yes or no; no when absent. */
export function flag(description: string): Input<boolean> {
  return {
    schema: z.boolean('must be true or false').default(false),
    unit: 'true or false',
    description,
    default: 'false',
  };
}

function explainIssues(issues: readonly z.core.$ZodIssue[], allowed: readonly string[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => explainUnknownField(key, allowed));
    const field = issue.path.join('.');
    return [field === '' ? 'The quantities must be a JSON object.' : `"${field}" ${issue.message}.`];
  });
}

function explainUnknownField(field: string, allowed: readonly string[]): string {
  const close = allowed.find(
    (name) =>
      name.toLowerCase().startsWith(field.toLowerCase()) ||
      field.toLowerCase().startsWith(name.toLowerCase()),
  );
  const hint = close ? ` Did you mean "${close}"?` : '';
  return `There is no field "${field}".${hint} The fields are: ${allowed.join(', ')}.`;
}
