import { objectFrom } from '../types/index.ts';
import type { Value } from '../value.ts';
import { FunctionError } from './function.ts';
import { type CompiledRegex, compileRegex, RegexSyntaxError } from './regex-syntax.ts';

/** `regex`: the first match; a string, or its groups as a list or, where they have names, as an object. */
export function findFirst(pattern: string, text: string): Value {
  const compiled = compile(pattern);
  const match = compiled.regex.exec(text);
  if (match === null) throw new FunctionError('pattern did not match any part of the given string');
  return captures(match, compiled);
}

/** `regexall`: all matches that do not overlap. */
export function findAll(pattern: string, text: string): Value[] {
  const compiled = compile(pattern);
  return matches(compiled, text).map((match) => captures(match, compiled));
}

/** `replace` with a pattern: `$1`, `$name` and `${name}` in the replacement stand for groups, `$$` for a dollar sign. */
export function replaceAll(text: string, pattern: string, replacement: string): string {
  const compiled = compileForReplace(pattern);
  let result = '';
  let at = 0;
  for (const match of matches(compiled, text)) {
    result += text.slice(at, match.index) + expand(replacement, match, compiled);
    at = match.index + match[0].length;
  }
  return result + text.slice(at);
}

/** Go leaves out an empty match right after another match, where JavaScript has it. */
function matches({ regex }: CompiledRegex, text: string): RegExpExecArray[] {
  let end = -1;
  return [...text.matchAll(regex)].filter((match) => {
    if (match[0] === '' && match.index === end) return false;
    end = match.index + match[0].length;
    return true;
  });
}

function captures(match: RegExpExecArray, { groups }: CompiledRegex): Value {
  if (groups.length === 0) return match[0];
  const captured = groups.map((name, at) => [name, match[at + 1] ?? null] as const);
  if (groups[0] === undefined) return captured.map(([, value]) => value);
  return objectFrom(captured.map(([name, value]) => [name ?? '', value] as const));
}

function expand(replacement: string, match: RegExpExecArray, { groups }: CompiledRegex): string {
  return replacement.replace(
    /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_, dollar, braced, bare) => {
      if (dollar !== undefined) return '$';
      const name: string = braced ?? bare;
      const index = /^\d+$/.test(name) ? Number(name) : groups.indexOf(name) + 1 || groups.length + 1;
      return match[index] ?? '';
    },
  );
}

function compile(pattern: string): CompiledRegex {
  const compiled = compileOr(pattern, ({ code, fragment }) => {
    return new FunctionError(`invalid regexp pattern: ${code} in ${fragment}`, 0);
  });
  const named = compiled.groups.filter((name) => name !== undefined).length;
  if (named > 0 && named < compiled.groups.length) {
    throw new FunctionError('invalid regexp pattern: cannot mix both named and unnamed capture groups', 0);
  }
  return compiled;
}

function compileForReplace(pattern: string): CompiledRegex {
  return compileOr(pattern, (error) => new FunctionError(`error parsing regexp: ${error.message}`));
}

function compileOr(pattern: string, problem: (error: RegexSyntaxError) => FunctionError): CompiledRegex {
  try {
    return compileRegex(pattern);
  } catch (error) {
    if (error instanceof RegexSyntaxError) throw problem(error);
    throw error;
  }
}
