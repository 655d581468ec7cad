import { terraformError } from '../diagnostics.ts';
import { constantScope } from '../evaluate/constant.ts';
import { evaluate } from '../evaluate/expression.ts';
import { mark, unmark } from '../evaluate/marks.ts';
import type { ResourceObjects, Scope } from '../evaluate/scope.ts';
import { describeRange, type SourceRange } from '../source.ts';
import { ConversionError, convert, objectFrom, type TypeConstraint } from '../types/index.ts';
import { isObject, SetValue, type Value } from '../value.ts';
import type { VariableConfiguration } from './configuration.ts';
import { firstBrokenRule } from './rules.ts';

/** A value that someone gives for a variable, and where. */
export interface GivenValue {
  value: Value;
  range: SourceRange | undefined;
}

/**
 * The value of a variable: the given one or the default, converted to the declared type and validated.
 * `scope` is that of the module that declares it. Throws `TerraformError`.
 */
export function variableValue(
  variable: VariableConfiguration,
  given: GivenValue | undefined,
  scope: Scope,
  isRoot: boolean,
): Value {
  const value = mark(acceptedValue(variable, given, scope.context.resources, isRoot), variable.sensitive);
  const validating: Scope = {
    ...scope,
    resolve(reference, inner) {
      const [step] = reference.steps;
      const isOwn = reference.root === 'var' && step?.kind === 'attribute' && step.name === variable.name;
      return isOwn ? { value, consumed: 1 } : scope.resolve(reference, inner);
    },
  };
  const broken = firstBrokenRule(
    variable.validations,
    validating,
    'Invalid value for variable',
    'the validation rule',
  );
  if (broken !== undefined)
    throw terraformError(broken.summary, broken.detail, given?.range ?? variable.range);
  return value;
}

function acceptedValue(
  variable: VariableConfiguration,
  given: GivenValue | undefined,
  resources: ResourceObjects,
  isRoot: boolean,
): Value {
  const useDefault = given === undefined || (unmark(given.value).value === null && !variable.nullable);
  if (!useDefault) {
    const where = isRoot
      ? `var.${variable.name} declared at ${describeRange(variable.range)}`
      : `child module variable "${variable.name}" defined at ${describeRange(variable.range)}`;
    return convertGiven(given.value, variable, resources, (problem) =>
      terraformError(
        isRoot ? 'Invalid value for input variable' : 'Invalid value for module argument',
        `The given value is not suitable for ${where}: ${problem}.`,
        given.range ?? variable.range,
      ),
    );
  }
  if (variable.default !== undefined) {
    const { range } = variable.default;
    return convertGiven(evaluate(variable.default, constantScope), variable, resources, (problem) =>
      terraformError(
        'Invalid default value for variable',
        `This default value is not compatible with the variable's type constraint: ${problem}.`,
        range,
      ),
    );
  }
  if (given !== undefined) {
    throw terraformError(
      'Required variable not set',
      `The given value is not suitable for var.${variable.name}: required variable may not be set to null.`,
      given.range ?? variable.range,
    );
  }
  throw terraformError(
    'No value for required variable',
    `The root module input variable "${variable.name}" is not set, and has no default value. Use a -var or -var-file command line argument to provide a value for this variable.`,
    variable.range,
  );
}

function convertGiven(
  value: Value,
  { type }: VariableConfiguration,
  resources: ResourceObjects,
  failure: (problem: string) => Error,
): Value {
  try {
    return type.kind === 'any' ? value : convert(withAttributesOf(type, value, resources), type);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw failure(`${error.path === '' ? '' : `${error.path.replace(/^\./, '')}: `}${error.message}`);
  }
}

/** A resource given for an object type: fetches from it the attributes that the type names. */
function withAttributesOf(type: TypeConstraint, value: Value, resources: ResourceObjects): Value {
  if (!resources.within(unmark(value).value)) return value;
  const { value: plain, sensitive } = unmark(value);
  const elements = Array.isArray(plain) ? plain : plain instanceof SetValue ? plain.elements : undefined;
  if (elements !== undefined && (type.kind === 'list' || type.kind === 'set')) {
    return mark(
      elements.map((element) => withAttributesOf(type.element, element, resources)),
      sensitive,
    );
  }
  if (!isObject(plain)) return value;
  const entries = new Map(Object.entries(plain));
  if (type.kind === 'map') {
    for (const [key, element] of entries)
      entries.set(key, withAttributesOf(type.element, element, resources));
  }
  if (type.kind === 'object') {
    for (const [name, attribute] of Object.entries(type.attributes)) {
      const own = entries.has(name) ? entries.get(name) : resources.missingAttribute(plain, name);
      if (own !== undefined) entries.set(name, withAttributesOf(attribute.type, own, resources));
    }
  }
  return mark(objectFrom(entries), sensitive);
}
