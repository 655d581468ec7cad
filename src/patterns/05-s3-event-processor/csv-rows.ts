import { isUtf8 } from 'node:buffer';
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
 * as it arrives: never more than a row and a chunk or two are in memory, and nothing is read before rows are taken.
 * Whatever it throws, and however the bytes were cut, every row in front of the fault has been given before.
 *
 * @throws Permanent `Compressed`, `NotText`, `MalformedCsv`, `InvalidHeader`, `RowTooLarge`
 */
export async function* csvRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const records: string[][] = [];
  let failure: Error | null | undefined;
  const parser = parse({
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    max_record_size: maximumRowBytes,
    // The parser as a stream would drop the rows that wait in it when the next one is at fault.
    on_record(record: string[]) {
      records.push(record);
      return null;
    },
  });
  parser.on('error', (error) => {
    failure = error;
  });
  let columns: string[] | undefined;
  let number = 0;
  const parsed = function* () {
    for (const record of records.splice(0)) {
      if (columns) yield row(columns, ++number, record);
      else columns = header(record);
    }
    if (failure) throw failure instanceof CsvError ? malformed(failure, number) : failure;
  };
  const settle = (work: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve) => {
      work((error) => {
        failure ??= error;
        resolve();
      });
    });
  let fault: Permanent | undefined;
  for await (const text of linesOf(bytes)) {
    if (text instanceof Permanent) {
      fault = text;
      break;
    }
    await settle((done) => parser.write(text, done));
    yield* parsed();
  }
  // The parser has held the last row back until it knew what follows.
  await settle((done) => parser.end(done));
  failure = fault ?? failure;
  yield* parsed();
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

const newline = 0x0a;

/**
 * The text line by line, or many whole lines at a time: a line feed is no part of any other character in UTF-8. Ends with
 * what is at fault with the next line, if something is.
 */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string | Permanent> {
  let rest: Uint8Array = new Uint8Array();
  let isStart = true;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = function* (lines: Uint8Array): Generator<string | Permanent> {
    if (isStart && lines.length > 0) {
      isStart = false;
      if (byteOrderMark.every((byte, index) => lines[index] === byte)) lines = lines.subarray(3);
    }
    if (isUtf8(lines) && !lines.includes(0)) {
      yield decoder.decode(lines);
      return;
    }
    for (let start = 0; start < lines.length; ) {
      const end = lines.indexOf(newline, start) + 1 || lines.length;
      const line = lines.subarray(start, end);
      if (!isUtf8(line)) yield new Permanent('NotText', 'The file is not UTF-8.');
      if (line.includes(0)) yield new Permanent('NotText', 'The file has NUL bytes.');
      yield decoder.decode(line);
      start = end;
    }
  };
  for await (const chunk of bytes) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const found =
      isStart && packed.find((format) => format.bytes.every((byte, index) => all[index] === byte));
    if (found) yield new Permanent('Compressed', `The file is ${found.name}; upload it as plain text.`);
    const end = all.lastIndexOf(newline) + 1;
    if (end > 0) yield* decode(all.subarray(0, end));
    rest = all.subarray(end);
    if (rest.length > maximumRowBytes)
      yield new Permanent('RowTooLarge', `A line is larger than ${maximumRowBytes} bytes.`);
  }
  yield* decode(rest);
}

const byteOrderMark = [0xef, 0xbb, 0xbf];
