/**
 * RE2 patterns as JavaScript ones. Named groups become numbered ones with their names beside, `.`, `^`, `$`, `\w`,
 * `\d`, `\s` are spelled out (JavaScript knows other line ends and spaces), flags become modifier groups.
 * Two differences remain: JavaScript forgets a group's capture with each new repetition around it
 * (`(?:(a)|b)*` on `ab`), and a pattern such as `(a+)+$` can take exponential time.
 * Source of the grammar: https://github.com/google/re2/wiki/Syntax
 */

/** `code` and `fragment` as Go's `regexp/syntax` names them. */
export class RegexSyntaxError extends Error {
  override name = 'RegexSyntaxError';
  readonly code: string;
  readonly fragment: string;

  constructor(code: string, fragment: string) {
    super(`${code}: \`${fragment}\``);
    this.code = code;
    this.fragment = fragment;
  }
}

export interface CompiledRegex {
  /** With the flags `v` and `g`. */
  regex: RegExp;
  /** The name of each capture group, or undefined for an unnamed one. */
  groups: (string | undefined)[];
}

interface Flags {
  ignoreCase: boolean;
  multiline: boolean;
  dotAll: boolean;
  ungreedy: boolean;
}

const NO_FLAGS: Flags = { ignoreCase: false, multiline: false, dotAll: false, ungreedy: false };
const FLAG_LETTERS: Record<string, keyof Flags> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  U: 'ungreedy',
};

const POSIX: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t\\x20',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '\\x21-\\x7E',
  lower: 'a-z',
  print: '\\x20-\\x7E',
  punct: '\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E',
  space: '\\t-\\r\\x20',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const PERL: Record<string, string> = { d: '0-9', s: '\\t\\n\\f\\r\\x20', w: '0-9A-Za-z_' };
const CONTROL: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** Throws `RegexSyntaxError` for what RE2 does not take, lookaround and backreferences among it. */
export function compileRegex(pattern: string): CompiledRegex {
  const translation = new Translation(pattern);
  return { regex: new RegExp(translation.translate(), 'vg'), groups: translation.groups };
}

class Translation {
  readonly groups: (string | undefined)[] = [];
  private readonly pattern: string;
  private at = 0;

