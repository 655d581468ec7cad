import { FunctionError } from './function.ts';

type Codec =
  | { kind: 'utf-8' }
  | { kind: 'utf-16'; order: 'le' | 'be' | 'mark' }
  /** The code points up to `last` are the bytes. */
  | { kind: 'direct'; last: number }
  /** One or two bytes a character, by the table of the WHATWG encoding `label`. */
  | { kind: 'table'; label: string };

interface Encoding {
  /** The name under which Terraform's messages speak of it. */
  name: string;
  codec: Codec;
}

/** IANA names and the aliases in use: https://www.iana.org/assignments/character-sets */
const ENCODINGS = new Map<string, Encoding>();

function add(codec: Codec, name: string, ...aliases: string[]): void {
  for (const alias of [name, ...aliases]) ENCODINGS.set(alias.toLowerCase(), { name, codec });
}

add({ kind: 'utf-8' }, 'UTF-8', 'csUTF8');
add({ kind: 'utf-16', order: 'mark' }, 'UTF-16', 'csUTF16');
add({ kind: 'utf-16', order: 'le' }, 'UTF-16LE', 'csUTF16LE');
add({ kind: 'utf-16', order: 'be' }, 'UTF-16BE', 'csUTF16BE');
add({ kind: 'direct', last: 0x7f }, 'US-ASCII', 'ASCII', 'us', 'ANSI_X3.4-1968', 'ISO646-US', 'csASCII');
add(
  { kind: 'direct', last: 0xff },
  'ISO_8859-1:1987',
  'ISO-8859-1',
  'ISO_8859-1',
  'latin1',
  'l1',
  'csISOLatin1',
);
for (const part of [2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16]) {
  add({ kind: 'table', label: `iso-8859-${part}` }, `ISO-8859-${part}`, `ISO_8859-${part}`);
}
for (const page of [1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258]) {
  add({ kind: 'table', label: `windows-${page}` }, `windows-${page}`, `cswindows${page}`);
}
add({ kind: 'table', label: 'windows-874' }, 'windows-874', 'cswindows874');
add({ kind: 'table', label: 'koi8-r' }, 'KOI8-R', 'csKOI8R');
add({ kind: 'table', label: 'koi8-u' }, 'KOI8-U', 'csKOI8U');
add({ kind: 'table', label: 'ibm866' }, 'IBM866', 'cp866', '866');
add({ kind: 'table', label: 'macintosh' }, 'macintosh', 'mac', 'csMacintosh');
add({ kind: 'table', label: 'shift_jis' }, 'Shift_JIS', 'MS_Kanji', 'csShiftJIS');
add({ kind: 'table', label: 'euc-kr' }, 'EUC-KR', 'csEUCKR');
add({ kind: 'table', label: 'gbk' }, 'GBK', 'cp936', 'ms936', 'windows-936');
add({ kind: 'table', label: 'big5' }, 'Big5', 'csBig5');

/** The text in an encoding. Throws `FunctionError` for an unknown encoding or a character it lacks. */
export function encodeText(text: string, encodingName: string): Buffer {
  const { name, codec } = find(encodingName);
  switch (codec.kind) {
    case 'utf-8':
      return Buffer.from(text);
    case 'utf-16':
      return encodeUtf16(codec.order === 'mark' ? `\ufeff${text}` : text, codec.order);
    case 'direct':
      return Buffer.from(Array.from(text, (character) => direct(character, codec.last) ?? unencodable(name)));
    case 'table': {
      const table = encodingTable(codec.label);
      return Buffer.concat(Array.from(text, (character) => table.get(character) ?? unencodable(name)));
    }
  }
}

/** The inverse of `encodeText`. Throws `FunctionError` for bytes that mean nothing in the encoding. */
export function decodeText(bytes: Buffer, encodingName: string): string {
  const { name, codec } = find(encodingName);
  const text = decodeWith(codec, bytes);
  if (text === undefined) {
    throw new FunctionError(`the given string contains symbols that are not defined for ${name}`, 0);
  }
  return text.normalize('NFC');
}

function decodeWith(codec: Codec, bytes: Buffer): string | undefined {
  switch (codec.kind) {
    case 'utf-8':
      return decodeStrictly('utf-8', bytes);
    case 'utf-16': {
      const isLittle =
        codec.order === 'le' || (codec.order === 'mark' && bytes[0] === 0xff && bytes[1] === 0xfe);
      const text = decodeStrictly(isLittle ? 'utf-16le' : 'utf-16be', bytes);
      return codec.order === 'mark' ? text?.replace(/^\ufeff/, '') : text;
    }
    case 'direct':
      return bytes.every((byte) => byte <= codec.last) ? bytes.toString('latin1') : undefined;
    case 'table': {
      const text = decodeStrictly(codec.label, bytes);
      // The WHATWG tables map bytes without a character to C1 controls.
      return text !== undefined && /[\x80-\x9f]/.test(text) && codec.label.startsWith('windows')
        ? undefined
        : text;
    }
  }
}

function decodeStrictly(label: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function encodeUtf16(text: string, order: 'le' | 'be' | 'mark'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

function direct(character: string, last: number): number | undefined {
  const code = character.codePointAt(0) ?? 0;
  return code <= last ? code : undefined;
}

/** Every character of the encoding with its bytes, found by decoding all sequences of one and two bytes. */
function encodingTable(label: string): Map<string, Buffer> {
  const table = new Map<string, Buffer>();
  const record = (...bytes: number[]) => {
    const character = decodeStrictly(label, Uint8Array.from(bytes));
    if (character === undefined || Array.from(character).length !== 1) return character !== undefined;
    if (!table.has(character)) table.set(character, Buffer.from(bytes));
    return true;
  };
  for (let first = 0; first < 256; first++) {
    if (record(first)) continue;
    for (let second = 0x40; second < 256; second++) record(first, second);
  }
  return table;
}

function find(encodingName: string): Encoding {
  const encoding = ENCODINGS.get(encodingName.toLowerCase());
  if (encoding !== undefined) return encoding;
  const quoted = JSON.stringify(encodingName);
  throw new FunctionError(
    `${quoted} is not a supported IANA encoding name or alias in this Terraform version`,
    1,
  );
}

function unencodable(name: string): never {
  throw new FunctionError(`the given string contains characters that cannot be represented in ${name}`, 0);
}
