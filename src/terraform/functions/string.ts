import { compareCodePoints } from '../types/index.ts';
import { any, define, defineVariadic, nullable, num, partlyKnown, str, strings, whole } from './define.ts';
import { formatList, formatText } from './format.ts';
import { FunctionError, type TerraformFunction } from './function.ts';
import { graphemes } from './grapheme.ts';
import { findAll, findFirst, replaceAll } from './regex.ts';
import { templateVariables } from './template.ts';

/** https://developer.hashicorp.com/terraform/language/functions, "String Functions". */
export const stringFunctions: Record<string, TerraformFunction> = {
  chomp: define([str('str')], ([text]) => text.replace(/[\r\n]+$/, '')),
  endswith: define([str('str'), str('suffix')], ([text, suffix]) => text.endsWith(suffix)),
  format: defineVariadic([str('format')], nullable('args'), ([format], args) => formatText(format, args)),
  formatlist: partlyKnown(
    defineVariadic([str('format')], nullable('args'), ([format], args) => formatList(format, args)),
  ),
  indent: define([num('spaces'), str('str')], ([spaces, text]) => {
    if (whole(spaces) < 0) throw new FunctionError('the number of spaces must not be negative', 0);
    return text.replaceAll('\n', `\n${' '.repeat(spaces)}`);
  }),
  join: defineVariadic([str('separator')], strings('lists'), ([separator], lists) => {
    if (lists.length === 0) throw new FunctionError('at least one list is required');
    return lists
      .flatMap((list, at) => list.map((element, index) => joinable(element, at + 1, index)))
      .join(separator);
  }),
  lower: define([str('str')], ([text]) => mapCodePoints(text, simpleLower)),
  regex: define([str('pattern'), str('string')], ([pattern, text]) => findFirst(pattern, text)),
  regexall: define([str('pattern'), str('string')], ([pattern, text]) => findAll(pattern, text)),
  replace: define([str('str'), str('substr'), str('replace')], ([text, search, replacement]) => {
    const isPattern = search.length > 1 && search.startsWith('/') && search.endsWith('/');
    if (isPattern) return replaceAll(text, search.slice(1, -1), replacement);
    if (search !== '') return text.replaceAll(search, () => replacement);
    return replacement + Array.from(text, (character) => character + replacement).join('');
  }),
  sort: define([strings('list')], ([list]) => list.map(sortable).sort(compareCodePoints)),
  split: define([str('separator'), str('str')], ([separator, text]) =>
    separator === '' ? Array.from(text) : text.split(separator),
  ),
  startswith: define([str('str'), str('prefix')], ([text, prefix]) => text.startsWith(prefix)),
  strcontains: define([str('str'), str('substr')], ([text, part]) => text.includes(part)),
  strrev: define([str('str')], ([text]) => graphemes(text).reverse().join('')),
  substr: define([str('str'), num('offset'), num('length')], ([text, offset, length]) =>
    substring(text, whole(offset), whole(length)),
  ),
  templatestring: define([str('template'), any('vars')], ([template, variables], context) =>
    context.renderTemplate(template, templateVariables(variables), '<templatestring argument>'),
  ),
  title: define([str('str')], ([text]) => titleCase(text)),
  trim: define([str('str'), str('cutset')], ([text, cutset]) => trim(text, new Set(cutset))),
  trimprefix: define([str('str'), str('prefix')], ([text, prefix]) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimspace: define([str('str')], ([text]) => text.replace(LEADING_SPACE, '').replace(TRAILING_SPACE, '')),
  trimsuffix: define([str('str'), str('suffix')], ([text, suffix]) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  upper: define([str('str')], ([text]) => mapCodePoints(text, simpleUpper)),
};

/** What Go's `unicode.IsSpace` takes for a space; unlike JavaScript's `\s` it has U+0085 and lacks U+FEFF. */
const SPACE = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING_SPACE = new RegExp(`^[${SPACE}]+`, 'u');
const TRAILING_SPACE = new RegExp(`[${SPACE}]+$`, 'u');
const WORD_SEPARATOR = new RegExp(`^(?:[\\x00-\\x7f]|[${SPACE}])$`, 'u');
const WORD_CHARACTER = /^[\p{L}\p{Nd}_]$/u;

/** The letters that have a title case of their own, upper and lower case of each before it. */
const TITLE_CASE = new Map(
  ['Ǆǆǅ', 'Ǉǉǈ', 'Ǌǌǋ', 'Ǳǳǲ'].flatMap((letters) => {
    const title = letters.charAt(2);
    return Array.from(letters, (letter): [string, string] => [letter, title]);
  }),
);

function joinable(element: string | null, argument: number, index: number): string {
  if (element !== null) return element;
  throw new FunctionError(`element ${index} is null; cannot concatenate null values`, argument);
}

function sortable(element: string | null, index: number): string {
  if (element !== null) return element;
  throw new FunctionError(`given list element ${index} is null; a null string cannot be sorted`);
}

function substring(text: string, offset: number, length: number): string {
  const characters = graphemes(text);
  const start = offset < 0 ? Math.max(0, characters.length + offset) : offset;
  return characters.slice(start, length < 0 ? undefined : start + length).join('');
}

function trim(text: string, cutset: ReadonlySet<string>): string {
  const characters = Array.from(text);
  let start = 0;
  let end = characters.length;
  while (start < end && cutset.has(characters[start] ?? '')) start++;
  while (end > start && cutset.has(characters[end - 1] ?? '')) end--;
  return characters.slice(start, end).join('');
}

/** Go maps the case of each code point by itself and only to a single one: `ß` and a final sigma stay simple. */
function mapCodePoints(text: string, map: (character: string) => string): string {
  return Array.from(text, map).join('');
}

function simpleUpper(character: string): string {
  const upper = character.toUpperCase();
  return Array.from(upper).length === 1 ? upper : character;
}

function simpleLower(character: string): string {
  const lower = character.toLowerCase();
  return Array.from(lower)[0] ?? character;
}

function titleCase(text: string): string {
  let atStart = true;
  return mapCodePoints(text, (character) => {
    const cased = atStart ? (TITLE_CASE.get(character) ?? simpleUpper(character)) : character;
    atStart = WORD_SEPARATOR.test(character) && !WORD_CHARACTER.test(character);
    return cased;
  });
}
