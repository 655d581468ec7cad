import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Permanent } from '../../middleware/messaging/permanent.ts';

/** One line of a CSV file after its header. */
export interface CsvRow {
  /** 1 for the first row after the header. */
  number: number;
  /** By the names in the header. */
  values: Record<string, string>;
}

/**
 * With its column names, as UTF-8. 25 rows of this size are one write on every cloud (DynamoDB takes 16 MB, a Cosmos DB
 * batch 2 MB, a Firestore commit 10 MiB).
 */
export const maximumRowBytes = 64 * 1024;

const maximumColumns = 500;

/** What a file begins with that is not text, however it is named. */
const packed = [
  { name: 'gzip', bytes: [0x1f, 0x8b] },
  { name: 'zip', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
];

/**
 * Reads a CSV file (RFC 4180 with a header; lines end with CRLF or LF; a byte order mark and empty lines are skipped)
 * as it arrives: never more than a row and a few chunks are in memory, and nothing is read faster than rows are taken.
 *
 * @throws Permanent `Compressed`, `NotText`, `MalformedCsv`, `InvalidHeader`, `RowTooLarge`
 */
export async function* csvRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const parser = parse({
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    max_record_size: maximumRowBytes,
  });
  // An error of either stream ends both; leaving the loop early ends the download.
  pipeline(Readable.from(textOf(bytes)), parser, () => undefined);
  let columns: string[] | undefined;
  let number = 0;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (columns) yield row(columns, ++number, record);
      else columns = header(record);
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error, number) : error;
  }
}

function malformed({ code, message }: CsvError, number: number): Permanent {
  return code === 'CSV_MAX_RECORD_SIZE'
    ? new Permanent('RowTooLarge', `The row after row ${number} is larger than ${maximumRowBytes} bytes.`)
    : new Permanent('MalformedCsv', message);
}

function header(columns: string[]): string[] {
  if (columns.length > maximumColumns)
    throw new Permanent(
      'InvalidHeader',
      `The file has ${columns.length} columns, more than ${maximumColumns}.`,
    );
  for (const [index, name] of columns.entries()) {
    // Firestore and JavaScript have their own use for names like __this__.
    if (!/^(?!__)[^\p{Cc}]{1,128}$/u.test(name))
      throw new Permanent(
        'InvalidHeader',
        `Column ${index + 1} needs a name of 1 to 128 printable characters that does not begin with __.`,
      );
    if (columns.indexOf(name) !== index)
      throw new Permanent('InvalidHeader', `Two columns have the name ${name}.`);
  }
  return columns;
}

function row(columns: string[], number: number, record: string[]): CsvRow {
  const values = Object.fromEntries(columns.map((name, index) => [name, record[index] ?? '']));
  const text = columns.join('') + record.join('');
  // No character has more than three bytes per unit of its length.
  if (text.length * 3 > maximumRowBytes && Buffer.byteLength(text) > maximumRowBytes)
    throw new Permanent('RowTooLarge', `Row ${number} is larger than ${maximumRowBytes} bytes.`);
  return { number, values };
}

async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new Permanent('NotText', 'The file is not UTF-8.');
    }
  };
  let isFirst = true;
  for await (const chunk of bytes) {
    const found =
      isFirst && packed.find((format) => format.bytes.every((byte, index) => chunk[index] === byte));
    if (found) throw new Permanent('Compressed', `The file is ${found.name}; upload it as plain text.`);
    isFirst &&= chunk.length === 0;
    if (chunk.includes(0)) throw new Permanent('NotText', 'The file has NUL bytes.');
    yield decode(chunk);
  }
  yield decode();
}
