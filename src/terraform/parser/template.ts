import type { Expression, TemplatePart } from '../ast.ts';
import { didYouMean } from '../diagnostics.ts';
import type { Token } from '../lexer.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';

type End = 'endif' | 'else' | 'endfor';

/** A template before the directives are matched with their ends. */
type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'interpolation'; expression: Expression }
  | { kind: 'if'; condition: Expression; token: Token }
  | { kind: 'for'; keyName: string | undefined; valueName: string; collection: Expression; token: Token }
  | { kind: End; token: Token };

/** Parses the inside of a quoted string, whose opening quote has been taken, and the closing quote. */
export function parseQuotedTemplate(cursor: Cursor): TemplatePart[] {
  return assemble(cursor, readPieces(cursor, decodeQuotedText));
}

/** Parses a heredoc whose opening line has been taken; `indented` for `<<-`. */
export function parseHeredocTemplate(cursor: Cursor, indented: boolean): TemplatePart[] {
  const pieces = readPieces(cursor, (text) => decodeSequenceEscapes(text));
  if (indented) removeIndentation(pieces);
  return assemble(cursor, pieces);
}

/** Parses the whole text of a template file. */
export function parseBareTemplate(cursor: Cursor): TemplatePart[] {
  return assemble(
    cursor,
    readPieces(cursor, (text) => decodeSequenceEscapes(text)),
  );
}

function readPieces(cursor: Cursor, decode: (text: string, cursor: Cursor, token: Token) => string): Piece[] {
  const pieces: Piece[] = [];
  let stripLeading = false;
  let previousText: { text: string } | undefined;
  for (;;) {
    const token = cursor.next();
    const strip = stripLeading;
    stripLeading = false;
    switch (token.kind) {
      case 'close':
      case 'end':
        return pieces;
      case 'templateText': {
        const decoded = decode(cursor.text(token), cursor, token);
        const piece: Piece = { kind: 'text', text: strip ? decoded.trimStart() : decoded };
        previousText = piece;
        pieces.push(piece);
        break;
      }
      default: {
        if (previousText !== undefined && cursor.text(token).endsWith('~')) {
          previousText.text = previousText.text.trimEnd();
        }
        previousText = undefined;
        const piece = cursor.withNewlines('ignored', () => {
          const sequence =
            token.kind === 'openInterpolation'
              ? ({ kind: 'interpolation', expression: parseExpression(cursor) } as const)
              : parseDirective(cursor, token);
          stripLeading = closeSequence(cursor, sequence.kind === 'interpolation' ? undefined : sequence.kind);
          return sequence;
        });
        pieces.push(piece);
      }
    }
  }
}

/** Takes the closing brace; true if it is `~}`. */
function closeSequence(cursor: Cursor, directive: string | undefined): boolean {
  const close = cursor.peek();
  if (close.kind !== 'closeSequence') {
    if (directive !== undefined) {
      cursor.fail(
        `Extra characters in ${directive} marker`,
        'Expected a closing brace to end the sequence, but found extra characters.',
      );
    }
    cursor.fail(
      'Extra characters after interpolation expression',
      'Expected a closing brace to end the interpolation expression, but found extra characters.\n\nThis can happen when you include interpolation syntax for another language, such as shell scripting, but forget to escape the interpolation start token. If this is an embedded sequence for another language, escape it by starting with "$${" instead of just "${".',
    );
  }
  // The closing brace is taken with newlines significant: those after it belong to the text.
  return cursor.withNewlines('significant', () => cursor.text(cursor.next()) === '~}');
}

function parseDirective(cursor: Cursor, token: Token): Exclude<Piece, { kind: 'text' | 'interpolation' }> {
  const keyword = cursor.peek();
  if (keyword.kind !== 'identifier') {
    cursor.fail(
      'Invalid template directive',
      'A template directive keyword ("if", "for", etc) is expected at the beginning of a %{ sequence.',
    );
  }
  const word = cursor.text(cursor.next());
  switch (word) {
    case 'if':
      return { kind: 'if', condition: parseExpression(cursor), token };
    case 'for':
      return parseForDirective(cursor, token);
    case 'else':
    case 'endif':
    case 'endfor':
      return { kind: word, token };
    default:
      return cursor.fail(
        'Invalid template control keyword',
        `"${word}" is not a valid template control keyword.${didYouMean(word, ['if', 'for', 'else', 'endif', 'endfor'])}`,
        keyword,
      );
  }
}

