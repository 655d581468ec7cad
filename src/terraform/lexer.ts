import { terraformError } from './diagnostics.ts';
import type { SourceFile } from './source.ts';

/**
 * Kinds of token; punctuation is its own kind. A quoted or heredoc template is `openQuote`/`openHeredoc`, then
 * `templateText` and `${ ... }` / `%{ ... }` sequences, then `close`.
 */
export type TokenKind =
  | 'identifier'
  | 'number'
  | 'newline'
  | 'end'
  | 'openQuote'
  | 'openHeredoc'
  | 'templateText'
  | 'openInterpolation'
  | 'openDirective'
  | 'closeSequence'
  | 'close'
  | Punctuation;

const punctuation = [
  '...',
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '::',
  ...'{}[]().,=:?<>!+-*/%',
] as const;
type Punctuation =
  | '...'
  | '=>'
  | '=='
  | '!='
  | '<='
  | '>='
  | '&&'
  | '||'
  | '::'
  | '{'
  | '}'
  | '['
  | ']'
  | '('
  | ')'
  | '.'
  | ','
  | '='
  | ':'
  | '?'
  | '<'
  | '>'
  | '!'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';
const isPunctuation = (text: string): text is Punctuation =>
  (punctuation as readonly string[]).includes(text);

export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

type Mode =
  | { kind: 'normal'; openBraces: number; inTemplate: boolean; openedAt: number }
  | { kind: 'quoted'; openedAt: number }
  | { kind: 'heredoc'; marker: string; atLineStart: boolean }
  | { kind: 'bare' };