  constructor(pattern: string) {
    this.pattern = pattern.replace(/\\Q([\s\S]*?)(?:\\E|$)|\\[\s\S]/g, (text, quoted: string | undefined) =>
      quoted === undefined ? text : quoted.replace(/[!-/:-@[-`{-~]/g, '\\$&'),
    );
  }

  translate(): string {
    const translated = this.alternatives(NO_FLAGS, 0);
    if (this.at < this.pattern.length) throw new RegexSyntaxError('unexpected )', this.pattern);
    return translated;
  }

  /** Up to the end of the pattern or of the group at `depth`. A flag set on the way holds until there. */
  private alternatives(outer: Flags, depth: number): string {
    let flags = outer;
    let open = '';
    let result = '';
    while (this.at < this.pattern.length) {
      const next = this.pattern.charAt(this.at);
      if (next === ')') {
        if (depth === 0) throw new RegexSyntaxError('unexpected )', this.pattern);
        break;
      }
      if (next === '|') {
        this.at++;
        result += open === '' ? '|' : `)|${open}`;
        continue;
      }
      const set = this.flagSetting(flags);
      if (set !== undefined) {
        result += open === '' ? '' : ')';
        flags = set;
        open = `(?${modifier(flags, outer)}:`;
        result += open;
        continue;
      }
      result += this.repeated(flags, depth);
    }
    return open === '' ? result : `${result})`;
  }

  /** `(?i)`, `(?s-i)`: the flags from here on. */
  private flagSetting(flags: Flags): Flags | undefined {
    const match = /^\(\?([a-zA-Z-]*)\)/.exec(this.pattern.slice(this.at));
    if (match === null) return undefined;
    this.at += match[0].length;
    return changeFlags(flags, match[1] ?? '', match[0]);
  }

  private repeated(flags: Flags, depth: number): string {
    const misplaced = this.repetition();
    if (misplaced !== undefined)
      throw new RegexSyntaxError('missing argument to repetition operator', misplaced.text);
    const atom = this.atom(flags, depth);
    const repetition = this.repetition();
    if (repetition === undefined) return atom;
    const nested = this.repetition();
    if (nested !== undefined) {
      throw new RegexSyntaxError('invalid nested repetition operator', repetition.text + nested.text);
    }
    // An assertion takes no repetition in JavaScript, and a `\\Q..\\E` is several characters.
    const lazy = repetition.lazy !== flags.ungreedy ? '?' : '';
    return `(?:${atom})${repetition.operator}${lazy}`;
  }

  private repetition(): { operator: string; lazy: boolean; text: string } | undefined {
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(this.pattern.slice(this.at));
    if (match === null) return undefined;
    const text = match[0];
    const lazy = text.length > 1 && text.endsWith('?');
    const operator = lazy ? text.slice(0, -1) : text;
    const [least, most] = /^\{(\d+)(?:,(\d*))?\}/.exec(operator)?.slice(1) ?? [];
    const tooMany = Number(least ?? 0) > 1000 || Number(most || 0) > 1000;
    if (tooMany || (most && Number(least) > Number(most)))
      throw new RegexSyntaxError('invalid repeat count', operator);
    this.at += text.length;
    return { operator, lazy, text };
  }

  private atom(flags: Flags, depth: number): string {
    const character = this.take();
    switch (character) {
      case '.':
        return flags.dotAll ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return flags.multiline ? '(?<![^\\n])' : '(?<![\\s\\S])';
      case '$':
        return flags.multiline ? '(?![^\\n])' : '(?![\\s\\S])';
      case '(':
        return this.group(flags, depth);
      case '[':
        return this.characterClass();
      case '\\':
        return this.escape();
      default:
        return literal(character);
    }
  }

  private group(flags: Flags, depth: number): string {
    let inner = flags;
    let opening = '(';
    if (this.pattern.charAt(this.at) === '?') {
      const rest = this.pattern.slice(this.at);
      const named = /^\?P?<(\w+)>/.exec(rest);
      const flagged = /^\?([a-zA-Z-]*):/.exec(rest);
      if (named !== null) {
        this.at += named[0].length;
        this.groups.push(named[1]);
      } else if (flagged !== null) {
        this.at += flagged[0].length;
        inner = changeFlags(flags, flagged[1] ?? '', `(${flagged[0]}`);
        opening = `(?${modifier(inner, flags)}:`;
      } else {
        const name = /^\?P?<[^>]*>?/.exec(rest)?.[0];
        if (name !== undefined)
          throw new RegexSyntaxError('invalid named capture', `(${name.endsWith('>') ? name : rest}`);
        throw new RegexSyntaxError('invalid or unsupported Perl syntax', `(${rest.slice(0, 2)}`);
      }
    } else {
      this.groups.push(undefined);
    }
    const content = this.alternatives(inner, depth + 1);
    if (this.pattern.charAt(this.at) !== ')') throw new RegexSyntaxError('missing closing )', this.pattern);
    this.at++;
    return `${opening}${content})`;
  }

  private characterClass(): string {
    const start = this.at - 1;
    const negated = this.pattern.charAt(this.at) === '^';
    if (negated) this.at++;
    let content = '';
    let first = true;
    while (first || this.pattern.charAt(this.at) !== ']') {
      if (this.at >= this.pattern.length)
        throw new RegexSyntaxError('missing closing ]', this.pattern.slice(start));
      first = false;
      content += this.classItem();
    }
    this.at++;
    return `[${negated ? '^' : ''}${content}]`;
  }

  private classItem(): string {
    const rest = this.pattern.slice(this.at);
    const posix = /^\[:(\^?)([a-z]*):\]/.exec(rest);
    if (posix !== null) {
      const members = POSIX[posix[2] ?? ''];
      if (members === undefined) throw new RegexSyntaxError('invalid character class range', posix[0]);
      this.at += posix[0].length;
      return posix[1] === '^' ? `[^${members}]` : members;
    }
    const named = this.namedClass();
    if (named !== undefined) return named;
    const itemStart = this.at;
    const low = this.classCharacter();
    if (!/^-[^\]]/.test(this.pattern.slice(this.at))) return literal(low);
    this.at++;
    const high = this.classCharacter();
    if ((high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0)) {
      throw new RegexSyntaxError('invalid character class range', this.pattern.slice(itemStart, this.at));
    }
    return `${literal(low)}-${literal(high)}`;
  }

  private classCharacter(): string {
    const character = this.take();
    return character === '\\' ? this.escapedCharacter() : character;
  }

  /** `\d`, `\W`, `\pL`, `\P{Greek}`: as a class that can stand alone and in another one. */
  private namedClass(): string | undefined {
    const rest = this.pattern.slice(this.at);
    const perl = /^\\([dswDSW])/.exec(rest);
    if (perl !== null) {
      this.at += 2;
      const letter = perl[1] ?? '';
      const members = PERL[letter.toLowerCase()] ?? '';
      return letter === letter.toLowerCase() ? `[${members}]` : `[^${members}]`;
    }
    const unicode = /^\\([pP])(?:\{(\^?)(\w*)\}|([A-Z]))/.exec(rest);
    if (unicode === null) return undefined;
    this.at += unicode[0].length;
    const name = unicode[3] ?? unicode[4] ?? '';
    const negated = (unicode[1] === 'P') !== (unicode[2] === '^');
    const property = /^[A-Z][a-z]?$/.test(name) ? `General_Category=${name}` : `Script=${name}`;
    const translated = name === 'Any' ? '\\p{Any}' : `\\p{${property}}`;
    if (!isValid(translated)) throw new RegexSyntaxError('invalid character class range', unicode[0]);
    return negated ? `[^${translated}]` : `[${translated}]`;
  }

  private escape(): string {
    this.at--;
    const named = this.namedClass();
    if (named !== undefined) return named;
    switch (this.pattern.charAt(this.at + 1)) {
      case 'A':
        this.at += 2;
        return '(?<![\\s\\S])';
      case 'z':
        this.at += 2;
        return '(?![\\s\\S])';
      case 'b':
        this.at += 2;
        return '\\b';
      case 'B':
        this.at += 2;
        return '\\B';
      default:
        this.at++;
        return literal(this.escapedCharacter());
    }
  }

  /** The character that an escape stands for, the backslash already taken. */
  private escapedCharacter(): string {
    if (this.at >= this.pattern.length)
      throw new RegexSyntaxError('trailing backslash at end of expression', '');
    const rest = this.pattern.slice(this.at);
    const hexadecimal = /^x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(rest);
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    const code = hexadecimal ? Number.parseInt(hexadecimal[1] ?? hexadecimal[2] ?? '', 16) : octalCode(octal);
    if (code !== undefined && code <= 0x10ffff) {
      this.at += (hexadecimal ?? octal)?.[0].length ?? 0;
      return String.fromCodePoint(code);
    }
    const character = this.take();
    const control = CONTROL[character];
    if (control !== undefined) return String.fromCharCode(control);
    if (/^[!-/:-@[-`{-~]$/.test(character)) return character;
    throw new RegexSyntaxError('invalid escape sequence', `\\${character}`);
  }

  private take(): string {
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += character.length;
    return character;
  }
}

function octalCode(match: RegExpExecArray | null): number | undefined {
  return match === null ? undefined : Number.parseInt(match[0], 8);
}

function literal(character: string): string {
  if (/^[0-9A-Za-z_]$/.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function isValid(source: string): boolean {
  try {
    new RegExp(source, 'v');
    return true;
  } catch {
    return false;
  }
}

function changeFlags(flags: Flags, letters: string, fragment: string): Flags {
  const changed = { ...flags };
  let value = true;
  for (const letter of letters) {
    const flag = FLAG_LETTERS[letter];
    if (letter === '-' && value && letters.length > 1) value = false;
    else if (flag !== undefined) changed[flag] = value;
    else throw new RegexSyntaxError('invalid or unsupported Perl syntax', fragment.slice(0, -1));
  }
  return changed;
}

/** Only the case flag is left to JavaScript; the others are resolved here. */
function modifier(flags: Flags, outer: Flags): string {
  if (flags.ignoreCase === outer.ignoreCase) return '';
  return flags.ignoreCase ? 'i' : '-i';
}