function parseForDirective(cursor: Cursor, token: Token): Extract<Piece, { kind: 'for' }> {
  const name = (missing: string) => {
    const identifier = cursor.take('identifier');
    return identifier === undefined
      ? cursor.fail("Invalid 'for' directive", `For directive requires ${missing}.`)
      : cursor.text(identifier);
  };
  let valueName = name("variable name after 'for'");
  let keyName: string | undefined;
  if (cursor.take(',')) {
    keyName = valueName;
    valueName = name('value variable name after comma');
  }
  if (!cursor.takeKeyword('in')) {
    cursor.fail("Invalid 'for' directive", "For directive requires 'in' keyword after names.");
  }
  return { kind: 'for', keyName, valueName, collection: parseExpression(cursor), token };
}

/** Matches directives with their ends and joins neighbouring texts. */
function assemble(cursor: Cursor, pieces: readonly Piece[]): TemplatePart[] {
  let index = 0;
  const until = (ends: readonly End[], opener: { kind: string; token: Token } | undefined) =>
    cursor.nested((): { parts: TemplatePart[]; end: End | undefined } => {
      const parts: TemplatePart[] = [];
      for (;;) {
        const piece = pieces[index++];
        if (piece === undefined) {
          if (opener === undefined) return { parts, end: undefined };
          return cursor.fail(
            'Unexpected end of template',
            `The ${opener.kind} directive is missing its corresponding end${opener.kind} directive.`,
            opener.token,
          );
        }
        switch (piece.kind) {
          case 'text':
            appendText(parts, piece.text);
            break;
          case 'interpolation':
            parts.push(piece);
            break;
          case 'if': {
            const whenTrue = until(['else', 'endif'], piece);
            const whenFalse = whenTrue.end === 'else' ? until(['endif'], piece).parts : [];
            parts.push({ kind: 'if', condition: piece.condition, whenTrue: whenTrue.parts, whenFalse });
            break;
          }
          case 'for': {
            const { keyName, valueName, collection } = piece;
            parts.push({ kind: 'for', keyName, valueName, collection, body: until(['endfor'], piece).parts });
            break;
          }
          default:
            if (ends.includes(piece.kind)) return { parts, end: piece.kind };
            return cursor.fail(
              `Unexpected ${piece.kind} directive`,
              opener === undefined
                ? 'The control directives within this template are unbalanced.'
                : `Expecting an end${opener.kind} directive for the ${opener.kind} that is open here.`,
              piece.token,
            );
        }
      }
    });
  return until([], undefined).parts;
}

function appendText(parts: TemplatePart[], text: string): void {
  const last = parts.at(-1);
  if (last?.kind === 'text') last.text += text;
  else parts.push({ kind: 'text', text });
}

/**
 * The rule of `<<-`: the line with the fewest leading blanks says how many are removed from every line. Lines that are
 * blank, or that only begin after a strip marker, do not count; a line that begins with a sequence has none.
 */
function removeIndentation(pieces: readonly Piece[]): void {
  let fewest = Number.POSITIVE_INFINITY;
  let atLineStart = true;
  const lineStarts: { text: string }[] = [];
  for (const piece of pieces) {
    if (atLineStart) {
      if (piece.kind !== 'text') fewest = 0;
      else if (piece.text.trim() !== '' || !piece.text.endsWith('\n')) {
        fewest = Math.min(fewest, piece.text.length - piece.text.trimStart().length);
        lineStarts.push(piece);
      }
    }
    atLineStart = piece.kind === 'text' && piece.text.endsWith('\n');
  }
  for (const piece of lineStarts) piece.text = piece.text.slice(fewest);
}

function decodeSequenceEscapes(text: string): string {
  return text.replaceAll('$${', '${').replaceAll('%%{', '%{').normalize('NFC');
}

const simpleEscapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

function decodeQuotedText(text: string, cursor: Cursor, token: Token): string {
  if (!/[\\$%]/.test(text)) return text.normalize('NFC');
  const decoded = text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))|\$\$\{|%%\{/gs,
    (match, short?: string, long?: string, simple?: string) => {
      if (match.startsWith('\\')) {
        const codePoint = short ?? long;
        const character =
          codePoint === undefined
            ? simpleEscapes[simple ?? '']
            : fromCodePoint(Number.parseInt(codePoint, 16));
        return character ?? invalidEscape(match, cursor, token);
      }
      return match.slice(1);
    },
  );
  return decoded.normalize('NFC');
}

function fromCodePoint(codePoint: number): string | undefined {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : undefined;
}

function invalidEscape(match: string, cursor: Cursor, token: Token): never {
  const character = match.charAt(1);
  return cursor.fail(
    'Invalid escape sequence',
    character === 'u' || character === 'U'
      ? `The \\${character} escape sequence must be followed by ${character === 'u' ? 'four' : 'eight'} hexadecimal digits.`
      : `The symbol "${character}" is not a valid escape sequence selector.`,
    token,
  );
}