const identifier = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blank = /(?:[ \t]+|\/\*[\s\S]*?\*\/)+/y;
const lineComment = /(?:#|\/\/)[^\n]*/y;
const heredocStart = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/uy;

const bitwise = 'Bitwise operators are not supported.';

/** What to say about characters that people write by habit of another language. */
const invalidCharacters: Record<string, readonly [summary: string, detail: string]> = {
  "'": ['Invalid character', 'Single quotes are not valid. Use double quotes (") to enclose strings.'],
  '`': [
    'Invalid character',
    'The "`" character is not valid. To create a multi-line string, use the "heredoc" syntax, like "<<EOT".',
  ],
  ';': [
    'Invalid character',
    'The ";" character is not valid. Use newlines to separate arguments and blocks, and commas to separate items in collection values.',
  ],
  '&': ['Unsupported operator', `${bitwise} Did you mean boolean AND ("&&")?`],
  '|': ['Unsupported operator', `${bitwise} Did you mean boolean OR ("||")?`],
  '^': ['Unsupported operator', bitwise],
  '~': ['Unsupported operator', bitwise],
};

const maximumNesting = 300;

/**
 * Splits a configuration file (`normal`) or the text of a template file (`bare`) into tokens, ending with one of kind
 * `end`. Throws `TerraformError` for characters that cannot occur and for templates that are not closed.
 */
export function tokenize(file: SourceFile, start: 'normal' | 'bare' = 'normal'): Token[] {
  return new Lexer(file).run(start);
}

class Lexer {
  readonly #file: SourceFile;
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #modes: Mode[] = [];
  #at = 0;

  constructor(file: SourceFile) {
    this.#file = file;
    this.#text = file.text;
  }

  run(start: 'normal' | 'bare'): Token[] {
    const outermost: Mode =
      start === 'bare' ? { kind: 'bare' } : { kind: 'normal', openBraces: 0, inTemplate: false, openedAt: 0 };
    let mode: Mode = outermost;
    while (this.#at < this.#text.length) {
      switch (mode.kind) {
        case 'normal':
          this.#normal(mode);
          break;
        case 'heredoc':
          this.#heredoc(mode);
          break;
        case 'quoted':
          this.#quoted(mode);
          break;
        case 'bare':
          this.#templateText(this.#lineEnd());
          break;
      }
      mode = this.#modes.at(-1) ?? outermost;
    }
    this.#requireClosed(mode);
    this.#push('end', this.#at);
    return this.#tokens;
  }

  #requireClosed(mode: Mode): void {
    if (mode.kind === 'quoted' || mode.kind === 'heredoc') {
      this.#fail('Unterminated template string', 'No closing marker was found for the string.');
    }
    if (mode.kind === 'normal' && mode.inTemplate) {
      this.#fail(
        'Unclosed template interpolation sequence',
        'There is no closing brace for this interpolation sequence before the end of the file. This might be caused by incorrect nesting inside the given expression.',
        mode.openedAt,
      );
    }
  }

  #normal(mode: Extract<Mode, { kind: 'normal' }>): void {
    const character = this.#text.charAt(this.#at);
    if (character === '\n' || this.#text.startsWith('\r\n', this.#at)) {
      this.#push('newline', this.#at + (character === '\n' ? 1 : 2));
      return;
    }
    const skipped = this.#match(blank) ?? this.#match(lineComment);
    if (skipped !== undefined) {
      this.#at = skipped;
      return;
    }
    const next = character;
    const word = this.#match(identifier);
    if (word !== undefined) {
      this.#push('identifier', word);
      return;
    }
    const digits = this.#match(number);
    if (digits !== undefined) {
      this.#push('number', digits);
      return;
    }
    if (next === '"') {
      this.#enter({ kind: 'quoted', openedAt: this.#at });
      this.#push('openQuote', this.#at + 1);
      return;
    }
    if (mode.inTemplate && mode.openBraces === 0) {
      const closing = this.#text.startsWith('~}', this.#at) ? 2 : next === '}' ? 1 : 0;
      if (closing > 0) {
        this.#modes.pop();
        this.#push('closeSequence', this.#at + closing);
        return;
      }
    }
    const heredoc = this.#match(heredocStart);
    if (heredoc !== undefined) {
      const marker = this.#text.slice(this.#at, heredoc).replace(/^<<-?/, '').trim();
      this.#enter({ kind: 'heredoc', marker, atLineStart: true });
      this.#push('openHeredoc', heredoc);
      return;
    }
    this.#punctuation(mode);
  }

  #punctuation(mode: Extract<Mode, { kind: 'normal' }>): void {
    for (let length = 3; length > 0; length--) {
      const text = this.#text.slice(this.#at, this.#at + length);
      if (text.length === length && isPunctuation(text)) {
        if (text === '{') mode.openBraces++;
        if (text === '}') mode.openBraces--;
        this.#push(text, this.#at + length);
        return;
      }
    }
    this.#invalidCharacter();
  }

  #invalidCharacter(): never {
    const [summary, detail] = invalidCharacters[this.#text.charAt(this.#at)] ?? [
      'Invalid character',
      'This character is not used within the language.',
    ];
    this.#fail(summary, detail);
  }

  #quoted(mode: Extract<Mode, { kind: 'quoted' }>): void {
    if (this.#text.charAt(this.#at) === '"') {
      this.#modes.pop();
      this.#push('close', this.#at + 1);
      return;
    }
    const before = this.#at;
    this.#templateText(this.#text.length, true);
    if (this.#at === before) {
      this.#fail(
        'Invalid multi-line string',
        'Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n escape to represent a newline character or use the "heredoc" multi-line template syntax.',
        mode.openedAt,
      );
    }
  }

  /** A heredoc is text line by line, so that indentation and strip markers can act on single lines. */
  #heredoc(mode: Extract<Mode, { kind: 'heredoc' }>): void {
    const lineEnd = this.#lineEnd();
    if (mode.atLineStart && this.#text.charAt(lineEnd - 1) === '\n') {
      const line = this.#text.slice(this.#at, lineEnd - 1);
      if (line.trim() === mode.marker) {
        this.#modes.pop();
        this.#push('close', this.#at + line.trimEnd().length);
        return;
      }
    }
    this.#templateText(lineEnd);
    mode.atLineStart = this.#at === lineEnd;
  }

  #lineEnd(): number {
    const newline = this.#text.indexOf('\n', this.#at);
    return newline === -1 ? this.#text.length : newline + 1;
  }

  /** Takes text up to `limit`, or up to the sequence (or, in a quoted string, the quote or line end) before it. */
  #templateText(limit: number, quoted = false): void {
    let end = this.#at;
    while (end < limit) {
      const character = this.#text.charAt(end);
      if (quoted) {
        if (character === '"' || character === '\n') break;
        if (character === '\\' && this.#text.charAt(end + 1) !== '\n') {
          end = Math.min(end + 2, limit);
          continue;
        }
      }
      if (character === '$' || character === '%') {
        if (this.#text.startsWith(`${character}${character}{`, end)) {
          end += 3;
          continue;
        }
        if (this.#text.charAt(end + 1) === '{') break;
      }
      end++;
    }
    if (end > this.#at) {
      this.#push('templateText', end);
      return;
    }
    const opener = this.#text.charAt(this.#at);
    if ((opener === '$' || opener === '%') && this.#text.charAt(this.#at + 1) === '{') {
      const length = this.#text.charAt(this.#at + 2) === '~' ? 3 : 2;
      this.#enter({ kind: 'normal', openBraces: 0, inTemplate: true, openedAt: this.#at });
      this.#push(opener === '$' ? 'openInterpolation' : 'openDirective', this.#at + length);
    }
  }

  #enter(mode: Mode): void {
    if (this.#modes.length >= maximumNesting) {
      this.#fail(
        'Template nested too deeply',
        `Templates can be nested at most ${maximumNesting} levels deep.`,
      );
    }
    this.#modes.push(mode);
  }

  #match(pattern: RegExp): number | undefined {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text) ? pattern.lastIndex : undefined;
  }

  #push(kind: TokenKind, end: number): void {
    this.#tokens.push({ kind, start: this.#at, end });
    this.#at = end;
  }

  #fail(summary: string, detail: string, at = this.#at): never {
    throw terraformError(summary, detail, { file: this.#file, start: at, end: at + 1 });
  }
}
