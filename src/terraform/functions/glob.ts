/**
 * The patterns of `fileset`, matched one path segment at a time: `*`, `?`, `[a-z]`, `[^a-z]`, `{a,b}`, `\x`, and
 * `**` as a segment of its own for any number of directories. A `{}` reaches neither over a `/` nor into another `{}`.
 * Source: https://developer.hashicorp.com/terraform/language/functions/fileset
 */
export class GlobSyntaxError extends Error {
  override name = 'GlobSyntaxError';
}

/** A pattern for one name, any number of directories, or the parent directory. */
export type GlobSegment = RegExp | '**' | '..';

/** Throws `GlobSyntaxError` for an unclosed `[` or `{`. */
export function compileGlob(pattern: string): GlobSegment[] {
  return pattern
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      if (segment === '**' || segment === '..') return segment;
      return new RegExp(`^(?:${segmentSource(segment)})$`, 'su');
    });
}

function segmentSource(segment: string): string {
  let result = '';
  let at = 0;
  while (at < segment.length) {
    const character = String.fromCodePoint(segment.codePointAt(at) ?? 0);
    switch (character) {
      case '*':
        result += '.*';
        at++;
        break;
      case '?':
        result += '.';
        at++;
        break;
      case '[': {
        const end = classEnd(segment, at);
        result += classSource(segment.slice(at + 1, end));
        at = end + 1;
        break;
      }
      case '{': {
        const end = segment.indexOf('}', at);
        if (end < 0) throw new GlobSyntaxError('syntax error in pattern');
        const choices = segment.slice(at + 1, end).split(',');
        const rest = segment.slice(end + 1);
        return `${result}(?:${choices.map((choice) => segmentSource(choice + rest)).join('|')})`;
      }
      case '\\': {
        const escaped = String.fromCodePoint(segment.codePointAt(at + 1) ?? 0x5c);
        result += literal(escaped);
        at += 1 + escaped.length;
        break;
      }
      default:
        result += literal(character);
        at += character.length;
    }
  }
  return result;
}

function classEnd(segment: string, start: number): number {
  for (let at = start + 1; at < segment.length; at++) {
    if (segment[at] === '\\') at++;
    else if (segment[at] === ']' && at > start + 1) return at;
  }
  throw new GlobSyntaxError('syntax error in pattern');
}

function classSource(members: string): string {
  const negated = members.startsWith('^');
  const items = (negated ? members.slice(1) : members).replace(/\\?([\s\S])/gu, (text, character: string) =>
    text === '-' ? '-' : literal(character),
  );
  return `[${negated ? '^' : ''}${items}]`;
}

function literal(character: string): string {
  if (/^[0-9A-Za-z]$/.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
