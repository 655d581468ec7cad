import type { SqlFunction } from '../functions.ts';
import { isObject, type Json, type Value } from '../value.ts';

const many = Number.POSITIVE_INFINITY;

function unary(compute: (text: string) => Value): SqlFunction {
  return {
    minArguments: 1,
    maxArguments: 1,
    run: ([text]) => (typeof text === 'string' ? compute(text) : undefined),
  };
}

/** A test of two strings with an optional third argument: ignore case. */
function comparison(compare: (text: string, part: string) => boolean): SqlFunction {
  return {
    minArguments: 2,
    maxArguments: 3,
    run([text, part, ignoreCase]) {
      if (typeof text !== 'string' || typeof part !== 'string') return undefined;
      return ignoreCase === true ? compare(text.toLowerCase(), part.toLowerCase()) : compare(text, part);
    },
  };
}

function trim(pattern: (characters: string) => RegExp): SqlFunction {
  return {
    minArguments: 1,
    maxArguments: 2,
    run([text, characters = ' \t\n\r\f\v']) {
      if (typeof text !== 'string' || typeof characters !== 'string') return undefined;
      return characters === '' ? text : text.replace(pattern(escapeForClass(characters)), '');
    },
  };
}

const escapeForClass = (characters: string) => characters.replace(/[\\\]^-]/g, '\\$&');

function leftOrRight(take: (text: string, length: number) => string): SqlFunction {
  return {
    minArguments: 2,
    maxArguments: 2,
    run: ([text, length]) =>
      typeof text === 'string' && typeof length === 'number' ? take(text, Math.trunc(length)) : undefined,
  };
}

/** A text that holds JSON of one type; anything else gives undefined. */
function parsed(accept: (value: Json) => boolean): SqlFunction {
  return unary((text) => {
    try {
      const value: Json = JSON.parse(text);
      return accept(value) ? value : undefined;
    } catch {
      return undefined;
    }
  });
}

function regexMatch([text, pattern, modifiers = '']: Value[]): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string' || typeof modifiers !== 'string')
    return undefined;
  if (!/^[msix]*$/.test(modifiers)) return undefined;
  const source = modifiers.includes('x')
    ? pattern.replace(/\\?\s/g, (space) => (space.length > 1 ? space : ''))
    : pattern;
  try {
    const flags = [...new Set(modifiers.replaceAll('x', ''))].join('');
    return new RegExp(source, flags).test(text);
  } catch {
    return undefined;
  }
}

function toText(value: Value): Value {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const stringFunctions: Record<string, SqlFunction> = {
  CONCAT: {
    minArguments: 2,
    maxArguments: many,
    run(values) {
      const texts = values.filter((value) => typeof value === 'string');
      return texts.length === values.length ? texts.join('') : undefined;
    },
  },
  CONTAINS: comparison((text, part) => text.includes(part)),
  ENDSWITH: comparison((text, part) => text.endsWith(part)),
  INDEX_OF: {
    minArguments: 2,
    maxArguments: 3,
    run([text, part, from = 0]) {
      if (typeof text !== 'string' || typeof part !== 'string' || typeof from !== 'number') return undefined;
      return text.indexOf(part, from);
    },
  },
  LASTINDEXOF: {
    minArguments: 2,
    maxArguments: 3,
    run([text, part, from]) {
      if (typeof text !== 'string' || typeof part !== 'string') return undefined;
      return text.lastIndexOf(part, typeof from === 'number' ? from : undefined);
    },
  },
  LEFT: leftOrRight((text, length) => (length <= 0 ? '' : text.slice(0, length))),
  LENGTH: unary((text) => text.length),
  LOWER: unary((text) => text.toLowerCase()),
  LTRIM: trim((characters) => new RegExp(`^[${characters}]+`)),
  REGEXMATCH: { minArguments: 2, maxArguments: 3, run: regexMatch },
  REPLACE: {
    minArguments: 3,
    maxArguments: 3,
    run([text, search, replacement]) {
      if (typeof text !== 'string' || typeof search !== 'string' || typeof replacement !== 'string')
        return undefined;
      return search === '' ? text : text.replaceAll(search, () => replacement);
    },
  },
  REPLICATE: {
    minArguments: 2,
    maxArguments: 2,
    // The result has at most 10,000 characters.
    run([text, times]) {
      if (typeof text !== 'string' || typeof times !== 'number') return undefined;
      if (times < 0 || !Number.isFinite(times) || text.length * Math.trunc(times) > 10_000) return undefined;
      return text.repeat(Math.trunc(times));
    },
  },
  REVERSE: unary((text) => [...text].reverse().join('')),
  RIGHT: leftOrRight((text, length) => (length <= 0 ? '' : text.slice(-length))),
  RTRIM: trim((characters) => new RegExp(`[${characters}]+$`)),
  STARTSWITH: comparison((text, part) => text.startsWith(part)),
  STRINGEQUALS: comparison((text, part) => text === part),
  STRINGJOIN: {
    minArguments: 2,
    maxArguments: 2,
    run([array, separator]) {
      if (!Array.isArray(array) || typeof separator !== 'string') return undefined;
      return array.every((item) => typeof item === 'string') ? array.join(separator) : undefined;
    },
  },
  STRINGSPLIT: {
    minArguments: 2,
    maxArguments: 2,
    run: ([text, separator]) =>
      typeof text === 'string' && typeof separator === 'string' ? text.split(separator) : undefined,
  },
  STRINGTOARRAY: parsed(Array.isArray),
  STRINGTOBOOLEAN: parsed((value) => typeof value === 'boolean'),
  STRINGTONULL: parsed((value) => value === null),
  STRINGTONUMBER: parsed((value) => typeof value === 'number'),
  STRINGTOOBJECT: parsed(isObject),
  SUBSTRING: {
    minArguments: 2,
    maxArguments: 3,
    run([text, start, length = Number.POSITIVE_INFINITY]) {
      if (typeof text !== 'string' || typeof start !== 'number' || typeof length !== 'number')
        return undefined;
      return length <= 0 ? '' : text.slice(Math.max(0, start), Math.max(0, start) + length);
    },
  },
  TOSTRING: { minArguments: 1, maxArguments: 1, run: ([value]) => toText(value) },
  TRIM: trim((characters) => new RegExp(`^[${characters}]+|[${characters}]+$`, 'g')),
  UPPER: unary((text) => text.toUpperCase()),
};
