import { objectFrom } from '../types/index.ts';
import type { Value } from '../value.ts';
import { FunctionError } from './function.ts';

/** `csvdecode`: RFC 4180 with a header line; each further record an object of strings. Empty lines do not count. */
export function decodeCsv(text: string): Value[] {
  const [header, ...records] = readRecords(text);
  if (header === undefined) throw new FunctionError('missing header line');
  const names = header.fields;
  names.forEach((name, at) => {
    if (names.indexOf(name) === at) return;
    throw new FunctionError(`duplicate column name ${JSON.stringify(name)}`);
  });
  return records.map(({ fields, line }) => {
    if (fields.length !== names.length) throw problem(line, 'wrong number of fields');
    return objectFrom(names.map((name, at) => [name, (fields[at] ?? '').normalize('NFC')] as const));
  });
}

interface CsvRecord {
  fields: string[];
  /** Counts from 1. */
  line: number;
}

function readRecords(text: string): CsvRecord[] {
  const source = text.replaceAll('\r\n', '\n');
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;
  while (at < source.length) {
    if (source[at] === '\n') {
      at++;
      line++;
      continue;
    }
    const record: CsvRecord = { fields: [], line };
    for (let more = true; more; ) {
      const field = source[at] === '"' ? quotedField(source, at, line) : bareField(source, at, line);
      record.fields.push(field.value);
      line += field.value.split('\n').length - 1;
      more = source[field.end] === ',';
      at = field.end + 1;
    }
    records.push(record);
    line++;
  }
  return records;
}

interface Field {
  value: string;
  /** Where the comma or the line break after it stands. */
  end: number;
}

function bareField(source: string, start: number, line: number): Field {
  const value = /^[^,\n]*/.exec(source.slice(start))?.[0] ?? '';
  if (value.includes('"')) throw problem(line, 'bare " in non-quoted-field');
  return { value, end: start + value.length };
}

function quotedField(source: string, start: number, line: number): Field {
  const quoted = /^"((?:[^"]|"")*)"(?=[,\n]|$)/.exec(source.slice(start));
  if (quoted === null) throw problem(line, 'extraneous or missing " in quoted-field');
  return { value: (quoted[1] ?? '').replaceAll('""', '"'), end: start + quoted[0].length };
}

function problem(line: number, message: string): FunctionError {
  return new FunctionError(`CSV parse error on line ${line}: ${message}`);
}
