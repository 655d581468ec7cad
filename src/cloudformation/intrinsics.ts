// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html

import { attributeParts } from './read-template.ts';
import { noValue, type Scope } from './scope.ts';
import { intrinsicOf, isObject, type TemplateObject, type TemplateValue } from './template-value.ts';

/**
 * The value with every intrinsic function computed, except those that wait for a resource: they stay as they are.
 *
 * @throws TemplateError for a function that is used wrongly, is not supported, or names what there is not
 */
export function resolve(value: TemplateValue, scope: Scope): TemplateValue {
  if (Array.isArray(value))
    return scope.places.inherit(
      value.map((item) => resolve(item, scope)).filter((item) => item !== noValue),
      value,
    );
  if (!isObject(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic) {
    const result = compute(intrinsic.name, intrinsic.argument, value, scope);
    return typeof result === 'object' && result !== null && result !== noValue
      ? scope.places.inherit(result, value)
      : result;
  }
  const result: TemplateObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith('Fn::'))
      throw scope.places.error(`${key} must stand alone: no other keys beside it`, value, key);
    const resolved = resolve(member, scope);
    if (resolved !== noValue) result[key] = resolved;
  }
  return scope.places.inherit(result, value);
}

/** Whether a function in it still waits for a resource. */
export function isOpen(value: TemplateValue): boolean {
  if (Array.isArray(value)) return value.some(isOpen);
  if (!isObject(value)) return false;
  return intrinsicOf(value) !== undefined || Object.values(value).some(isOpen);
}

type Compute = (argument: TemplateValue, at: TemplateObject, scope: Scope) => TemplateValue;

function compute(name: string, argument: TemplateValue, at: TemplateObject, scope: Scope): TemplateValue {
  const run = functions[name];
  if (!run) throw scope.places.error(`there is no function ${name}`, at);
  return run(argument, at, scope);
}

/** A function whose arguments are computed first, and that waits until none of them is open. */
function strict(name: string, run: (value: TemplateValue, refuse: Refuse) => TemplateValue): Compute {
  return (argument, at, scope) => {
    const value = resolve(argument, scope);
    if (isOpen(value)) return { [name]: value };
    return run(value, (problem) => scope.places.error(`${name}: ${problem}`, at));
  };
}
type Refuse = (problem: string) => Error;

const unsupported =
  (problem: string): Compute =>
  (_argument, at, scope) => {
    throw scope.places.error(problem, at);
  };

/** A member of the `Conditions` section, or the condition of an `Fn::If`. */
export function conditionOf(value: TemplateValue, at: TemplateObject, scope: Scope): boolean {
  const refuse = () =>
    scope.places.error('a condition is Fn::And, Fn::Equals, Fn::Not, Fn::Or or { Condition: name }', at);
  if (!isObject(value)) throw refuse();
  const [[name, argument] = ['', null], ...rest] = Object.entries(value);
  if (rest.length > 0) throw refuse();
  const operands = () => {
    const [least, most] = name === 'Fn::Not' ? [1, 1] : [2, 10];
    if (!Array.isArray(argument) || argument.length < least || argument.length > most)
      throw scope.places.error(
        `${name} takes ${least === most ? least : `${least} to ${most}`} conditions`,
        at,
      );
    return argument.map((each) => conditionOf(each, value, scope));
  };
  switch (name) {
    case 'Condition':
      return scope.condition(String(argument), value);
    case 'Fn::And':
      return operands().every((each) => each);
    case 'Fn::Or':
      return operands().some((each) => each);
    case 'Fn::Not':
      return !operands()[0];
    case 'Fn::Equals': {
      if (!Array.isArray(argument) || argument.length !== 2)
        throw scope.places.error('Fn::Equals takes two values', at);
      const [left, right] = argument.map((each) => resolve(each, scope));
      if (isOpen(left ?? null) || isOpen(right ?? null))
        throw scope.places.error('a condition can refer to parameters and mappings only', at);
      return textOrJson(left ?? null) === textOrJson(right ?? null);
    }
    default:
      throw refuse();
  }
}

const textOrJson = (value: TemplateValue) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

function isText(value: TemplateValue | undefined): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

