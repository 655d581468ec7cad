import type { CallExpression } from '../ast.ts';
import { didYouMean, TerraformError, terraformError } from '../diagnostics.ts';
import { FunctionError, type TerraformFunction } from '../functions/function.ts';
import { Unknown } from '../stack.ts';
import { unmarkDeep } from '../types/index.ts';
import { Sensitive, SetValue, type Value } from '../value.ts';
import { evaluate } from './expression.ts';
import { containsSensitive, findUnknown, mark, unmark } from './marks.ts';
import { valuesEqual } from './operators.ts';
import type { Scope } from './scope.ts';

/** The result types that can be told without calling, for the unknown that a call gives. */
const resultTypes: Record<string, string> = {
  base64encode: 'string',
  format: 'string',
  join: 'string',
  jsonencode: 'string',
  length: 'number',
  lower: 'string',
  md5: 'string',
  replace: 'string',
  sha1: 'string',
  sha256: 'string',
  split: 'list(string)',
  substr: 'string',
  toset: 'set(dynamic)',
  tostring: 'string',
  trimprefix: 'string',
  trimsuffix: 'string',
  upper: 'string',
};

/** Functions that give another result each time; a plan leaves them unknown. */
const impure = new Set(['bcrypt', 'timestamp', 'uuid']);

export function evaluateCall(call: CallExpression, scope: Scope): Value {
  if (scope.context.functions === undefined) {
    throw terraformError('Function calls not allowed', 'Functions may not be called here.', call.range);
  }
  const name = call.name.startsWith('core::') ? call.name.slice('core::'.length) : call.name;
  switch (name) {
    case 'try':
      return evaluateTry(call, scope);
    case 'can':
      return evaluateCan(call, scope);
    case 'sensitive':
      return mark(onlyArgument(call, scope), true);
    case 'nonsensitive':
      return unmark(onlyArgument(call, scope)).value;
    case 'issensitive':
      return evaluateIsSensitive(call, scope);
  }
  const called = findFunction(name, call, scope);
  if (scope.context.planning && impure.has(name)) return new Unknown(`${name}()`, 'string');
  const args = evaluateArguments(call, scope);
  if (args instanceof Unknown) return args;
  requireArgumentCount(name, called, args.length, call);
  return invoke(name, called, args, call, scope);
}

function findFunction(name: string, call: CallExpression, scope: Scope): TerraformFunction {
  const functions = scope.context.functions ?? {};
  const called = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (called !== undefined) return called;
  if (name.includes('::')) {
    throw terraformError(
      'Unsupported provider function',
      `Functions of providers are not supported: "${name}" would have to be run by the provider itself. Use a built-in function instead.`,
      call.nameRange,
    );
  }
  const names = [...Object.keys(functions), 'try', 'can', 'sensitive', 'nonsensitive', 'issensitive'];
  throw terraformError(
    'Call to unknown function',
    `There is no function named "${name}".${didYouMean(name, names)}`,
    call.nameRange,
  );
}

/** The arguments, with a last `list...` expanded; `Unknown` when that list is. */
function evaluateArguments(call: CallExpression, scope: Scope): Value[] | Unknown {
  const args = call.args.map((argument) => evaluate(argument, scope));
  if (!call.expandLast) return args;
  const last = unmark(args.pop() ?? null);
  if (last.value instanceof Unknown) return new Unknown(last.value.from);
  const elements = last.value instanceof SetValue ? last.value.elements : last.value;
  if (elements === null || !Array.isArray(elements)) {
    throw terraformError(
      'Invalid expanding argument value',
      elements === null
        ? 'The expanding argument (indicated by ...) must not be null.'
        : 'The expanding argument (indicated by ...) must be of a tuple, list, or set type.',
      call.args.at(-1)?.range,
    );
  }
  return [...args, ...elements.map((element) => mark(element, last.sensitive))];
}

function requireArgumentCount(
  name: string,
  called: TerraformFunction,
  given: number,
  call: CallExpression,
): void {
  const required = called.parameters.length - (called.optional ?? 0);
  if (given < required) {
    const missing = called.parameters[given] ?? '';
    throw terraformError(
      'Not enough function arguments',
      `Function "${name}" expects ${required} argument(s). Missing value for "${missing}".`,
      call.range,
    );
  }
  if (called.variadic === undefined && given > called.parameters.length) {
    throw terraformError(
      'Too many function arguments',
      `Function "${name}" expects only ${called.parameters.length} argument(s).`,
      call.range,
    );
  }
}

