import { numberText, sortedKeys } from '../types/index.ts';
import { isObject, SetValue, type Value } from '../value.ts';

const INDENT = 2;
const BEST_WIDTH = 80;
const LONGEST_SIMPLE_KEY_BYTES = 128;

/**
 * `yamlencode`: block style, strings and keys in double quotes, strings of several lines as literal blocks.
 * The rules for folding, chomping and escapes are those of libyaml's emitter, which Terraform's derives from.
 * Source: https://developer.hashicorp.com/terraform/language/functions/yamlencode
 */
export function encodeYaml(value: Value): string {
  const emitter = new Emitter();
  emitter.node(value, 0, 'root');
  const isBareScalar = value === null || typeof value === 'number' || typeof value === 'boolean';
  return `${emitter.finish()}${isBareScalar ? '...\n' : ''}`;
}

/** Where a node stands: it decides whether a collection begins on the same line and how far it is indented. */
type Place = 'root' | 'item' | 'mapping-value';

class Emitter {
  private text = '';
  private column = 0;

  finish(): string {
    this.lineEnd();
    return this.text;
  }

  /** `indent` is the column of the collection the node stands in. */
  node(value: Value, indent: number, place: Place): void {
    const elements = value instanceof SetValue ? value.elements : value;
    if (Array.isArray(elements)) this.sequence(elements, indent, place);
    else if (isObject(value)) this.mapping(value, indent, place);
    else this.scalar(value, indent, place);
  }

  private sequence(elements: readonly Value[], indent: number, place: Place): void {
    if (elements.length === 0) {
      this.write(this.space(place), '[]');
      return;
    }
    // A sequence under a key is not indented further.
    const own = place === 'item' ? indent + INDENT : indent;
    elements.forEach((element, at) => {
      if (at > 0 || place !== 'item') this.lineStart(own);
      else this.write(' ');
      this.write('-');
      this.node(element, own, 'item');
    });
  }

  private mapping(mapping: { [key: string]: Value }, indent: number, place: Place): void {
    const keys = sortedKeys(mapping);
    if (keys.length === 0) {
      this.write(this.space(place), '{}');
      return;
    }
    const own = place === 'root' ? indent : indent + INDENT;
    keys.forEach((key, at) => {
      if (at > 0 || place !== 'item') this.lineStart(own);
      else this.write(' ');
      const simple = isSimpleKey(key);
      if (simple) this.write(quote(key));
      else {
        this.write('?');
        this.scalar(key, own, 'item');
        this.lineStart(own);
      }
      this.write(':');
      this.node(mapping[key] ?? null, own, simple ? 'mapping-value' : 'item');
    });
  }

  private scalar(value: Value, indent: number, place: Place): void {
    this.write(this.space(place));
    if (typeof value !== 'string') this.write(typeof value === 'number' ? numberText(value) : String(value));
    else if (value.includes('\n') && allowsBlock(value)) this.literal(value, indent + INDENT);
    else this.folded(value, indent + INDENT);
  }

  private space(place: Place): string {
    return place === 'root' ? '' : ' ';
  }

  private literal(value: string, indent: number): void {
    const hint = /^[ \n]/.test(value) ? String(INDENT) : '';
    const chomp = value.endsWith('\n') ? (/^\n$|\n\n$/.test(value) ? '+' : '') : '-';
    this.write(`|${hint}${chomp}`);
    this.newLine();
    const lines = value.split('\n');
    lines.forEach((line, at) => {
      if (line !== '') this.write(' '.repeat(indent), line);
      if (at < lines.length - 1) this.newLine();
    });
  }

  /** Double quotes; past column 80 a line ends at the next space. */
  private folded(value: string, indent: number): void {
    const characters = Array.from(value);
    let afterSpace = false;
    this.write('"');
    characters.forEach((character, at) => {
      const inside = at > 0 && at < characters.length - 1;
      if (character === ' ' && !afterSpace && inside && this.column > BEST_WIDTH) {
        this.newLine();
        this.write(' '.repeat(indent), characters[at + 1] === ' ' ? '\\' : '');
      } else {
        this.write(escaped(character));
      }
      afterSpace = character === ' ';
    });
    this.write('"');
  }

  private write(...parts: string[]): void {
    for (const part of parts) {
      this.text += part;
      this.column += Array.from(part).length;
    }
  }

  private newLine(): void {
    this.text += '\n';
    this.column = 0;
  }

  private lineEnd(): void {
    if (this.column > 0) this.newLine();
  }

  private lineStart(indent: number): void {
    this.lineEnd();
    this.write(' '.repeat(indent));
  }
}

function isSimpleKey(key: string): boolean {
  return !key.includes('\n') && Buffer.byteLength(key) <= LONGEST_SIMPLE_KEY_BYTES;
}

function quote(key: string): string {
  return `"${Array.from(key, escaped).join('')}"`;
}

/** A literal block can hold neither a space before a line break or at the end, nor what must be escaped. */
function allowsBlock(value: string): boolean {
  return (
    !/ \n| $/.test(value) &&
    Array.from(value).every((character) => character === '\n' || isPrintable(character))
  );
}

/** libyaml's notion: neither tabs nor anything beyond the Basic Multilingual Plane. */
function isPrintable(character: string): boolean {
  return /^[\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);
}

const ESCAPES = new Map([
  ['\0', '0'],
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\x1b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\x85', 'N'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

function escaped(character: string): string {
  const named = ESCAPES.get(character);
  if (named !== undefined) return `\\${named}`;
  if (isPrintable(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hexadecimal = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hexadecimal.padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${hexadecimal.padStart(4, '0')}`;
  return `\\U${hexadecimal.padStart(8, '0')}`;
}