const functions: Record<string, Compute> = {
  Ref(argument, at, scope) {
    if (typeof argument !== 'string') throw scope.places.error('Ref takes a name', at);
    if (argument === 'AWS::NoValue') return noValue;
    const parameter = scope.parameters[argument];
    if (parameter !== undefined) return parameter;
    return scope.attribute(argument, undefined, at) ?? at;
  },

  'Fn::GetAtt'(argument, at, scope) {
    const parts = attributeParts(argument);
    const [logicalId, attribute] = Array.isArray(parts) ? parts : [];
    if (typeof logicalId !== 'string' || attribute === undefined)
      throw scope.places.error('Fn::GetAtt takes the name of a resource and of an attribute', at);
    const name = resolve(attribute, scope);
    if (typeof name !== 'string')
      throw scope.places.error('Fn::GetAtt: the name of the attribute must be a text', at);
    return scope.attribute(logicalId, name, at) ?? at;
  },

  'Fn::Sub': substitute,

  'Fn::Join': strict('Fn::Join', (value, refuse) => {
    const [separator, parts] = Array.isArray(value) ? value : [];
    if (typeof separator !== 'string' || !Array.isArray(parts) || !parts.every(isText))
      throw refuse('takes a separator and a list of texts');
    return parts.join(separator);
  }),

  'Fn::Split': strict('Fn::Split', (value, refuse) => {
    const [separator, text] = Array.isArray(value) ? value : [];
    if (typeof separator !== 'string' || separator === '' || typeof text !== 'string')
      throw refuse('takes a separator and a text');
    return text.split(separator);
  }),

  'Fn::Select': strict('Fn::Select', (value, refuse) => {
    const [index, list] = Array.isArray(value) ? value : [];
    if (!Array.isArray(list)) throw refuse('takes an index and a list');
    const item = /^\d+$/.test(String(index)) ? list[Number(index)] : undefined;
    if (item === undefined) throw refuse(`cannot select nonexistent value at index ${String(index)}`);
    return item;
  }),

  'Fn::FindInMap'(argument, at, scope) {
    const [map, top, second, ...rest] = Array.isArray(argument)
      ? argument.map((each) => resolve(each, scope))
      : [];
    const refuse = (problem: string) => scope.places.error(`Fn::FindInMap: ${problem}`, at);
    if (rest.length > 0)
      throw refuse('a DefaultValue needs the transform AWS::LanguageExtensions, which does not run locally');
    if (!isText(map) || !isText(top) || !isText(second))
      throw refuse('takes the names of a map and of two keys');
    let found: TemplateValue | undefined = scope.mappings;
    for (const key of [map, top, second]) {
      found = isObject(found) ? found[String(key)] : undefined;
      if (found === undefined)
        throw refuse(`there is no ${String(key)} at ${[map, top, second].join('.')} in Mappings`);
    }
    return found;
  },

  'Fn::If'(argument, at, scope) {
    const [name, whenTrue, whenFalse] = Array.isArray(argument) ? argument : [];
    if (typeof name !== 'string' || whenTrue === undefined || whenFalse === undefined)
      throw scope.places.error('Fn::If takes the name of a condition and two values', at);
    return resolve(scope.condition(name, at) ? whenTrue : whenFalse, scope);
  },

  'Fn::Base64': strict('Fn::Base64', (value, refuse) => {
    if (!isText(value)) throw refuse('takes a text');
    return Buffer.from(String(value)).toString('base64');
  }),

  'Fn::GetAZs'(argument, _at, scope) {
    const region = resolve(argument, scope) || scope.parameters['AWS::Region'];
    return ['a', 'b', 'c'].map((zone) => `${String(region)}${zone}`);
  },

  'Fn::Cidr': unsupported('Fn::Cidr does not run locally: write the address ranges out'),
  'Fn::ImportValue': unsupported(
    'Fn::ImportValue needs another stack, and a local run has only this one: take the value as a parameter',
  ),
  'Fn::Transform': unsupported('macros do not run locally: remove Fn::Transform'),
  'Fn::Length': unsupported(
    'Fn::Length needs the transform AWS::LanguageExtensions, which does not run locally',
  ),
  'Fn::ToJsonString': unsupported(
    'Fn::ToJsonString needs the transform AWS::LanguageExtensions, which does not run locally',
  ),
};
for (const name of ['Fn::And', 'Fn::Equals', 'Fn::Not', 'Fn::Or'])
  functions[name] = unsupported(`${name} stands in the Conditions section only`);

/** `${Name}` of a parameter, `${Resource}`, `${Resource.Attribute}`, a variable of the second argument; `${!Literal}`. */
function substitute(argument: TemplateValue, at: TemplateObject, scope: Scope): TemplateValue {
  const [text, given] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof text !== 'string' || !isObject(given ?? {}))
    throw scope.places.error('Fn::Sub takes a text, or a text and an object of variables', at);
  const variables = resolve(given ?? {}, scope);
  let isWaiting = false;
  const result = text.replace(/\$\{(!?)([^{}]*)\}/g, (whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const trimmed = name.trim();
    const own = isObject(variables) ? variables[trimmed] : undefined;
    const value = own ?? reference(trimmed, at, scope);
    if (isText(value)) return String(value);
    if (value === undefined || isOpen(value)) isWaiting = true;
    else if (Array.isArray(value)) throw scope.places.error(`Fn::Sub: \${${name}} is a list`, at);
    return whole;
  });
  return isWaiting ? { 'Fn::Sub': [text, variables] } : result;
}

function reference(name: string, at: TemplateObject, scope: Scope): TemplateValue | undefined {
  const parameter = scope.parameters[name];
  if (parameter !== undefined) return parameter;
  if (!name.includes('.') || scope.has(name)) return scope.attribute(name, undefined, at);
  const [logicalId = '', ...attribute] = name.split('.');
  return scope.attribute(logicalId, attribute.join('.'), at);
}

/** The names in `value` that functions refer to and that `isName` says are of interest. */
export function referencesIn(value: TemplateValue, isName: (name: string) => boolean): Set<string> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (isName(name)) found.add(name);
    else if (isName(name.split('.')[0] ?? '')) found.add(name.split('.')[0] ?? '');
  };
  const visit = (each: TemplateValue): void => {
    if (Array.isArray(each)) {
      for (const item of each) visit(item);
      return;
    }
    if (!isObject(each)) return;
    const intrinsic = intrinsicOf(each);
    if (intrinsic?.name === 'Ref' && typeof intrinsic.argument === 'string') add(intrinsic.argument);
    if (intrinsic?.name === 'Fn::GetAtt') {
      const parts = attributeParts(intrinsic.argument);
      if (Array.isArray(parts) && typeof parts[0] === 'string') add(parts[0]);
    }
    if (intrinsic?.name === 'Fn::Sub') {
      const [text, own] = Array.isArray(intrinsic.argument) ? intrinsic.argument : [intrinsic.argument];
      for (const [, name = ''] of String(text).matchAll(/\$\{([^!{}][^{}]*)\}/g))
        if (!isObject(own) || !(name.trim() in own)) add(name.trim());
    }
    for (const member of Object.values(each)) visit(member);
  };
  visit(value);
  return found;
}