function invoke(
  name: string,
  called: TerraformFunction,
  args: readonly Value[],
  call: CallExpression,
  scope: Scope,
): Value {
  const shallow = args.map(unmark);
  if (name === 'coalesce') return coalesce(called, args, call, scope);
  if (called.partlyKnown) {
    const sensitive = shallow.some((argument) => argument.sensitive);
    const plain: Value[] = shallow.map((argument) => argument.value);
    const unknown = plain.find((argument) => argument instanceof Unknown);
    if (unknown !== undefined) return mark(new Unknown(unknown.from, resultTypes[name]), sensitive);
    const counted = plain[0];
    if (name === 'length' && counted instanceof SetValue) {
      const uncertain = counted.elements.length > 1 ? findUnknown(counted) : undefined;
      if (uncertain !== undefined) return mark(new Unknown(uncertain.from, 'number'), sensitive);
    }
    return mark(run(name, called, plain, call, scope), sensitive);
  }
  const sensitive = args.some(containsSensitive);
  const plain = sensitive ? args.map((argument) => unmarkDeep(argument)[0]) : [...args];
  const unknown = plain.map(findUnknown).find((found) => found !== undefined);
  if (unknown !== undefined) {
    const decided = decidedDespiteUnknown(name, plain);
    return mark(decided ?? new Unknown(unknown.from, resultTypes[name]), sensitive);
  }
  return mark(run(name, called, plain, call, scope), sensitive);
}

/** Searches that end at a known element do not depend on the unknown ones. */
function decidedDespiteUnknown(name: string, args: readonly Value[]): Value | undefined {
  const [list, wanted] = args;
  const elements = list instanceof SetValue ? list.elements : list;
  if (!Array.isArray(elements)) return undefined;
  if (name === 'contains' && elements.some((element) => valuesEqual(element, wanted ?? null) === true))
    return true;
  if (name === 'anytrue' && elements.includes(true)) return true;
  if (name === 'alltrue' && elements.includes(false)) return false;
  return undefined;
}

/** `coalesce` stops at the first argument that is neither null nor empty, so later unknowns do not matter. */
function coalesce(
  called: TerraformFunction,
  args: readonly Value[],
  call: CallExpression,
  scope: Scope,
): Value {
  const first = args.findIndex(
    (argument) => unmark(argument).value !== null && unmark(argument).value !== '',
  );
  const chosen = args[first];
  if (chosen !== undefined && unmark(chosen).value instanceof Unknown) return chosen;
  const known = args
    .filter((argument) => findUnknown(argument) === undefined)
    .map((argument) => unmarkDeep(argument)[0]);
  return mark(run('coalesce', called, known, call, scope), args.slice(0, first + 1).some(containsSensitive));
}

function run(
  name: string,
  called: TerraformFunction,
  args: Value[],
  call: CallExpression,
  scope: Scope,
): Value {
  try {
    const { functionContext } = scope.context;
    return functionContext === undefined ? null : called.call(args, functionContext);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const parameter =
      error.argument === undefined ? undefined : (called.parameters[error.argument] ?? called.variadic);
    if (parameter === undefined) {
      throw terraformError(
        'Error in function call',
        `Call to function "${name}" failed: ${error.message}.`,
        call.range,
      );
    }
    throw terraformError(
      'Invalid function argument',
      `Invalid value for "${parameter}" parameter: ${error.message}.`,
      call.args[Math.min(error.argument ?? 0, call.args.length - 1)]?.range ?? call.range,
    );
  }
}

function onlyArgument(call: CallExpression, scope: Scope): Value {
  const args = evaluateArguments(call, scope);
  if (args instanceof Unknown) return args;
  requireArgumentCount(call.name, { parameters: ['value'], call: () => null }, args.length, call);
  return args[0] ?? null;
}

function evaluateIsSensitive(call: CallExpression, scope: Scope): Value {
  const value = onlyArgument(call, scope);
  if (value instanceof Sensitive) return true;
  return value instanceof Unknown ? new Unknown(value.from, 'bool') : false;
}

/** A result with an unknown anywhere might still turn out to be an error, so it decides nothing. */
function evaluateTry(call: CallExpression, scope: Scope): Value {
  const failures: string[] = [];
  for (const argument of call.args) {
    try {
      const value = evaluate(argument, scope);
      const unknown = findUnknown(value);
      return unknown === undefined
        ? value
        : new Unknown(unknown.from, value instanceof Unknown ? value.type : 'dynamic');
    } catch (error) {
      if (!(error instanceof TerraformError)) throw error;
      failures.push(...error.diagnostics.map(({ summary, detail }) => `- ${summary}\n  ${detail}`));
    }
  }
  throw terraformError(
    'Error in function call',
    call.args.length === 0
      ? 'Call to function "try" failed: at least one argument is required.'
      : `Call to function "try" failed: no expression succeeded:\n${failures.join('\n')}\n\nAt least one expression must produce a successful result.`,
    call.range,
  );
}

function evaluateCan(call: CallExpression, scope: Scope): Value {
  const [argument] = call.args;
  if (argument === undefined || call.args.length > 1) {
    throw terraformError(
      'Invalid function call',
      `Function "can" expects exactly one argument, not ${call.args.length}.`,
      call.range,
    );
  }
  try {
    const unknown = findUnknown(evaluate(argument, scope));
    return unknown === undefined ? true : new Unknown(unknown.from, 'bool');
  } catch (error) {
    if (error instanceof TerraformError) return false;
    throw error;
  }
}
